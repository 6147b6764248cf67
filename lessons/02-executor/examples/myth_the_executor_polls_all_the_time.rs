//! Myth: "An executor polls its futures in a loop, to see whether one is ready."
//!
//! Run: `cargo run -p lesson-02-executor --example myth_the_executor_polls_all_the_time`

// ANCHOR: myth
use std::{collections::BTreeMap, time::Duration};

use lesson_02_executor::runtime::{Builder, Event, Recorder, sleep, spawn_named};

fn main() {
    let recorder = Recorder::default();
    Builder::new().virtual_clock().recorder(&recorder).build().block_on(async {
        let day = spawn_named("one day", sleep(Duration::from_secs(24 * 3600)));
        let hours = spawn_named("24 hours", async {
            for _ in 0..24 {
                sleep(Duration::from_secs(3600)).await;
            }
        });
        day.await.expect("it does not panic");
        hours.await.expect("it does not panic");
    });

    let mut counts = BTreeMap::<_, (u32, u32)>::new();
    for step in recorder.steps() {
        let (wakes, polls) = counts.entry(step.task).or_default();
        match step.event {
            Event::Woken { .. } => *wakes += 1,
            Event::PollBegins => *polls += 1,
            _ => {}
        }
    }
    for (task, (wakes, polls)) in counts {
        if let Some(task) = task {
            println!("{task:8}  {wakes:2} wakes, {polls:2} polls");
        }
    }
}
// ANCHOR_END: myth
