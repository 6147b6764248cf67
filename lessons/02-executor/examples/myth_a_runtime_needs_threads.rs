//! Myth: "A thousand requests at once need a thousand threads, or at least a few."
//!
//! Run: `cargo run -p lesson-02-executor --example myth_a_runtime_needs_threads`

#[path = "our_clock/mod.rs"]
mod our_clock;

// ANCHOR: myth
use std::{collections::HashSet, thread, time::Duration};

use lesson_02_executor::runtime::{Builder, now, spawn};
use mock_llm::{MockLlm, Model};

fn main() {
    let model = Model::new("atlas").time_to_first_token(Duration::from_millis(100));
    let llm = MockLlm::builder().clock(our_clock::OurClock).model(model).build();

    let threads = Builder::new().virtual_clock().build().block_on(async {
        let requests: Vec<_> = (0..1000)
            .map(|number| {
                let answer = llm.complete(&format!("question {number}"));
                spawn(async move {
                    answer.await.expect("this model does not fail");
                    thread::current().id()
                })
            })
            .collect();
        let mut threads = HashSet::new();
        for request in requests {
            threads.insert(request.await.expect("no request panics"));
        }
        println!("1000 requests of 0.1 s took {:?}", now());
        println!("in flight at once: {}", llm.journal().high_water());
        threads
    });
    println!("threads that ran them: {}", threads.len());
    println!("the caller's own: {}", threads.contains(&thread::current().id()));
}
// ANCHOR_END: myth
