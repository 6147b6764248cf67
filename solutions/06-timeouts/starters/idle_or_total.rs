//! # Idle or total
//!
//! A service reads an answer token by token, and shows each. Its author gave it a limit of one minute, so that no dead
//! connection holds a place for ever. Since then each long answer is cut off after a minute, in the middle of a word, while it
//! comes at full speed. And a connection that dies after the first token still holds its place for a minute.
//!
//! Mend `read`: an answer may be as long as it likes, if it goes on, and each token is shown as soon as it comes. `idle` is the
//! longest time that `read` waits for the model in silence, and there is no other limit:
//!
//! - `read` waits `idle` for the first token, and again for each further one. A token at exactly the last instant is in time.
//!   Then the model has stalled: its stream is dropped, and `read` returns the text so far and `Stalled`.
//! - Only waiting for the model counts. The time that `show` takes is the reader's own.
//! - An error of the model is told as it came, with the text so far.
//!
//! Starts: wrong
//! Run: `cargo workbook check 06-timeouts/idle_or_total` · Read: book, chapter 6, Silence and length · 10 min

use std::time::Duration;

use futures::StreamExt;
use mock_llm::{Error, MockLlm};
use tokio::time::timeout;

/// How an answer ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    Done,
    /// The model was silent for too long.
    Stalled,
    Failed(Error),
}

/// Shows an answer while it comes, and gives its text and how it ended.
pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
    let mut text = String::new();
    let all = async {
        let mut tokens = llm.stream(prompt);
        while let Some(token) = tokens.next().await {
            match token {
                Ok(token) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Err(error) => return Ended::Failed(error),
            }
        }
        Ended::Done
    };
    let ended = timeout(idle, all).await.unwrap_or(Ended::Stalled);
    (text, ended)
}

#[path = "checks/idle_or_total.rs"]
mod checks;
