//! Two pauses of 100 ms, made first and awaited in turn: once with `sleep`, once with an `async fn`.
//!
//! Run: `cargo run -p lesson-01-futures --example two_clocks`

use lesson_01_futures::two_clocks::{PAUSE, pause};
use runs::{recorder, show_beside};
use timeline::Timeline;
use tokio::time::{Instant, sleep};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let sleeps = made_first("two sleeps, made first", || sleep(PAUSE)).await;
    let async_fns = made_first("two async fns, made first", pause).await;
    show_beside(&sleeps, &async_fns);
}

/// Makes two futures, awaits them one after the other, and draws how they were polled and woken.
async fn made_first<F: Future<Output = ()>>(title: &str, make: impl Fn() -> F) -> Timeline {
    let (start, recorder) = (Instant::now(), recorder());
    let (first, second) =
        (recorder.future("first", make()), recorder.future("second", make()));
    first.await;
    second.await;
    println!("{title:25}  {:.3} s", start.elapsed().as_secs_f64());
    Timeline { end: Some(start.elapsed()), ..recorder.timeline(title) }
}
