//! Ten calls of two seconds each, one after another and all at once.
//!
//! Run: `cargo run -p lesson-03-join --example gather`

use lesson_03_join::{
    gather,
    newsroom::{comments, model},
};
use mock_llm::{Error, MockLlm};
use runs::{measure, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let llm = MockLlm::new([model("moderator", 2.0)]);
    let comments = comments(10);

    let in_turn = measure(&llm, gather::weigh_in_turn(&llm, &comments)).await;
    let drawn_in_turn = in_turn.timeline("ten, one after another");

    let at_once = measure(&llm, gather::weigh_all(&llm, &comments)).await;
    let drawn_at_once = at_once.timeline("ten, gathered");

    assert_eq!(in_turn.value?, at_once.value?, "the same replies in the same order");
    let (in_turn, at_once) = (in_turn.took.as_secs_f64(), at_once.took.as_secs_f64());
    println!("one after another  {in_turn:6.3} s");
    println!("gathered           {at_once:6.3} s   {:.0} times as fast", in_turn / at_once);
    show_beside(&drawn_in_turn, &drawn_at_once);
    Ok(())
}
