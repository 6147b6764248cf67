//! Also right: everything runs in one task, which hands the answer out through a channel and goes on.

use mock_llm::{MockLlm, Reply};
use tokio::sync::oneshot;

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    futures::future::join(answer(llm, letter), summarise(llm, letter)).await
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let (llm, letter) = (llm.clone(), letter.to_owned());
    let (hand_out, handed_out) = oneshot::channel();
    tokio::spawn(async move {
        let main_work = async {
            // Nobody is there to take it if the caller has given up.
            let _ = hand_out.send(answer(&llm, &letter).await);
        };
        tokio::join!(main_work, summarise(&llm, &letter));
    });
    handed_out.await.expect("the task sends the answer before it ends")
}
