//! Myth: "A chunk from the network is a piece of text."
//!
//! Run: `cargo run -p lesson-04-streams --example myth_a_chunk_is_text`

use lesson_04_streams::sse::{Decoder, Error};

// ANCHOR: myth
fn main() -> Result<(), Error> {
    let answer = "data: 日本 🦀\n\n".as_bytes();
    let (mut by_chunk, mut by_line) = (String::new(), String::new());
    let mut decoder = Decoder::new();
    for chunk in answer.chunks(8) {
        by_chunk += &String::from_utf8_lossy(chunk);
        by_line.extend(decoder.push(chunk)?.into_iter().map(|event| event.data));
    }
    println!("each chunk as text: {}", by_chunk.trim());
    println!("each line as text:  {by_line}");
    println!("and strictly:       {:?}", str::from_utf8(&answer[..8]).is_ok());
    Ok(())
}
// ANCHOR_END: myth
