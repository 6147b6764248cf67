//! Also right: tasks that send their results into a channel; at the first error the caller aborts them.

use mock_llm::{Error, MockLlm, Reply};
use tokio::sync::mpsc;

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let spawn = |(place, prompt): (usize, String)| {
        let (llm, sender) = (llm.clone(), sender.clone());
        tokio::spawn(async move { sender.send((place, ask(&llm, &prompt).await)) })
    };
    let tasks: Vec<_> = prompts.iter().cloned().enumerate().map(spawn).collect();
    let mut replies = vec![None; prompts.len()];
    for _ in prompts {
        match receiver.recv().await.expect("`sender` is still here") {
            (place, Ok(reply)) => replies[place] = Some(reply),
            (_, Err(error)) => {
                tasks.iter().for_each(|task| task.abort());
                return Err(error);
            }
        }
    }
    Ok(replies.into_iter().flatten().collect())
}
