//! Also right: `poll_fn` over three pinned futures that keep their output: what `join!` expands to.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use futures::future::maybe_done;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let mut atlas = pin!(maybe_done(ask(llm, "atlas", prompt)));
    let mut birch = pin!(maybe_done(ask(llm, "birch", prompt)));
    let mut cedar = pin!(maybe_done(ask(llm, "cedar", prompt)));
    poll_fn(|cx| {
        // All three are polled before the question is asked: `&&` would stop at the first one that is not done.
        let polls = [atlas.as_mut().poll(cx), birch.as_mut().poll(cx), cedar.as_mut().poll(cx)];
        if polls.iter().all(Poll::is_ready) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    [atlas, birch, cedar].map(|mut call| call.as_mut().take_output().expect("every call is done"))
}
