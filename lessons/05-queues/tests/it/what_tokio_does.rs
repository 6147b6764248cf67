//! What the chapter says of tokio, each sentence as a program. Where a version does something else, a test turns red, and the
//! chapter must change.

use std::{pin::pin, time::Duration};

use futures::FutureExt;
use runs::secs;
use tokio::{
    sync::{Notify, broadcast, mpsc},
    task::JoinSet,
    time::{interval, sleep, timeout},
};

/// The original sender, kept: all tasks are done, and the loop never ends.
#[tokio::test(start_paused = true)]
async fn a_sender_that_is_kept_keeps_the_queue_open() {
    let (sender, mut receiver) = mpsc::channel(4);
    let task = tokio::spawn({
        let sender = sender.clone();
        async move { sender.send("done").await }
    });
    assert_eq!(receiver.recv().await, Some("done"));
    assert_eq!(task.await.expect("it does not panic"), Ok(()));
    assert!(timeout(Duration::from_secs(600), receiver.recv()).await.is_err());
    drop(sender);
    assert_eq!(receiver.recv().await, None);
}

/// What is in the queue arrives after the last sender is gone; after `close` of the receiver, too.
#[tokio::test]
async fn what_was_sent_arrives_after_closing() {
    let (sender, mut receiver) = mpsc::channel(4);
    sender.send(1).await.expect("there is room");
    receiver.close();
    assert!(sender.send(2).await.is_err());
    assert_eq!((receiver.recv().await, receiver.recv().await), (Some(1), None));
}

#[test]
#[should_panic(expected = "mpsc bounded channel requires buffer > 0")]
fn a_capacity_of_zero_panics() {
    let _ = mpsc::channel::<()>(0);
}

/// `while let Ok` over a broadcast of capacity 2 after five messages: the first answer is `Lagged`, and the loop ends.
#[tokio::test]
async fn while_let_ok_ends_at_the_first_lag() {
    let (sender, mut receiver) = broadcast::channel(2);
    for number in 1..=5 {
        sender.send(number).expect("there is a receiver");
    }
    let mut seen = Vec::new();
    while let Ok(number) = receiver.recv().await {
        seen.push(number);
    }
    assert_eq!(seen, [0; 0]);
}

/// A `JoinSet` keeps its finished tasks until they are taken out.
#[tokio::test]
async fn a_join_set_keeps_finished_tasks() {
    let mut set = JoinSet::new();
    for _ in 0..1000 {
        set.spawn(async {});
    }
    tokio::task::yield_now().await;
    assert_eq!(set.len(), 1000);
    while set.join_next().await.is_some() {}
    assert_eq!(set.len(), 0);
}

/// Six messages, a queue of one, a reader of 3 s, and a tick of 1 s in the same `select!`: a `send` that loses is dropped with
/// its message. A permit that loses is only a permit.
#[tokio::test(start_paused = true)]
async fn a_send_in_select_loses_messages_and_a_permit_does_not() {
    async fn arrived(reserves: bool) -> Vec<u32> {
        let (sender, mut receiver) = mpsc::channel(1);
        let reader = tokio::spawn(async move {
            let mut arrived = Vec::new();
            while let Some(number) = receiver.recv().await {
                arrived.push(number);
                sleep(secs(3.0)).await;
            }
            arrived
        });
        let mut ticks = interval(secs(1.0));
        ticks.tick().await;
        let mut number = 0;
        while number < 6 {
            if reserves {
                tokio::select! {
                    permit = sender.reserve() => {
                        permit.expect("the reader reads").send(number);
                        number += 1;
                    }
                    _ = ticks.tick() => {}
                }
            } else {
                tokio::select! {
                    sent = sender.send(number) => sent.expect("the reader reads"),
                    _ = ticks.tick() => {}
                }
                number += 1;
            }
        }
        drop(sender);
        reader.await.expect("it does not panic")
    }
    assert_eq!(arrived(true).await, [0, 1, 2, 3, 4, 5]);
    assert!(arrived(false).await.len() < 6);
}

/// Two who wait have made their futures, and looked at the condition; two notifications leave one permit. `enable` gives each
/// its place in the line before.
#[tokio::test]
async fn of_two_notifications_to_two_that_are_made_one_is_left() {
    for (enables, woken) in [(false, 1), (true, 2)] {
        let notify = Notify::new();
        let (mut first, mut second) = (pin!(notify.notified()), pin!(notify.notified()));
        if enables {
            assert!(
                !first.as_mut().enable() && !second.as_mut().enable(),
                "nothing was notified yet"
            );
        }
        notify.notify_one();
        notify.notify_one();
        let over = [first.now_or_never(), second.now_or_never()];
        assert_eq!(over.iter().flatten().count(), woken);
    }
}

/// `close` turns senders away. A place that was reserved before can still be filled, and the end comes after it.
#[tokio::test]
async fn a_place_that_was_reserved_before_the_close_can_be_filled() {
    let (sender, mut receiver) = mpsc::channel(2);
    let place = sender.reserve().await.expect("there is room");
    receiver.close();
    assert!(sender.send("too late").await.is_err());
    assert_eq!(receiver.recv().now_or_never(), None);
    place.send("in time");
    assert_eq!((receiver.recv().await, receiver.recv().await), (Some("in time"), None));
}
