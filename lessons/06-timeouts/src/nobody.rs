//! Tokens that are written for nobody.

use futures::StreamExt;
use mock_llm::MockLlm;
use tokio::sync::mpsc;

// ANCHOR: nobody
/// The customer reads `reads` tokens and leaves. The stream goes with the customer.
pub async fn stream_goes_too(llm: &MockLlm, question: &str, reads: usize) {
    let mut tokens = llm.stream(question);
    for _ in 0..reads {
        tokens.next().await;
    }
}

/// A task reads the stream to its end, whoever listens. This is the usual shape of a relay that ignores the result of `send`.
pub async fn task_goes_on(llm: &MockLlm, question: &str, reads: usize) {
    let (to_customer, mut tokens) = mpsc::unbounded_channel();
    let mut stream = llm.stream(question);
    tokio::spawn(async move {
        while let Some(token) = stream.next().await {
            let _ = to_customer.send(token);
        }
    });
    for _ in 0..reads {
        tokens.recv().await;
    }
}
// ANCHOR_END: nobody

/// How many tokens were written in all calls so far, read or not.
pub fn written(llm: &MockLlm) -> usize {
    llm.journal().calls().iter().map(|call| call.produced.len()).sum()
}
