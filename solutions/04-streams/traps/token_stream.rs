//! What people write for `token_stream`, and what it is told.

/// Trap: the timer is set when the reply comes, so that the first word waits too.
/// Caught by: a_word_every_pace
/// Says: the pace is the time *between*
mod a_pace_before_the_first_word {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), Some(Box::pin(sleep(pace)))),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: the timer is made once. After it has fired it is ready for ever, and all other words come at once.
/// Caught by: a_word_every_pace
/// Says: A timer that has fired is ready for ever
mod one_timer_for_all_words {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        if timer.is_none() {
                            *timer = Some(Box::pin(sleep(pace)));
                        }
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: the timer is made, and `Pending` returned, without a poll of the timer: nobody has the waker.
/// Caught by: a_word_every_pace
/// Says: waker
mod pending_without_a_poll {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        if timer.is_none() {
                            *timer = Some(Box::pin(sleep(pace)));
                            return Poll::Pending;
                        }
                        *timer = None;
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: the timer is made at the poll that needs it, and not when the word is given.
/// Caught by: a_slow_reader_waits_for_nothing
/// Says: by then it is over
mod the_timer_begins_when_the_reader_comes {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        // The first word waits for nothing: a timer that is ready at once.
                        Ok(reply) => {
                            self.state = State::Typing(words(&reply.text), Some(Box::pin(sleep(Duration::ZERO))))
                        }
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        ready!(timer.get_or_insert_with(|| Box::pin(sleep(pace))).as_mut().poll(cx));
                        *timer = None;
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: `Pending` with a wake at once, until the time has come: a loop that looks like a wait.
/// Caught by: a_word_every_pace
/// Says: asks for the next poll at
mod wakes_itself {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if timer.as_ref().is_some_and(|pause| !pause.is_elapsed()) {
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: the pace is a sleep of the thread: everything on it stands still, and the clock of the check does, too.
/// Caught by: a_word_every_pace
/// Says: A sleep of the thread is no wait
mod the_thread_sleeps {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if timer.is_some() {
                            std::thread::sleep(pace);
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: all words as fast as the reader takes them.
/// Caught by: a_word_every_pace
/// Says: Between two words lies a wait
mod no_pace_at_all {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: there is no state for the end: after an error, the call is polled once more.
/// Caught by: after_the_end_always_the_end
/// Says: `async fn` resumed after completion
mod the_call_is_asked_again {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: after the end nobody asks, so it panics.
/// Caught by: after_the_end_always_the_end
/// Says: may be asked again after its end
mod nobody_asks_after_the_end {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            return Poll::Ready(None);
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => panic!("polled after the end"),
                }
            }
        }
    }
}

/// Trap: a call that fails has no words, so the stream just ends.
/// Caught by: an_error_is_the_last_item
/// Says: must hear of it
mod the_error_is_swallowed {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(_) => self.state = State::Ended,
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: a task asks and types, and a channel brings the words. It begins before anybody reads, and goes on when nobody does.
/// Caught by: it_asks_when_it_is_asked_and_ends_when_it_is_dropped
/// Says: before the first poll
mod a_task_behind_it {
    pub struct Typed {
        pace: Duration,
        words: tokio::sync::mpsc::Receiver<Result<String, Error>>,
        timer: Option<Pin<Box<Sleep>>>,
    }

    /// Types the reply of `call`, a word every `pace`.
    pub fn typed(call: BoxFuture<'static, Result<Reply, Error>>, pace: Duration) -> Typed {
        let (sender, receiver) = tokio::sync::mpsc::channel(100);
        tokio::spawn(async move {
            match call.await {
                Ok(reply) => {
                    for word in words(&reply.text) {
                        let _ = sender.send(Ok(word)).await;
                    }
                }
                Err(error) => {
                    let _ = sender.send(Err(error)).await;
                }
            }
        });
        Typed { pace, words: receiver, timer: None }
    }

    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            if let Some(timer) = &mut self.timer {
                ready!(timer.as_mut().poll(cx));
                self.timer = None;
            }
            let item = ready!(self.words.poll_recv(cx));
            if item.is_some() {
                self.timer = Some(Box::pin(sleep(self.pace)));
            }
            Poll::Ready(item)
        }
    }
}

/// Trap: the waker of the first poll is kept, as if all polls came from one task.
/// Caught by: the_one_that_asked_last_is_woken
/// Says: the reply woke the one that had asked before
/// Says: The waker of an earlier poll was kept
mod keeps_the_first_waker {
    use std::task::Waker;

