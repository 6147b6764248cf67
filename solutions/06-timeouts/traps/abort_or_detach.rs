//! # Abort or detach: what people write
//!
//! Each module holds only what differs from the solution, `../abort_or_detach.rs`.

/// Trap: TODO: what is believed wrongly (here: the first reply is only to warm up).
/// Caught by: takes_as_long_as_one_call
/// Says: the run took 3.874 s
mod asks_twice {
    pub async fn answer(llm: &MockLlm, prompt: &str) -> Reply {
        llm.complete(prompt).await.expect("the script of this exercise has no faults");
        llm.complete(prompt).await.expect("the script of this exercise has no faults")
    }
}
