//! # Lazy until awaited
//!
//! Every question passes three models: guard reads it first, then atlas answers it, then archive files it as answered.
//! Write `answer` with the three functions below. It returns the reply of atlas, once all three are done, however long
//! each of them takes. When its future is dropped halfway, no further model is asked.
//!
//! Run: `cargo workbook check 01-futures/lazy_until_awaited` · Read: book, chapter 1, A call runs nothing · 5 min

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
    todo!("let guard read the question, then ask atlas, then file the question with archive")
}

#[path = "checks/lazy_until_awaited.rs"]
mod checks;
