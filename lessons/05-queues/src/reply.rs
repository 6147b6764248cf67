//! Each question brings a oneshot for its answer: an actor.

use tokio::sync::{mpsc, oneshot};

// ANCHOR: actor
/// A question to the glossary, and where the answer goes.
struct Question {
    term: String,
    reply: oneshot::Sender<usize>,
}

/// Gives each term a number. The actor owns its list: no lock is needed, for nobody else can reach it.
#[derive(Debug, Clone)]
pub struct Glossary {
    questions: mpsc::Sender<Question>,
}

impl Glossary {
    /// Starts the actor. It ends when the last clone of the handle is dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime, and for a capacity of 0.
    pub fn start(capacity: usize) -> Self {
        let (questions, mut inbox) = mpsc::channel::<Question>(capacity);
        tokio::spawn(async move {
            let mut terms: Vec<String> = Vec::new();
            while let Some(Question { term, reply }) = inbox.recv().await {
                let known = terms.iter().position(|other| *other == term);
                let number = known.unwrap_or_else(|| {
                    terms.push(term);
                    terms.len() - 1
                });
                // Who asked may have gone. That is no error of the actor's.
                let _ = reply.send(number);
            }
        });
        Self { questions }
    }

    /// The number of the term, or `None` where the actor is gone.
    pub async fn number(&self, term: &str) -> Option<usize> {
        let (reply, answer) = oneshot::channel();
        self.questions.send(Question { term: term.to_owned(), reply }).await.ok()?;
        answer.await.ok()
    }
}
// ANCHOR_END: actor
