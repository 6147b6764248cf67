//! Also right: handles in a `FuturesUnordered`, each in a wrapper that aborts its task when it is dropped.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, Reply};
use tokio::task::{JoinError, JoinHandle};

#[derive(Debug)]
pub enum GroupError {
    Failed(Error),
    Panicked(JoinError),
}

impl From<Error> for GroupError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<JoinError> for GroupError {
    fn from(error: JoinError) -> Self {
        Self::Panicked(error)
    }
}

pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
where
    F: Future<Output = Result<Reply, Error>> + Send + 'static,
{
    let tasks = calls
        .into_iter()
        .enumerate()
        .map(|(place, call)| AbortOnDrop { handle: tokio::spawn(async move { (place, call.await) }) });
    let mut tasks = FuturesUnordered::from_iter(tasks);
    let mut replies = Vec::new();
    let mut failed = None;
    while let Some(joined) = tasks.next().await {
        match joined.map_err(GroupError::from).and_then(|(place, reply)| Ok((place, reply?))) {
            Ok(placed) => replies.push(placed),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    for task in tasks.iter() {
        task.handle.abort();
    }
    while tasks.next().await.is_some() {}
    if let Some(error) = failed {
        return Err(error);
    }
    replies.sort_unstable_by_key(|(place, _)| *place);
    Ok(replies.into_iter().map(|(_, reply)| reply).collect())
}

struct AbortOnDrop<T> {
    handle: JoinHandle<T>,
}

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.handle).poll(cx)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.handle.abort();
    }
}
