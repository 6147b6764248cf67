//! # As completed: a solution
//!
//! `FuturesUnordered` is a stream of results: it owns the futures, and `next` gives whichever is done next. It polls a
//! future only when that future was woken, however many others there are.
//!
//! The futures make progress only while somebody waits in `next`. So what belongs to one answer belongs into its future:
//! the question, the translation, and the place of the prompt, because what comes out says nothing of where it went in. A
//! loop that awaits the translation in its body polls nothing else meanwhile: the other answers are not taken, and no other
//! translation begins.
//!
//! A loop over `next` ends with `None`, when all are done; with no prompts, at once.
//!
//! Also right: `buffer_unordered` with room for all; a `JoinSet`, or tasks that send into a channel; `select_all` in a loop;
//! `join_all` of futures that call `show` themselves; and two `FuturesUnordered`, one for each step, in one `select!`.

use futures::{StreamExt, stream::FuturesUnordered};
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

/// Both steps for one prompt.
async fn in_german(llm: &MockLlm, prompt: &str) -> String {
    let answer = ask(llm, prompt).await;
    translate(llm, &answer).await
}

/// Calls `show(place, translation)` for each answer when its translation is whole, and ends with the last one.
///
/// The first prompt has place 0.
pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
    let boxes = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
    let mut boxes: FuturesUnordered<_> = boxes.collect();
    while let Some((place, translation)) = boxes.next().await {
        show(place, translation);
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/as_completed.rs"]
mod checks;
