//! Trap: the results are collected into one `Result`: a single error takes the place of all replies.
//! Caught by: each_prompt_has_its_own_result
//! Says: at place 1: the error "503 overloaded"
//! Says: whatever became of the other calls

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    match results.into_iter().collect::<Result<Vec<Reply>, Error>>() {
        Ok(replies) => replies.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error); prompts.len()],
    }
}
