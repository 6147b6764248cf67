//! A countdown from 3, polled by hand; then one that forgets to call its waker.
//!
//! Run: `cargo run -p lesson-01-futures --example poll_by_poll`

use std::fmt::Debug;

use lesson_01_futures::{
    by_hand::{Polled, poll_by_hand},
    countdown::{Countdown, Forgets},
};

fn main() {
    println!("Countdown {{ left: 3 }}");
    tell(&poll_by_hand(Countdown { left: 3 }, 10));

    println!("\nForgets {{ left: 3 }}");
    tell(&poll_by_hand(Forgets { left: 3 }, 10));
    println!("A runtime would have stopped after poll 1: nobody was woken.");
}

fn tell<T: Debug>(polls: &[Polled<T>]) {
    for (number, polled) in (1..).zip(polls) {
        println!("  poll {number}  {polled}");
    }
}
