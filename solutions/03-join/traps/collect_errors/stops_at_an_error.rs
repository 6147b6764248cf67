//! Trap: a loop that keeps the first error and ends there.
//! Caught by: asks_every_prompt_once
//! Says: calls for mails 1, 2
//! Says: After an error nothing more was asked

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let mut results = Vec::new();
    for prompt in prompts {
        let result = ask(llm, prompt).await;
        let failed = result.is_err();
        results.push(result);
        if failed {
            break;
        }
    }
    results
}