    pub struct Typed {
        pace: Duration,
        state: State,
        waker: Option<Waker>,
    }

    pub fn typed(call: BoxFuture<'static, Result<Reply, Error>>, pace: Duration) -> Typed {
        Typed { pace, state: State::Asking(call), waker: None }
    }

    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let waker = self.waker.get_or_insert_with(|| cx.waker().clone()).clone();
            let cx = &mut Context::from_waker(&waker);
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: the timer is polled once, when it is made; later polls look at the clock, and leave no waker.
/// Caught by: the_one_that_asked_last_is_woken
/// Says: the timer woke the one that had asked before
mod polls_the_timer_once {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if timer.as_ref().is_some_and(|pause| !pause.is_elapsed()) {
                            return Poll::Pending;
                        }
                        let mut pause = Box::pin(sleep(pace));
                        let _ = pause.as_mut().poll(cx);
                        *timer = Some(pause);
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: the wakers of all polls are kept, and all are called.
/// Caught by: the_one_that_asked_last_is_woken
/// Says: the reply woke both of them
/// Says: All wakers were kept
mod keeps_all_wakers {
    use std::{
        sync::{Arc, Mutex},
        task::{Wake, Waker},
    };

    #[derive(Default)]
    struct All(Mutex<Vec<Waker>>);

    impl Wake for All {
        fn wake(self: Arc<Self>) {
            let wakers = std::mem::take(&mut *self.0.lock().expect("nobody panics with the lock"));
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    pub struct Typed {
        pace: Duration,
        state: State,
        all: Arc<All>,
    }

    pub fn typed(call: BoxFuture<'static, Result<Reply, Error>>, pace: Duration) -> Typed {
        Typed { pace, state: State::Asking(call), all: Arc::default() }
    }

    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.all.0.lock().expect("nobody panics with the lock").push(cx.waker().clone());
            let waker = Waker::from(self.all.clone());
            let cx = &mut Context::from_waker(&waker);
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: an `Interval` that waits with `Delay`: it passes over a few milliseconds, so the next word comes too early.
/// Caught by: one_pause_is_not_made_up_for
/// Says: An `Interval` keeps its beat
mod an_interval {
    use tokio::time::{Interval, MissedTickBehavior, interval};

    enum State {
        Asking(BoxFuture<'static, Result<Reply, Error>>),
        Typing(VecDeque<String>, Interval),
        Ended,
    }

    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => {
                            let mut ticks = interval(pace);
                            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                            self.state = State::Typing(words(&reply.text), ticks);
                        }
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, ticks) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        ready!(ticks.poll_tick(cx));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: a task sleeps for the stream and wakes it: one for each poll, and they go on when the stream is gone.
/// Caught by: it_asks_when_it_is_asked_and_ends_when_it_is_dropped
/// Says: still there
mod a_task_for_each_wait {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            if !pause.is_elapsed() && tokio::time::Instant::now() < pause.deadline() {
                                let (waker, at) = (cx.waker().clone(), pause.deadline());
                                tokio::spawn(async move {
                                    tokio::time::sleep_until(at).await;
                                    waker.wake();
                                });
                                return Poll::Pending;
                            }
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}

/// Trap: when the reply has come, a `Pending` of its own, and a wake, so that the next poll gives the word.
/// Caught by: the_one_that_asked_last_is_woken
/// Says: There was something to give
mod a_turn_for_the_reply {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pace = self.pace;
            loop {
                match &mut self.state {
                    State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                        Ok(reply) => {
                            self.state = State::Typing(words(&reply.text), None);
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                    State::Typing(words, timer) => {
                        if words.is_empty() {
                            self.state = State::Ended;
                            continue;
                        }
                        if let Some(pause) = timer {
                            ready!(pause.as_mut().poll(cx));
                        }
                        *timer = Some(Box::pin(sleep(pace)));
                        return Poll::Ready(words.pop_front().map(Ok));
                    }
                    State::Ended => return Poll::Ready(None),
                }
            }
        }
    }
}
