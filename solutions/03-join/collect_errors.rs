//! # Collect errors: a solution
//!
//! `join_all` does not look at what its futures give: a `Result` is a value like any other. So it waits for all of
//! them, and the list has a result for each prompt, in order. In Python, this is what `return_exceptions=True` asks
//! for; in Rust it is the default, and `try_join_all` is the other way.
//!
//! `?` and `try_collect` would throw away the text that came before the error: what they return holds the error alone. So
//! `read` keeps the text outside of the loop, and gives both.
//!
//! A panic is no error in this sense: it is not in the `Result`, and it ends `ask_all` and all calls in it. Only a
//! task stops a panic, and hands it on as a `JoinError`.
//!
//! Which of the two is right depends on the caller: if one missing part spoils the whole, fail fast; if every part
//! counts, collect. The type says which it is: `Result<Vec<_>, _>` or `Vec<Result<_, _>>`.
//!
//! Also right: tasks whose handles are awaited in order, after all were spawned; `FuturesOrdered`; `buffered` with
//! room for all; `JoinSet` or `FuturesUnordered` where each future brings the place of its prompt along.

use futures::{StreamExt, future::join_all};
use mock_llm::{Error, MockLlm, TokenStream};

/// A call that failed: the text that had come, and the error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub text: String,
    pub error: Error,
}

/// Asks the model one thing. The stream does nothing until it is polled.
fn ask(llm: &MockLlm, prompt: &str) -> TokenStream {
    llm.stream(prompt)
}

/// Reads one answer to its end, or to its error.
async fn read(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
    let mut tokens = ask(llm, prompt);
    let mut text = String::new();
    while let Some(token) = tokens.next().await {
        match token {
            Ok(token) => text.push_str(&token.text),
            Err(error) => return Err(Failed { text, error }),
        }
    }
    Ok(text)
}

/// What became of each prompt, in the order of the prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
    join_all(prompts.iter().map(|prompt| read(llm, prompt))).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/collect_errors.rs"]
mod checks;
