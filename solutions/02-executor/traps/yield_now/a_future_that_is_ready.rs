//! Trap: `.await` itself is taken for the point at which a task lets others run. It is one only where the future is pending.
//! Caught by: yields_once_and_comes_back
//! Says: `.await` on a future that is ready at once goes straight on

/// Counts from 0, and lets the other tasks run after each number.
pub async fn count(to: u32, mut output: impl FnMut(u32)) {
    for number in 0..to {
        output(number);
        yield_now().await;
    }
}

pub async fn yield_now() {
    std::future::ready(()).await
}
