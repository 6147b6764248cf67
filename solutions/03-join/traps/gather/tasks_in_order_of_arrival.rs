//! Trap: a `JoinSet`, which gives the results as the tasks end.
//! Caught by: replies_keep_the_order_of_the_prompts
//! Says: The replies are in the order in which they came

use mock_llm::{MockLlm, Reply};
use tokio::task::JoinSet;

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let mut tasks = JoinSet::new();
    for prompt in prompts {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tasks.spawn(async move { ask(&llm, &prompt).await });
    }
    tasks.join_all().await
}
