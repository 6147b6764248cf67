// A number belongs to a request. Who of those that work for it can see it?
//
// Run: `cargo run -p from-asyncio context_of_a_task`

// ANCHOR: program
use tokio::task::{spawn, spawn_blocking};

tokio::task_local! {
    static REQUEST: u32;
}

async fn seen_by(who: &str) {
    println!("{who}: {:?}", REQUEST.try_with(|id| *id).ok());
}

async fn handle() {
    seen_by("the same task").await;
    spawn(seen_by("a task of its own"))
        .await
        .expect("no panic");
    // What should see it is given it.
    let told = seen_by("a task that was told");
    spawn(REQUEST.scope(REQUEST.get(), told))
        .await
        .expect("no panic");
    let seen = || REQUEST.try_with(|id| *id).ok();
    let id = spawn_blocking(seen).await.expect("no panic");
    println!("a thread: {id:?}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    REQUEST.scope(7, handle()).await;
    seen_by("after it").await;
}
// ANCHOR_END: program
