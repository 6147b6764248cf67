//! # Collect errors: a solution
//!
//! `join_all` does not look at what its futures give: a `Result` is a value like any other. So it waits for all of
//! them, and the list has a result for each prompt, in order. In Python, this is what `return_exceptions=True` asks
//! for; in Rust it is the default, and `try_join_all` is the other way.
//!
//! `?` and `try_collect` would throw away the text that came before the error: what they return holds the error alone. So
//! `read` keeps the text outside of the loop, and gives both.
//!
//! A panic is no error in this sense. It is not in the `Result`: it goes up from the poll of the call into the poll of the
//! join, and on into `ask_all`, and all calls are dropped on its way. It stops where a task begins. So each call has a task of
//! its own, and the `JoinError` says that it did not come to its end.
//!
//! Which of the two is right depends on the caller: if one missing part spoils the whole, fail fast; if every part
//! counts, collect. The type says which it is: `Result<Vec<_>, _>` or `Vec<Result<_, _>>`.
//!
//! Also right: `catch_unwind` of the futures crate round each call, which needs no task; `FuturesOrdered`; `buffered` with
//! room for all; `JoinSet` or `FuturesUnordered` with the place of each prompt. A panic in a `JoinSet` does not bring the
//! place along: the task's id does.

use futures::{StreamExt, future::join_all};
use mock_llm::{Error, MockLlm, TokenStream};

/// A call that has no whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// It ended with an error: the text that had come, and the error.
    Error { text: String, error: Error },
    /// It panicked, and its text is gone.
    Panicked,
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
            Err(error) => return Err(Failed::Error { text, error }),
        }
    }
    Ok(text)
}

/// The same in a task of its own, which is as far as a panic goes.
async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
    let (llm, prompt) = (llm.clone(), prompt.to_owned());
    let task = tokio::spawn(async move { read(&llm, &prompt).await });
    task.await.unwrap_or(Err(Failed::Panicked))
}

/// What became of each prompt, in the order of the prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
    join_all(prompts.iter().map(|prompt| call(llm, prompt))).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/collect_errors.rs"]
mod checks;
