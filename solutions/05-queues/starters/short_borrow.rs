//! # Short borrow
//!
//! The system prompt of a running service can be edited: `prompt` is a watch channel that holds the newest text. `translate` works on
//! a list of pages and puts the newest prompt before each of them. It compiles. Then somebody edits the prompt, and the whole service
//! stands still: a borrow of a watch channel is a lock. Mend it:
//!
//! - Each page is sent with the prompt that is the newest when its call begins: `{prompt}\n{page}`. Half-way through a call nothing
//!   changes any more.
//! - Whoever edits the prompt never waits, not even while a call is in flight.
//! - The future that `translate` gives can be sent to another thread, so that it can be spawned.
//! - When the prompt is `"stop"` at the moment at which a page would begin, neither this page nor a later one is begun. A "stop" that
//!   came and went during a call does not count. Any other text is a prompt like all, also an empty one, and one in which the word
//!   stands. When the editor has gone, the last prompt stays.
//!
//! Starts: blocked
//! Run: `cargo workbook check 05-queues/short_borrow` · Read: book, chapter 5, The newest value: watch · 10 min

use mock_llm::{Error, MockLlm};
use tokio::sync::watch::Receiver;

/// The translations of the pages, each with the prompt of its time.
pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
    let mut translations = Vec::new();
    for page in pages {
        let newest = prompt.borrow();
        if *newest == "stop" {
            break;
        }
        let reply = llm.complete(&format!("{}\n{page}", *newest)).await?;
        translations.push(reply.text);
    }
    Ok(translations)
}

#[path = "checks/short_borrow.rs"]
mod checks;
