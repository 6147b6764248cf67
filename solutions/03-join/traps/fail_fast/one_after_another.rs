//! Trap: a loop with `.await?`, which fails fast but asks one page at a time.
//! Caught by: without_an_error_all_replies_come_in_order
//! Says: the run took 1.900 s
//! Says: The calls run one after another

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let mut replies = Vec::new();
    for prompt in prompts {
        replies.push(ask(llm, prompt).await?);
    }
    Ok(replies)
}
