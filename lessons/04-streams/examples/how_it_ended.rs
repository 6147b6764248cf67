//! Four answers that end in four ways.
//!
//! Run: `cargo run -p lesson-04-streams --example how_it_ended`

use std::pin::pin;

use futures::{StreamExt, stream};
use lesson_04_streams::{
    chat::{Chunks, Piece},
    wire,
};
use serde_json::json;

// ANCHOR: how_it_ended
async fn read(status: u16, response: &str) -> String {
    let bytes = stream::iter(response.as_bytes().chunks(11)).map(Ok::<_, std::io::Error>);
    let mut pieces = pin!(Chunks::new(status, bytes));
    let mut answer = String::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Piece::Text { text, .. } => answer += &text,
            Piece::End(end) => return format!("{answer:?}, then {end:?}"),
            _ => {}
        }
    }
    unreachable!("the last piece is always an end")
}
// ANCHOR_END: how_it_ended

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let word = wire::event(&wire::delta(json!({ "content": "At noon" }), None));
    let word = String::from_utf8(word).expect("JSON is UTF-8");
    let error = json!({ "error": { "message": "The engine is overloaded." } }).to_string();
    for (what, status, response) in [
        ("the mark", 200, format!("{word}data: [DONE]\n\n")),
        ("no mark", 200, word.clone()),
        ("an error inside", 200, format!("{word}data: {error}\n\n")),
        ("an error status", 503, error),
    ] {
        println!("{what}:\n  {}", read(status, &response).await);
    }
}
