// Nobody keeps the task. Python may collect it; tokio goes on with it.
//
// Run: `cargo run -p from-asyncio forgotten_task`

// ANCHOR: program
use std::{future::pending, time::Duration};
use tokio::time::sleep;

struct Told(&'static str);

impl Drop for Told {
    fn drop(&mut self) {
        println!("{}: is dropped", self.0);
    }
}

async fn report() {
    let _told = Told("report");
    pending::<()>().await;
    println!("report: sent");
}

async fn nap() {
    sleep(Duration::from_secs(1)).await;
    println!("nap: has ended");
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    drop(tokio::spawn(report()));
    drop(tokio::spawn(nap()));
    sleep(Duration::from_secs(2)).await;
    println!("main: ends");
}
// ANCHOR_END: program
