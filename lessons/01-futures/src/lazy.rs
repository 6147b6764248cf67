//! To call an `async fn` runs nothing of it.

use std::cell::RefCell;

/// Remembers what was said, in order.
pub type Log = RefCell<Vec<&'static str>>;

// ANCHOR: lazy
/// Asks the model. Its first line is part of the body: it waits for the first poll, like all others.
pub async fn ask(log: &Log) -> u32 {
    log.borrow_mut().push("the body runs");
    42
}

/// Makes the future, looks around, and then awaits it.
pub async fn call_then_await(log: &Log) -> u32 {
    log.borrow_mut().push("before the call");
    let answer = ask(log);
    log.borrow_mut().push("after the call");
    let answer = answer.await;
    log.borrow_mut().push("after the await");
    answer
}
// ANCHOR_END: lazy

// ANCHOR: dropped
/// Makes the future and drops it. Nobody is ever asked, and nobody hears of it.
pub async fn call_and_drop(log: &Log) {
    log.borrow_mut().push("before the call");
    drop(ask(log));
    log.borrow_mut().push("after the drop");
}
// ANCHOR_END: dropped
