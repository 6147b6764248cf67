//! Myth: "I made the three futures first, so they run while I await the first one."
//!
//! Run: `cargo run -p lesson-03-join --example myth_made_is_started`

use lesson_03_join::{
    newsroom::{ARTICLE, models},
    serial,
};
use mock_llm::{Error, MockLlm};
use runs::{measure, show};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    runs::code(&["lessons/03-join/src/serial.rs:made_first"]);
    let llm = MockLlm::new(models());
    let run = measure(&llm, serial::edition_made_first(&llm, ARTICLE)).await;
    println!("in flight together, at most: {}", llm.journal().high_water());
    show(&run.timeline("made first, awaited in turn"));
    run.value.map(drop)
}
