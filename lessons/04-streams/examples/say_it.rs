//! Tokens in, sentences out: each is said as soon as it is whole.
//!
//! Run: `cargo run -p lesson-04-streams --example say_it`

use futures::TryStreamExt;
use lesson_04_streams::sentences::sentences;
use mock_llm::{Error, MockLlm, Model};
use runs::secs;
use tokio::time::Instant;

// ANCHOR: say_it
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(0.4))
        .inter_token_latency(secs(0.1))
        .reply("It rains in Bergen. Take a coat! And an umbrella?")]);
    let start = Instant::now();
    let mut said = sentences(llm.stream("The weather, please."));
    while let Some(sentence) = said.try_next().await? {
        println!("{:.1} s  {sentence}", start.elapsed().as_secs_f64());
    }
    Ok(())
}
// ANCHOR_END: say_it
