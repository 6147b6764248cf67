//! Trap: `select_all` once: it waits for one reply, and the other calls are dropped.
//! Caught by: shows_every_reply_once
//! Says: the calls for questions 1, 3 did not end with a reply
//! Says: to drop a future is to cancel it

use futures::future::select_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

    let ((place, reply), _, _) = select_all(calls.map(Box::pin)).await;
    show(place, reply);
}
