// One task of a group fails: what happens to the others, and who is told.
//
// Run: `cargo run -p from-asyncio task_group`

// ANCHOR: program
use std::time::Duration;
use tokio::{task::JoinSet, time::sleep};

async fn ask(
    model: &str,
    secs: u64,
    fails: bool,
) -> Result<String, String> {
    sleep(Duration::from_secs(secs)).await;
    if fails {
        return Err(format!("{model} is down"));
    }
    Ok(format!("{model} has answered"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut group = JoinSet::new();
    group.spawn(ask("atlas", 2, false));
    group.spawn(ask("birch", 1, true));
    while let Some(ended) = group.join_next().await {
        // To stop the others: `group.shutdown().await`.
        println!("main: {:?}", ended.expect("no panic"));
    }
    println!("main: the group has ended");
}
// ANCHOR_END: program
