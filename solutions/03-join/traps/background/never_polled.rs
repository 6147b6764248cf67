//! Trap: `summarise` is called like a function of another language, and its future is dropped unpolled.
//! Caught by: the_summary_goes_on_without_anybody_waiting
//! Says: The summary never began
//! Says: The compiler warns

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
    summarise(llm, letter);
    answer(llm, letter).await
}
