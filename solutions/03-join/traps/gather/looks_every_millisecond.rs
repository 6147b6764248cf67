//! Trap: tasks that are looked at a thousand times a second: a millisecond late, and never asleep.
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: the run took 2.001 s
//! Says: Your code looks again and again

use std::time::Duration;

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let spawn = |prompt: &String| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tokio::spawn(async move { ask(&llm, &prompt).await })
    };
    let calls: Vec<_> = prompts.iter().map(spawn).collect();
    while !calls.iter().all(|call| call.is_finished()) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    join_all(calls).await.into_iter().map(|reply| reply.expect("the task does not panic")).collect()
}
