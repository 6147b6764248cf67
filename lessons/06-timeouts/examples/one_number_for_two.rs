//! A model that thinks for 40 s and then writes a token every 2 s; and one that stalls. One limit for both waits, then two.
//!
//! Run: `cargo run -p lesson-06-timeouts --example one_number_for_two`

use lesson_06_timeouts::{first_token::Patience, silence::while_it_speaks};
use mock_llm::{Fault, MockLlm, Model, When};
use runs::{measure, secs};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let thinks = Model::new("thinks")
        .time_to_first_token(secs(40.0))
        .inter_token_latency(secs(2.0))
        .reply("It is on its way.");
    let stalls = Model::new("stalls")
        .time_to_first_token(secs(40.0))
        .inter_token_latency(secs(2.0))
        .reply("It is on its way.")
        .fault(When::Always, Fault::StallAfter(2));
    let llm = MockLlm::new([thinks, stalls]);

    for limit in [5.0, 60.0] {
        for name in ["thinks", "stalls"] {
            let stream = llm.model(name).stream("Where is my parcel?");
            let run = measure(&llm, while_it_speaks(stream, secs(limit))).await;
            let (ended, took) = (run.value.ended, run.took.as_secs());
            println!("{limit:2} s for every wait:  {name}  {ended:?} at {took} s");
        }
    }
    let patience = Patience { first_token: secs(60.0), between: secs(5.0) };
    for name in ["thinks", "stalls"] {
        let stream = llm.model(name).stream("Where is my parcel?");
        let run = measure(&llm, patience.read(stream)).await;
        let (ended, took) = (run.value.ended, run.took.as_secs());
        println!("60 s, then 5 s:       {name}  {ended:?} at {took} s");
    }
}
