//! Trap: `select_ok` on the call and a second one that begins late: an early error waits for it.
//! Caught by: an_early_error_is_returned_at_once
//! Says: the reply of birch, at 2.000 s
//! Says: The hedge is for a call that is late

use std::time::Duration;

use futures::{FutureExt, future::select_ok};
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::sleep;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let first = ask(llm, "atlas", prompt).boxed();
    let second = async {
        sleep(delay).await;
        ask(llm, "birch", prompt).await
    };
    let (reply, _loser) = select_ok([first, second.boxed()]).await?;
    Ok(reply)
}
