//! Also right: `try_join_all` on handles that a `JoinSet` keeps: oneshot channels bring the results, the set ends and joins the tasks.

use futures::future::try_join_all;
use mock_llm::{Error, Reply};
use tokio::{
    sync::oneshot,
    task::{JoinError, JoinSet},
};

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
    let results = calls.into_iter().map(|call| {
        let (result_in, result) = oneshot::channel();
        tasks.spawn(async move {
            // The group may have failed by then, and nobody asks for the result any more.
            let _ = result_in.send(call.await);
        });
        result
    });
    let results: Vec<_> = results.collect();
    // A sender that is gone without a result was in a task that has panicked.
    let all = try_join_all(results.into_iter().map(async |result| result.await.map_err(|_gone| None)?.map_err(Some)));
    let outcome = match all.await {
        Ok(replies) => Ok(replies),
        Err(Some(error)) => Err(GroupError::Failed(error)),
        Err(None) => Err(panic_of(&mut tasks).await),
    };
    tasks.shutdown().await;
    outcome
}

async fn panic_of(tasks: &mut JoinSet<()>) -> GroupError {
    loop {
        if let Err(panic) = tasks.join_next().await.expect("one of the tasks has panicked") {
            return GroupError::Panicked(panic);
        }
    }
}
