//! Quiz: in which order do the four lines come?
//!
//! Run: `cargo run -p lesson-01-futures --example quiz_what_is_printed`

// ANCHOR: quiz
async fn say(word: &str) {
    println!("{word}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let one = say("one");
    let two = say("two");
    println!("three");
    two.await;
    println!("four");
    one.await;
}
// ANCHOR_END: quiz
