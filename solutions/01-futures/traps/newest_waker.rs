//! # The newest waker: what people write
//!
//! Each module holds only what differs from the solution, `../newest_waker.rs`.

/// Trap: all wakers are kept, and `put` wakes them all, to be on the safe side.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: a list of all wakers grows with every poll
mod all_wakers_kept {
    #[derive(Debug, Default)]
    struct Shared {
        text: Option<String>,
        wakers: Vec<Waker>,
    }

    impl Sender {
        pub fn put(self, text: &str) {
            let wakers = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.text = Some(text.to_owned());
                std::mem::take(&mut shared.wakers)
            };
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if let Some(text) = shared.text.take() {
                return Poll::Ready(text);
            }
            shared.wakers.push(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the waker is kept only where there is none yet.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: the second one, which polled last, was not
/// Says: Each poll replaces the waker
mod first_waker_kept {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if let Some(text) = shared.text.take() {
                return Poll::Ready(text);
            }
            if shared.waker.is_none() {
                shared.waker = Some(cx.waker().clone());
            }
            Poll::Pending
        }
    }
}

/// Trap: `get_or_insert_with` reads well, and keeps the waker of the first poll for ever.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: the second one, which polled last, was not
mod get_or_insert {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if let Some(text) = shared.text.take() {
                return Poll::Ready(text);
            }
            shared.waker.get_or_insert_with(|| cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the lock is taken a second time while the first guard still lives: the thread waits for itself.
/// Caught by: waits_until_it_is_woken
/// Says: If you use a lock, take it once
mod locks_twice {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if let Some(text) = shared.text.take() {
                return Poll::Ready(text);
            }
            self.0.lock().expect("nobody panics with this lock").waker = Some(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: `Pending` is all that the compiler asks for, so it is all that is returned.
/// Caught by: waits_until_it_is_woken
/// Says: nobody was woken
/// Says: put a clone of `cx.waker()` into the shared state
mod no_waker_kept {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if let Some(text) = shared.text.take() {
                return Poll::Ready(text);
            }
            Poll::Pending
        }
    }
}

/// Trap: `poll` waits for the text in a loop, as a blocking function would.
/// Caught by: waits_until_it_is_woken
/// Says: does not return
mod polls_in_a_loop {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                if let Some(text) = self.0.lock().expect("nobody panics with this lock").text.take() {
                    return Poll::Ready(text);
                }
                std::hint::spin_loop();
            }
        }
    }
}

/// Trap: the first poll only leaves its waker, and does not look whether the text is there.
/// Caught by: takes_a_text_that_is_there
/// Says: `poll` has to look before it waits
mod waits_before_it_looks {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.waker.is_none() {
                shared.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            shared.waker = Some(cx.waker().clone());
            match shared.text.take() {
                Some(text) => Poll::Ready(text),
                None => Poll::Pending,
            }
        }
    }
}

/// Trap: the task is woken at every poll, so that it looks again and again.
/// Caught by: waits_until_it_is_woken
/// Says: the poll has woken its own task
/// Says: polled again at once
mod wakes_itself {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if let Some(text) = shared.text.take() {
                return Poll::Ready(text);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}
