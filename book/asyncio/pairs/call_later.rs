// Something is to happen in two seconds, unless it is called off.
//
// Run: `cargo run -p from-asyncio call_later`

// ANCHOR: program
use std::time::Duration;
use tokio::time::sleep;

async fn later(secs: u64) {
    sleep(Duration::from_secs(secs)).await;
    println!("after {secs} s");
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    tokio::spawn(later(2));
    let called_off = tokio::spawn(later(1));
    called_off.abort();
    // Nobody polls this one, so it does nothing.
    let _made = later(1);
    sleep(Duration::from_secs(3)).await;
    println!("main: ends");
}
// ANCHOR_END: program
