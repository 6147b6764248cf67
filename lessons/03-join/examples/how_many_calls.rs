//! Calls of two seconds, in turn and gathered: how long, for how many?
//!
//! Run: `cargo run -p lesson-03-join --example how_many_calls`

use lesson_03_join::{
    gather::{weigh_all, weigh_in_turn},
    newsroom::{comments, model},
};
use mock_llm::{Error, MockLlm};
use runs::{measure, show_grid};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    runs::code(&[
        "lessons/03-join/src/gather.rs:in_turn",
        "lessons/03-join/src/gather.rs:gather",
    ]);
    let llm = MockLlm::new([model("moderator", 2.0)]);
    let mut drawn = Vec::new();
    println!("calls   in turn   gathered");
    for number in [1, 2, 3, 5, 8] {
        let comments = comments(number);
        let in_turn = measure(&llm, weigh_in_turn(&llm, &comments)).await;
        let above = in_turn.timeline("in turn");
        let gathered = measure(&llm, weigh_all(&llm, &comments)).await;
        let below = gathered.timeline("gathered");
        assert_eq!(in_turn.value?, gathered.value?, "the same replies in the same order");
        let [turn, once] = [in_turn.took, gathered.took].map(|took| took.as_secs_f64());
        println!("{number:5} {turn:7.1} s {once:8.1} s");
        drawn.push((vec![number.to_string()], vec![above, below]));
    }
    show_grid(&["calls"], &drawn);
    Ok(())
}
