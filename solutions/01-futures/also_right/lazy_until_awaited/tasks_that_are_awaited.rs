//! Also right: a task for each call, each awaited through its handle.

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
    let (client, words) = (llm.clone(), question.to_owned());
    tokio::spawn(async move { guard(&client, &words).await }).await.expect("guard does not panic");
    let (client, words) = (llm.clone(), question.to_owned());
    let reply = tokio::spawn(async move { ask(&client, &words).await }).await.expect("atlas does not panic");
    let (client, words) = (llm.clone(), question.to_owned());
    tokio::spawn(async move { archive(&client, &words).await }).await.expect("archive does not panic");
    reply
}
