// Three tasks give way after each step. In which order do they come back?
//
// Run: `cargo run -p from-asyncio sleep_zero`

// ANCHOR: program
use std::sync::{Arc, Mutex};
use tokio::task::{JoinSet, yield_now};

async fn work(name: char, steps: Arc<Mutex<String>>) {
    for _ in 0..3 {
        steps.lock().expect("nobody panics").push(name);
        yield_now().await;
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let steps = Arc::new(Mutex::new(String::new()));
    let mut group = JoinSet::new();
    for name in ['a', 'b', 'c'] {
        group.spawn(work(name, steps.clone()));
    }
    group.join_all().await;
    println!("{}", steps.lock().expect("nobody panics"));
}
// ANCHOR_END: program
