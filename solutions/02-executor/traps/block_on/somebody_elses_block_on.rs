//! Trap: another runtime does the work.
//! Caught by: polls_are_wakes_and_one
//! Says: another runtime

/// Runs a future on this thread, and returns what it returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}
