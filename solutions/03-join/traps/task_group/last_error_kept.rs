//! Trap: the tasks that were aborted end with an error too, and the last one is kept.
//! Caught by: the_first_error_in_time_is_returned_at_once
//! Says: the `JoinError` of a task that was cancelled
//! Says: Keep the first

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
    let mut failed = None;
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok((place, Ok(reply))) => {
                replies.insert(place, reply);
            }
            Ok((_, Err(error))) => {
                failed = Some(error.into());
                tasks.abort_all();
            }
            Err(error) => {
                failed = Some(error.into());
                tasks.abort_all();
            }
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(replies.into_values().collect()),
    }
}
