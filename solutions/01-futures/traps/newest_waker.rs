//! # The newest waker: what people write
//!
//! Each module holds only what differs from the solution, `../newest_waker.rs`.

/// Trap: the chapter's bell, renamed: one place, which holds the newest waker of whichever future.
/// Caught by: wakes_whose_wait_is_over
/// Says: there is one place for a waker
mod the_chapters_code_renamed {
    #[derive(Debug, Default)]
    struct Shared {
        tokens: Vec<String>,
        is_finished: bool,
        waker: Option<Waker>,
    }

    impl Writer {
        pub fn push(&self, token: &str) {
            let waker = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                shared.waker.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }

        pub fn finish(self) {
            let waker = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.is_finished = true;
                shared.waker.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            shared.waker = Some(cx.waker().clone());
            Poll::Pending
        }
    }

    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.waker = Some(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: all wakers are kept, and whatever comes wakes them all, to be on the safe side.
/// Caught by: wakes_whose_wait_is_over
/// Says: A token has used up its waker
mod all_wakers_kept {
    #[derive(Debug, Default)]
    struct Shared {
        tokens: Vec<String>,
        is_finished: bool,
        wakers: Vec<Waker>,
    }

    impl Writer {
        pub fn push(&self, token: &str) {
            let wakers = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                std::mem::take(&mut shared.wakers)
            };
            wakers.into_iter().for_each(Waker::wake);
        }

        pub fn finish(self) {
            let wakers = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.is_finished = true;
                std::mem::take(&mut shared.wakers)
            };
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            shared.wakers.push(cx.waker().clone());
            Poll::Pending
        }
    }

    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.wakers.push(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: each future has a list of its own, with the wakers of all tasks that have polled it.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: a list of all wakers grows with every poll
mod a_list_for_each_future {
    #[derive(Debug, Default)]
    struct Shared {
        tokens: Vec<String>,
        is_finished: bool,
        first: Vec<Waker>,
        whole: Vec<Waker>,
    }

    impl Writer {
        pub fn push(&self, token: &str) {
            let wakers = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                std::mem::take(&mut shared.first)
            };
            wakers.into_iter().for_each(Waker::wake);
        }

        pub fn finish(self) {
            let (first, whole) = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.is_finished = true;
                (std::mem::take(&mut shared.first), std::mem::take(&mut shared.whole))
            };
            first.into_iter().chain(whole).for_each(Waker::wake);
        }
    }

    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            shared.first.push(cx.waker().clone());
            Poll::Pending
        }
    }

    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.whole.push(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the waker is kept only where there is none yet.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: the last one was not woken
/// Says: Each poll replaces the waker
mod first_waker_kept {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            if shared.first.is_none() {
                shared.first = Some(cx.waker().clone());
            }
            Poll::Pending
        }
    }
}

