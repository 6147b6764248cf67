//! A trip needs a flight and a hotel, and the flight needs the calendar: a recursive `async fn`.
//!
//! Run: `cargo run -p lesson-01-futures --example recursion`

use lesson_01_futures::recursion::{Tool, call};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let tool = |name, needs| Tool { name, needs };
    let trip = tool(
        "trip",
        vec![tool("flight", vec![tool("calendar", vec![])]), tool("hotel", vec![])],
    );

    println!("called: {}", call(&trip).await.join(", "));
    println!("one call has {} bytes, at whatever depth", size_of_val(&call(&trip)));
}
