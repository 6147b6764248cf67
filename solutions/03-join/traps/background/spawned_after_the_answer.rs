//! Trap: the task is spawned when the main work is done.
//! Caught by: the_summary_goes_on_without_anybody_waiting
//! Says: begins at 1.000 s
//! Says: spawn it before the main work

use mock_llm::{MockLlm, Reply};

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let summary = {
        let (llm, letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&llm, &letter).await })
    };
    let answer = answer(llm, letter).await;
    (answer, summary.await.expect("`summarise` does not panic"))
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let answer = answer(llm, letter).await;
    let (llm, letter) = (llm.clone(), letter.to_owned());
    tokio::spawn(async move { summarise(&llm, &letter).await });
    answer
}
