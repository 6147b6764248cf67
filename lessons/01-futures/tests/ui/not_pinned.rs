use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// Polls a future once. It asks for a future that may be moved, because it does not promise to keep it in its place.
fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

async fn answer() -> u32 {
    42
}

fn main() {
    let mut future = answer();
    let _ = poll_once(&mut future);
}
