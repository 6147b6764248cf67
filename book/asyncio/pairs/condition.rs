// Wait until three replies are there.
//
// Run: `cargo run -p from-asyncio condition`

// ANCHOR: program
use std::time::Duration;
use tokio::{
    sync::watch::{Sender, channel},
    time::{Instant, sleep},
};

async fn ask(replies: Sender<Vec<u32>>) {
    for number in 0..3 {
        sleep(Duration::from_secs(1)).await;
        replies.send_modify(|replies| replies.push(number));
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let (sender, mut replies) = channel(Vec::new());
    tokio::spawn(ask(sender));
    let enough = replies.wait_for(|replies| replies.len() >= 3);
    let replies =
        enough.await.expect("the sender comes so far");
    let secs = start.elapsed().as_secs_f64();
    println!("{} replies after {secs:.1} s", replies.len());
}
// ANCHOR_END: program
