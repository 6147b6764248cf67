//! Trap: `join!` waits for the work that nobody has to wait for.
//! Caught by: returns_with_the_answer
//! Says: returned at 2.000 s
//! Says: `join!`, and an `.await` on the handle, wait until the work is done

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
    let (answer, _summary) = tokio::join!(answer(llm, letter), summarise(llm, letter));
    answer
}
