//! # Render as it arrives: a solution
//!
//! The tokens that come while the screen is busy wait in the stream: in memory here, in the buffers of the connection elsewhere.
//! `ready_chunks` waits for one item, and then takes all that are ready without another wait. So the screen shows few pieces when
//! it is slow, and every token by itself when it is quick. It is never behind by more than one piece.
//!
//! The number is a limit for one piece, and the memory for it is set aside at once: large enough for what can come in one show, and
//! not `usize::MAX`.
//!
//! An error is the last item of its chunk. The text before it is shown, and then it is returned.
//!
//! Also right: `next().await` for the first token and `next().now_or_never()` for the others; a `select!` that reads on while the
//! screen is busy; a channel between two halves of a join, with `recv_many`.

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
    let mut pieces = llm.stream(prompt).ready_chunks(1000);
    while let Some(piece) = pieces.next().await {
        let (mut text, mut result) = (String::new(), Ok(()));
        for token in piece {
            match token {
                Ok(token) => text.push_str(&token.text),
                Err(error) => result = Err(error),
            }
        }
        if !text.is_empty() {
            screen.show(&text).await;
        }
        result?;
    }
    Ok(())
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/render_as_it_arrives.rs"]
mod checks;
