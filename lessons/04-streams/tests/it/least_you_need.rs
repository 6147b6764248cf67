//! The least you need, as the chapter shows it.

// ANCHOR: least
use std::pin::pin;

use async_stream::stream;
use futures::{Stream, StreamExt, stream};

/// A stream as a function: `yield` for each item, and it stands still in between.
fn countdown(from: u32) -> impl Stream<Item = u32> {
    stream! {
        for number in (1..=from).rev() {
            yield number;
        }
    }
}

async fn double(number: u32) -> u32 {
    number * 2
}

#[tokio::test]
async fn the_least_you_need() {
    // A loop over a stream. What `stream!` makes must be pinned before it is polled.
    let mut numbers = pin!(countdown(3));
    let mut seen = Vec::new();
    while let Some(number) = numbers.next().await {
        seen.push(number);
    }
    assert_eq!(seen, [3, 2, 1]);

    // Adapters, as for iterators. Nothing runs until somebody asks for an item.
    let some: Vec<u32> =
        countdown(10).filter(|n| std::future::ready(n % 2 == 0)).take(2).collect().await;
    assert_eq!(some, [10, 8]);

    // A call for each item, two at a time: in the order of the items, or as they come.
    let in_order: Vec<u32> =
        stream::iter([1, 2, 3]).map(double).buffered(2).collect().await;
    assert_eq!(in_order, [2, 4, 6]);
    let mut as_ready: Vec<u32> =
        stream::iter([1, 2, 3]).map(double).buffer_unordered(2).collect().await;
    as_ready.sort_unstable();
    assert_eq!(as_ready, [2, 4, 6]);

    // Several streams as one, in fair turns.
    let both = stream::select(countdown(2), countdown(2));
    assert_eq!(both.count().await, 4);
}
// ANCHOR_END: least
