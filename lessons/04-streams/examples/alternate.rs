//! Two users, one thread: at every token the other one has a turn.
//!
//! Run: `cargo run -p lesson-04-streams --example alternate`

use futures::join;
use lesson_04_streams::handlers::handle;
use mock_llm::{Error, MockLlm, Model};
use runs::{measure, secs, show};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(1.0))
        .inter_token_latency(secs(0.5))
        .reply("one two three four")]);
    let send = |user: &str, token: &str| println!("{user:5} {token}");
    let run = measure(&llm, async {
        join!(
            handle(&llm, "anna", "Count.", send),
            handle(&llm, "ben", "Count, too.", send)
        )
    })
    .await;
    show(&run.timeline("two users, one thread"));
    run.value.0.and(run.value.1)
}
