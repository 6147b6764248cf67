//! Trap: the handles are awaited in the order of the calls, so a late success hides an early error.
//! Caught by: the_first_error_in_time_is_returned_at_once
//! Says: the error of `summary`, which failed later, at 3.000 s
//! Says: looked at in the order of the calls

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
    let tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await??);
    }
    Ok(replies)
}
