//! Also right: `buffer_unordered` with room for all of them, and for one where there are none.

use futures::{StreamExt, stream};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

    let mut replies = stream::iter(calls).buffer_unordered(prompts.len().max(1));
    while let Some((place, reply)) = replies.next().await {
        show(place, reply);
    }
}
