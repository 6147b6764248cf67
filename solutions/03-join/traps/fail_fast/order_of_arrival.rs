//! Trap: `FuturesUnordered` with `try_collect`: it fails fast, and loses the order of the replies.
//! Caught by: without_an_error_all_replies_come_in_order
//! Says: The replies are in the order in which they came

use futures::{TryStreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
    calls.try_collect().await
}
