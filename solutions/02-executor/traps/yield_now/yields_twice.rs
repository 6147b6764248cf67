//! Trap: two yields for one, to be on the safe side.
//! Caught by: yields_once_and_comes_back
//! Says: the second poll is pending too

/// Counts from 0, and lets the other tasks run after each number.
pub async fn count(to: u32, mut output: impl FnMut(u32)) {
    for number in 0..to {
        output(number);
        yield_now().await;
    }
}

pub async fn yield_now() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}
