//! # Paused stream: what people write
//!
//! Each module holds only what differs from the solution, `../paused_stream.rs`.

/// Trap: the starter: a waker is a button for "try again".
/// Caught by: every_token_comes_out_once
/// Says: polls without end
mod wakes_itself {
    struct Pausable<S> {
        tokens: S,
        paused: watch::Receiver<bool>,
    }

    impl<S: Stream<Item = String> + Unpin> Stream for Pausable<S> {
        type Item = String;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<String>> {
            if *self.paused.borrow() {
                cx.waker().wake_by_ref();
                return std::task::Poll::Pending;
            }
            self.tokens.poll_next_unpin(cx)
        }
    }

    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        Pausable { tokens, paused }
    }
}

/// Trap: the future of `changed` is made, polled and dropped, and takes the waker along.
/// Caught by: every_token_comes_out_once
/// Says: a future that is dropped takes the waker along
mod drops_the_changed_future {
    struct Pausable<S> {
        tokens: S,
        paused: watch::Receiver<bool>,
    }

    impl<S: Stream<Item = String> + Unpin> Stream for Pausable<S> {
        type Item = String;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<String>> {
            let this = &mut *self;
            if *this.paused.borrow() {
                let changes = std::pin::pin!(this.paused.changed());
                std::task::ready!(changes.poll(cx)).ok();
            }
            this.tokens.poll_next_unpin(cx)
        }
    }

    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        Pausable { tokens, paused }
    }
}

/// Trap: a token that comes during a pause may be dropped: it will come again.
/// Caught by: every_token_comes_out_once
/// Says: comes a second time from nobody
mod loses_the_token_in_the_hand {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            loop {
                let token = tokens.next().await?;
                if !*paused.borrow() {
                    return Some((token, (tokens, paused)));
                }
                let _ = paused.wait_for(|paused| !paused).await;
            }
        })
    }
}

/// Trap: a task reads ahead into a small queue, and the pause stands behind it.
/// Caught by: a_pause_holds_the_tokens_back
/// Says: tokens were taken
mod a_task_reads_ahead {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::mpsc::channel(4);
        let task = tokio::spawn(tokens.for_each(move |token| {
            let sender = sender.clone();
            async move { drop(sender.send(token).await) }
        }));
        let receiver = (receiver, paused, task);
        stream::unfold(receiver, async |(mut receiver, mut paused, task)| {
            let token = receiver.recv().await?;
            let _ = paused.wait_for(|paused| !paused).await;
            Some((token, (receiver, paused, task)))
        })
    }
}

/// Trap: the error of `changed` is overlooked: it comes at once, and every time.
/// Caught by: a_dropped_switch_lets_all_tokens_out
/// Says: polls without end
mod runs_in_circles_without_a_switch {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            let token = tokens.next().await?;
            while *paused.borrow_and_update() {
                let _ = paused.changed().await;
            }
            Some((token, (tokens, paused)))
        })
    }
}

/// Trap: a loop with a sleep is no busy loop.
/// Caught by: a_pause_costs_two_polls_at_most
/// Says: polls
mod sleeps_and_looks_again {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, paused)| {
            let token = tokens.next().await?;
            while *paused.borrow() && paused.has_changed().is_ok() {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            Some((token, (tokens, paused)))
        })
    }
}

/// Trap: during a pause the tokens are read into a list, so that nothing is missed.
/// Caught by: a_pause_holds_the_tokens_back
/// Says: a queue without a bound
mod reads_on_while_paused {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        let kept = std::collections::VecDeque::new();
        stream::unfold((tokens.fuse(), paused, kept), async |(mut tokens, mut paused, mut kept)| {
            loop {
                let mut wait = std::pin::pin!(paused.wait_for(|paused| !paused));
                tokio::select! {
                    biased;
                    _ = &mut wait => {}
                    Some(token) = tokens.next() => {
                        kept.push_back(token);
                        continue;
                    }
                }
                break;
            }
            let token = match kept.pop_front() {
                Some(token) => token,
                None => {
                    let token = tokens.next().await?;
                    while *paused.borrow() && paused.has_changed().is_ok() {
                        tokio::select! {
                            biased;
                            _ = paused.wait_for(|paused| !paused) => break,
                            Some(token) = tokens.next() => kept.push_back(token),
                        }
                    }
                    token
                }
            };
            Some((token, (tokens, paused, kept)))
        })
    }
}

