//! What a future weighs: room for the largest of its states, at least.

use std::hint::black_box;

use crate::countdown::Countdown;

// ANCHOR: sizes
const BUFFER: usize = 4096;

/// A buffer, and then a wait. The buffer lives to the end of the function: it is inside the future.
pub async fn buffer_across_the_await() {
    let mut buffer = [0_u8; BUFFER];
    fill(&mut buffer);
    Countdown { left: 1 }.await;
}

/// The buffer ends with its block, before the wait: it is on the stack of the thread, for as long as one poll.
pub async fn buffer_in_a_block() {
    {
        let mut buffer = [0_u8; BUFFER];
        fill(&mut buffer);
    }
    Countdown { left: 1 }.await;
}

/// `drop` ends the value. Its place stays: the variable was borrowed, and its block goes on.
pub async fn buffer_dropped() {
    let mut buffer = Buffer([0; BUFFER]);
    fill(&mut buffer.0);
    drop(buffer);
    Countdown { left: 1 }.await;
}

/// A future that is awaited is inside the one that awaits it.
pub async fn awaits_a_large_one() {
    buffer_across_the_await().await;
}

/// Behind a pointer, on the heap: eight bytes here, and all the others elsewhere.
pub async fn awaits_a_boxed_one() {
    Box::pin(buffer_across_the_await()).await;
}
// ANCHOR_END: sizes

/// A buffer that leaves nothing behind when it is dropped: it may have held a key.
#[derive(Debug)]
pub struct Buffer([u8; BUFFER]);

impl Drop for Buffer {
    fn drop(&mut self) {
        black_box(&mut self.0).fill(0);
    }
}

fn fill(buffer: &mut [u8]) {
    black_box(buffer).fill(1);
}

/// The futures of this module, and how many bytes each of them has.
pub fn table() -> [(&'static str, usize); 6] {
    [
        ("Countdown", size_of::<Countdown>()),
        ("buffer_across_the_await", size_of_val(&buffer_across_the_await())),
        ("buffer_dropped", size_of_val(&buffer_dropped())),
        ("buffer_in_a_block", size_of_val(&buffer_in_a_block())),
        ("awaits_a_large_one", size_of_val(&awaits_a_large_one())),
        ("awaits_a_boxed_one", size_of_val(&awaits_a_boxed_one())),
    ]
}
