//! Also right: tasks on a `LocalSet`, which drops all of them at once when it is dropped itself.

use std::collections::BTreeMap;

use mock_llm::{Error, Reply};
use tokio::task::{JoinError, JoinSet, LocalSet};

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
    let local = LocalSet::new();
    let replies = async {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn_local(async move { (place, call.await) });
        }
        let mut replies = BTreeMap::new();
        while let Some(joined) = tasks.join_next().await {
            let (place, reply) = joined?;
            replies.insert(place, reply?);
        }
        Ok(replies.into_values().collect())
    };
    local.run_until(replies).await
}
