//! # State machine: what people write
//!
//! Each module holds only what differs from the solution, `../state_machine.rs`.

/// Trap: the last state is kept after `Ready`, so a poll after the end polls a call that has ended.
/// Caught by: a_poll_after_the_end_panics
/// Says: hang without a word
mod answers_twice {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match &mut *self {
                    Answer::Start { .. } => {
                        let Answer::Start { writer } = mem::replace(&mut *self, Answer::Done) else { unreachable!() };
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, call } => {
                        let Poll::Ready(draft) = call.as_mut().poll(cx) else { return Poll::Pending };
                        *self = Answer::Improving { call: writer.improve(&draft) };
                    }
                    Answer::Improving { call } => return call.as_mut().poll(cx),
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: the first poll makes the call of the draft and does not poll it, so the call has no waker.
/// Caught by: goes_on_while_the_calls_are_ready
/// Says: nobody will poll you again
mod first_poll_only_makes_the_call {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                        return Poll::Pending;
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => *self = Answer::Improving { call: writer.improve(&draft) },
                        Poll::Pending => {
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: one state for one poll: when the draft is ready, the next state is left for the next poll, which never comes.
/// Caught by: goes_on_while_the_calls_are_ready
/// Says: no call has kept the waker
/// Says: After `Ready`, go on in the same poll
mod pending_between_two_states {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            *self = Answer::Improving { call: writer.improve(&draft) };
                            return Poll::Pending;
                        }
                        Poll::Pending => {
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: the whole `async fn` is put into one state. It runs, and nothing was learned.
/// Caught by: is_in_the_state_where_it_waits
/// Says: saw Start, Improving, Improving
/// Says: here you do it, without `answer`
mod the_compiler_does_the_work {
    impl<W: Writer + 'static> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => *self = Answer::Improving { call: Box::pin(answer(writer)) },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Drafting { .. } | Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: when the draft is ready the improvement is called, and its call is not put into the state: the loop finds Start.
/// Caught by: goes_on_while_the_calls_are_ready
/// Says: an arm has to put the next state in place
mod the_next_state_is_forgotten {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match &mut *self {
                    Answer::Start { writer } => {
                        let mut call = writer.draft();
                        let Poll::Ready(draft) = call.as_mut().poll(cx) else { return Poll::Pending };
                        let _call = writer.improve(&draft);
                    }
                    Answer::Drafting { .. } => return Poll::Pending,
                    Answer::Improving { call } => return call.as_mut().poll(cx),
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: `mem::replace` takes the state out, and the way to `Pending` does not put it back.
/// Caught by: stops_where_a_call_is_not_ready
/// Says: the state has to be put back
mod the_state_is_lost_on_pending {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => *self = Answer::Improving { call: writer.improve(&draft) },
                        Poll::Pending => return Poll::Pending,
                    },
                    Answer::Improving { mut call } => return call.as_mut().poll(cx),
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: every poll makes the call of the draft anew, because the state is not kept.
/// Caught by: stops_where_a_call_is_not_ready
/// Says: The draft is called a second time
mod the_state_is_not_kept {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match &mut *self {
                    Answer::Start { writer } => {
                        let mut call = writer.draft();
                        let Poll::Ready(draft) = call.as_mut().poll(cx) else { return Poll::Pending };
                        *self = Answer::Improving { call: writer.improve(&draft) };
                    }
                    Answer::Improving { call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_ready() {
                            *self = Answer::Done;
                        }
                        return poll;
                    }
                    Answer::Drafting { .. } | Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: between two states it wakes itself and returns `Pending`. It ends, with more polls than it needs.
/// Caught by: goes_on_while_the_calls_are_ready
/// Says: goes on in the same poll, as far as it can
mod wakes_itself_between_two_states {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            *self = Answer::Improving { call: writer.improve(&draft) };
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                        Poll::Pending => {
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: a short pause before `Pending`, to give the call some time. It stops the thread.
/// Caught by: hands_on_what_the_writer_says
/// Says: a poll must not wait, not even a
mod a_pause_before_pending {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            *self = Answer::Improving { call: writer.improve(&draft) };
                        }
                        Poll::Pending => {
                            std::thread::sleep(std::time::Duration::from_millis(2));
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            std::thread::sleep(std::time::Duration::from_millis(2));
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: it wakes its task whenever a call is pending, to be polled again soon.
/// Caught by: stops_where_a_call_is_not_ready
/// Says: Whoever says `Pending` sees to the wake-up
mod wakes_itself_when_a_call_is_pending {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            *self = Answer::Improving { call: writer.improve(&draft) };
                        }
                        Poll::Pending => {
                            cx.waker().wake_by_ref();
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            cx.waker().wake_by_ref();
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: it wakes its task when it changes its state, and goes on all the same.
/// Caught by: goes_on_while_the_calls_are_ready
/// Says: wake-ups of the task: 1
/// Says: Whoever says `Pending` sees to the wake-up
mod wakes_its_task_with_each_state {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            cx.waker().wake_by_ref();
                            *self = Answer::Improving { call: writer.improve(&draft) };
                        }
                        Poll::Pending => {
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: an empty draft is taken for none, and something else is improved.
/// Caught by: hands_on_what_the_writer_says
/// Says: also where it is empty
mod an_empty_draft_is_replaced {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            let draft = if draft.is_empty() { "nothing".to_owned() } else { draft };
                            *self = Answer::Improving { call: writer.improve(&draft) };
                        }
                        Poll::Pending => {
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            *self = Answer::Improving { call };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: the last call is forgotten when it is ready, and stays in memory.
/// Caught by: drops_what_it_does_not_need
/// Says: what is forgotten (`mem::forget`)
mod the_last_call_is_forgotten {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            *self = Answer::Improving { call: writer.improve(&draft) };
                        }
                        Poll::Pending => {
                            *self = Answer::Drafting { writer, call };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call } => {
                        let poll = call.as_mut().poll(cx);
                        if poll.is_pending() {
                            *self = Answer::Improving { call };
                        } else {
                            mem::forget(call);
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Trap: the waker of the first poll is kept in the state, and the second call is polled with it.
/// Caught by: waits_with_the_newest_waker
/// Says: not a waker that was kept from an earlier one
mod the_second_call_gets_the_first_waker {
    use std::task::Waker;

    enum Answer<W> {
        Start { writer: W },
        Drafting { call: Call, writer: W, waker: Waker },
        Improving { call: Call, waker: Option<Waker> },
        Done,
    }

    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match mem::replace(&mut *self, Answer::Done) {
                    Answer::Start { writer } => {
                        let call = writer.draft();
                        *self = Answer::Drafting { call, writer, waker: cx.waker().clone() };
                    }
                    Answer::Drafting { mut call, writer, waker } => match call.as_mut().poll(cx) {
                        Poll::Ready(draft) => {
                            *self = Answer::Improving { call: writer.improve(&draft), waker: Some(waker) };
                        }
                        Poll::Pending => {
                            *self = Answer::Drafting { call, writer, waker };
                            return Poll::Pending;
                        }
                    },
                    Answer::Improving { mut call, waker } => {
                        // Once, for the poll that makes the call.
                        let newest = waker.unwrap_or_else(|| cx.waker().clone());
                        let poll = call.as_mut().poll(&mut Context::from_waker(&newest));
                        if poll.is_pending() {
                            *self = Answer::Improving { call, waker: None };
                        }
                        return poll;
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}
