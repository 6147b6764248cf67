//! One answer, twice: waited for whole, and read as it is written. It takes equally long.
//! The reader sees the first words after 1.4 s, or after 0.4 s.
//!
//! Run: `cargo run -p lesson-04-streams --example tokens_in_flight`

use futures::StreamExt;
use mock_llm::{Error, MockLlm, Model};
use runs::{measure, secs, show_beside};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    runs::code(&[
        "lessons/04-streams/examples/tokens_in_flight.rs:whole",
        "lessons/04-streams/examples/tokens_in_flight.rs:streamed",
    ]);
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(0.4))
        .inter_token_latency(secs(0.2))
        .reply("Nothing runs until somebody polls it.")]);

    let whole = measure(&llm, whole(&llm)).await;
    let drawn_whole = whole.timeline("waited for whole");
    let streamed = measure(&llm, streamed(&llm)).await;
    let drawn_streamed = streamed.timeline("read as it is written");
    whole.value?;
    streamed.value?;
    show_beside(&drawn_whole, &drawn_streamed);
    Ok(())
}

// ANCHOR: whole
async fn whole(llm: &MockLlm) -> Result<(), Error> {
    let start = Instant::now();
    let reply = llm.complete("What is a future?").await?;
    println!("{:.1} s  {}", start.elapsed().as_secs_f64(), reply.text);
    Ok(())
}
// ANCHOR_END: whole

// ANCHOR: streamed
async fn streamed(llm: &MockLlm) -> Result<(), Error> {
    let start = Instant::now();
    let mut tokens = llm.stream("What is a future?");
    while let Some(token) = tokens.next().await {
        println!("{:.1} s  {}", start.elapsed().as_secs_f64(), token?.text);
    }
    Ok(())
}
// ANCHOR_END: streamed
