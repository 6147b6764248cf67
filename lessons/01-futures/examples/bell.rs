//! A task that waits for three rings, one that waits for another bell, and the one who rings: every poll, every wake-up.
//!
//! Run: `cargo run -p lesson-01-futures --example bell`

use std::time::Duration;

use lesson_01_futures::bell::Bell;
use runs::{recorder, show};
use timeline::Timeline;
use tokio::{
    task::{LocalSet, spawn_local},
    time::{Instant, sleep},
};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (start, recorder) = (Instant::now(), recorder());
    let (door, kitchen) = (Bell::default(), Bell::default());
    let ringer = {
        let (door, kitchen) = (door.clone(), kitchen.clone());
        async move {
            for _ in 0..3 {
                sleep(Duration::from_millis(100)).await;
                door.ring();
            }
            kitchen.ring();
        }
    };

    // A `Bell` is for one thread, so the tasks have to stay on it.
    let tasks = LocalSet::new();
    tasks.spawn_local(recorder.future("door, 3 rings", door.rings(3)));
    tasks.spawn_local(recorder.future("kitchen, 1 ring", kitchen.rings(1)));
    tasks
        .run_until(async {
            spawn_local(recorder.future("ringer", ringer)).await.expect("nobody panics")
        })
        .await;
    tasks.await;

    for name in ["door, 3 rings", "kitchen, 1 ring", "ringer"] {
        println!(
            "{name:15}  polls: {}, wake-ups: {}",
            recorder.polls(name),
            recorder.wakes(name)
        );
    }
    show(&Timeline {
        end: Some(start.elapsed()),
        ..recorder.timeline("polls and wake-ups")
    });
}
