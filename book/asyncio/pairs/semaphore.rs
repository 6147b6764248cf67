// Three calls, and at most one of them at a time.
//
// Run: `cargo run -p from-asyncio semaphore`

// ANCHOR: program
use std::time::Duration;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};

async fn ask(
    model: &str,
    semaphore: &Semaphore,
    start: Instant,
) {
    let _permit = semaphore.acquire().await;
    let now = start.elapsed().as_secs_f64();
    println!("{now:.1} s: {model} is asked");
    sleep(Duration::from_secs(1)).await;
}

async fn ask_wrong(
    model: &str,
    semaphore: &Semaphore,
    start: Instant,
) {
    // `_` keeps nothing: the permit is given back here.
    let _ = semaphore.acquire().await;
    let now = start.elapsed().as_secs_f64();
    println!("{now:.1} s: {model} is asked, wrong");
    sleep(Duration::from_secs(1)).await;
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (one, start) = (&Semaphore::new(1), Instant::now());
    let models = ["atlas", "birch", "cedar"];
    let calls = models.map(|model| ask(model, one, start));
    futures::future::join_all(calls).await;
    let calls =
        models.map(|model| ask_wrong(model, one, start));
    futures::future::join_all(calls).await;
}
// ANCHOR_END: program
