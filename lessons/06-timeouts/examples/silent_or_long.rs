//! A long answer that is well, and one that stalls. Under a limit on the whole, and under a limit on the silence.
//!
//! Run: `cargo run -p lesson-06-timeouts --example silent_or_long`

use lesson_06_timeouts::silence::{Read, at_most, while_it_speaks};
use mock_llm::{Fault, MockLlm, Model, When, tokens};
use runs::{Run, measure, secs, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    runs::code(&[
        "lessons/06-timeouts/src/silence.rs:total",
        "lessons/06-timeouts/src/silence.rs:idle",
    ]);
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(1.0))
        .inter_token_latency(secs(0.5))
        .reply_to("long", "one ".repeat(21).trim_end())
        .reply_to("stalls", "one ".repeat(21).trim_end())
        .fault(When::Prompt("stalls".to_owned()), Fault::StallAfter(4))]);

    let long = measure(&llm, at_most(llm.stream("long"), secs(6.0))).await;
    let cut = long.timeline("6 s for the whole: cuts what is well");
    report("long,   6 s for the whole  ", &long);
    let stalls = measure(&llm, at_most(llm.stream("stalls"), secs(6.0))).await;
    report("stalls, 6 s for the whole  ", &stalls);
    let long = measure(&llm, while_it_speaks(llm.stream("long"), secs(2.0))).await;
    report("long,   2 s for the silence", &long);
    let stalls = measure(&llm, while_it_speaks(llm.stream("stalls"), secs(2.0))).await;
    report("stalls, 2 s for the silence", &stalls);
    show_beside(&cut, &stalls.timeline("2 s for the silence: cuts what stalls"));
}

fn report(what: &str, run: &Run<Read>) {
    let words = tokens(&run.value.text).count();
    let took = run.took.as_secs_f64();
    println!(
        "{what}  {:8} {words:2} tokens  {took:6.3} s",
        format!("{:?}", run.value.ended)
    );
}
