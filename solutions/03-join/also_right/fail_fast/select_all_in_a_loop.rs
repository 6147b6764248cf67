//! Also right: `select_all`, which gives the next result and the futures that are left.

use futures::future::select_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    let mut replies = vec![None; prompts.len()];
    // `select_all` panics without futures.
    while !calls.is_empty() {
        let ((place, result), _, others) = select_all(calls).await;
        replies[place] = Some(result?);
        calls = others;
    }
    Ok(replies.into_iter().flatten().collect())
}
