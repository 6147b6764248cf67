//! Three models answer one question; each token is shown with its model, as it comes.
//!
//! Run: `cargo run -p lesson-04-streams --example three_models`

use futures::StreamExt;
use lesson_04_streams::merged::merged;
use mock_llm::{Error, MockLlm, Model};
use runs::{measure, secs, show};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let model = |name: &str, first: f64, each: f64| {
        Model::new(name).time_to_first_token(secs(first)).inter_token_latency(secs(each))
    };
    let llm = MockLlm::new([
        model("atlas", 0.5, 0.4).reply("Not before noon."),
        model("birch", 0.3, 0.3).reply("At noon, I think."),
        model("cedar", 1.1, 0.1).reply("It never rains."),
    ]);
    let run = measure(&llm, async {
        let mut tokens = merged(&llm, &["atlas", "birch", "cedar"], "When will it rain?");
        while let Some((model, token)) = tokens.next().await {
            println!("{model}  {}", token?.text.trim());
        }
        Ok(())
    })
    .await;
    show(&run.timeline("three models, one reader"));
    run.value
}
