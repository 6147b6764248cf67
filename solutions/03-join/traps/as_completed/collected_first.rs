//! Trap: `FuturesUnordered`, collected into a list before anything is shown.
//! Caught by: shows_each_reply_when_it_comes
//! Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
//! Says: Your code waits for all replies

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

    let replies: Vec<(usize, Reply)> = calls.collect::<FuturesUnordered<_>>().collect().await;
    for (place, reply) in replies {
        show(place, reply);
    }
}
