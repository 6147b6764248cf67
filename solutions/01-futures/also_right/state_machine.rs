//! # State machine: what else is right
//!
//! Each module holds only what differs from the solution, `../state_machine.rs`.

/// Also right: the states are matched by reference, and a state is replaced only when it is left.
mod matched_by_reference {
    use std::task::ready;

    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            loop {
                match &mut *self {
                    Answer::Start { .. } => {
                        let Answer::Start { writer } = mem::replace(&mut *self, Answer::Done) else {
                            unreachable!("it was Start")
                        };
                        let call = writer.draft();
                        *self = Answer::Drafting { writer, call };
                    }
                    Answer::Drafting { writer, call } => {
                        let draft = ready!(call.as_mut().poll(cx));
                        let call = writer.improve(&draft);
                        *self = Answer::Improving { call };
                    }
                    Answer::Improving { call } => {
                        let text = ready!(call.as_mut().poll(cx));
                        *self = Answer::Done;
                        return Poll::Ready(text);
                    }
                    Answer::Done => panic!("polled after it was ready"),
                }
            }
        }
    }
}

/// Also right: the states stand one below the other, each with its `if`, in the order in which they follow.
mod without_a_loop {
    impl<W: Writer> Future for Answer<W> {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            if let Answer::Start { .. } = &*self {
                let Answer::Start { writer } = mem::replace(&mut *self, Answer::Done) else {
                    unreachable!("it was Start")
                };
                *self = Answer::Drafting { call: writer.draft(), writer };
            }
            if let Answer::Drafting { writer, call } = &mut *self {
                match call.as_mut().poll(cx) {
                    Poll::Ready(draft) => *self = Answer::Improving { call: writer.improve(&draft) },
                    Poll::Pending => return Poll::Pending,
                }
            }
            let Answer::Improving { call } = &mut *self else { panic!("polled after it was ready") };
            let poll = call.as_mut().poll(cx);
            if poll.is_ready() {
                *self = Answer::Done;
            }
            poll
        }
    }
}
