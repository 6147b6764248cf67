//! Also right: two calls are tasks; the third one runs in the caller while it waits. One thread, and still all three overlap.

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let [atlas, birch] = ["atlas", "birch"].map(|model| {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        tokio::spawn(async move { ask(&llm, model, &prompt).await })
    });
    let cedar = ask(llm, "cedar", prompt).await;
    let believed = "the task does not panic";
    [atlas.await.expect(believed), birch.await.expect(believed), cedar]
}
