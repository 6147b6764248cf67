//! Trap: a loop that awaits each call: every result is right, one after another.
//! Caught by: takes_as_long_as_the_slowest
//! Says: the run took 12.500 s
//! Says: The calls run one after another

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let mut results = Vec::new();
    for prompt in prompts {
        results.push(ask(llm, prompt).await);
    }
    results
}
