// The program ends, and a task is left over.
//
// Run: `cargo run -p from-asyncio run`

// ANCHOR: program
use std::time::Duration;
use tokio::{runtime::Builder, time::sleep};

struct CleansUp;

impl Drop for CleansUp {
    fn drop(&mut self) {
        println!("report: is dropped");
    }
}

async fn report() {
    let _cleans_up = CleansUp;
    sleep(Duration::from_secs(10)).await;
}

// What `#[tokio::main]` makes of an `async fn main`.
fn main() {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without sockets can be made");
    runtime.block_on(async {
        let task = tokio::spawn(report());
        sleep(Duration::from_secs(1)).await;
        println!(
            "main: ends, and done is {}",
            task.is_finished()
        );
    });
    println!("block_on: has returned");
    drop(runtime);
    println!("runtime: is dropped");
}
// ANCHOR_END: program
