//! Trap: tasks that call `show` themselves: a task may move to another thread and outlive its caller, and `show` may not.
//! Caught by: the compiler
//! Says: cannot be sent between threads safely

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, Reply)) {
    let show = std::sync::Arc::new(std::sync::Mutex::new(show));
    let mut tasks = Vec::new();
    for (place, prompt) in prompts.iter().cloned().enumerate() {
        let (llm, show) = (llm.clone(), show.clone());
        tasks.push(tokio::spawn(async move {
            let reply = ask(&llm, &prompt).await;
            let mut show = show.lock().expect("no other task panicked");
            show(place, reply);
        }));
    }
    for task in tasks {
        task.await.expect("the task does not panic");
    }
}
