//! # Lazy until awaited: a solution
//!
//! A call of an `async fn` makes a value that knows what to do, and does nothing. `.await` polls it until it is done.
//! So every call needs its `.await`, also where nobody needs the result, and the order of the three is the order of the
//! `.await`s.
//!
//! `guard(llm, question);` would compile too, with the warning `unused implementer of Future that must be used`. It is
//! worth a habit: read this warning as an error. `let _ = guard(…);` silences it and mends nothing.
//!
//! Also right: one future made of the three by hand, with `then` and `map` of `futures::FutureExt`, and a task for each
//! call whose handle is awaited. Both are more to read for the same run.

use mock_llm::{MockLlm, Reply};

/// Lets guard read the question. Nobody needs its reply, but the question must not go on before guard is done.
async fn guard(llm: &MockLlm, question: &str) {
    llm.model("guard").complete(question).await.expect("the script of this exercise has no faults");
}

/// Asks atlas.
async fn ask(llm: &MockLlm, question: &str) -> Reply {
    llm.model("atlas").complete(question).await.expect("the script of this exercise has no faults")
}

/// Files the question with archive, as answered. Nobody needs the reply of archive.
async fn archive(llm: &MockLlm, question: &str) {
    llm.model("archive").complete(question).await.expect("the script of this exercise has no faults");
}

/// Guards the question, asks it, archives it, and returns the reply of atlas.
pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
    guard(llm, question).await;
    let reply = ask(llm, question).await;
    archive(llm, question).await;
    reply
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/lazy_until_awaited.rs"]
mod checks;
