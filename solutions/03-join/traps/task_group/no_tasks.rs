//! Trap: `try_join_all` on the calls themselves: nothing is spawned.
//! Caught by: runs_each_call_in_a_task_of_its_own
//! Says: 3 of 3 calls polled by the caller itself
//! Says: share the task of the caller

use futures::future::try_join_all;
use mock_llm::{Error, Reply};
use tokio::task::JoinError;

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
    Ok(try_join_all(calls).await?)
}
