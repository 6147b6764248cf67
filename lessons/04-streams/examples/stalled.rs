//! Calls of one second, and five seconds of work on each reply. In a loop over a buffer the
//! calls stand still while the work goes on; beside a channel they do not.
//!
//! Run: `cargo run -p lesson-04-streams --example stalled`

use lesson_04_streams::stalled::{beside_the_loop, in_the_loop};
use mock_llm::{Error, MockLlm, Model};
use runs::{measure, secs, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let llm =
        MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.0)).reply("Yes.")]);
    let prompts = ["a", "b", "c", "d"];
    let stalled = measure(&llm, in_the_loop(&llm, &prompts, secs(5.0))).await;
    let drawn_stalled = stalled.timeline("buffered(3), and work in the loop");
    let mended = measure(&llm, beside_the_loop(&llm, &prompts, secs(5.0))).await;
    let drawn_mended = mended.timeline("a channel between calls and work");
    println!("the calls have seen  {:?}", stalled.value?);
    println!("beside a channel     {:?}", mended.value?);
    show_beside(&drawn_stalled, &drawn_mended);
    Ok(())
}
