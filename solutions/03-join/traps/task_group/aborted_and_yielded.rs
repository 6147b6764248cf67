//! Trap: one turn of the runtime is taken for the end of all tasks. It is, until there are many.
//! Caught by: nothing_is_in_flight_on_return
//! Says: told to end, and nobody waited
//! Says: Wait until each task has been joined

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
    let replies = collect(&mut tasks).await;
    tasks.abort_all();
    tokio::task::yield_now().await;
    replies
}

async fn collect(tasks: &mut JoinSet<(usize, Result<Reply, Error>)>) -> Result<Vec<Reply>, GroupError> {
    let mut replies = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        let (place, reply) = joined?;
        replies.insert(place, reply?);
    }
    Ok(replies.into_values().collect())
}
