//! # Collect errors
//!
//! Seven customers wrote a mail, and each of them gets an answer or an apology. `ask_all` sends all prompts at the same
//! time and reads every answer to its end. An answer is all its tokens, put together. A call that fails does not disturb
//! the others: its error stands in the list of results, at the place of its prompt, beside the text that had come. (A
//! stream may be cut in the middle, and half an answer is worth reading.) A call may even panic, for the client library has
//! a bug. A panic of one call takes no other call with it: `Failed::Panicked` stands at its place. No call is made again,
//! and there may be hundreds of prompts, some of them alike: each place has its own call.
//!
//! Run: `cargo workbook check 03-join/collect_errors` · Read: book, chapter 3, Each one for itself: a list of results · 15 min

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

/// What became of each prompt, in the order of the prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
    todo!("start all calls, wait until all have ended, and keep each text, with the error where there is one")
}

#[path = "checks/collect_errors.rs"]
mod checks;
