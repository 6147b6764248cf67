//! An `async fn` and the enum written by hand, polled side by side: nobody can tell them apart.
//!
//! Run: `cargo run -p lesson-01-futures --example state_machine`

use lesson_01_futures::{
    by_hand::poll_by_hand,
    state_machine::{InTurn, in_turn},
};

fn main() {
    let (first, second) = (2, 1);
    let compilers = poll_by_hand(in_turn(first, second), 10);
    let by_hand = poll_by_hand(InTurn::Start { first, second }, 10);

    println!("          async fn            by hand");
    for (number, (compilers, by_hand)) in (1..).zip(compilers.iter().zip(&by_hand)) {
        println!("  poll {number}  {:18}  {by_hand}", compilers.to_string());
    }
    assert_eq!(compilers, by_hand);
}
