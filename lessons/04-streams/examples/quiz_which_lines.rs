//! Quiz: which of the four lines are printed?
//!
//! Run: `cargo run -p lesson-04-streams --example quiz_which_lines`

use async_stream::stream;
use futures::{StreamExt, pin_mut};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let numbers = stream! {
        println!("before the first");
        yield 1;
        println!("between");
        yield 2;
        println!("after the last");
    };
    pin_mut!(numbers);
    println!("{:?}", numbers.next().await);
}
// ANCHOR_END: quiz
