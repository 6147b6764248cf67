//! # Pipeline
//!
//! Several answers come at the same time, and one page shows them. A task for each question reads its tokens. One more task
//! hides what must not be seen. The page shows each piece when it comes, and takes its time. Between two stations is a queue
//! for `capacity` pieces: where it is full, whoever sends waits, and nothing is lost.
//!
//! `pipeline` returns when the last piece has been shown, and no task is left then. A reader whose stream fails or panics
//! ends early, and the other answers are shown to their end. There may be no question at all, or hundreds; an answer may be
//! silent for a minute, and of any length.
//!
//! Below is a first draft. It shows everything, and never returns. Mend it.
//!
//! Starts: deadlock
//! Run: `cargo workbook check 05-queues/pipeline` · Read: book, chapter 5, How a queue ends · 10 min

use futures::StreamExt;
use mock_llm::{MockLlm, TokenStream};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// A part of the answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The place of the question in the list.
    pub question: usize,
    pub text: String,
}

/// Sends each token of one answer on.
async fn read(question: usize, mut tokens: TokenStream, pieces: Sender<Piece>) {
    while let Some(Ok(token)) = tokens.next().await {
        if pieces.send(Piece { question, text: token.text }).await.is_err() {
            return;
        }
    }
}

/// Sends each piece on, without the keys that somebody let slip.
async fn hide_keys(mut pieces: Receiver<Piece>, clean: Sender<Piece>) {
    while let Some(mut piece) = pieces.recv().await {
        if piece.text.contains("sk-") {
            piece.text = " ***".to_owned();
        }
        if clean.send(piece).await.is_err() {
            return;
        }
    }
}

/// Asks all `questions` at the same time and shows the answers, piece by piece. The capacity is 1 or more.
pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
    let (pieces, from_readers) = mpsc::channel(capacity);
    let (clean, mut for_the_page) = mpsc::channel(capacity);
    for (question, text) in questions.iter().enumerate() {
        tokio::spawn(read(question, llm.stream(text), pieces.clone()));
    }
    tokio::spawn(hide_keys(from_readers, clean.clone()));
    while let Some(piece) = for_the_page.recv().await {
        show(piece).await;
    }
}

#[path = "checks/pipeline.rs"]
mod checks;
