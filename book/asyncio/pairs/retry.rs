// The first try fails. What is it that is tried again?
//
// Run: `cargo run -p from-asyncio retry`

// ANCHOR: program
use std::{cell::Cell, time::Duration};
use tokio::time::sleep;

type Reply = Result<String, &'static str>;

async fn ask(tries: &Cell<u32>) -> Reply {
    tries.set(tries.get() + 1);
    if tries.get() == 1 {
        return Err("busy");
    }
    Ok(format!("an answer at try {}", tries.get()))
}

async fn retry(
    call: impl AsyncFn() -> Reply,
) -> Option<String> {
    for _ in 0..3 {
        match call().await {
            Ok(reply) => return Some(reply),
            Err(error) => println!("retry: {error}"),
        }
        sleep(Duration::from_secs(1)).await;
    }
    None
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let tries = Cell::new(0);
    let reply = retry(async || ask(&tries).await).await;
    println!(
        "a closure: {}",
        reply.expect("it is not always busy")
    );
    // `async || call.await` over one future does not compile:
    // "cannot move out of `call`".
}
// ANCHOR_END: program
