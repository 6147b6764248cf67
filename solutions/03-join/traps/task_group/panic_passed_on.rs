//! Trap: `expect` on what `join_next` gives makes the panic of a task a panic of the caller.
//! Caught by: a_panic_is_an_error_too
//! Says: `task_group` itself panicked
//! Says: `unwrap` and `expect` make a panic of it again

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
        match joined.expect("a call does not panic") {
            (place, Ok(reply)) => replies.insert(place, reply),
            (_, Err(error)) => {
                tasks.shutdown().await;
                return Err(error.into());
            }
        };
    }
    Ok(replies.into_values().collect())
}
