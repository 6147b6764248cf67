//! Trap: `select_all` in a loop that asks at its end whether anything is left: without prompts, there is nothing at its beginning.
//! Caught by: no_prompts_no_replies
//! Says: a panic at
//! Says: Some tools panic when there is nothing to wait for

use futures::future::select_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    let mut replies = vec![None; prompts.len()];
    loop {
        let ((place, result), _, others) = select_all(calls).await;
        replies[place] = Some(result?);
        if others.is_empty() {
            return Ok(replies.into_iter().flatten().collect());
        }
        calls = others;
    }
}
