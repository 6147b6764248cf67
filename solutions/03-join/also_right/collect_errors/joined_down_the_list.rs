//! Also right: `join!` of the first call and, recursively, all the others.

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let [first, others @ ..] = prompts else { return Vec::new() };
    // A future that holds itself has no size: the box gives it one.
    let (first, others) = tokio::join!(ask(llm, first), Box::pin(ask_all(llm, others)));
    [vec![first], others].concat()
}
