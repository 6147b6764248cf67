//! # Missed notification: a solution
//!
//! `notify_waiters` wakes those who wait *now*, and is forgotten. Who has called `notified()` counts as waiting, from the call on, polled
//! or not. So the order is: call `notified()`, look, work, and then await what was made before the look. Whatever changes after the
//! look is heard.
//!
//! `notify_one` leaves a permit when nobody waits, and one only: two questions may have rung once. So a ring says "look", and never
//! "there is exactly one". Take until the inbox is empty. It may also be for nothing: the permit of a question that was taken already.
//!
//! Between the last look of `answer_all` and its wait no ring is lost: the permit stays. But a clerk who is sent home has heard rings
//! that the next one does not hear: look first, and wait then.
//!
//! Whether the inbox is closed is asked *before* the look. The other way round another thread may put a question and close between
//! the two: the clerk has found nothing, then hears that it is closed, and goes.
//!
//! Also right: look, make the `notified()`, and look once more; `Notified::enable` on a pinned future. A `watch` channel has all of this
//! built in, where the story lets you choose.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use mock_llm::{MockLlm, Reply};
use tokio::sync::{Notify, oneshot};

/// What the store says.
#[derive(Debug)]
pub struct Page {
    pub tokens: Vec<String>,
    /// No token follows these.
    pub ended: bool,
}

/// Where the answer is kept.
pub trait Store {
    /// The tokens from this place on, as they stood at one moment between the call and its end.
    fn read(&self, from: usize) -> impl Future<Output = Page>;
}

/// A question, and where its answer goes.
pub type Question = (String, oneshot::Sender<Reply>);

/// Questions that wait for an answer. It is right as it is.
#[derive(Debug, Default)]
pub struct Inbox {
    questions: Mutex<VecDeque<Question>>,
    closed: AtomicBool,
    pub bell: Notify,
}

impl Inbox {
    pub fn put(&self, question: Question) {
        self.questions.lock().unwrap().push_back(question);
        self.bell.notify_one();
    }

    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.bell.notify_one();
    }

    pub fn take(&self) -> Option<Question> {
        self.questions.lock().unwrap().pop_front()
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

/// Shows the answer while it is written.
pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
    let mut shown = 0;
    loop {
        // From here on a notification is kept, even while nobody polls.
        let news = changed.notified();
        let page = store.read(shown).await;
        shown += page.tokens.len();
        for token in page.tokens {
            show(token).await;
        }
        if page.ended {
            return;
        }
        news.await;
    }
}

/// Answers all questions of the inbox.
pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
    loop {
        // Asked before the look: who closes puts nothing after that, so what was put stands in the inbox by then.
        let closed = inbox.is_closed();
        // Two questions may have rung once.
        while let Some((question, asker)) = inbox.take() {
            let reply = llm.complete(&question).await.expect("the model answers");
            // The asker may have gone.
            let _ = asker.send(reply);
        }
        if closed {
            return;
        }
        inbox.bell.notified().await;
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/missed_notification.rs"]
mod checks;
