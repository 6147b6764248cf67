//! Also right: `try_join_all` of futures whose result is always `Ok`: inside it is the result of the call.

use std::convert::Infallible;

use futures::future::try_join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let calls = prompts.iter().map(|prompt| async move { Ok::<_, Infallible>(ask(llm, prompt).await) });
    let Ok(results) = try_join_all(calls).await;
    results
}
