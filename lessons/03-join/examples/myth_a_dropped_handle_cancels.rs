//! Myth: "I dropped the handle, so the task has stopped."
//!
//! Run: `cargo run -p lesson-03-join --example myth_a_dropped_handle_cancels`

use lesson_03_join::newsroom::{ARTICLE, model};
use mock_llm::MockLlm;
use runs::secs;
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm = MockLlm::new([
        model("dropped future", 2.0),
        model("dropped handle", 2.0),
        model("aborted task", 2.0),
    ]);

    let mut future = Box::pin(llm.model("dropped future").complete(ARTICLE));
    let handle = tokio::spawn(llm.model("dropped handle").complete(ARTICLE));
    let aborted = tokio::spawn(llm.model("aborted task").complete(ARTICLE));

    // One second for all three: the tasks run by themselves, the future because it is
    // polled here.
    tokio::select! {
        _ = &mut future => unreachable!("the call takes two seconds"),
        () = sleep(secs(1.0)) => {}
    }
    drop(future);
    drop(handle);
    aborted.abort();

    sleep(secs(5.0)).await;
    for call in llm.journal().calls() {
        let (at, end) = call.ended.as_ref().expect("every call has ended");
        println!("{:14}  {end:?} at {:.3} s", call.model, at.as_secs_f64());
    }
}
