//! Also right: two tasks in a `JoinSet`, which aborts the loser when it is dropped.

use std::time::Duration;

use mock_llm::{Error, MockLlm, Reply};
use tokio::{task::JoinSet, time::timeout};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let mut tasks = JoinSet::new();
    tasks.spawn(llm.model("atlas").complete(prompt));
    if let Ok(Some(in_time)) = timeout(delay, tasks.join_next()).await {
        return in_time.expect("a call does not panic");
    }
    tasks.spawn(llm.model("birch").complete(prompt));
    loop {
        match tasks.join_next().await.expect("a task is left").expect("a call does not panic") {
            Err(_) if !tasks.is_empty() => {}
            result => return result,
        }
    }
}
