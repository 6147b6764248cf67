//! Quiz: how many polls does each of the two lines say?
//!
//! Run: `cargo run -p lesson-01-futures --example quiz_how_many_polls`

// ANCHOR: quiz
use lesson_01_futures::{countdown::Countdown, counted::counted};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let in_turn = async {
        Countdown { left: 2 }.await;
        Countdown { left: 2 }.await
    };
    println!("in turn    {}", counted(in_turn).await.1);

    let together = futures::future::join(Countdown { left: 2 }, Countdown { left: 2 });
    println!("together   {}", counted(together).await.1);
}
// ANCHOR_END: quiz
