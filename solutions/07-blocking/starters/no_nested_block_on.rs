//! # No nested block_on
//!
//! A template engine fills in a page. It is a library with a synchronous interface: where the page has a question, the engine
//! calls `lookup`, goes on with the answer, and may make the next question of it. It computes a lot in between. Your model's
//! client is async. Its connection is a task on the runtime of its first call, and serves the calls of all pages. The draft below
//! asks the runtime to wait inside of the runtime, and panics at the first question.
//!
//! Mend `render`, on every flavour of runtime: the engine works elsewhere, so that the event loop goes on; each call of `lookup`
//! asks the model once, on the runtime of `render`, and waits for the answer, however long it takes; nobody looks again and again.
//! A panic of the engine is a panic of `render`. And when the caller drops `render`, nobody asks the model any more: the call in
//! flight is dropped, `lookup` gives an empty text from then on, and the engine comes to its end with that. (A future of `ask` that
//! is never polled asks nobody.)
//!
//! The engine and its `lookup` cannot be made async: they are as they are.
//!
//! Starts: wrong
//! Run: `cargo workbook check 07-blocking/no_nested_block_on` · Read: book, chapter 7, A runtime inside a runtime · 10 min

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::{runtime::Handle, sync::mpsc, sync::oneshot, task::spawn_blocking};

/// The engine, with one page to fill in. It calls `lookup` for each question, and returns the page.
pub type Engine = Box<dyn FnOnce(&mut dyn FnMut(&str) -> String) -> String + Send>;

/// The model's client: a question, and the future of its answer.
pub type Ask = Arc<dyn Fn(String) -> BoxFuture<'static, String> + Send + Sync>;

/// The page, with an answer for each of its questions.
pub async fn render(engine: Engine, ask: Ask) -> String {
    let runtime = Handle::current();
    let mut lookup = |question: &str| runtime.block_on(ask(question.to_owned()));
    engine(&mut lookup)
}

#[path = "checks/no_nested_block_on.rs"]
mod checks;
