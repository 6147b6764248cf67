//! `join!` of a call of 0.5 s and a computation of 1.5 s: in one piece, then in slices.
//!
//! Run: `cargo run -p lesson-03-join --example one_task`

use lesson_03_join::{
    newsroom::{ARTICLE, headline, model},
    one_task::{index, index_in_slices},
};
use mock_llm::MockLlm;
use runs::{secs, show_beside};
use timeline::{Recorder, Timeline};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let one_piece = joined("join! with a branch that computes", index(secs(1.5))).await;
    let slices = joined("the same work in 15 slices", index_in_slices(secs(1.5), 15)).await;
    show_beside(&one_piece, &slices);
}

/// Joins a call with `work`, prints when the reply was in hand, and draws how the two were
/// polled.
async fn joined(title: &str, work: impl Future<Output = ()>) -> Timeline {
    let llm = MockLlm::new([model("headline", 0.5)]);
    let start = Instant::now();
    let recorder = Recorder::new(move || start.elapsed());

    let reply_in_hand = async {
        let reply = headline(&llm, ARTICLE).await;
        (reply, start.elapsed())
    };
    let ((reply, at), ()) = tokio::join!(
        recorder.future("headline", reply_in_hand),
        recorder.future("index", work)
    );

    assert!(reply.is_ok(), "the headline has no faults");
    println!("{title}: the reply is in hand at {:.3} s", at.as_secs_f64());
    Timeline { end: Some(start.elapsed()), ..recorder.timeline(title) }
}
