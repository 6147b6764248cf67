// Code that is not async wants the result of code that is.
//
// Run: `cargo run -p from-asyncio run_in_run`

// ANCHOR: program
use std::panic::{catch_unwind, set_hook};
use tokio::runtime::Builder;

async fn ask() -> &'static str {
    "an answer"
}

fn ask_and_wait() -> &'static str {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime without sockets can be made");
    runtime.block_on(ask())
}

#[tokio::main(flavor = "current_thread")]
async fn inside() {
    set_hook(Box::new(|panic| {
        let text = panic.payload_as_str().unwrap_or_default();
        let first = text.split('.').next();
        println!("inside: {}", first.unwrap_or_default());
    }));
    let _ = catch_unwind(ask_and_wait);
}

fn main() {
    println!("outside: {}", ask_and_wait());
    inside();
}
// ANCHOR_END: program
