//! # Full pool: a solution
//!
//! The draft waits on the pool: the job of a section holds a thread until the jobs of its parts have ended, and they need
//! threads too. With four threads, a book of four levels is enough: four jobs wait, and the fifth, for which they wait, has no
//! thread. A larger pool moves the day on which it happens.
//!
//! The rule that mends it: *a job on the pool waits for no job on the pool.* What waits for others is async, and costs no thread:
//! `summary_of` is a future for each section, however many there are. Only the call that blocks is a job, and it depends on
//! nobody. So one thread is enough, and every further one makes it faster.
//!
//! A function that calls itself needs a box in async: `boxed()` here, or `Box::pin(…)`. `join_all` keeps the order of the
//! parts.
//!
//! Also right: a task for each part, in handles that are awaited in order; a channel over which jobs report, with a loop that
//! starts a section when its last part is there. Not right: a pool of threads of your own. It moves the question to another
//! pool.

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt, join_all};
use tokio::task::spawn_blocking;

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
    summary_of(ask, book).await
}

/// The summary of a section. It waits on the event loop, and only `ask` is on a thread of the pool.
fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
    async move {
        let parts = section.parts.into_iter().map(|part| summary_of(ask.clone(), part));
        let summaries = join_all(parts).await;
        let prompt = prompt(&section.title, &summaries);
        spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
    }
    .boxed()
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/full_pool.rs"]
mod checks;
