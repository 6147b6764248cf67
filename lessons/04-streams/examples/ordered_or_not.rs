//! Four calls, two at a time: in the order of the list, and as they come.
//!
//! Run: `cargo run -p lesson-04-streams --example ordered_or_not`

use lesson_04_streams::several::{as_ready, in_order};
use mock_llm::{Error, MockLlm, Model, Reply};
use runs::{Run, measure, secs, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let prompts = ["a", "b", "c", "d"];
    let model = prompts.into_iter().zip([3.0, 1.0, 2.0, 1.0]).fold(
        Model::new("atlas"),
        |model, (prompt, latency)| {
            model.time_to_first_token_for(prompt, secs(latency)).reply_to(prompt, prompt)
        },
    );
    let llm = MockLlm::new([model]);
    let told = |name: &str, run: &Run<Result<Vec<Reply>, Error>>| {
        let texts = run.value.iter().flatten().map(|reply| reply.text.as_str());
        println!(
            "{name:9}  {:.1} s  {}",
            run.took.as_secs_f64(),
            texts.collect::<String>()
        );
    };
    let ordered = measure(&llm, in_order(&llm, &prompts, 2)).await;
    let drawn_ordered = ordered.timeline("buffered(2)");
    let unordered = measure(&llm, as_ready(&llm, &prompts, 2)).await;
    let drawn_unordered = unordered.timeline("buffer_unordered(2)");
    told("in order", &ordered);
    told("as ready", &unordered);
    show_beside(&drawn_ordered, &drawn_unordered);
    Ok(())
}
