//! How many bytes a future has, and what they are for.
//!
//! Run: `cargo run -p lesson-01-futures --example sizes`

use lesson_01_futures::sizes::table;

fn main() {
    for (name, bytes) in table() {
        println!("{name:24} {bytes:5} bytes");
    }
}
