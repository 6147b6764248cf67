//! Trap: `while let Some(Ok(…))` ends at the first error, and nobody tells the caller.
//! Caught by: the_first_error_ends_the_wait
//! Says: `Ok`, with the replies for page 2
//! Says: An error was swallowed

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move {
        let reply = ask(llm, prompt).await?;
        Ok::<_, Error>((place, reply))
    });
    let mut calls: FuturesUnordered<_> = calls.collect();
    let mut replies = vec![None; prompts.len()];
    while let Some(Ok((place, reply))) = calls.next().await {
        replies[place] = Some(reply);
    }
    Ok(replies.into_iter().flatten().collect())
}
