//! The least you need, as the chapter shows it.

// ANCHOR: least
use tokio::sync::{broadcast, mpsc, oneshot, watch};

#[tokio::test]
async fn the_least_you_need() {
    // From many to one, with room for four. `send` waits when it is full.
    let (sender, mut receiver) = mpsc::channel(4);
    for number in 0..3 {
        let sender = sender.clone();
        tokio::spawn(async move { sender.send(number).await });
    }
    // The loop ends when the last sender is gone. This one is a sender, too.
    drop(sender);
    let mut sum = 0;
    while let Some(number) = receiver.recv().await {
        sum += number;
    }
    assert_eq!(sum, 3);

    // One value, once: a place for an answer.
    let (reply, answer) = oneshot::channel();
    tokio::spawn(async move { reply.send("at noon") });
    assert_eq!(answer.await, Ok("at noon"));

    // The newest value, for everybody.
    let (sender, mut receiver) = watch::channel("old");
    sender.send_replace("new");
    assert_eq!(*receiver.borrow_and_update(), "new");

    // Every value, for everybody who keeps up.
    let (sender, mut one) = broadcast::channel(4);
    let mut other = sender.subscribe();
    sender.send("hello").expect("two receivers are there");
    assert_eq!((one.recv().await, other.recv().await), (Ok("hello"), Ok("hello")));
}
// ANCHOR_END: least
