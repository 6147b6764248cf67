//! Trap: as many results as calls are expected in a channel, and a task that panics sends none.
//! Caught by: a_panic_is_an_error_too
//! Says: nothing happens after
//! Says: nothing is left that could wake anything

use std::collections::BTreeMap;

use mock_llm::{Error, Reply};
use tokio::{
    sync::mpsc,
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
    let (result_in, mut results) = mpsc::unbounded_channel();
    let expected = calls.len();
    let mut tasks = JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        let result_in = result_in.clone();
        tasks.spawn(async move { result_in.send((place, call.await)) });
    }
    let mut replies = BTreeMap::new();
    while replies.len() < expected {
        let (place, result) = results.recv().await.expect("this function holds a sender");
        match result {
            Ok(reply) => replies.insert(place, reply),
            Err(error) => {
                tasks.shutdown().await;
                return Err(error.into());
            }
        };
    }
    Ok(replies.into_values().collect())
}
