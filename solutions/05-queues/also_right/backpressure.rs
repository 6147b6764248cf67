//! Other right answers for `backpressure`.

/// The sender goes into the permit and comes back.
mod owned_permits {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            let watcher = sender.clone();
            let work = async {
                let mut sender = sender;
                while let Ok(room) = sender.reserve_owned().await {
                    let Some(token) = tokens.next().await else { return };
                    sender = room.send(token);
                }
            };
            tokio::select! {
                biased;
                () = watcher.closed() => {}
                () = work => {}
            }
        });
        receiver
    }
}

/// The whole of the work beside the reader who leaves.
mod one_select_round_it_all {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let work = async {
                let mut tokens = pin!(tokens);
                loop {
                    let Ok(room) = sender.reserve().await else { break };
                    match tokens.next().await {
                        Some(token) => room.send(token),
                        None => break,
                    }
                }
            };
            futures::future::select(pin!(sender.closed()), pin!(work)).await;
        });
        receiver
    }
}

/// The stream ends when the reader leaves.
mod take_until {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let watcher = sender.clone();
            let mut tokens = pin!(tokens.take_until(watcher.closed()));
            while let Ok(room) = sender.reserve().await {
                match tokens.next().await {
                    Some(token) => room.send(token),
                    None => break,
                }
            }
        });
        receiver
    }
}

/// All free places are reserved, and each is filled as soon as a token comes.
mod every_free_place {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            loop {
                let Ok(room) = sender.reserve_many(1).await else { return };
                for place in room {
                    tokio::select! {
                        biased;
                        () = sender.closed() => return,
                        token = tokens.next() => {
                            let Some(token) = token else { return };
                            place.send(token);
                        }
                    }
                }
            }
        });
        receiver
    }
}

/// Both waits polled by hand, the reader first.
mod polled_by_hand {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (tx, rx) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            use std::task::Poll;
            let mut closed = pin!(tx.closed());
            loop {
                let Ok(permit) = tx.reserve().await else { return };
                let next = std::future::poll_fn(|cx| {
                    if closed.as_mut().poll(cx).is_ready() {
                        return Poll::Ready(None);
                    }
                    tokens.as_mut().poll_next(cx)
                })
                .await;
                let Some(token) = next else { return };
                permit.send(token);
            }
        });
        rx
    }
}
