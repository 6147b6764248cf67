//! Trap: `buffered` hands on results in the order of the list: an error waits behind the calls before it.
//! Caught by: the_first_error_ends_the_wait
//! Says: the run took 4.000 s
//! Says: Your code looks at the calls in the order of the list

use futures::{StreamExt, TryStreamExt, stream};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len().max(1)).try_collect().await
}
