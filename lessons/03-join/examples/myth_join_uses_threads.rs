//! Myth: "`join!` runs its branches on several threads."
//!
//! One branch holds its thread and waits there for a word from the other branch. The
//! runtime has two threads.
//!
//! Run: `cargo run -p lesson-03-join --example myth_join_uses_threads`

use std::{sync::mpsc, time::Duration};

// ANCHOR: branches
/// Holds the thread until there is word from the other branch, but no longer than
/// `patience`.
async fn holds_its_thread(word: mpsc::Receiver<()>, patience: Duration) -> bool {
    word.recv_timeout(patience).is_ok()
}

/// Sends its word as soon as it is polled.
async fn sends_word(word: mpsc::Sender<()>) {
    // Nobody listens any more where the other branch has lost its patience.
    let _ = word.send(());
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // Longer patience would change nothing: the second branch is polled when the first poll
    // has returned.
    let (sender, receiver) = mpsc::channel();
    let (heard, ()) = tokio::join!(
        holds_its_thread(receiver, Duration::from_millis(50)),
        sends_word(sender)
    );
    println!("join!  the other branch ran meanwhile: {heard}");

    let (sender, receiver) = mpsc::channel();
    let holder = tokio::spawn(holds_its_thread(receiver, Duration::from_secs(10)));
    let (heard, sent) = tokio::join!(holder, tokio::spawn(sends_word(sender)));
    sent.expect("sending does not panic");
    println!(
        "spawn  the other task ran meanwhile:   {}",
        heard.expect("waiting does not panic")
    );
}
// ANCHOR_END: branches
