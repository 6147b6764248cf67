//! # Abort or detach: a solution
//!
//! Each task has an owner that decides how long it lives. The answer and the title belong to the desk: they stand in its `JoinSet`, side by side. A task
//! that spawns the other one would own nothing of it: tasks are no tree.
//!
//! `abort` is a request. A task has ended when its handle says so, or the set: `shutdown` aborts all, and waits for the end of each.
//! It loses nothing when it is given up: what has not ended stays in the set. And a set that is dropped aborts what is in it.
//!
//! The question is to be saved whatever happens, so nobody owns that task: `spawn`, and the handle is dropped. Only the end of the runtime ends it.
//!
//! Also right: answer and title as two branches of *one* task, with a handle that aborts when it is dropped; a task that ends by itself when
//! the sender of a channel is gone.

use std::sync::{Arc, Mutex, MutexGuard};

use futures::{StreamExt, future::BoxFuture};
use mock_llm::MockLlm;
use tokio::task::JoinSet;

/// What can be told of a transcript that is open elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

/// A text that only one may write at a time. As it is.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    page: Arc<Mutex<Page>>,
}

#[derive(Debug, Default)]
struct Page {
    is_open: bool,
    text: String,
    title: Option<String>,
}

impl Transcript {
    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().expect("nobody panics with the page")
    }

    pub fn open(&self) -> Result<Pen, Busy> {
        let was_open = std::mem::replace(&mut self.page().is_open, true);
        if was_open { Err(Busy) } else { Ok(Pen { transcript: self.clone() }) }
    }

    pub fn text(&self) -> String {
        self.page().text.clone()
    }

    pub fn title(&self) -> Option<String> {
        self.page().title.clone()
    }
}

/// The right to write. It goes back when it is dropped.
#[derive(Debug)]
pub struct Pen {
    transcript: Transcript,
}

impl Drop for Pen {
    fn drop(&mut self) {
        self.transcript.page().is_open = false;
    }
}

/// Writes an answer, token by token. As it is.
async fn write(llm: MockLlm, prompt: String, pen: Pen) {
    let mut tokens = llm.stream(&prompt);
    while let Some(Ok(token)) = tokens.next().await {
        pen.transcript.page().text.push_str(&token.text);
    }
}

/// Asks for a title, and sets it. As it is.
async fn entitle(llm: MockLlm, prompt: String, transcript: Transcript) {
    if let Ok(reply) = llm.complete(&format!("A title for: {prompt}")).await {
        transcript.page().title = Some(reply.text);
    }
}

/// Saves a question. It takes a while.
pub type Save = Box<dyn Fn(String) -> BoxFuture<'static, ()> + Send + Sync>;

/// Answers one question at a time.
pub struct Desk {
    llm: MockLlm,
    transcript: Transcript,
    save: Save,
    running: JoinSet<()>,
}

impl Desk {
    pub fn new(llm: MockLlm, transcript: Transcript, save: Save) -> Self {
        Self { llm, transcript, save, running: JoinSet::new() }
    }

    /// Begins a question.
    pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
        self.stop().await;
        let pen = self.transcript.open()?;
        let prompt = prompt.to_owned();
        // Nobody keeps this handle: the task is detached.
        tokio::spawn((self.save)(prompt.clone()));
        self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
        self.running.spawn(write(self.llm.clone(), prompt, pen));
        Ok(())
    }

    /// Ends what the last question has left.
    pub async fn stop(&mut self) {
        self.running.shutdown().await;
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/abort_or_detach.rs"]
mod checks;
