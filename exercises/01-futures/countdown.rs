//! # Countdown
//!
//! A `Replay` writes a reply to the screen once more, and it shares its thread with others. So each of its polls writes
//! ten tokens at most, and then the others have their turn: of 25 tokens 15 are left, then 5, then none. The poll that
//! writes the last token says `Ready`, with the number of polls that it took. Every poll before it calls its waker
//! once, because nobody else knows that the replay wants to go on. An empty token is a token, too. A replay of no tokens
//! has nothing to write, and is ready at its first poll. Write its `poll`.
//!
//! Run: `cargo workbook check 01-futures/countdown` · Read: book, chapter 1, A future by hand · 10 min

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
        todo!("write ten tokens, and say whether that was all; if not, see to it that there is a next poll")
    }
}

#[path = "checks/countdown.rs"]
mod checks;
