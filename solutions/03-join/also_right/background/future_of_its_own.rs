//! Also right: `complete` returns a future that owns all it needs, so it goes into a task without a clone of the client.

use mock_llm::{MockLlm, Reply};

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let summary = tokio::spawn(llm.model("birch").complete(letter));
    let answer = answer(llm, letter).await;
    let summary = summary.await.expect("`complete` does not panic");
    (answer, summary.expect("the script of this exercise has no faults"))
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let _handle = tokio::spawn(llm.model("birch").complete(letter));
    answer(llm, letter).await
}
