//! Trap: `try_join_all` on handles stops at a `JoinError` only: an error of a call is a value to it.
//! Caught by: the_first_error_in_time_is_returned_at_once
//! Says: at 4.000 s
//! Says: an error of a call is a value to it

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
    let tasks = calls.into_iter().map(tokio::spawn);
    let results = try_join_all(tasks).await?;
    Ok(results.into_iter().collect::<Result<_, _>>()?)
}
