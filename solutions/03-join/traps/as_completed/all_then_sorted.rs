//! Trap: `join_all`, and then the replies sorted by the time they took: the right order, at the wrong time.
//! Caught by: shows_each_reply_when_it_comes
//! Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
//! Says: Your code waits for all replies

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};
use tokio::time::Instant;

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let started = Instant::now();
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move {
        let reply = ask(llm, prompt).await;
        (started.elapsed(), place, reply)
    });
    let mut replies = join_all(calls).await;
    replies.sort_by_key(|(took, _, _)| *took);
    for (_, place, reply) in replies {
        show(place, reply);
    }
}
