//! Trap: a blocking wait stands where an `.await` should be, and the thread that runs all tasks sleeps.
//! Caught by: the_summary_is_made_meanwhile
//! Says: the thread sleeps
//! Says: a nested `block_on`

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
        tokio::spawn(async move { futures::executor::block_on(summarise(&llm, &letter)) })
    };
    let answer = answer(llm, letter).await;
    (answer, summary.await.expect("`summarise` does not panic"))
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
    tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
    answer(llm, letter).await
}
