//! # Paused stream: what else is right
//!
//! Each module holds only what differs from the solution, `../paused_stream.rs`.

/// Also right: the switch first, then a select in which it has the first word; no token is taken during a pause.
mod the_switch_first {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
            loop {
                let _ = paused.wait_for(|paused| !paused).await;
                tokio::select! {
                    biased;
                    Ok(()) = paused.changed() => {}
                    token = tokens.next() => return Some((token?, (tokens, paused))),
                }
            }
        })
    }
}

/// Also right: `then`, with a receiver of its own for each token.
mod then_with_a_clone {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        tokens.then(move |token| {
            let mut paused = paused.clone();
            async move {
                let _ = paused.wait_for(|paused| !paused).await;
                token
            }
        })
    }
}

/// Also right: by hand, with the future of the wait and the token in fields.
mod by_hand {
    struct Pausable<S> {
        tokens: S,
        paused: watch::Receiver<bool>,
        waits: Option<futures::future::BoxFuture<'static, ()>>,
    }

    impl<S: Stream<Item = String> + Unpin> Stream for Pausable<S> {
        type Item = String;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<String>> {
            let this = &mut *self;
            let waits = this.waits.get_or_insert_with(|| {
                let mut paused = this.paused.clone();
                Box::pin(async move {
                    let _ = paused.wait_for(|paused| !paused).await;
                })
            });
            std::task::ready!(waits.as_mut().poll(cx));
            this.waits = None;
            this.tokens.poll_next_unpin(cx)
        }
    }

    // A pause that begins while the stream waits for a token is noticed at the token's wake, before the token is taken.
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        Pausable { tokens, paused, waits: None }
    }
}

/// Also right: a task takes the tokens, with one place between it and the stream, and both ask the switch: the task before
/// it takes a token and before it hands it on, the stream before it gives it out. It ends with the stream.
mod a_task_and_a_place {
    pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
    where
        S: Stream<Item = String> + Unpin + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let (mut tokens, mut switch) = (tokens, paused.clone());
        let mut pump = tokio::task::JoinSet::new();
        pump.spawn(async move {
            loop {
                let _ = switch.wait_for(|paused| !paused).await;
                let Some(token) = tokens.next().await else { return };
                let _ = switch.wait_for(|paused| !paused).await;
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        stream::unfold((receiver, paused, pump), async |(mut receiver, mut paused, pump)| {
            let token = receiver.recv().await?;
            let _ = paused.wait_for(|paused| !paused).await;
            Some((token, (receiver, paused, pump)))
        })
    }
}
