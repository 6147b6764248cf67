//! Work that computes: a place for each core, and no more.

use tokio::{sync::oneshot, task::yield_now};

/// Something that takes long: how similar a text is to a question, by a hash of each word.
pub fn score(text: &str, rounds: u32) -> u64 {
    let mut score = 0_u64;
    for round in 0..rounds {
        for byte in text.bytes() {
            score =
                (score ^ u64::from(byte) ^ u64::from(round)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    score
}

// ANCHOR: rayon
/// On rayon's threads, of which there is one for each core. The answer comes back through a oneshot. Gives `None` where the
/// work has panicked.
pub async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (reply, result) = oneshot::channel();
    rayon::spawn(move || {
        // A panic in a job of rayon ends the whole process, unless the pool has a handler for it. So it is caught here.
        // With the answer: where nobody waits for it any more, it is dropped here, and its destructor may panic, too.
        let job = std::panic::AssertUnwindSafe(|| drop(reply.send(work())));
        let _ = std::panic::catch_unwind(job);
    });
    result.await.ok()
}
// ANCHOR_END: rayon

// ANCHOR: slices
/// In slices on the event loop: after each slice, everybody else has a turn. Dropped, it stops at the next slice.
pub async fn score_all(texts: &[String], rounds: u32, slice: usize) -> Vec<u64> {
    let mut scores = Vec::with_capacity(texts.len());
    for texts in texts.chunks(slice.max(1)) {
        scores.extend(texts.iter().map(|text| score(text, rounds)));
        yield_now().await;
    }
    scores
}
// ANCHOR_END: slices
