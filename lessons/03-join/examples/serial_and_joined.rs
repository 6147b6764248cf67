//! Three calls one after another, then the same three at once.
//!
//! Run: `cargo run -p lesson-03-join --example serial_and_joined`

use lesson_03_join::{
    joined,
    newsroom::{ARTICLE, models},
    serial,
};
use mock_llm::{Error, MockLlm};
use runs::{measure, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    runs::code(&[
        "lessons/03-join/src/serial.rs:in_turn",
        "lessons/03-join/src/joined.rs:join",
    ]);
    let llm = MockLlm::new(models());

    let in_turn = measure(&llm, serial::edition(&llm, ARTICLE)).await;
    let drawn_in_turn = in_turn.timeline("one after another");

    let at_once = measure(&llm, joined::edition(&llm, ARTICLE)).await;
    let drawn_at_once = at_once.timeline("joined");

    assert_eq!(in_turn.value?, at_once.value?, "the same edition");
    println!("one after another  {:.3} s", in_turn.took.as_secs_f64());
    println!("joined             {:.3} s", at_once.took.as_secs_f64());
    show_beside(&drawn_in_turn, &drawn_at_once);
    Ok(())
}
