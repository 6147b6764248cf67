//! Trap: tasks that send their results into a channel: the receiver stops at the first error, and the tasks go on.
//! Caught by: drops_the_calls_in_flight
//! Says: the calls for pages 1, 4 were still in flight
//! Says: it is detached, and runs on, unseen

use mock_llm::{Error, MockLlm, Reply};
use tokio::sync::mpsc;

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for (place, prompt) in prompts.iter().cloned().enumerate() {
        let (llm, sender) = (llm.clone(), sender.clone());
        tokio::spawn(async move { sender.send((place, ask(&llm, &prompt).await)) });
    }
    drop(sender);
    let mut replies = vec![None; prompts.len()];
    while let Some((place, result)) = receiver.recv().await {
        replies[place] = Some(result?);
    }
    Ok(replies.into_iter().flatten().collect())
}
