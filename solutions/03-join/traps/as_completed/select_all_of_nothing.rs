//! Trap: `select_all` in a loop that asks at its end whether anything is left: without prompts, there is nothing at its beginning.
//! Caught by: no_prompts_nothing_shown
//! Says: a panic at
//! Says: Some tools panic when there is nothing to wait for

use futures::future::select_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    loop {
        let ((place, reply), _, others) = select_all(calls).await;
        show(place, reply);
        if others.is_empty() {
            break;
        }
        calls = others;
    }
}
