//! # Abort or detach
//!
//! A desk writes answers into a transcript, and only one may have that open. Meanwhile it asks for a title, and saves the question.
//! In a demo the code below does it. Mend `Desk`:
//!
//! - `ask` ends what a question before it has left, opens the transcript, and starts three things at once: the answer, the title
//!   (`write` and `entitle`, as they are) and `save`, called once. It waits for none of the three. If the transcript is open
//!   elsewhere, it says `Busy` and starts nothing.
//! - When the answer is over, its pen is back, though the title may still be on its way.
//! - `stop` ends the answer and the title. When it returns, they *have* ended: the pen is back, and neither call goes on. It
//!   takes no time. With nothing to end it does nothing. Where its future is dropped before it is ready, a later `stop` or `ask`
//!   still ends both. A panic of the answer or the title comes out of neither.
//! - When the desk is dropped, the answer and the title end, too.
//! - A question is saved whatever happens: its `save` goes on to its end, after a stop and after the desk.
//!
//! Starts: wrong
//! Run: `cargo workbook check 06-timeouts/abort_or_detach` · Read: book, chapter 6, Abort, detach, shield · 15 min

use std::sync::{Arc, Mutex, MutexGuard};

use futures::{StreamExt, future::BoxFuture};
use mock_llm::MockLlm;
use tokio::task::JoinHandle;

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
    answer: Option<JoinHandle<()>>,
}

impl Desk {
    pub fn new(llm: MockLlm, transcript: Transcript, save: Save) -> Self {
        Self { llm, transcript, save, answer: None }
    }

    /// Begins a question.
    pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
        self.stop().await;
        let pen = self.transcript.open()?;
        let (llm, prompt, transcript) = (self.llm.clone(), prompt.to_owned(), self.transcript.clone());
        let save = (self.save)(prompt.clone());
        self.answer = Some(tokio::spawn(async move {
            // The three go on side by side.
            let title = tokio::spawn(entitle(llm.clone(), prompt.clone(), transcript));
            let _ = tokio::join!(write(llm, prompt, pen), save, title);
        }));
        Ok(())
    }

    /// Ends what the last question has left.
    pub async fn stop(&mut self) {
        if let Some(answer) = self.answer.take() {
            answer.abort();
        }
    }
}

#[path = "checks/abort_or_detach.rs"]
mod checks;
