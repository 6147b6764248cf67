//! Also right: `buffer_unordered`, which hands on each result when it comes; every future brings its place along.

use futures::{StreamExt, TryStreamExt, stream};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let mut replies = vec![None; prompts.len()];
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { Ok((place, ask(llm, prompt).await?)) });
    let mut results = stream::iter(calls).buffer_unordered(prompts.len().max(1));
    while let Some((place, reply)) = results.try_next().await? {
        replies[place] = Some(reply);
    }
    Ok(replies.into_iter().flatten().collect())
}
