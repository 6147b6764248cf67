//! Trap: the replies are kept in a map, by the text of the prompt.
//! Caught by: the_same_prompt_twice_is_two_calls
//! Says: 2 calls
//! Says: two places may hold the same text

use std::collections::HashMap;

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let calls: HashMap<&String, _> = prompts.iter().map(|prompt| (prompt, ask(llm, prompt))).collect();
    let replies = calls.into_iter().map(|(prompt, call)| async move { (prompt, call.await) });
    let replies: HashMap<&String, Reply> = join_all(replies).await.into_iter().collect();
    prompts.iter().map(|prompt| replies[prompt].clone()).collect()
}
