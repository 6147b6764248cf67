//! The reader takes two tokens of five and goes away. Which line books them?
//!
//! Run: `cargo run -p lesson-04-streams --example left_early`

use std::pin::pin;

use futures::{Stream, StreamExt};
use lesson_04_streams::left_early::{booked_at_the_end, booked_on_drop};
use mock_llm::{Error, MockLlm, Model, Token};
use runs::{measure, secs, show};

async fn two_words(tokens: impl Stream<Item = Result<Token, Error>>) {
    let mut tokens = pin!(tokens.take(2));
    while let Some(Ok(token)) = tokens.next().await {
        println!("  {}", token.text.trim());
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(0.4))
        .inter_token_latency(secs(0.2))
        .reply("one two three four five")]);
    println!("booked at the end:");
    two_words(booked_at_the_end(llm.stream("Count."), |n| println!("  {n} tokens"))).await;
    println!("booked on drop:");
    let on_drop = booked_on_drop(llm.stream("Count."), |n| println!("  {n} tokens"));
    let run = measure(&llm, two_words(on_drop)).await;
    show(&run.timeline("the reader leaves, and the model stops"));
}
