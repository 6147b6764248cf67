//! # Both flavours
//!
//! A chat keeps the newest messages that fit into the model's window. `fit` looks at them from the newest to the oldest, stops
//! at the first one that does not fit any more, and returns those before it, in their old order. The tokenizer is slow and
//! synchronous: it counts each of the messages that were looked at once, and no other.
//!
//! `fit` stands in a library, and its callers run it wherever they like: on a multi-threaded runtime or on one with a single
//! thread, in a task, in a `LocalSet`, in a `join!`. It must work everywhere, and while the tokenizer works everything else
//! must go on, the other futures of the same task too. If the tokenizer panics, so does `fit`.
//!
//! The draft works in `main`, and panics in every test: `#[tokio::main]` and `#[tokio::test]` do not pick the same runtime.
//!
//! Starts: wrong
//! Run: `cargo workbook check 07-blocking/both_flavours` · Read: book, chapter 7, Two flavours of runtime · 10 min

use std::sync::Arc;

use tokio::task::{block_in_place, spawn_blocking};

/// Counts the tokens of a text. It computes, and takes its time.
pub trait Tokenizer: Send + Sync {
    fn count(&self, text: &str) -> usize;
}

/// The newest messages that together have `limit` tokens at most.
pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
    block_in_place(|| newest(&**tokenizer, messages, limit))
}

/// What `fit` returns. It is right, and it blocks.
fn newest(tokenizer: &dyn Tokenizer, messages: &[String], limit: usize) -> Vec<String> {
    let mut left = limit;
    let mut fits = |message: &&String| {
        let rest = left.checked_sub(tokenizer.count(message));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    let mut newest: Vec<String> = messages.iter().rev().take_while(|message| fits(message)).cloned().collect();
    newest.reverse();
    newest
}

#[path = "checks/both_flavours.rs"]
mod checks;
