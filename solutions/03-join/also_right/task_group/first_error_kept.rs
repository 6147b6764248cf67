//! Also right: one loop to the end: the first error is kept, the rest is aborted and joined by the same loop.

use std::collections::BTreeMap;

use mock_llm::{Error, Reply};
use tokio::task::{JoinError, JoinSet};

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
    for (place, call) in calls.into_iter().enumerate() {
        tasks.spawn(async move { (place, call.await) });
    }
    let mut replies = BTreeMap::new();
    let mut failed: Option<GroupError> = None;
    while let Some(joined) = tasks.join_next().await {
        let error = match joined {
            Ok((place, Ok(reply))) => {
                replies.insert(place, reply);
                continue;
            }
            Ok((_, Err(error))) => error.into(),
            Err(error) => error.into(),
        };
        if failed.is_none() {
            failed = Some(error);
            tasks.abort_all();
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(replies.into_values().collect()),
    }
}
