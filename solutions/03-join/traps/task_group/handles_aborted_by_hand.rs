//! Trap: a vector of handles is aborted and joined after an error, but not when the caller gives up.
//! Caught by: a_caller_who_gives_up_leaves_nothing_behind
//! Says: these calls go on: title, translation
//! Says: A `JoinSet` has: it aborts its tasks

use futures::future::{join_all, select_all};
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
    let (mut places, mut tasks): (Vec<_>, Vec<_>) = calls.into_iter().map(tokio::spawn).enumerate().unzip();
    let mut replies = vec![None; tasks.len()];
    while !tasks.is_empty() {
        let (joined, index, rest) = select_all(tasks).await;
        tasks = rest;
        // `select_all` takes a future out as `swap_remove` does.
        let place = places.swap_remove(index);
        match joined.map_err(GroupError::from).and_then(|reply| Ok(reply?)) {
            Ok(reply) => replies[place] = Some(reply),
            Err(error) => {
                tasks.iter().for_each(|task| task.abort());
                join_all(tasks).await;
                return Err(error);
            }
        }
    }
    Ok(replies.into_iter().flatten().collect())
}
