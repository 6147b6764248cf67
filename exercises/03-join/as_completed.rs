//! # As completed
//!
//! A page asks several questions, and has a box for each answer, in German. `ask_all` asks all questions at the same time.
//! The answer of each box is translated once, from the instant at which it is there. When the translation is whole, `show` is
//! called with it and with the place of its prompt, at that instant. No box waits for a slower answer or for another box's
//! translation, or shares one. There may be any number of prompts, and when `ask_all` has ended, or its caller has given it
//! up, nothing of it goes on.
//!
//! Run: `cargo workbook check 03-join/as_completed` · Read: book, chapter 3, The first answer first: `FuturesUnordered` · 15 min

use futures::StreamExt;
use mock_llm::{MockLlm, Reply};

/// Asks atlas one thing. The future does nothing until it is polled.
async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.model("atlas").complete(prompt).await.expect("the script of this exercise has no faults")
}

/// birch translates an answer, token by token. The translation is whole with the last one.
async fn translate(llm: &MockLlm, answer: &Reply) -> String {
    let mut tokens = llm.model("birch").stream(&answer.text);
    let mut translation = String::new();
    while let Some(token) = tokens.next().await {
        translation.push_str(&token.expect("the script of this exercise has no faults").text);
    }
    translation
}

/// Calls `show(place, translation)` for each answer when its translation is whole, and ends with the last one.
///
/// The first prompt has place 0.
pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
    todo!("start all questions, then show whichever translation is whole next, until all are shown")
}

#[path = "checks/as_completed.rs"]
mod checks;
