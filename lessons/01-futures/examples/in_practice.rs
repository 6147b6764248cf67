//! Three answers of 1.0, 0.8 and 0.6 s: awaited in turn, and put together into one future.
//!
//! Run: `cargo run -p lesson-01-futures --example in_practice`

use std::time::Duration;

use runs::{recorder, show_beside};
use timeline::{Recorder, Timeline};
use tokio::time::{Instant, sleep};

// ANCHOR: in_practice
/// Stands for a call to a model: it waits, and computes nothing.
async fn answer(millis: u64) {
    sleep(Duration::from_millis(millis)).await;
}

async fn in_turn(recorder: &Recorder) {
    recorder.future("atlas", answer(1000)).await;
    recorder.future("birch", answer(800)).await;
    recorder.future("cedar", answer(600)).await;
}

async fn together(recorder: &Recorder) {
    futures::join!(
        recorder.future("atlas", answer(1000)),
        recorder.future("birch", answer(800)),
        recorder.future("cedar", answer(600)),
    );
}
// ANCHOR_END: in_practice

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    runs::code(&["lessons/01-futures/examples/in_practice.rs:in_practice"]);
    let (start, seen) = (Instant::now(), recorder());
    in_turn(&seen).await;
    let serial =
        Timeline { end: Some(start.elapsed()), ..seen.timeline("awaited in turn") };

    let (start, seen) = (Instant::now(), recorder());
    together(&seen).await;
    let concurrent = Timeline {
        end: Some(start.elapsed()),
        ..seen.timeline("one future made of three")
    };

    for run in [&serial, &concurrent] {
        println!("{:25} {:.3} s", run.title, run.extent().as_secs_f64());
    }
    show_beside(&serial, &concurrent);
}
