//! Also right: `join_next_with_id` says which task has ended; the handles know the places.

use std::collections::HashMap;

use mock_llm::{Error, Reply};
use tokio::task::{Id, JoinError, JoinSet};

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
    let mut tasks = JoinSet::new();
    let places: HashMap<Id, usize> =
        calls.into_iter().enumerate().map(|(place, call)| (tasks.spawn(call).id(), place)).collect();
    let mut replies = vec![None; places.len()];
    let outcome = loop {
        match tasks.join_next_with_id().await {
            None => break Ok(()),
            Some(Err(panic)) => break Err(panic.into()),
            Some(Ok((_, Err(error)))) => break Err(error.into()),
            Some(Ok((id, Ok(reply)))) => replies[places[&id]] = Some(reply),
        }
    };
    tasks.abort_all();
    while tasks.join_next().await.is_some() {}
    outcome.map(|()| replies.into_iter().flatten().collect())
}
