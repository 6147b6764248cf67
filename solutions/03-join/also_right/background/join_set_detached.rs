//! Also right: a `JoinSet` that gives its tasks up with `detach_all` before it is dropped.

use mock_llm::{MockLlm, Reply};
use tokio::task::JoinSet;

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let mut tasks = background(llm, letter);
    let answer = answer(llm, letter).await;
    let summary = tasks.join_next().await.expect("the set holds one task");
    (answer, summary.expect("`summarise` does not panic"))
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    background(llm, letter).detach_all();
    answer(llm, letter).await
}

fn background(llm: &MockLlm, letter: &str) -> JoinSet<Reply> {
    let (llm, letter) = (llm.clone(), letter.to_owned());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { summarise(&llm, &letter).await });
    tasks
}