/// Trap: `get_or_insert_with` reads well, and keeps the waker of the first poll for ever.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: four tasks have polled for the whole reply
/// Says: the last one was not woken
mod get_or_insert {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.whole.get_or_insert_with(|| cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the lock is taken a second time while the first guard still lives: the thread waits for itself.
/// Caught by: takes_what_is_there_already
/// Says: If you use a lock, take it once
mod locks_twice {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            self.0.lock().expect("nobody panics with this lock").whole = Some(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: one lock to look, another one to keep the waker. What comes between the two is lost.
/// Caught by: nothing_is_lost_in_the_middle_of_a_poll
/// Says: `push` came in the middle of a poll
/// Says: Take the lock once
mod two_locks {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let first = {
                let shared = self.0.lock().expect("nobody panics with this lock");
                (shared.is_finished || !shared.tokens.is_empty()).then(|| shared.tokens.first().cloned())
            };
            if let Some(first) = first {
                return Poll::Ready(first);
            }
            self.0.lock().expect("nobody panics with this lock").first = Some(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: `try_lock`, so that a poll never waits. Without the lock it keeps no waker.
/// Caught by: nothing_is_lost_in_the_middle_of_a_poll
/// Says: two futures were polled at the same time
/// Says: (`try_lock`) must not say `Pending`
mod try_lock {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let Ok(mut shared) = self.0.try_lock() else { return Poll::Pending };
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.whole = Some(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the whole reply keeps no waker: the one that waits for the first token has kept one, surely that is enough.
/// Caught by: wakes_whose_wait_is_over
/// Says: the reply is finished
/// Says: can only call a waker that `poll` has kept
mod no_waker_kept_for_the_end {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            Poll::Pending
        }
    }
}

/// Trap: `Pending` is all that the compiler asks for, so it is all that is returned.
/// Caught by: wakes_whose_wait_is_over
/// Says: the task that waits for it was not woken
/// Says: can only call a waker that `poll` has kept
mod no_waker_kept {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            Poll::Pending
        }
    }
}

/// Trap: `poll` waits for the end in a loop, as a blocking function would.
/// Caught by: takes_what_is_there_already
/// Says: does not return
/// Says: Look once
mod polls_in_a_loop {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                let shared = self.0.lock().expect("nobody panics with this lock");
                if shared.is_finished {
                    return Poll::Ready(shared.tokens.concat());
                }
                drop(shared);
                std::hint::spin_loop();
            }
        }
    }
}

/// Trap: a poll waits a while for the token, so that it need not be polled again.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: A poll must not wait
mod the_thread_waits_a_little {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.first = Some(cx.waker().clone());
            }
            std::thread::sleep(std::time::Duration::from_millis(600));
            let shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            Poll::Pending
        }
    }
}

/// Trap: the whole reply is ready as soon as there is a text.
/// Caught by: takes_what_is_there_already
/// Says: The whole reply is there when the writer says so
mod the_whole_reply_is_the_text_so_far {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.whole = Some(cx.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the first poll only leaves its waker, and does not look whether the token is there.
/// Caught by: takes_what_is_there_already
/// Says: `poll` has to look before it waits
mod waits_before_it_looks {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.first.replace(cx.waker().clone()).is_none() {
                return Poll::Pending;
            }
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            Poll::Pending
        }
    }
}

/// Trap: the task is woken at every poll, so that it looks again and again.
/// Caught by: wakes_whose_wait_is_over
/// Says: a poll has woken its own task
/// Says: polled again at once
mod wakes_itself {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: a poll that finds the waker of another poll wakes it, to tell it that it is replaced.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: is not there yet, and tasks were woken
mod wakes_the_one_before {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            let before = shared.first.replace(cx.waker().clone());
            drop(shared);
            if let Some(before) = before {
                before.wake();
            }
            Poll::Pending
        }
    }
}

/// Trap: the guard lives to the end of `push`, so the lock is held while the waker is called.
/// Caught by: a_waker_may_poll_at_once
/// Says: Your code calls a waker while it holds a lock
mod wakes_under_the_lock {
    impl Writer {
        pub fn push(&self, token: &str) {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.tokens.push(token.to_owned());
            if let Some(first) = shared.first.take() {
                first.wake();
            }
        }
    }
}

/// Trap: the waker is called first, and the token comes after it.
/// Caught by: a_waker_may_poll_at_once
/// Says: First put in place what is waited for
mod wakes_before_the_token_is_there {
    impl Writer {
        pub fn push(&self, token: &str) {
            let first = self.0.lock().expect("nobody panics with this lock").first.take();
            if let Some(first) = first {
                first.wake();
            }
            self.0.lock().expect("nobody panics with this lock").tokens.push(token.to_owned());
        }
    }
}

/// Trap: each token wakes both tasks, as the text of both has changed.
/// Caught by: wakes_whose_wait_is_over
/// Says: A token has used up its waker
mod every_token_wakes_both {
    impl Writer {
        pub fn push(&self, token: &str) {
            let waiting = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                [shared.first.take(), shared.whole.take()]
            };
            waiting.into_iter().flatten().for_each(Waker::wake);
        }
    }
}

/// Trap: each token wakes who waits for the end, and its waker stays in its place.
/// Caught by: wakes_whose_wait_is_over
/// Says: 2 times by the tokens
/// Says: would be polled a thousand times for nothing
mod every_token_wakes_who_waits_for_the_end {
    impl Writer {
        pub fn push(&self, token: &str) {
            let waiting = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                [shared.first.take(), shared.whole.clone()]
            };
            waiting.into_iter().flatten().for_each(Waker::wake);
        }
    }
}

