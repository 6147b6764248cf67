//! Trap: tasks that send their replies into a channel; the sender that was cloned for them lives on, so the channel never ends.
//! Caught by: asks_every_prompt_once
//! Says: nothing happens after 1.000 s
//! Says: the run to end

use mock_llm::{MockLlm, Reply};
use tokio::sync::mpsc;

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for (place, prompt) in prompts.iter().enumerate() {
        let (llm, prompt, sender) = (llm.clone(), prompt.clone(), sender.clone());
        tokio::spawn(async move {
            let _ = sender.send((place, ask(&llm, &prompt).await));
        });
    }
    let mut replies = Vec::new();
    while let Some(reply) = receiver.recv().await {
        replies.push(reply);
    }
    replies.sort_by_key(|(place, _)| *place);
    replies.into_iter().map(|(_, reply)| reply).collect()
}
