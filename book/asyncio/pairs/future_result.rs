// One answer is promised, and whoever promised it fails.
//
// Run: `cargo run -p from-asyncio future_result`

// ANCHOR: program
use std::time::Duration;
use tokio::{
    sync::oneshot::{Sender, channel},
    time::{Instant, sleep},
};

async fn ask() -> Result<&'static str, String> {
    sleep(Duration::from_secs(1)).await;
    Err("atlas is down".to_owned())
}

async fn answer(promise: Sender<&str>) -> Result<(), String> {
    let reply = ask().await?;
    promise.send(reply).map_err(str::to_owned)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let (promise, reply) = channel();
    let task = tokio::spawn(answer(promise));
    match reply.await {
        Ok(reply) => println!("main: {reply}"),
        Err(error) => {
            let secs = start.elapsed().as_secs_f64();
            println!("main: {error} after {secs:.1} s");
        }
    }
    println!("main: {:?}", task.await.expect("no panic"));
}
// ANCHOR_END: program
