//! # Bridge: what people write
//!
//! Each module holds only what differs from the solution, `../bridge.rs`.

/// Trap: a bounded channel is enough: the thread hears of the reader when it sends.
/// Caught by: a_reader_that_leaves_in_silence_ends_it_too
/// Says: in silence there is nothing to send
mod bounded_only {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        if sender.blocking_send(token).is_err() {
                            return;
                        }
                    }
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: the queue has no limit.
/// Caught by: a_slow_reader_slows_the_source
/// Says: Nothing slows the source
mod unbounded {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        spawn_blocking(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        if sender.send(token).is_err() {
                            return;
                        }
                    }
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: a token that finds no room is dropped.
/// Caught by: all_tokens_in_their_order
/// Says: Tokens are lost
mod try_send {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            while !sender.is_closed() {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        let _ = sender.try_send(token);
                    }
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: all tokens are collected first, and streamed after that.
/// Caught by: each_token_when_it_is_there
/// Says: It waits for more, or for the end
mod collects_first {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            let mut tokens = Vec::new();
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => tokens.push(token),
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => {}
                    Next::End => break,
                }
            }
            for token in tokens {
                let _ = sender.blocking_send(token);
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: silence is taken for the end.
/// Caught by: all_tokens_in_their_order
/// Says: Nor is `Nothing` the end
mod nothing_is_the_end {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            while let Next::Token(token) = source.next_within(PATIENCE) {
                if sender.blocking_send(token).is_err() {
                    return;
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: a task in place of the thread: it asks the source on the event loop.
/// Caught by: all_tokens_in_their_order
/// Says: a task and a stream run there as well
mod a_task {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            while !sender.is_closed() {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        if sender.send(token).await.is_err() {
                            return;
                        }
                    }
                    Next::Nothing => tokio::task::yield_now().await,
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: the stream itself asks the source, on whatever thread it is polled.
/// Caught by: all_tokens_in_their_order
/// Says: The source was asked on the thread of the event loop
mod in_the_stream {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let _ = capacity;
        stream::iter(std::iter::from_fn(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => return Some(token),
                    Next::Nothing => {}
                    Next::End => return None,
                }
            }
        }))
    }
}

/// Trap: one call that waits as long as it takes: there is no `Nothing` then.
/// Caught by: a_reader_that_leaves_in_silence_ends_it_too
/// Says: While the source waits, nobody can stop it
mod waits_for_an_hour {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            while !sender.is_closed() {
                match source.next_within(Duration::from_secs(3600)) {
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

/// Trap: the receiver moves the tokens through a second queue, and the bound is twice as large.
/// Caught by: a_slow_reader_slows_the_source
/// Says: there is a second one behind it
mod two_queues {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut between) = mpsc::channel(capacity);
        let (second, mut receiver) = mpsc::channel(capacity);
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
        tokio::spawn(async move {
            while let Some(token) = between.recv().await {
                if second.send(token).await.is_err() {
                    return;
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: the handle of the job is aborted when the stream is dropped: a job that runs cannot be aborted.
/// Caught by: a_reader_that_leaves_in_silence_ends_it_too
/// Says: The sender can be asked without a token
mod aborts_the_job {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        struct Aborts(tokio::task::JoinHandle<()>);

        impl Drop for Aborts {
            fn drop(&mut self) {
                self.0.abort();
            }
        }

        let (sender, mut receiver) = mpsc::channel(capacity);
        let job = Aborts(spawn_blocking(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        if sender.blocking_send(token).is_err() {
                            return;
                        }
                    }
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        }));
        stream::poll_fn(move |context| {
            let _held = &job;
            receiver.poll_recv(context)
        })
    }
}

/// Trap: the stream asks an empty queue again and again.
/// Caught by: each_token_when_it_is_there
/// Says: while there is nothing to read
mod asks_an_empty_queue {
    use std::task::Poll;

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
        stream::poll_fn(move |context| match receiver.try_recv() {
            Ok(token) => Poll::Ready(Some(token)),
            Err(mpsc::error::TryRecvError::Disconnected) => Poll::Ready(None),
            Err(mpsc::error::TryRecvError::Empty) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
    }
}

/// Trap: the wait for a token is given up after ten milliseconds, and begun again.
/// Caught by: each_token_when_it_is_there
/// Says: while there is nothing to read
mod looks_every_ten_milliseconds {
    use tokio::time::timeout;

    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, receiver) = mpsc::channel(capacity);
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
        Box::pin(stream::unfold(receiver, async |mut receiver| {
            loop {
                if let Ok(token) = timeout(Duration::from_millis(10), receiver.recv()).await {
                    return Some((token?, receiver));
                }
            }
        }))
    }
}

/// Trap: the thread expects somebody to read, and panics where nobody does.
/// Caught by: a_reader_that_leaves_ends_the_source
/// Says: A reader that leaves is no error
mod expects_a_reader {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => sender.blocking_send(token).expect("somebody reads"),
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: `Nothing` is sent as an empty text, to see whether somebody reads, and all empty texts are left out.
/// Caught by: all_tokens_in_their_order
/// Says: A token without a text
mod nothing_as_an_empty_text {
    use futures::{StreamExt, future::ready};

    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            loop {
                let text = match source.next_within(PATIENCE) {
                    Next::Token(token) => token,
                    Next::Nothing => String::new(),
                    Next::End => return,
                };
                if sender.blocking_send(text).is_err() {
                    return;
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context)).filter(|text| ready(!text.is_empty()))
    }
}

/// Trap: a token that is like the one before it is taken for the same.
/// Caught by: all_tokens_in_their_order
/// Says: or with that of the one before it
mod repeats_left_out {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            let mut last = None;
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) if last.as_ref() == Some(&token) => {}
                    Next::Token(token) => {
                        last = Some(token.clone());
                        if sender.blocking_send(token).is_err() {
                            return;
                        }
                    }
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: the stream waits for its thread when it is dropped, and holds the event loop meanwhile.
/// Caught by: a_reader_that_leaves_in_silence_ends_it_too
/// Says: a `join()` in a `drop`
mod joins_when_dropped {
    use std::{
        pin::Pin,
        task::{Context, Poll},
        thread::{self, JoinHandle},
    };

    struct Tokens {
        receiver: Option<mpsc::Receiver<String>>,
        thread: Option<JoinHandle<()>>,
    }

    impl Stream for Tokens {
        type Item = String;

        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<String>> {
            self.receiver.as_mut().expect("it is there up to the drop").poll_recv(context)
        }
    }

    impl Drop for Tokens {
        fn drop(&mut self) {
            self.receiver = None;
            let _ = self.thread.take().map(JoinHandle::join);
        }
    }

    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, receiver) = mpsc::channel(capacity);
        let thread = thread::spawn(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        if sender.blocking_send(token).is_err() {
                            return;
                        }
                    }
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        Tokens { receiver: Some(receiver), thread: Some(thread) }
    }
}

/// Trap: a channel of one place more, for the one in the hand of the thread.
/// Caught by: a_slow_reader_slows_the_source
/// Says: The queue is longer than `capacity` says
mod one_place_too_many {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity + 1);
        spawn_blocking(move || {
            loop {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        if sender.blocking_send(token).is_err() {
                            return;
                        }
                    }
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => {}
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

/// Trap: a model that has said nothing for five seconds is believed to have gone.
/// Caught by: each_token_when_it_is_there
/// Says: the model thinks, and the answer goes on
mod silence_is_the_end {
    pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
        let (sender, mut receiver) = mpsc::channel(capacity);
        spawn_blocking(move || {
            let mut silent = 0;
            while silent < 100 {
                match source.next_within(PATIENCE) {
                    Next::Token(token) => {
                        silent = 0;
                        if sender.blocking_send(token).is_err() {
                            return;
                        }
                    }
                    Next::Nothing if sender.is_closed() => return,
                    Next::Nothing => silent += 1,
                    Next::End => return,
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}
