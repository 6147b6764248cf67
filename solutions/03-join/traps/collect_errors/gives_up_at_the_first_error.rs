//! Trap: `try_join_all`, whose only error is then put into a list.
//! Caught by: every_call_runs_to_its_end
//! Says: the calls for mails 1, 4, 5, 6, 7 dropped at 1.000 s
//! Says: Something gave up before all had ended

use futures::future::try_join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    match try_join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await {
        Ok(replies) => replies.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    }
}
