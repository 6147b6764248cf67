//! # Bridge: what else is right
//!
//! Each module holds only what differs from the solution, `../bridge.rs`.

/// Also right: the sender is asked before each call.
mod asks_before_each_call {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            while !sender.is_closed() {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        let _ = sender.blocking_send(token);
                    }
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Also right: a thread of its own.
mod a_thread_of_its_own {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        std::thread::spawn(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        let _ = sender.blocking_send(token);
                    }
                    Next::Nothing => {}
                    Next::End => return,
                }
                if sender.is_closed() {
                    return;
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Also right: room is reserved first, and the source is asked after that.
mod room_first {
    use tokio::runtime::Handle;

    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        let event_loop = Handle::current();
        spawn_blocking(move || {
            loop {
                let Ok(room) = event_loop.block_on(sender.reserve()) else { return };
                match source.next_within(PATIENCE) {
                    Next::Token(token) => room.send(token),
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Also right: one call to the source for each job, and `unfold` over them: nothing is asked that nobody wants.
mod a_job_for_each_call {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let _ = capacity;
        let source = Some(Box::new(source));
        Box::pin(stream::unfold(source, async |source| {
            let mut source = source?;
            loop {
                let asked = spawn_blocking(move || (source.next_within(PATIENCE), source)).await;
                let (next, back) = asked.expect("the source does not panic");
                source = back;
                match next {
                    Next::Token(token) => return Some((token, Some(source))),
                    Next::Nothing => {}
                    Next::End => return None,
                }
            }
        }))
    }
}

/// Also right: the channel of the futures crate. It has a place more for its sender, and `send` waits until that one is free:
/// no token is in the hand of the thread when it asks.
mod the_channel_of_futures {
    use futures::{SinkExt, channel::mpsc, executor::block_on};

    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (mut sender, receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        if block_on(sender.send(token)).is_err() {
                            return;
                        }
                    }
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        receiver
    }
}
