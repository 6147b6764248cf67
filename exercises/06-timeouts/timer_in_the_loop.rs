//! # A timer in the loop
//!
//! Some answers take long. When an answer is not over `patience` after `read` was called, the page shows, once, that it takes
//! longer than usual; the tokens go on. The code below does this when you try it with a model that says nothing. For a model
//! that talks it never does, and for a very slow one it does it again and again. Mend `read`:
//!
//! - `Event::Slow` is shown once, at that instant, whatever the model does. If something is being shown then, it comes next,
//!   before all tokens that wait. If the page is free then, a token of that very instant is shown first.
//! - An answer that is over by then, or at that very instant, is not slow. Over is an answer that has been shown to its end.
//!   (Where its last token is being shown then, `Slow` may follow it, or be left out.)
//! - Each token is shown as soon as it comes, once, in order, and to its end: `show` takes a while, and must not be dropped.
//! - The model is asked once. `read` returns when the answer is over, and leaves nothing behind; an error of the model is its
//!   end, too.
//!
//! Starts: wrong
//! Run: `cargo workbook check 06-timeouts/timer_in_the_loop` · Read: book, chapter 6, A timer in a loop · 12 min

use std::time::Duration;

use futures::StreamExt;
use mock_llm::MockLlm;
use tokio::time::sleep;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Token(String),
    /// It takes longer than usual.
    Slow,
}

/// Shows an answer, and once that it takes long.
pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
    let mut tokens = llm.stream(prompt);
    loop {
        tokio::select! {
            token = tokens.next() => match token {
                Some(Ok(token)) => show(Event::Token(token.text)).await,
                _ => return,
            },
            () = sleep(patience) => show(Event::Slow).await,
        }
    }
}

#[path = "checks/timer_in_the_loop.rs"]
mod checks;
