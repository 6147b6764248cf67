//! The bytes of an answer in the pieces that a network made of them, and the events that are
//! complete after each piece.
//!
//! Run: `cargo run -p lesson-04-streams --example cut_anywhere`

use lesson_04_streams::sse::{Decoder, Error};

fn main() -> Result<(), Error> {
    let answer = "data: Grüße\n\n: still here\r\n\r\ndata: aus\ndata: 日本\n\ndata: no end";
    // ANCHOR: cut_anywhere
    let mut decoder = Decoder::new();
    for piece in answer.as_bytes().chunks(9) {
        let events = decoder.push(piece)?;
        let data: Vec<&str> = events.iter().map(|event| event.data.as_str()).collect();
        println!("{:42} {data:?}", format!("\"{}\"", piece.escape_ascii()));
    }
    // ANCHOR_END: cut_anywhere
    println!("{} bytes came, {} were looked at", answer.len(), decoder.inspected());
    Ok(())
}
