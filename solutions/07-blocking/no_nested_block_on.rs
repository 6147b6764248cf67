//! # No nested block_on: a solution
//!
//! `block_on` holds its thread until a future has ended. On the thread of an event loop, that future could never go on, so tokio
//! panics instead of hanging. `block_in_place` round it helps on one flavour of runtime only.
//!
//! So the two sides get a thread each. The engine runs on one of the pool, where it may block. The model's client stays where
//! it is at home, on the event loop. Between them: a channel for questions, and one for their answers. The engine's side waits with
//! `blocking_send` and `blocking_recv`, the other with `.await`. There is one question at a time, so one channel for all answers
//! is enough.
//!
//! Ownership does the rest. When the engine has ended, its sender is dropped, and the loop ends. When `render` is dropped, its
//! call is dropped with it, and so are the receiver of the questions and the sender of the answers: `lookup` finds both
//! channels closed.
//!
//! Also right: `Handle::block_on` on the thread of the pool, which is no thread of an event loop, if the wait ends as well when
//! `render` is gone (`select!` over the answer and a channel that closes). Mind that such a `block_on` drives no timers and no
//! sockets on a current-thread runtime: somebody else must be in its `block_on`. Not with a runtime of your own: the client's
//! connections live where they were made.
//!
//! And a `oneshot` in each question, for its answer. It is worse by a hair: a question that is sent in the very moment in which the
//! receiver is dropped may stay in tokio's channel, with its way back inside, and then nobody closes that way.

use std::{panic::resume_unwind, sync::Arc};

use futures::future::BoxFuture;
use tokio::{sync::mpsc, task::spawn_blocking};

/// The engine, with one page to fill in. It calls `lookup` for each question, and returns the page.
pub type Engine = Box<dyn FnOnce(&mut dyn FnMut(&str) -> String) -> String + Send>;

/// The model's client: a question, and the future of its answer.
pub type Ask = Arc<dyn Fn(String) -> BoxFuture<'static, String> + Send + Sync>;

/// The page, with an answer for each of its questions.
pub async fn render(engine: Engine, ask: Ask) -> String {
    let (questions, mut asked) = mpsc::channel::<String>(1);
    let (reply, mut answers) = mpsc::channel(1);
    let job = spawn_blocking(move || {
        engine(&mut |question| {
            // Where `render` is gone, the question is given back, and there is no answer.
            let _ = questions.blocking_send(question.to_owned());
            answers.blocking_recv().unwrap_or_default()
        })
    });
    // Ends when the engine has: the closure owns the only sender.
    while let Some(question) = asked.recv().await {
        let _ = reply.send(ask(question).await).await;
    }
    job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/no_nested_block_on.rs"]
mod checks;
