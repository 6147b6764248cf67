//! Trap: tasks, and `try_join_all` of what is inside their handles: it returns in time, and drops the handles. The tasks go on.
//! Caught by: drops_the_calls_in_flight
//! Says: `ask_all` had returned, and the calls for pages 1, 4 were still in flight
//! Says: wrote 11 tokens for nobody
//! Says: it is detached, and runs on, unseen

use futures::future::try_join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let spawn = |prompt: &String| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tokio::spawn(async move { ask(&llm, &prompt).await })
    };
    let tasks: Vec<_> = prompts.iter().map(spawn).collect();

    try_join_all(tasks.into_iter().map(async |task| task.await.expect("the task does not panic"))).await
}
