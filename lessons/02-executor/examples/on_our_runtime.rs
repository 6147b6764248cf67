//! Three answers of 1.0, 0.8 and 0.6 s on our runtime: read in turn, and in three tasks.
//!
//! Run: `cargo run -p lesson-02-executor --example on_our_runtime`

#[path = "our_clock/mod.rs"]
mod our_clock;

use std::time::Duration;

use futures::TryStreamExt;
use lesson_02_executor::runtime::{Builder, now, spawn};
use mock_llm::{Error, MockLlm, Model};
use our_clock::OurClock;
use runs::show_beside;
use timeline::Timeline;

// ANCHOR: on_our_runtime
/// Reads an answer to its end, token by token.
async fn read(llm: MockLlm, model: &str) -> Result<String, Error> {
    llm.model(model).stream("Who is next?").map_ok(|token| token.text).try_collect().await
}

async fn in_turn(llm: &MockLlm) -> Result<(), Error> {
    for model in ["atlas", "birch", "cedar"] {
        println!("  {model}: {}", read(llm.clone(), model).await?);
    }
    Ok(())
}

async fn in_tasks(llm: &MockLlm) -> Result<(), Error> {
    let tasks =
        ["atlas", "birch", "cedar"].map(|model| (model, spawn(read(llm.clone(), model))));
    for (model, task) in tasks {
        println!("  {model}: {}", task.await.expect("a reader does not panic")?);
    }
    Ok(())
}
// ANCHOR_END: on_our_runtime

fn main() -> Result<(), Error> {
    runs::code(&["lessons/02-executor/examples/on_our_runtime.rs:on_our_runtime"]);
    let serial = run("in turn", in_turn)?;
    let concurrent = run("three tasks", in_tasks)?;

    show_beside(&serial, &concurrent);
    Ok(())
}

fn run(
    title: &str,
    work: impl AsyncFnOnce(&MockLlm) -> Result<(), Error>,
) -> Result<Timeline, Error> {
    let llm = llm();
    if runs::records_lines() {
        llm.note_lines();
    }
    println!("{title}");
    let timeline = Builder::new().virtual_clock().build().block_on(async {
        work(&llm).await?;
        // Asked for inside the runtime: the journal looks at the clock.
        Ok(Timeline { end: Some(now()), ..llm.journal().timeline(title) })
    })?;
    println!("  {:.3} s", timeline.extent().as_secs_f64());
    Ok(timeline)
}

fn llm() -> MockLlm {
    [
        ("atlas", 400, "The one that was woken before others"),
        ("birch", 300, "Whoever stands first in the queue"),
        ("cedar", 200, "Nobody, until I have waited"),
    ]
    .into_iter()
    .fold(MockLlm::builder().clock(OurClock), |builder, (name, first, reply)| {
        let model = Model::new(name)
            .time_to_first_token(Duration::from_millis(first))
            .inter_token_latency(Duration::from_millis(100))
            .reply(reply);
        builder.model(model)
    })
    .build()
}
