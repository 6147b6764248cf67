//! TODO: what it prints. `cargo run -p lesson-06-timeouts --example timeouts_one_call`

use std::time::Duration;

use lesson_06_timeouts::one_call::one_call;
use mock_llm::{MockLlm, Model};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), mock_llm::Error> {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(Duration::from_secs(1))]);
    let start = Instant::now();
    one_call(&llm, "What is a future?").await?;
    println!("one call: {:.3} s", start.elapsed().as_secs_f64());
    Ok(())
}
