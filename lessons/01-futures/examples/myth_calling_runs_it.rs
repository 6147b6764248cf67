//! Myth: "I have called the function, so it runs."
//!
//! Run: `cargo run -p lesson-01-futures --example myth_calling_runs_it`

#![expect(
    clippy::let_underscore_future,
    reason = "this is the mistake that the program shows"
)]

// ANCHOR: myth
async fn save(reply: &str) {
    println!("saved: {reply}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // `let _` keeps the compiler quiet. Without it, it warns: futures do nothing unless you `.await` or poll them.
    let _ = save("the first reply");
    save("the second reply").await;
    println!("done");
}
// ANCHOR_END: myth
