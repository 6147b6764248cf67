//! What a thread of the blocking pool costs that only waits.
//!
//! Run: `cargo run -p lesson-07-blocking --example a_blocked_thread`
//! Shown: as it was measured

use std::io;

use lesson_07_blocking::pool::bytes_of_a_blocked_thread;

fn main() -> io::Result<()> {
    for threads in [10, 100, 500] {
        let (space, resident) = bytes_of_a_blocked_thread(threads)?;
        let (space, resident) = (space / 1024, resident / 1024);
        println!(
            "{threads:3} blocked threads: each {space} KiB of addresses, {resident} KiB of memory"
        );
    }
    Ok(())
}
