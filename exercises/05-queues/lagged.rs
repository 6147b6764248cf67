//! # Lagged
//!
//! An answer is written, and each viewer follows it with `follow`, from before its first token. A broadcast channel holds only
//! the last few tokens: a viewer whose screen is slow misses the oldest. The code below ends at that moment, with half an answer
//! on the screen. Mend it:
//!
//! - After each token that comes, `show` the whole text so far, also where several have come at once. For a token that stands in the
//!   text already you may, and need not.
//! - After a gap, say how many tokens the channel counted (`missed`), then read the archive once, and show the text that has no gap any
//!   more: all that the archive gave, or up to the last token that was missed. The archive is not read without a gap.
//! - A text that is shown begins the answer: no token is left out, none stands there twice, and it is never shorter than the one
//!   before. (Each token stands in the archive before it is sent, perhaps long before, and to read the archive takes time.)
//! - `follow` ends when the channel is closed and all that was left in it has been seen; not before. It sleeps until then.
//!
//! Starts: wrong
//! Run: `cargo workbook check 05-queues/lagged` · Read: book, chapter 5, Everybody, or a gap: broadcast · 15 min

use std::{cell::Cell, sync::Mutex, time::Duration};

use tokio::{sync::broadcast::Receiver, time::sleep};

/// A token, and its place in the answer: the first one has place 0.
#[derive(Debug, Clone)]
pub struct Token {
    pub place: usize,
    pub text: String,
}

/// Keeps the texts of all tokens of the answer so far.
#[derive(Default)]
pub struct Archive {
    pub tokens: Mutex<Vec<String>>,
    pub takes: Duration,
    pub reads: Cell<usize>,
}

impl Archive {
    /// All tokens up to the moment of the call; they arrive a little later.
    pub async fn read(&self) -> Vec<String> {
        self.reads.set(self.reads.get() + 1);
        let tokens = self.tokens.lock().expect("nobody panics with the lock").clone();
        sleep(self.takes).await;
        tokens
    }
}

/// What a viewer saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Text(String),
    Missed(u64),
}

#[derive(Default)]
pub struct Screen {
    pub seen: Vec<Seen>,
    pub takes: Duration,
}

impl Screen {
    /// Shows this text in place of the one before.
    pub async fn show(&mut self, text: &str) {
        self.seen.push(Seen::Text(text.to_owned()));
        sleep(self.takes).await;
    }

    /// Tells the viewer that this many tokens were missed.
    pub fn missed(&mut self, tokens: u64) {
        self.seen.push(Seen::Missed(tokens));
    }
}

/// Shows the answer while it is written, until the channel is closed.
pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
    let mut text = String::new();
    while let Ok(token) = tokens.recv().await {
        text.push_str(&token.text);
        screen.show(&text).await;
    }
}

#[path = "checks/lagged.rs"]
mod checks;
