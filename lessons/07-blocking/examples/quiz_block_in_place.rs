//! Quiz: which of the two runtimes lets it pass?
//!
//! Run: `cargo run -p lesson-07-blocking --example quiz_block_in_place`

use std::panic;

use tokio::{runtime::Builder, task::block_in_place};

// ANCHOR: quiz
fn main() {
    panic::set_hook(Box::new(|_| {}));
    let mut builders = [Builder::new_current_thread(), Builder::new_multi_thread()];
    for builder in &mut builders {
        let runtime = builder.build().expect("a runtime starts");
        let work = || runtime.block_on(async { block_in_place(|| 7) });
        match panic::catch_unwind(panic::AssertUnwindSafe(work)) {
            Ok(value) => println!("it gives {value}"),
            Err(words) => println!("panic: {:?}", words.downcast_ref::<String>()),
        }
    }
}
// ANCHOR_END: quiz
