//! # Offload
//!
//! The vendor's SDK is one function. It blocks: it comes back with the answer, and holds its thread up to then.
//! Somebody has moved the calls to tokio's pool of threads for blocking work. It compiles, it looks right, and the
//! event loop stands still as before.
//!
//! Mend `answer_all`: no call of the SDK runs on the thread of the event loop, and that thread is never held, nor kept
//! busy by asking again and again. All questions are asked at the same time, be it five or fifty. Each is asked once,
//! also where two are alike, and its reply or its error stands at its place, whoever is ready first. No questions, no
//! answers. (The SDK does not panic.)
//!
//! Run: `cargo workbook check 07-blocking/offload` · Read: book, chapter 7, Move the call · 10 min
//! Starts: blocked

use std::sync::Arc;

use mock_llm::{Error, Reply};
use tokio::task::spawn_blocking;

/// The vendor's client: it holds its thread until the answer is there.
pub type Sdk = Arc<dyn Fn(&str) -> Result<Reply, Error> + Send + Sync>;

/// The answers to these questions, in their order.
pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let mut answers = Vec::new();
    for prompt in prompts {
        let (sdk, prompt) = (sdk.clone(), prompt.clone());
        let call = spawn_blocking(move || async move { sdk(&prompt) });
        let answer = call.await.expect("the SDK does not panic");
        answers.push(answer.await);
    }
    answers
}

#[path = "checks/offload.rs"]
mod checks;
