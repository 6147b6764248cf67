//! Also right: `buffered` with room for all of them, and for one where there are none.

use futures::{StreamExt, stream};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len().max(1)).collect().await
}
