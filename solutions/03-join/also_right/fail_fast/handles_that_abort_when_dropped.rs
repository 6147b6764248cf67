//! Also right: tasks behind handles of your own, which abort when they are dropped.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures::{FutureExt, future::try_join_all};
use mock_llm::{Error, MockLlm, Reply};
use tokio::task::JoinHandle;

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

/// A handle that ends its task when nobody waits for it any more.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.poll_unpin(cx).map(|task| task.expect("the task does not panic"))
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let spawn = |prompt: &String| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        AbortOnDrop(tokio::spawn(async move { ask(&llm, &prompt).await }))
    };
    let tasks: Vec<_> = prompts.iter().map(spawn).collect();
    try_join_all(tasks).await
}
