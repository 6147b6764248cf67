//! Trap: an empty reply in place of each error, so that the caller need not care.
//! Caught by: each_prompt_has_its_own_result
//! Says: at place 2: the reply "", which no call gave
//! Says: The call failed, and the list says that it did not

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let nothing = || Reply { model: "atlas".to_owned(), text: String::new(), tokens: 0 };
    let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    results.into_iter().map(|result| Ok(result.unwrap_or_else(|_| nothing()))).collect()
}