/// Trap: `finish` wakes who waits for the whole reply. Who waits for a first token waits on.
/// Caught by: an_end_without_a_token_wakes_both
/// Says: `finish` ends this wait, too
mod the_end_wakes_only_one {
    impl Writer {
        pub fn finish(self) {
            let whole = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.is_finished = true;
                shared.whole.take()
            };
            if let Some(whole) = whole {
                whole.wake();
            }
        }
    }
}

/// Trap: the waker stays in its place when it has been called, so every further token calls it again.
/// Caught by: wakes_whose_wait_is_over
/// Says: who waits for the first token was woken 3 times
mod the_waker_stays {
    impl Writer {
        pub fn push(&self, token: &str) {
            let first = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                shared.first.clone()
            };
            if let Some(first) = first {
                first.wake();
            }
        }
    }
}

/// Trap: a task that polls for the second time is woken at once, as something must have happened.
/// Caught by: wakes_only_the_task_that_polled_last
/// Says: is not there yet, and tasks were woken
mod wakes_itself_at_the_second_poll {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            if shared.whole.replace(cx.waker().clone()).is_some() {
                drop(shared);
                cx.waker().wake_by_ref();
            }
            Poll::Pending
        }
    }
}

/// Trap: the waker is kept before the look, and stays there when the future is ready.
/// Caught by: wakes_nobody_who_has_got_it
/// Says: so it leaves no waker
mod keeps_the_waker_first {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.first = Some(cx.waker().clone());
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            Poll::Pending
        }
    }
}

/// Trap: an empty token is nothing to show, and is left out.
/// Caught by: an_empty_token_is_the_first_one
/// Says: Models do send empty tokens
mod no_empty_tokens {
    impl Writer {
        pub fn push(&self, token: &str) {
            if token.is_empty() {
                return;
            }
            let first = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                shared.first.take()
            };
            if let Some(first) = first {
                first.wake();
            }
        }
    }
}

/// Trap: `try_lock`, and the waker is cloned before it: no lock is held meanwhile, and none is got either.
/// Caught by: waits_for_the_lock_that_another_side_has
/// Says: a poll came while another thread had the lock
mod try_lock_after_the_clone {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let newest = cx.waker().clone();
            let Ok(mut shared) = self.0.try_lock() else { return Poll::Pending };
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            shared.first = Some(newest);
            Poll::Pending
        }
    }

    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let newest = cx.waker().clone();
            let Ok(mut shared) = self.0.try_lock() else { return Poll::Pending };
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.whole = Some(newest);
            Poll::Pending
        }
    }
}

/// Trap: the waker is cloned first, and then there is one lock to look, and another one to keep it.
/// Caught by: looks_and_keeps_the_waker_in_one_step
/// Says: keep it from the look to the note
/// Says: Or note the waker first, and look after that
mod two_locks_after_the_clone {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let newest = cx.waker().clone();
            {
                let shared = self.0.lock().expect("nobody panics with this lock");
                if shared.is_finished {
                    return Poll::Ready(shared.tokens.concat());
                }
            }
            self.0.lock().expect("nobody panics with this lock").whole = Some(newest);
            Poll::Pending
        }
    }
}

/// Trap: an empty token is stored, and wakes nobody, as there is nothing to show yet.
/// Caught by: an_empty_token_is_the_first_one
/// Says: the task that waits for it was woken not at all
mod an_empty_token_wakes_nobody {
    impl Writer {
        pub fn push(&self, token: &str) {
            let first = {
                let mut shared = self.0.lock().expect("nobody panics with this lock");
                shared.tokens.push(token.to_owned());
                if token.is_empty() { None } else { shared.first.take() }
            };
            if let Some(first) = first {
                first.wake();
            }
        }
    }
}

/// Trap: whether there is a first token is seen by the text, and an empty token has none.
/// Caught by: an_empty_token_is_the_first_one
/// Says: Pending from the first poll, after the token "" alone
mod looks_at_the_text {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.concat().is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            shared.first = Some(cx.waker().clone());
            Poll::Pending
        }
    }
}
