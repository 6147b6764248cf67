//! # Full pool
//!
//! A book is summarized from its leaves to its root: a section is asked about with the summaries of its parts, in the order of
//! the parts. The provider has a synchronous SDK: `ask` holds its thread until the answer is there. So it is called on the
//! runtime's pool of blocking threads, and nowhere else.
//!
//! The draft below works on every laptop: the pool has 512 threads there. In production it has four, and the service hangs. Mend
//! it, for a pool of any size, one thread included, and for books of a hundred levels. Whenever a thread is free and a section is
//! ready to be asked about (it has no parts, or the summaries of all its parts are there), it is asked about: parts do not
//! wait for each other. Each section is asked about once. Meanwhile, the event loop goes on, and nobody looks again and again.
//!
//! Starts: blocked
//! Run: `cargo workbook check 07-blocking/full_pool` · Read: book, chapter 7, A pool that waits for itself · 12 min

use std::sync::Arc;

use tokio::{
    runtime::Handle,
    task::{JoinHandle, spawn_blocking},
};

/// The SDK: a prompt, and its answer.
pub type Ask = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// A section of a book, with the sections that it consists of.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: String,
    pub parts: Vec<Section>,
}

/// What the model is asked about a section.
pub fn prompt(title: &str, summaries: &[String]) -> String {
    format!("{title}({})", summaries.join(" "))
}

/// The summary of a book.
pub async fn summarize(ask: Ask, book: Section) -> String {
    spawn_blocking(move || summary_of(&ask, book)).await.expect("the SDK does not panic")
}

/// The summary of a section. Runs on a thread of the pool.
fn summary_of(ask: &Ask, section: Section) -> String {
    let start = |part| {
        let ask = ask.clone();
        spawn_blocking(move || summary_of(&ask, part))
    };
    let jobs: Vec<_> = section.parts.into_iter().map(start).collect();
    let wait = |job: JoinHandle<String>| Handle::current().block_on(job).expect("the SDK does not panic");
    let summaries: Vec<String> = jobs.into_iter().map(wait).collect();
    ask(&prompt(&section.title, &summaries))
}

#[path = "checks/full_pool.rs"]
mod checks;
