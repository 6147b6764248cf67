//! Trap: the task would borrow from the caller, who may be gone before it.
//! Caught by: the compiler
//! Says: borrowed data escapes outside of function

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
    tokio::spawn(summarise(llm, letter));
    answer(llm, letter).await
}
