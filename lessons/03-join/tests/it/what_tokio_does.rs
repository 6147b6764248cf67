//! What the chapter says of joins and of `select!`, each sentence as a program. Where a version of tokio or of futures does
//! something else, a test turns red, and the chapter must change.

use std::{
    cell::{Cell, RefCell},
    future::{poll_fn, ready},
    iter,
    panic::AssertUnwindSafe,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::{FutureExt, future::join_all};
use runs::secs;
use tokio::{
    sync::{Notify, mpsc},
    task::yield_now,
    time::{Instant, sleep, timeout},
};

/// How often the futures of a `join_all` are polled, when each is ready at a time of its own.
async fn polls_of_join_all(places: impl Iterator<Item = usize>) -> usize {
    let polls = Cell::new(0);
    join_all(places.map(|place| {
        let mut nap = Box::pin(sleep(secs(place as f64)));
        let polls = &polls;
        poll_fn(move |context| {
            polls.set(polls.get() + 1);
            nap.as_mut().poll(context)
        })
    }))
    .await;
    polls.get()
}

/// Up to 30 futures, each wake polls all that are not done: 30 + (30 + 29 + … + 1). From 31 on, only those that were woken: once
/// at the beginning, and once at the end. What counts is the most that the iterator says.
#[tokio::test(start_paused = true)]
async fn a_long_join_all_polls_only_what_was_woken() {
    assert_eq!(polls_of_join_all(1..=30).await, 495);
    assert_eq!(polls_of_join_all(1..=31).await, 62);
    let mut places = 1..=30;
    let silent = iter::from_fn(move || places.next());
    assert_eq!(silent.size_hint().1, None);
    assert_eq!(polls_of_join_all(silent).await, 60);
}

/// A branch that is pending, and says when it is polled.
async fn branch(name: char, seen: &RefCell<String>, polls: usize) {
    let mut left = polls;
    poll_fn(|_| {
        seen.borrow_mut().push(name);
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Three polls by hand.
fn polled(future: impl Future, seen: &RefCell<String>) -> String {
    let mut future = pin!(future);
    for _ in 0..3 {
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        seen.borrow_mut().push(' ');
    }
    seen.take().trim_end().to_owned()
}

/// tokio's `join!` begins each poll with the next branch, so that no branch is always first. `biased` and the macro of futures
/// begin with the first one.
#[test]
fn the_join_of_tokio_begins_each_poll_with_another_branch() {
    let seen = RefCell::default();
    let [a, b, c] = ['a', 'b', 'c'].map(|name| branch(name, &seen, 3));
    assert_eq!(polled(async { tokio::join!(a, b, c) }, &seen), "abc bca cab");
    let [a, b, c] = ['a', 'b', 'c'].map(|name| branch(name, &seen, 3));
    assert_eq!(polled(async { tokio::join!(biased; a, b, c) }, &seen), "abc abc abc");
    let [a, b, c] = ['a', 'b', 'c'].map(|name| branch(name, &seen, 3));
    assert_eq!(polled(async { futures::join!(a, b, c) }, &seen), "abc abc abc");
}

/// `select!` begins with a branch that it draws, unless it is `biased`.
#[tokio::test]
async fn select_draws_where_it_begins() {
    let mut first = 0;
    for _ in 0..200 {
        tokio::select! {
            () = ready(()) => first += 1,
            () = ready(()) => {}
        }
    }
    assert!(
        (1..200).contains(&first),
        "one chance in 2^199 that one branch is always drawn: {first}"
    );
    for _ in 0..200 {
        tokio::select! {
            biased;
            () = ready(()) => {}
            () = ready(()) => unreachable!("the first one is ready"),
        }
    }
}

/// What `select!` does not choose is dropped, with all that it has got so far. A borrow of it leaves it as it is.
#[tokio::test(start_paused = true)]
async fn what_select_does_not_choose_begins_anew_unless_it_was_borrowed() {
    let two_seconds = || async {
        sleep(secs(1.0)).await;
        sleep(secs(1.0)).await;
    };
    let anew = async {
        for patience in [1.5, 1.5, 9.0] {
            tokio::select! {
                () = two_seconds() => break,
                () = sleep(secs(patience)) => {}
            }
        }
    };
    assert_eq!(took(anew).await, secs(5.0));
    let borrowed = async {
        let mut call = pin!(two_seconds());
        for patience in [1.5, 1.5, 9.0] {
            tokio::select! {
                () = &mut call => break,
                () = sleep(secs(patience)) => {}
            }
        }
    };
    assert_eq!(took(borrowed).await, secs(2.0));
}

async fn took(work: impl Future) -> Duration {
    let start = Instant::now();
    work.await;
    start.elapsed()
}

/// Not every function waits for a poll before it does something: the time of a `sleep` counts from the call.
#[tokio::test(start_paused = true)]
async fn the_time_of_a_sleep_counts_from_the_call() {
    let made_first = sleep(secs(2.0));
    sleep(secs(1.5)).await;
    assert_eq!(took(made_first).await, secs(0.5));
}

/// A message that waits for room is lost with its `send`. A receiver that gives up loses nothing.
#[tokio::test(start_paused = true)]
async fn a_dropped_send_loses_its_message_and_a_dropped_recv_does_not() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.send("the first").await.expect("the receiver is there");
    assert!(
        timeout(secs(1.0), sender.send("the second")).await.is_err(),
        "there is no room"
    );
    assert_eq!(receiver.recv().await, Some("the first"));
    assert!(timeout(secs(1.0), receiver.recv()).await.is_err(), "the second one is gone");
    sender.send("the third").await.expect("the receiver is there");
    assert_eq!(receiver.recv().await, Some("the third"));
}

/// `notified` waits in a line. Whoever gives up and asks again stands at its end.
#[test]
fn a_dropped_notified_loses_its_place_in_the_line() {
    let notify = Notify::new();
    let mut noop = Context::from_waker(Waker::noop());
    let mut first = Box::pin(notify.notified());
    let mut second = pin!(notify.notified());
    assert!(first.as_mut().poll(&mut noop).is_pending());
    assert!(second.as_mut().poll(&mut noop).is_pending());
    first = Box::pin(notify.notified());
    assert!(first.as_mut().poll(&mut noop).is_pending());
    notify.notify_one();
    assert!(first.as_mut().poll(&mut noop).is_pending());
    assert!(second.as_mut().poll(&mut noop).is_ready());
}

/// A panic goes through the join. Caught below it, it is one call's own; caught above, the others are gone.
#[tokio::test]
async fn a_panic_that_is_caught_above_the_join_has_taken_all_branches() {
    let call = async |number: usize| {
        yield_now().await;
        assert_ne!(number, 2, "this one panics");
        number
    };
    let below =
        join_all((1..=3).map(|number| AssertUnwindSafe(call(number)).catch_unwind())).await;
    assert_eq!(
        below.into_iter().map(Result::ok).collect::<Vec<_>>(),
        [Some(1), None, Some(3)]
    );
    let above = AssertUnwindSafe(join_all((1..=3).map(call))).catch_unwind().await;
    assert!(above.is_err(), "no result is left");
}
