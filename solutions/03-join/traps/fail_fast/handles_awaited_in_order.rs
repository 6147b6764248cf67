//! Trap: tasks whose handles are awaited in order, with `?`: the error of the third is seen after the first has ended.
//! Caught by: the_first_error_ends_the_wait
//! Says: the run took 4.000 s
//! Says: Your code looks at the calls in the order of the list

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

    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await.expect("the task does not panic")?);
    }
    Ok(replies)
}
