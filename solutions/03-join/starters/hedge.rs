//! # Hedge
//!
//! The page is empty until the first token comes. `hedge` asks atlas. If no token is there after `delay`, it asks birch too,
//! while the call to atlas goes on: whichever gives its first *token* first wins, and the other call is dropped at that
//! instant. `show` is called with each token of the winner when it comes, and `hedge` ends when the answer does. `delay` may
//! be anything from zero, when both are asked at once, to `Duration::MAX`, when birch never is.
//!
//! An error before `delay` is returned at once. A later one does not count as long as the other call may still begin; where
//! both fail, the later error is returned. Once an answer has begun, its error is returned, and nobody else is asked. What
//! comes at exactly `delay`, or from both calls at one instant, may be taken in either order. When the caller drops `hedge`,
//! its calls are dropped with it.
//!
//! Run: `cargo workbook check 03-join/hedge` · Read: book, chapter 3, A second chance: a hedged request · 15 min

use std::time::Duration;

use futures::StreamExt;
use mock_llm::{Error, MockLlm, Token, TokenStream};

/// Asks one model. The stream does nothing until it is polled. An answer has at least one token.
fn ask(llm: &MockLlm, model: &str, prompt: &str) -> TokenStream {
    llm.model(model).stream(prompt)
}

/// Shows the answer of atlas, which is asked now, or of birch, which is asked after `delay`: whichever begins first.
///
/// Two calls at most.
pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
    todo!("ask atlas; after `delay` without a token ask birch too; show the answer that begins first")
}

#[path = "checks/hedge.rs"]
mod checks;
