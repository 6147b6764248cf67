//! Also right: `FuturesUnordered` with `?`, where each future brings the place of its prompt along. For any number of prompts.

use futures::{TryStreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { Ok((place, ask(llm, prompt).await?)) });
    let mut replies: Vec<(usize, Reply)> = calls.collect::<FuturesUnordered<_>>().try_collect().await?;
    replies.sort_by_key(|(place, _)| *place);
    Ok(replies.into_iter().map(|(_, reply)| reply).collect())
}
