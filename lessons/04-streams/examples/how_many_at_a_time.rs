//! Six calls, some at a time: what the limit and the order do.
//!
//! Run: `cargo run -p lesson-04-streams --example how_many_at_a_time`

use lesson_04_streams::several::{as_ready, in_order};
use mock_llm::{Error, MockLlm, Model};
use runs::{measure, secs, show_grid};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    runs::code(&[
        "lessons/04-streams/src/several.rs:in_order",
        "lessons/04-streams/src/several.rs:as_ready",
    ]);
    let prompts = ["a", "b", "c", "d", "e", "f"];
    let latencies = [3.0, 1.0, 2.0, 1.0, 2.0, 1.0].map(secs);
    let model = prompts
        .into_iter()
        .zip(latencies)
        .fold(Model::new("atlas").reply("Yes."), |model, (prompt, latency)| {
            model.time_to_first_token_for(prompt, latency)
        });
    let llm = MockLlm::new([model]);
    let mut drawn = Vec::new();
    println!("limit   buffered   buffer_unordered");
    for limit in [1, 2, 3, 4, 6] {
        let ordered = measure(&llm, in_order(&llm, &prompts, limit)).await;
        let title = format!("buffered({limit})");
        drawn.push((
            vec![limit.to_string(), "buffered".to_owned()],
            vec![ordered.timeline(&title)],
        ));
        let unordered = measure(&llm, as_ready(&llm, &prompts, limit)).await;
        let title = format!("buffer_unordered({limit})");
        drawn.push((
            vec![limit.to_string(), "buffer_unordered".to_owned()],
            vec![unordered.timeline(&title)],
        ));
        assert_eq!(ordered.value?.len(), unordered.value?.len(), "all of them, both times");
        let [ordered, unordered] =
            [ordered.took, unordered.took].map(|took| took.as_secs_f64());
        println!("{limit:5} {ordered:8.1} s {unordered:16.1} s");
    }
    show_grid(&["limit", "tool"], &drawn);
    Ok(())
}
