//! Trap: a stream with room for as many calls as there are prompts: with no prompts there is room for none, and the stream never looks at its source.
//! Caught by: no_prompts_no_replies
//! Says: nothing happens after 0.000 s
//! Says: Everything waits for something else

use futures::{StreamExt, stream};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len()).collect().await
}
