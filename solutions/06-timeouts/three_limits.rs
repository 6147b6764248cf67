//! # Three limits: a solution
//!
//! One number cannot be right for three waits: 2 s kills a model that thinks, 60 s lets a dead connection hold its place for a minute,
//! token for token.
//!
//! Which limit it is depends on what is waited for. Before the first token of a reply it is the first one, and that is known where the
//! reply begins: `limit` is set anew in each round, and changes after a token.
//!
//! The tool is waited for with a `timeout` too. While it runs, no stream is open: the reply has ended.
//!
//! Also right: a small function that waits for one thing with a limit and a reason; two loops, one `next` before the second.

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
        let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
        while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
            reply.push_str(&token.map_err(Failed::Model)?.text);
            (limit, too_late) = (limits.gap, Failed::Gap);
        }
        let Some(call) = reply.strip_prefix("use ") else {
            return Ok(reply);
        };
        let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
        prompt = format!("{question}\n{call}: {result}");
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/three_limits.rs"]
mod checks;
