//! Trap: `try_join_all` of the handles: it looks at the `Result` of the task, and the error of the call is the one inside.
//! Caught by: the_first_error_ends_the_wait
//! Says: the run took 4.000 s
//! Says: `JoinHandle` gives a `Result` of its own

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

    let results = try_join_all(tasks).await.expect("the tasks do not panic");
    results.into_iter().collect()
}
