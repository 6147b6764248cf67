// A task can be awaited again; a future is used up.
//
// Run: `cargo run -p from-asyncio awaited_twice`

// ANCHOR: program
use futures::FutureExt as _;
use std::time::Duration;
use tokio::time::sleep;

async fn ask(model: &str) -> String {
    println!("{model} is asked");
    sleep(Duration::from_secs(1)).await;
    format!("{model}'s answer")
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let call = ask("atlas").shared();
    println!("first: {}", call.clone().await);
    println!("again: {}", call.await);

    let future = ask("birch");
    println!("first: {}", future.await);
    // A second `future.await` does not compile:
    // "use of moved value: `future`".
}
// ANCHOR_END: program
