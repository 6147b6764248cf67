//! Trap: a map from the text of each prompt to its place.
//! Caught by: the_same_prompt_twice_has_two_places
//! Says: replies shown at places [1, 2, 2]
//! Says: two boxes may ask the same

use std::collections::HashMap;

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let places: HashMap<&String, usize> = prompts.iter().enumerate().map(|(place, prompt)| (prompt, place)).collect();
    let calls = prompts.iter().map(|prompt| async move { (prompt, ask(llm, prompt).await) });
    let mut calls: FuturesUnordered<_> = calls.collect();
    while let Some((prompt, reply)) = calls.next().await {
        show(places[prompt], reply);
    }
}
