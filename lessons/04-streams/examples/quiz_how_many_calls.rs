//! Quiz: how many calls has the model seen when the first reply is there?
//!
//! Run: `cargo run -p lesson-04-streams --example quiz_how_many_calls`

use futures::{StreamExt, stream};
use mock_llm::{MockLlm, Model};
use runs::secs;

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.0))]);
    let prompts = ["a", "b", "c", "d", "e"];
    let mut replies = stream::iter(prompts).map(|prompt| llm.complete(prompt)).buffered(2);
    println!("before: {}", llm.journal().calls().len());
    replies.next().await;
    println!("after:  {}", llm.journal().calls().len());
}
// ANCHOR_END: quiz
