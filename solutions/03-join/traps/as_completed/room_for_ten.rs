//! Trap: room for ten calls, because so far there were never more.
//! Caught by: shows_any_number_at_any_instant
//! Says: at most 10 calls in flight together, of 20
//! Says: a limit that nobody asked for

use futures::{StreamExt, stream};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

    let mut replies = stream::iter(calls).buffer_unordered(10);
    while let Some((place, reply)) = replies.next().await {
        show(place, reply);
    }
}
