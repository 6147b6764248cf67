//! Trap: archive is a task that nobody waits for; the program ends before its first poll.
//! Caught by: every_call_is_made
//! Says: no call to archive
//! Says: a task that is spawned and not awaited ends with the program

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
    let (llm, question) = (llm.clone(), question.to_owned());
    tokio::spawn(async move { archive(&llm, &question).await });
    reply
}
