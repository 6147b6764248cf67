//! One wait that never ends for each tool to wait with.

use std::sync::Arc;

use futures::{SinkExt as _, StreamExt as _};
use harness::{Check, test};
use tokio::{
    sync::{Barrier, Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch},
    task::JoinSet,
};

harness::checks!();

macro_rules! waits {
    ($($name:ident: $wait:block)*) => {
        $(
            #[test]
            #[ignore = "run by verdicts.rs"]
            fn $name() {
                Check::new().run(async || $wait);
            }
        )*
    };
}

waits! {
    recv: {
        let (_kept, mut receiver) = mpsc::channel::<()>(1);
        receiver.recv().await;
    }
    recv_unbounded: {
        let (_kept, mut receiver) = mpsc::unbounded_channel::<()>();
        receiver.recv().await;
    }
    recv_in_a_join: {
        let (_kept, mut receiver) = mpsc::channel::<()>(1);
        tokio::join!(receiver.recv(), async {});
    }
    next_of_a_channel_of_futures: {
        let (_kept, mut receiver) = futures::channel::mpsc::channel::<()>(1);
        receiver.next().await;
    }
    send: {
        let (sender, _kept) = mpsc::channel(1);
        sender.send(()).await.expect("the receiver is there");
        sender.send(()).await.expect("the receiver is there");
    }
    reserve: {
        let (sender, _kept) = mpsc::channel(1);
        sender.send(()).await.expect("the receiver is there");
        sender.reserve().await.expect("the receiver is there").send(());
    }
    send_of_futures: {
        let (mut sender, _kept) = futures::channel::mpsc::channel(0);
        sender.send(()).await.expect("the receiver is there");
        sender.send(()).await.expect("the receiver is there");
    }
    until_the_receiver_goes: {
        let (sender, _kept) = mpsc::channel::<()>(1);
        sender.closed().await;
    }
    answer: {
        let (_kept, answer) = oneshot::channel::<()>();
        answer.await.expect("the sender is there");
    }
    answer_of_futures: {
        let (_kept, answer) = futures::channel::oneshot::channel::<()>();
        answer.await.expect("the sender is there");
    }
    handle: {
        tokio::spawn(never()).await.expect("no panic");
    }
    set: {
        let mut set = JoinSet::new();
        set.spawn(never());
        set.join_next().await;
    }
    mutex: {
        let lock = Mutex::new(());
        let _guard = lock.lock().await;
        let _again = lock.lock().await;
    }
    read_and_write: {
        let lock = RwLock::new(());
        let _reader = lock.read().await;
        let _writer = lock.write().await;
    }
    semaphore: {
        drop(Arc::new(Semaphore::new(0)).acquire_owned().await.expect("it is open"));
    }
    notified: {
        let notify = Notify::new();
        notify.notify_waiters();
        notify.notified().await;
    }
    changed: {
        let (_kept, mut receiver) = watch::channel(0);
        receiver.changed().await.expect("the sender is there");
    }
    broadcast: {
        let (_kept, mut receiver) = broadcast::channel::<()>(1);
        receiver.recv().await.expect("the sender is there");
    }
    barrier: {
        Barrier::new(2).wait().await;
    }
}

/// A task that somebody waits for in vain.
async fn never() {
    Notify::new().notified().await;
}
