//! Myth: "After `None` every stream says `None`, as often as I ask."
//!
//! Run: `cargo run -p lesson-04-streams --example myth_the_end_stays_the_end`

use std::task::Poll;

use futures::{Stream, StreamExt, stream};

// ANCHOR: myth
/// Says 1, then the end, then 1 again: nothing in the trait forbids it.
fn forgetful() -> impl Stream<Item = u32> + Unpin {
    let mut polls = 0;
    stream::poll_fn(move |_| {
        polls += 1;
        Poll::Ready((polls % 2 == 1).then_some(1))
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut one = forgetful();
    println!("{:?}", [one.next().await, one.next().await, one.next().await]);
    let mut fused = forgetful().fuse();
    println!("{:?}", [fused.next().await, fused.next().await, fused.next().await]);
}
// ANCHOR_END: myth
