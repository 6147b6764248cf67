//! # Countdown: a solution
//!
//! A future is a value with a method: "go on as far as you can, and tell me whether you are ready". Between two polls
//! nothing of it runs. All that it remembers is in its fields: here the tokens that are left.
//!
//! `Pending` is a promise to call the waker. A timer or a socket calls it later; a replay that only wants to go to the
//! end of the queue calls it at once, before it returns. Without the call there is no second poll, and the program
//! hangs without a word: a lost wake-up. With the call and without progress it would be polled for ever: a busy loop.
//!
//! How much is one step? A poll and a wake-up cost something, so one token is too little; the others on the thread wait
//! while it runs, so the whole reply is too much. The chapter's countdown takes one off, and learns at one poll more
//! that nothing is left. Here the poll that writes the last token knows it, and says `Ready` itself.
//!
//! Also right: `drain(..count)` in place of `pop_front`; `wake_by_ref` on a clone, or `cx.waker().clone().wake()`.

use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

/// How many tokens one poll writes at most.
pub const AT_ONCE: usize = 10;

/// What the user sees. Clones are the same screen.
#[derive(Debug, Clone, Default)]
pub struct Screen(Rc<RefCell<String>>);

impl Screen {
    pub fn write(&self, token: &str) {
        self.0.borrow_mut().push_str(token);
    }

    pub fn text(&self) -> String {
        self.0.borrow().clone()
    }
}

/// Writes the tokens that are left, ten at a time.
#[derive(Debug)]
pub struct Replay {
    left: VecDeque<String>,
    screen: Screen,
    polls: usize,
}

impl Replay {
    /// Writes nothing yet.
    pub fn new(tokens: impl IntoIterator<Item = String>, screen: &Screen) -> Self {
        Self { left: tokens.into_iter().collect(), screen: screen.clone(), polls: 0 }
    }
}

impl Future for Replay {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        self.polls += 1;
        for _ in 0..AT_ONCE {
            let Some(token) = self.left.pop_front() else { break };
            self.screen.write(&token);
        }
        if self.left.is_empty() {
            return Poll::Ready(self.polls);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/countdown.rs"]
mod checks;
