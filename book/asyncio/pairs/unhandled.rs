// Nobody looks at how the task ended. Who hears of its error?
//
// Run: `cargo run -p from-asyncio unhandled`

// ANCHOR: program
use std::{panic::set_hook, time::Duration};
use tokio::time::sleep;

async fn report(name: &str) -> Result<(), String> {
    Err(format!("{name} has no paper"))
}

async fn print(name: &str) {
    panic!("{name} has no ink");
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    // Without this the text goes to stderr.
    set_hook(Box::new(|panic| {
        println!(
            "panic: {}",
            panic.payload_as_str().unwrap_or_default()
        );
    }));
    let error = tokio::spawn(report("atlas"));
    let panic = tokio::spawn(print("birch"));
    sleep(Duration::from_secs(1)).await;
    println!("main: one second later");
    drop((error, panic));
    println!("main: ends");
}
// ANCHOR_END: program
