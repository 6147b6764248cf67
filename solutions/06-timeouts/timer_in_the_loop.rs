//! # A timer in the loop: a solution
//!
//! `select!` evaluates its branches anew in each turn. A `sleep(patience)` in a branch is a new timer each time, so it measures the silence
//! since the last turn. A timer that measures from the start is made before the loop, pinned, and lent to each turn: `&mut slow`.
//!
//! A `Sleep` that is over is over at each further poll. So the branch is switched off when it has fired: `if !told`. Without that the loop
//! spins, and no token is ever read again.
//!
//! `biased` makes the order of the branches count: a token of the same instant, and the end, come before the timer. It has a price: as long as
//! the first branch is ready in each turn, because the page is slower than the model, the one below never has its turn. So the clock is looked
//! at once more when a show has ended. The timer knows its instant: `deadline`.
//!
//! The shows stand in the arms, where nothing can cancel them. In a branch they would be dropped when the other branch wins.
//!
//! Also right: `timeout_at` round each `next` until the deadline has passed; two loops, one before and one after the notice; an async lock round
//! `show`, which is fair: who waits for it longest is next.

use std::{pin::pin, time::Duration};

use futures::StreamExt;
use mock_llm::MockLlm;
use tokio::time::{Instant, sleep};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Token(String),
    /// It takes longer than usual.
    Slow,
}

/// Shows an answer, and once that it takes long.
pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
    let mut slow = pin!(sleep(patience));
    let mut told = false;
    let mut tokens = llm.stream(prompt);
    loop {
        tokio::select! {
            biased;
            token = tokens.next() => match token {
                Some(Ok(token)) => {
                    show(Event::Token(token.text)).await;
                    if !told && slow.deadline() < Instant::now() {
                        told = true;
                        show(Event::Slow).await;
                    }
                }
                _ => return,
            },
            () = &mut slow, if !told => {
                told = true;
                show(Event::Slow).await;
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/timer_in_the_loop.rs"]
mod checks;
