//! A call of 4 s and a caller who waits for 1 s: first the call goes with the caller, then it is shielded.
//!
//! Run: `cargo run -p lesson-06-timeouts --example shield`

use lesson_06_timeouts::tasks::Shielded;
use mock_llm::{MockLlm, Model};
use runs::{measure, secs, show_beside};
use tokio::time::timeout;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm =
        MockLlm::new([Model::new("atlas").time_to_first_token(secs(4.0)).reply("yes")]);
    let call = || llm.complete("Is it paid?");
    let ended = || {
        let journal = llm.journal();
        format!(
            "{} finished, {} dropped",
            journal.finished().count(),
            journal.dropped().count()
        )
    };

    let alone = measure(&llm, timeout(secs(1.0), call())).await;
    println!("a timeout:                        {}", ended());
    let alone = alone.timeline("a timeout: the call goes with the caller");

    let mut work = Shielded::default();
    let shielded = measure(&llm, work.run(call(), secs(1.0))).await;
    work.shut_down(secs(10.0)).await;
    println!("a shield, shut down within 10 s:  {}", ended());
    let shielded = shielded.timeline("a shield: the caller leaves, the call goes on");

    let mut work = Shielded::default();
    measure(&llm, work.run(call(), secs(1.0))).await;
    work.shut_down(secs(1.0)).await;
    println!("a shield, shut down within 1 s:   {}", ended());

    show_beside(&alone, &shielded);
}
