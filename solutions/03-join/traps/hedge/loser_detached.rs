//! Trap: the calls are tasks, and the handle of the loser is dropped: the task goes on.
//! Caught by: the_loser_is_dropped
//! Says: which has lost, goes on until
//! Says: To drop the handle of a task does not

use std::time::Duration;

use futures::future::select_ok;
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let spawn = |model: &'static str| {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        let task = tokio::spawn(async move { ask(&llm, model, &prompt).await });
        Box::pin(async move { task.await.expect("a call does not panic") })
    };
    let mut first = spawn("atlas");
    if let Ok(in_time) = timeout(delay, &mut first).await {
        return in_time;
    }
    let (reply, _loser) = select_ok([first, spawn("birch")]).await?;
    Ok(reply)
}
