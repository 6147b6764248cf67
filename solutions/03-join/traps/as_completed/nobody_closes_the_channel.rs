//! Trap: tasks that send their replies into a channel; the sender that was cloned for them lives on, so the channel never ends.
//! Caught by: shows_every_reply_once
//! Says: nothing happens after 3.000 s
//! Says: the run to end

use mock_llm::{MockLlm, Reply};
use tokio::sync::mpsc;

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for (place, prompt) in prompts.iter().cloned().enumerate() {
        let (llm, sender) = (llm.clone(), sender.clone());
        tokio::spawn(async move { sender.send((place, ask(&llm, &prompt).await)) });
    }
    while let Some((place, reply)) = receiver.recv().await {
        show(place, reply);
    }
}
