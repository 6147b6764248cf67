//! The screenful of the chapter, as it is printed there.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

#[derive(Default)]
struct Shared {
    text: Option<String>,
    waker: Option<Waker>,
}

struct Answer {
    shared: Arc<Mutex<Shared>>,
}

impl Answer {
    /// What the one does who has the text.
    fn put(shared: &Mutex<Shared>, text: &str) {
        let waker = {
            let mut shared = shared.lock().expect("nobody panics with this lock");
            shared.text = Some(text.to_owned());
            shared.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

async fn ask(question: &str) -> String {
    format!("{question}!")
}

async fn least(question: &str) -> String {
    // ANCHOR: call
    // Makes a future. Nothing has happened yet.
    let answer = ask(question);

    // Polls it until it is ready. The thread is free in between.
    let reply = answer.await;
    // ANCHOR_END: call

    // ANCHOR: place
    // In its place: here, or on the heap.
    let here = std::pin::pin!(ask(question));
    let on_the_heap: Pin<Box<dyn Future<Output = String>>> = Box::pin(ask(question));
    // ANCHOR_END: place
    here.await + &on_the_heap.await + &reply
}

// ANCHOR: poll
// A future by hand: look first; keep the newest waker; one step for one poll.
impl Future for Answer {
    type Output = String;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        let newest = cx.waker().clone();
        let mut shared = self.shared.lock().expect("nobody panics with this lock");
        if let Some(text) = shared.text.take() {
            return Poll::Ready(text);
        }
        let former = shared.waker.replace(newest);
        drop(shared);
        drop(former);
        Poll::Pending
    }
}
// ANCHOR_END: poll

#[test]
fn the_least_you_need_compiles_and_runs() {
    let shared = Arc::new(Mutex::new(Shared::default()));
    let answer = Answer { shared: Arc::clone(&shared) };

    // ANCHOR: by_hand
    // Polled by hand, in a test.
    let mut task = tokio_test::task::spawn(answer);
    assert!(task.poll().is_pending());
    Answer::put(&shared, "yes");
    assert!(task.is_woken());
    assert_eq!(task.poll(), Poll::Ready("yes".to_owned()));
    // ANCHOR_END: by_hand

    let mut least = tokio_test::task::spawn(least("a"));
    assert_eq!(least.poll(), Poll::Ready("a!a!a!".to_owned()));
}
