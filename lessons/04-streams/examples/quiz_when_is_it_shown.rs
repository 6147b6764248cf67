//! Quiz: the model writes a token every 0.5 s. When is each one shown?
//!
//! Run: `cargo run -p lesson-04-streams --example quiz_when_is_it_shown`

use futures::StreamExt;
use mock_llm::{MockLlm, Model};
use runs::secs;
use tokio::time::{Instant, sleep};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(0.5))
        .inter_token_latency(secs(0.5))
        .reply("one two three")]);
    let start = Instant::now();
    let mut tokens = llm.stream("Count.");
    while let Some(Ok(token)) = tokens.next().await {
        println!("{:.1} s {}", start.elapsed().as_secs_f64(), token.text.trim());
        // The screen is slow.
        sleep(secs(1.2)).await;
    }
}
// ANCHOR_END: quiz
