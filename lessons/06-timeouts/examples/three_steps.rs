//! Three calls in a row of 1, 3 and 3 s. A limit of 5 s for each, and one deadline for all.
//!
//! Run: `cargo run -p lesson-06-timeouts --example three_steps`

use lesson_06_timeouts::deadline::{each_its_own, in_three_steps, when_asked_to_come_back};
use mock_llm::{Fault, MockLlm, Model, When};
use runs::{measure, secs, show_beside};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(3.0))
        .time_to_first_token_for("Plan: a trip", secs(1.0))
        .reply_to("Plan: a trip", "a plan")
        .reply_to("Draft: a plan", "a draft")
        .reply_to("Check: a draft", "a text")]);

    let own = measure(&llm, each_its_own(&llm, "a trip", secs(5.0))).await;
    let drawn_own = own.timeline("5 s for each: seven seconds in all");
    println!("5 s for each:    {:?} at {:.3} s", own.value, own.took.as_secs_f64());
    let deadline = Instant::now() + secs(5.0);
    let shared = measure(&llm, in_three_steps(&llm, "a trip", deadline)).await;
    let drawn_shared = shared.timeline("one deadline at 5 s");
    println!("one deadline:    {:?} at {:.3} s", shared.value, shared.took.as_secs_f64());

    for come_back in [2.0, 20.0] {
        let busy = Fault::RateLimited { retry_after: Some(secs(come_back)) };
        let llm = MockLlm::new([Model::new("atlas")
            .time_to_first_token(secs(1.0))
            .reply("yes")
            .fault(When::Attempt(1), busy)]);
        let deadline = Instant::now() + secs(5.0);
        let run = measure(&llm, when_asked_to_come_back(&llm, "a seat?", deadline)).await;
        let outcome = run.value.map(|reply| reply.text);
        let took = run.took.as_secs_f64();
        println!("Retry-After {come_back:2}:  {outcome:?} at {took:.3} s");
    }
    show_beside(&drawn_own, &drawn_shared);
}