/// Trap: the switch is asked before the wait for a token, and not when the token is there.
/// Caught by: a_pause_holds_the_tokens_back
/// Says: tokens came out
mod asks_the_switch_only_before {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            let _ = paused.wait_for(|paused| !paused).await;
            let token = tokens.next().await?;
            Some((token, (tokens, paused)))
        })
    }
}

/// Trap: a dropped switch is the end of the stream.
/// Caught by: a_dropped_switch_lets_all_tokens_out
/// Says: the text
mod ends_when_the_switch_is_dropped {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            let token = tokens.next().await?;
            paused.wait_for(|paused| !paused).await.ok()?;
            Some((token, (tokens, paused)))
        })
    }
}

/// Trap: `select!` asks the switch first, because it stands first.
/// Caught by: hundreds_of_pauses_lose_nothing
/// Says: while paused
mod chance_decides {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            loop {
                if !*paused.borrow_and_update() || paused.has_changed().is_err() {
                    tokio::select! {
                        Ok(()) = paused.changed() => {}
                        token = tokens.next() => return Some((token?, (tokens, paused))),
                    }
                } else {
                    let _ = paused.changed().await;
                }
            }
        })
    }
}

/// Trap: after a change the switch must say the other thing, so nobody looks at it.
/// Caught by: a_pause_holds_the_tokens_back
/// Says: not that it is another value
mod a_change_ends_the_pause {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            let token = tokens.next().await?;
            if *paused.borrow_and_update() {
                let _ = paused.changed().await;
            }
            Some((token, (tokens, paused)))
        })
    }
}

/// Trap: a task asks the switch before it hands a token on, and a token that lies in its queue is past the switch.
/// Caught by: a_pause_holds_the_tokens_back
/// Says: ask it where a token goes out
mod the_switch_stands_before_the_queue {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let (mut tokens, mut paused) = (tokens, paused);
        let mut pump = tokio::task::JoinSet::new();
        pump.spawn(async move {
            while let Some(token) = tokens.next().await {
                let _ = paused.wait_for(|paused| !paused).await;
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        stream::unfold((receiver, pump), async |(mut receiver, pump)| Some((receiver.recv().await?, (receiver, pump))))
    }
}

/// Trap: the stream takes what lies there in one go, and the switch is asked once for all of it.
/// Caught by: a_pause_holds_the_tokens_back
/// Says: or as a chunk
mod the_switch_stands_before_a_chunk {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            let _ = paused.wait_for(|paused| !paused).await;
            let token = tokens.next().await?;
            let _ = paused.wait_for(|paused| !paused).await;
            Some((token, (tokens, paused)))
        })
        .ready_chunks(4)
        .flat_map(stream::iter)
    }
}

/// Trap: a task has the tokens and waits for the switch: when the reader leaves in a pause, it waits on.
/// Caught by: a_reader_who_leaves_takes_the_call_along
/// Says: A task that was spawned belongs to the runtime
mod a_task_waits_on_when_the_reader_has_left {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let (mut tokens, mut switch) = (tokens, paused.clone());
        tokio::spawn(async move {
            loop {
                let _ = switch.wait_for(|paused| !paused).await;
                let Some(token) = tokens.next().await else { return };
                let _ = switch.wait_for(|paused| !paused).await;
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        stream::unfold((receiver, paused), async |(mut receiver, mut paused)| {
            let token = receiver.recv().await?;
            let _ = paused.wait_for(|paused| !paused).await;
            Some((token, (receiver, paused)))
        })
    }
}

/// Trap: a look each hour, in case that the switch has forgotten to call.
/// Caught by: a_pause_costs_two_polls_at_most
/// Says: A waker is not a button for
mod looks_each_hour {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            let hour = std::time::Duration::from_secs(3600);
            let token = tokens.next().await?;
            while tokio::time::timeout(hour, paused.wait_for(|paused| !paused)).await.is_err() {}
            Some((token, (tokens, paused)))
        })
    }
}
