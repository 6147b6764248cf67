//! # Pipeline: a solution
//!
//! `recv` gives `None` when the queue is empty *and* its last sender is gone. Nothing else ends the loop: the queue does not
//! know how many tasks there are, nor whether they have ended. So each task that sends owns one sender, which goes with it,
//! however the task ends: at the end of its stream, at an error, in a panic. Nobody else may keep one.
//!
//! A clone is made from an original, and the original is a sender, too. `pieces` in this function is dropped when the last
//! reader has its clone. `clean` has only one user and needs no clone: it moves into the task.
//!
//! The ends travel down the pipeline. The last reader drops the last `pieces`; `hide_keys` gets `None`, returns, and drops
//! `clean`; the page gets `None`, and returns.
//!
//! Also right: a block round the loop that spawns, at whose end `pieces` goes. The readers in a `JoinSet`. `hide_keys`
//! polled by the function itself, beside the page, with `join!`.

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
    // It was needed for the clones. While it is there, `hide_keys` waits for what it might send.
    drop(pieces);
    tokio::spawn(hide_keys(from_readers, clean));
    while let Some(piece) = for_the_page.recv().await {
        show(piece).await;
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/pipeline.rs"]
mod checks;
