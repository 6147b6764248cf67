//! # Fan out: a solution
//!
//! `tokio::join!` makes one future of three. Each time that one is polled, it polls the children that are not done yet:
//! so the first poll starts all three calls, and the last reply ends the wait. The tuple keeps the order in which the
//! calls are written.
//!
//! Nothing was spawned. All three run inside the caller's task, on the caller's thread, and may borrow `llm` and
//! `prompt`. If the caller is dropped, so are they.
//!
//! Also right: `futures::join!`, `futures::future::join_all` where the number is known only when the program runs,
//! `futures::future::join3`, and `tokio::spawn` with three handles (which needs clones, because a task may outlive its
//! caller).

use mock_llm::{MockLlm, Reply};

/// Asks one model. The future does nothing until it is polled.
async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

/// Asks atlas, birch and cedar, all at the same time.
pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let (atlas, birch, cedar) =
        tokio::join!(ask(llm, "atlas", prompt), ask(llm, "birch", prompt), ask(llm, "cedar", prompt));
    [atlas, birch, cedar]
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/fan_out.rs"]
mod checks;
