//! Trap: `try_join_all` drops the other handles at the first error, and their tasks go on.
//! Caught by: nothing_is_in_flight_on_return
//! Says: They go on after the return
//! Says: *detaches* it

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
    try_join_all(tasks.map(|task| async { Ok(task.await??) })).await
}
