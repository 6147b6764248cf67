//! # Idle or total: a solution
//!
//! The limit goes round one `next`, inside the loop: a new timer for each token, and none while `show` works. A limit round the loop is a
//! limit on the whole.
//!
//! `next` is cancel safe: when the timer wins, no token is lost. Here it does not matter, since the stream is given up; it is dropped when
//! `read` returns, and that cancels the call.
//!
//! There are three things in one value: `Err(_elapsed)` is silence, `Ok(None)` is the end, `Ok(Some(Err(_)))` is the model's error. A
//! `while let Ok(Some(Ok(token)))` takes all three for the end.
//!
//! Also right: one `Sleep`, pinned, with `reset` before each wait, which saves making a timer for each token. A service wants both: an
//! idle limit for the stream, and far above it a total one. In reqwest these are `read_timeout` and `timeout`.

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
    let mut tokens = llm.stream(prompt);
    let ended = loop {
        match timeout(idle, tokens.next()).await {
            Ok(Some(Ok(token))) => {
                text.push_str(&token.text);
                show(&token.text).await;
            }
            Ok(Some(Err(error))) => break Ended::Failed(error),
            Ok(None) => break Ended::Done,
            Err(_elapsed) => break Ended::Stalled,
        }
    };
    (text, ended)
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/idle_or_total.rs"]
mod checks;
