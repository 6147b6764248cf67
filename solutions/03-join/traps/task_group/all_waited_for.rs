//! Trap: the first error is kept, and the other tasks may go on to their ends.
//! Caught by: the_first_error_in_time_is_returned_at_once
//! Says: the error of `keywords`, at 4.000 s
//! Says: and it comes late

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
            Ok((_, Err(error))) => failed = failed.or(Some(error.into())),
            Err(error) => failed = failed.or(Some(error.into())),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(replies.into_values().collect()),
    }
}
