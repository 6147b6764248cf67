//! Trap: the results are sorted apart, and put together again.
//! Caught by: each_prompt_has_its_own_result
//! Says: at place 2: the answer to mail 3
//! Says: first the replies, then the errors

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    let (replies, errors): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    [replies, errors].concat()
}
