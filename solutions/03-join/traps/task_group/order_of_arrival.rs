//! Trap: the replies are kept in the order in which the tasks end.
//! Caught by: returns_all_replies_in_the_order_of_the_calls
//! Says: Tasks end in any order

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
    let mut tasks = JoinSet::from_iter(calls);
    let mut replies = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        match joined.map_err(GroupError::from).and_then(|reply| Ok(reply?)) {
            Ok(reply) => replies.push(reply),
            Err(error) => {
                tasks.shutdown().await;
                return Err(error);
            }
        }
    }
    Ok(replies)
}
