//! # Lagged: a solution
//!
//! `recv` gives two errors, and they mean opposite things. `Closed` is the end. `Lagged(n)` is news: the oldest `n` tokens are
//! gone, the receiver stands at the oldest that is left, and the next `recv` goes on from there. `while let Ok` takes the one for
//! the other.
//!
//! What is lost cannot be had from the channel, so the text is read anew from where it is whole. The tokens that still wait in the
//! channel are in that text already: their places tell, and they are skipped. They must not be thrown away unseen *after* the
//! reading, for tokens that came meanwhile are among them. And to throw them away *before* the reading makes places no less needed: a
//! token may stand in the archive for a while before it is sent.
//!
//! Also right: `resubscribe` before the archive is read, and places all the same; places compared by another count; to end by `?` or
//! `break` at `Closed`.

use std::{cell::Cell, sync::Mutex, time::Duration};

use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::sleep,
};

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
    let mut shown: Vec<String> = Vec::new();
    loop {
        match tokens.recv().await {
            // The archive had it already.
            Ok(token) if token.place < shown.len() => continue,
            Ok(token) => shown.push(token.text),
            Err(RecvError::Lagged(missed)) => {
                screen.missed(missed);
                shown = archive.read().await;
            }
            Err(RecvError::Closed) => return,
        }
        screen.show(&shown.concat()).await;
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/lagged.rs"]
mod checks;
