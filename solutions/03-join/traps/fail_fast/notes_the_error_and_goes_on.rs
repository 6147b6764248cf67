//! Trap: the first error is kept, and the loop goes on to its end.
//! Caught by: the_first_error_ends_the_wait
//! Says: the run took 4.000 s
//! Says: Nothing that they bring can change the result

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
    let mut calls: FuturesUnordered<_> = calls.collect();
    let (mut replies, mut first_error) = (vec![None; prompts.len()], None);
    while let Some((place, result)) = calls.next().await {
        match result {
            Ok(reply) => replies[place] = Some(reply),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    first_error.map_or_else(|| Ok(replies.into_iter().flatten().collect()), Err)
}
