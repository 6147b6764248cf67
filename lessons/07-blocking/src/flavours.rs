//! A function that works on both flavours of runtime, and the runtime inside a runtime.

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::{block_in_place, spawn_blocking},
};

// ANCHOR: both
/// Work that may borrow, so that it cannot go to another thread. Only a runtime with several threads can hand its other tasks to
/// another thread meanwhile.
///
/// # Panics
/// On a runtime of one thread and in a `LocalSet`, where there is nobody to hand the other tasks to, and outside of a runtime.
/// All of these are found by the first call in a test.
pub fn with_the_thread<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => block_in_place(work),
        _ => panic!("a call that borrows and blocks needs the multi-thread runtime"),
    }
}

/// Works on both: what it needs is owned, and goes to the pool.
///
/// # Panics
/// Where the work panics.
pub async fn on_either<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
// ANCHOR_END: both

// ANCHOR: handle
/// From a blocking thread back into the runtime. Only where another thread drives that runtime: `Handle::block_on` polls the
/// question, and drives no timers and no sockets.
///
/// # Panics
/// On a thread that is inside of a runtime.
pub fn ask_the_runtime<T>(handle: &Handle, question: impl Future<Output = T>) -> T {
    handle.block_on(question)
}
// ANCHOR_END: handle
