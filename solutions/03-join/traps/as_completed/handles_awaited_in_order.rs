//! Trap: tasks whose handles are awaited in the order of the list.
//! Caught by: shows_each_reply_when_it_comes
//! Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
//! Says: waits for their handles in the order of the list

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let spawn = |prompt: &String| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tokio::spawn(async move { ask(&llm, &prompt).await })
    };
    let tasks: Vec<_> = prompts.iter().map(spawn).collect();

    for (place, task) in tasks.into_iter().enumerate() {
        show(place, task.await.expect("the task does not panic"));
    }
}
