//! What the chapter says of futures, async-stream and tokio, for the versions in the lock file.

use std::{
    cell::Cell,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    time::Duration,
};

use async_stream::stream;
use futures::{FutureExt, StreamExt, executor::block_on, future, future::join_all, stream};
use lesson_04_streams::generators;
use tokio::{
    sync::{Semaphore, mpsc},
    task::unconstrained,
    time::{sleep, timeout},
};

/// A generator may be asked after its end; `unfold` may not.
#[test]
fn after_the_end() {
    block_on(async {
        let mut generator = pin!(stream! { yield 1; });
        assert_eq!(generator.next().await, Some(1));
        for _ in 0..3 {
            assert_eq!(generator.next().await, None);
        }
    });
    let asked_again = catch_unwind(AssertUnwindSafe(|| {
        block_on(async {
            let mut unfolded =
                pin!(stream::unfold(1, |n| future::ready((n < 2).then_some((n, n + 1)))));
            while unfolded.next().await.is_some() {}
            unfolded.next().await
        })
    }));
    assert!(asked_again.is_err(), "it panics");
}

/// A receiver as a stream, which ends with its last sender.
#[tokio::test]
async fn a_receiver_is_a_stream_with_one_line() {
    let (sender, receiver) = mpsc::channel(4);
    for number in 1..=3 {
        sender.send(number).await.expect("the receiver is there");
    }
    drop(sender);
    assert_eq!(generators::received(receiver).collect::<Vec<i32>>().await, [1, 2, 3]);
}

/// `next` borrows the stream and holds nothing: when it is dropped, no item is lost. The same holds for a generator, which stands
/// where it stood.
#[tokio::test(start_paused = true)]
async fn next_is_cancel_safe() {
    let mut numbers = pin!(generators::counted(3, Duration::from_secs(1)));
    let mut seen = Vec::new();
    loop {
        match timeout(Duration::from_millis(300), numbers.next()).await {
            Ok(Some(number)) => seen.push(number),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!(seen, [0, 1, 2]);
}

/// A body that needs what a buffered future holds waits for ever: nobody polls that future any more.
#[tokio::test(start_paused = true)]
async fn a_permit_in_a_buffer_and_in_the_body_is_a_deadlock() {
    let permits = Semaphore::new(1);
    let call = async |number: u64| {
        let _permit = permits.acquire().await.expect("nobody closes it");
        sleep(Duration::from_secs(number)).await;
    };
    let work = async {
        let mut calls = pin!(stream::iter(1..=3).map(call).buffered(2));
        while let Some(()) = calls.next().await {
            let _permit = permits.acquire().await.expect("nobody closes it");
        }
    };
    assert!(timeout(Duration::from_secs(3600), work).await.is_err());
}

/// What is made with `map` is made when the buffer has room, and not before: the list is asked as the futures end.
#[test]
fn a_buffer_asks_its_stream_only_for_what_it_has_room_for() {
    let mut asked = 0;
    let calls =
        stream::iter(0..10).inspect(|_| asked += 1).map(|_| future::pending::<()>());
    assert!(calls.buffered(3).next().now_or_never().is_none());
    assert_eq!(asked, 3);
}

/// `stream!` takes along the fields that it names, and not what holds them: the rest is dropped outside, at once.
#[test]
fn a_generator_takes_the_field_and_leaves_the_guard() {
    struct Guard<'log> {
        count: usize,
        log: &'log std::cell::Cell<Option<usize>>,
    }
    impl Drop for Guard<'_> {
        fn drop(&mut self) {
            self.log.set(Some(self.count));
        }
    }
    let log = std::cell::Cell::new(None);
    let counted = {
        #[allow(unused_mut, unused_variables, unused_assignments)]
        let mut guard = Guard { count: 0, log: &log };
        stream! {
            guard.count += 1;
            yield guard.count;
        }
    };
    assert_eq!(log.get(), Some(0), "the guard is gone before the first poll");
    assert_eq!(
        block_on(counted.collect::<Vec<_>>()),
        [1],
        "and a copy of its number counts on"
    );
    assert_eq!(log.get(), Some(0));
}

/// `yield` in a branch of `select!` works in async-stream 0.3.6, which looks into the macros in its body. A `yield` in a closure or in
/// an `async` block of its own is another matter: those are other functions.
#[tokio::test(start_paused = true)]
async fn yield_in_a_branch_of_select() {
    let items = stream! {
        for round in 0..3 {
            tokio::select! {
                () = sleep(Duration::from_secs(1)) => yield round,
                () = sleep(Duration::from_secs(2)) => yield 99,
            }
        }
    };
    assert_eq!(items.collect::<Vec<_>>().await, [0, 1, 2]);
}

/// A timer that has fired costs one of the budget, one that has not costs nothing. So each poll of the join gets 128 sleeps done, and
/// asks all that are left: 1280, and then 1280 + 1152 + … + 128.
#[tokio::test(start_paused = true)]
async fn a_join_of_many_sleeps_asks_all_that_are_left_for_each_128_that_are_done() {
    let polls = Cell::new(0);
    let sleeps = || {
        join_all((0..1280).map(|_| {
            let mut nap = Box::pin(sleep(Duration::from_secs(1)));
            let polls = &polls;
            poll_fn(move |context| {
                polls.set(polls.get() + 1);
                nap.as_mut().poll(context)
            })
        }))
    };
    sleeps().await;
    assert_eq!(polls.take(), 1280 + 128 * (1..=10).sum::<usize>());
    unconstrained(sleeps()).await;
    assert_eq!(polls.take(), 2 * 1280);
}
