//! # Three limits
//!
//! An agent asks a model. A reply that begins with `use ` is no answer: what follows is for a tool, and the model is asked again
//! with the tool's result. Any other reply is the answer, an empty one too. The model thinks for up to 40 s before its first
//! token, then it never pauses for more than 2 s; the tool may need a minute. The code below knows one limit, so it gives up what
//! is well, or waits for what is dead.
//!
//! Mend `answer`, so that each wait has its own limit of `Limits`:
//!
//! - the first token of each reply, from its call; each further token, and the end of the reply, from the token before; the tool;
//! - when a limit is over, `answer` returns at that instant, says which one it was, and drops what it waited for.
//!   What comes at exactly the last instant is in time.
//! - The same holds for each round, and there may be any number of them. An error of the model is told as it is.
//!
//! Starts: wrong
//! Run: `cargo workbook check 06-timeouts/three_limits` · Read: book, chapter 6, Three limits for one stream · 12 min

use std::time::Duration;

use futures::StreamExt;
use mock_llm::{Error, MockLlm};
use tokio::time::timeout;

/// How long each wait may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub first_token: Duration,
    /// From one token to the next, and from the last one to the end.
    pub gap: Duration,
    pub tool: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// The first token of a reply did not come.
    FirstToken,
    /// A reply stopped in the middle.
    Gap,
    /// The tool gave no result.
    Tool,
    Model(Error),
}

/// Asks until the model answers, and gives the answer.
pub async fn answer(
    llm: &MockLlm,
    question: &str,
    limits: Limits,
    mut tool: impl AsyncFnMut(&str) -> String,
) -> Result<String, Failed> {
    let mut prompt = question.to_owned();
    loop {
        let mut reply = String::new();
        let mut tokens = llm.stream(&prompt);
        while let Some(token) = timeout(limits.gap, tokens.next()).await.map_err(|_elapsed| Failed::Gap)? {
            reply.push_str(&token.map_err(Failed::Model)?.text);
        }
        let Some(call) = reply.strip_prefix("use ") else {
            return Ok(reply);
        };
        let result = tool(call).await;
        prompt = format!("{question}\n{call}: {result}");
    }
}

#[path = "checks/three_limits.rs"]
mod checks;
