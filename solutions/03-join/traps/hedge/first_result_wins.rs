//! Trap: `select!` takes the first result, and that may be an error.
//! Caught by: a_late_error_waits_for_the_other_call
//! Says: the error `500 internal server error`, at 1.500 s
//! Says: An error is no answer

use std::time::Duration;

use mock_llm::{Error, MockLlm, Reply};
use tokio::time::sleep;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let second = async {
        sleep(delay).await;
        ask(llm, "birch", prompt).await
    };
    tokio::select! {
        result = ask(llm, "atlas", prompt) => result,
        result = second => result,
    }
}
