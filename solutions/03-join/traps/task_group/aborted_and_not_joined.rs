//! Trap: `abort_all` marks the tasks, and the function returns before they are gone.
//! Caught by: nothing_is_in_flight_on_return
//! Says: told to end, and nobody waited
//! Says: `abort` and `abort_all` only mark a task

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
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok((place, Ok(reply))) => replies.insert(place, reply),
            Ok((_, Err(error))) => {
                tasks.abort_all();
                return Err(error.into());
            }
            Err(panic) => {
                tasks.abort_all();
                return Err(panic.into());
            }
        };
    }
    Ok(replies.into_values().collect())
}
