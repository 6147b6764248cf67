//! # Missed notification
//!
//! An answer is written into a store, token by token, and people follow it. After each token, and once after the last, the
//! writer calls `changed.notify_waiters()`. Asking the store takes a while. `follow` shows each token once, in order, each
//! as soon as it can, and returns when the answer has ended and all of it was shown. The store costs money: it is asked
//! twice at most at the start, and twice at most after each notification.
//!
//! A clerk answers the questions in an inbox, one after another, in their order. After each question, and once after the
//! last, the bell rings: `notify_one()`. An asker may have gone; then it is all the same whether the question is asked.
//! `answer_all` returns when the inbox is closed and empty. A clerk may be sent home in the middle of a question (`answer_all`
//! is dropped): only that question is lost, and the next clerk answers the others.
//!
//! Both sleep while there is nothing to do. And both hang now and then: mend `follow` and `answer_all`.
//!
//! Starts: deadlock
//! Run: `cargo workbook check 05-queues/missed_notification` · Read: book, chapter 5, Notify: which notifications are remembered? · 12 min

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
        let page = store.read(shown).await;
        shown += page.tokens.len();
        for token in page.tokens {
            show(token).await;
        }
        if page.ended {
            return;
        }
        changed.notified().await;
    }
}

/// Answers all questions of the inbox.
pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
    loop {
        inbox.bell.notified().await;
        let Some((question, asker)) = inbox.take() else {
            if inbox.is_closed() {
                return;
            }
            continue;
        };
        let reply = llm.complete(&question).await.expect("the model answers");
        // The asker may have gone.
        let _ = asker.send(reply);
    }
}

#[path = "checks/missed_notification.rs"]
mod checks;
