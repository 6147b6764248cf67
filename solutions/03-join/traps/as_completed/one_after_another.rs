//! Trap: a loop that awaits each call, and shows its reply at once.
//! Caught by: shows_each_reply_when_it_comes
//! Says: question 2: its reply came at 4.000 s
//! Says: The calls run one after another

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    for (place, prompt) in prompts.iter().enumerate() {
        show(place, ask(llm, prompt).await);
    }
}
