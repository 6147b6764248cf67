//! Five users at once, and a handler that is `async`: pseudo-async, offloaded, and with an async client.
//!
//! Run: `cargo run -p lesson-07-blocking --example pseudo_async`
//! Shown: in 2 parts

use lesson_07_blocking::users::{Form, ask_all, drawn, users};
use runs::{secs, show, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let part = std::env::args().nth(1).unwrap_or_default();
    runs::code(if part == "2" {
        &["lessons/07-blocking/src/users.rs:awaited"]
    } else {
        &[
            "lessons/07-blocking/src/users.rs:pseudo",
            "lessons/07-blocking/src/users.rs:offloaded",
        ]
    });
    let latencies = [2.15; 5].map(secs);
    let mut runs = Vec::new();
    for form in Form::ALL {
        let (llm, prompts) = users(&latencies);
        ask_all(&llm, &prompts, form).await;
        runs.push(drawn(&llm, form.words()));
    }
    match &runs[..] {
        [pseudo, offloaded, _] if part != "2" => show_beside(pseudo, offloaded),
        [.., last] => show(last),
        [] => {}
    }
    if part == "1" {
        return;
    }
    println!("users   pseudo-async   offloaded     async   times as fast");
    for number in [2, 5, 10] {
        let mut took = Vec::new();
        for form in Form::ALL {
            let (llm, prompts) = users(&vec![secs(2.15); number]);
            ask_all(&llm, &prompts, form).await;
            took.push(drawn(&llm, "").extent().as_secs_f64());
        }
        let [pseudo, offloaded, awaited] = took[..] else { continue };
        let ratio = pseudo / awaited;
        println!(
            "{number:5} {pseudo:12.2} s {offloaded:9.2} s {awaited:7.2} s {ratio:15.0}"
        );
    }
}
