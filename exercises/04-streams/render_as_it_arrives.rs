//! # Render as it arrives
//!
//! `render` shows an answer while it is written. But the screen is slow: to show a piece of text takes `takes`, and the model
//! writes ten tokens in that time. Token by token, the screen falls behind, more with each token. Mend `render`:
//!
//! - The first token is shown when it comes.
//! - What comes while the screen is busy is shown as soon as it is free: everything that has come by then, in one piece.
//! - Every token is shown, once, in its order. When a call fails, what has come is shown first, and then the error is returned.
//!   Where nothing has come, nothing is shown.
//! - A caller who drops `render` takes the call along.
//!
//! A stream of tokens keeps what has come, and gives it to whoever asks.
//!
//! Starts: too slow
//! Run: `cargo workbook check 04-streams/render_as_it_arrives` · Read: book, chapter 4, A callback, or a stream · 10 min

use std::time::Duration;

use futures::StreamExt;
use mock_llm::{Error, MockLlm};
use tokio::time::{Instant, sleep};

/// Shows one piece of text at a time.
#[derive(Debug)]
pub struct Screen {
    pub takes: Duration,
    /// What was shown, and when it was asked for.
    pub shown: Vec<(Instant, String)>,
}

impl Screen {
    pub async fn show(&mut self, text: &str) {
        self.shown.push((Instant::now(), text.to_owned()));
        sleep(self.takes).await;
    }
}

/// Shows the answer to `prompt` while it is written.
pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
    let mut tokens = llm.stream(prompt);
    while let Some(token) = tokens.next().await {
        screen.show(&token?.text).await;
    }
    Ok(())
}

#[path = "checks/render_as_it_arrives.rs"]
mod checks;
