//! Myth: "`join!` returns at the first error."
//!
//! Run: `cargo run -p lesson-03-join --example myth_join_stops_at_an_error`

use lesson_03_join::{
    joined,
    newsroom::{ARTICLE, models},
};
use mock_llm::{Fault, MockLlm, When};
use runs::measure;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let [headline, summary, translation] = models();
    let llm =
        MockLlm::new([headline.fault(When::Always, Fault::Refused), summary, translation]);

    let run = measure(&llm, joined::edition(&llm, ARTICLE)).await;
    let journal = llm.journal();
    let mut ends: Vec<_> =
        journal.calls().iter().map(|call| (call.ended.as_ref(), &call.model)).collect();
    ends.sort_unstable_by_key(|(ended, _)| ended.map(|(at, _)| *at));
    for (ended, model) in ends {
        let (at, end) = ended.expect("every call has ended");
        println!("{:.3} s  {model}: {end:?}", at.as_secs_f64());
    }
    println!("{:.3} s  join! returns", run.took.as_secs_f64());
}
