//! Also right: `poll_fn` over a list of `maybe_done` futures: what `join_all` does.

use std::{future::poll_fn, task::Poll};

use futures::future::maybe_done;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(maybe_done(ask(llm, prompt)))).collect();
    poll_fn(|cx| {
        // Every call is polled: `all` would stop at the first one that is not done, and the next would not start.
        let waiting = calls.iter_mut().map(|call| call.as_mut().poll(cx)).filter(Poll::is_pending).count();
        if waiting == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    calls.iter_mut().map(|call| call.as_mut().take_output().expect("every call is done")).collect()
}
