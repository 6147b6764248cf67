//! Trap: tasks whose handles are awaited up to the first error; the other tasks go on, and nobody reads their results.
//! Caught by: every_call_runs_to_its_end
//! Says: the calls for mails 4, 6 still in flight when `ask_all` returned
//! Says: did not wait for them

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let spawn = |prompt: &String| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tokio::spawn(async move { ask(&llm, &prompt).await })
    };
    let tasks: Vec<_> = prompts.iter().map(spawn).collect();

    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("the task does not panic"));
        if results.iter().any(Result::is_err) {
            break;
        }
    }
    results
}
