//! Also right: `poll_fn` over the list: every call that is not done is polled, and the first error ends it.

use std::{future::poll_fn, task::Poll};

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let mut calls: Vec<_> = prompts.iter().map(|prompt| Some(Box::pin(ask(llm, prompt)))).collect();
    let mut replies = vec![None; prompts.len()];
    poll_fn(|cx| {
        for (slot, reply) in calls.iter_mut().zip(&mut replies) {
            let Some(call) = slot else { continue };
            if let Poll::Ready(result) = call.as_mut().poll(cx) {
                *reply = Some(result?);
                *slot = None;
            }
        }
        if calls.iter().all(Option::is_none) { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(replies.into_iter().flatten().collect())
}
