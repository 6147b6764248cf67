//! Also right: guard and ask are made first and awaited in the right order: making them has begun nothing.

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
    let guarded = guard(llm, question);
    let asked = ask(llm, question);
    guarded.await;
    let reply = asked.await;
    archive(llm, question).await;
    reply
}
