//! Myth: "When a task takes too long, the runtime interrupts it and lets the others run."
//!
//! Run: `cargo run -p lesson-02-executor --example myth_a_task_is_interrupted`

// ANCHOR: myth
use std::{cell::Cell, future::ready, rc::Rc};

use lesson_02_executor::runtime::{block_on, consume_budget, spawn};

/// How many rounds the greedy task goes before the modest one has its first turn.
async fn rounds_until_a_turn(uses_the_budget: bool) -> u32 {
    let rounds = Rc::new(Cell::new(0));
    let counted = Rc::clone(&rounds);
    let _greedy = spawn(async move {
        for round in 1..=1000 {
            counted.set(round);
            if uses_the_budget {
                consume_budget().await;
            } else {
                ready(()).await;
            }
        }
    });
    let modest = spawn(async move { rounds.get() });
    modest.await.expect("it does not panic")
}

fn main() {
    for (title, budget) in [("awaits what is ready", false), ("spends a budget", true)] {
        let rounds = block_on(rounds_until_a_turn(budget));
        println!("{title:20}  the other task waits for {rounds} rounds");
    }
}
// ANCHOR_END: myth
