//! Ten tokens, one a second. A timer that is made in the loop, one that is made before it, and one that speaks once.
//!
//! Run: `cargo run -p lesson-06-timeouts --example timer_in_a_loop`

use lesson_06_timeouts::in_the_loop::{made_anew, made_before, says_so_once};
use mock_llm::{MockLlm, Model};
use runs::{measure, secs};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(1.0))
        .inter_token_latency(secs(1.0))
        .reply("one two three four five six seven eight nine ten")]);

    let anew = measure(&llm, made_anew(llm.stream("Count."), secs(3.0))).await;
    let took = anew.took.as_secs_f64();
    println!("made in the loop, 3 s:         {:?} at {took:.3} s", anew.value);
    let before = measure(&llm, made_before(llm.stream("Count."), secs(3.5))).await;
    let took = before.took.as_secs_f64();
    println!("made before the loop, 3.5 s:   {:?} at {took:.3} s", before.value);

    let start = Instant::now();
    let tokens = says_so_once(llm.stream("Count."), secs(3.5), || {
        println!("goes on, 3.5 s:                says so at {:?}", start.elapsed());
    });
    println!("goes on, 3.5 s:                {} tokens", tokens.await);
}
