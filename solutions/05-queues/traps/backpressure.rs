//! What people write for `backpressure`, and what it is told.

/// Trap: the token is taken, and then waits for room in the hand of the task.
/// Caught by: never_more_than_the_capacity
/// Says: One more than the capacity: the
mod takes_then_waits {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Some(token) = tokens.next().await {
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

/// Trap: a generous capacity, so that nobody ever waits.
/// Caught by: never_more_than_the_capacity
/// Says: What the reader has not asked
mod a_roomy_channel {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity.max(64));
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Some(token) = tokens.next().await {
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

/// Trap: each token is sent by a task of its own.
/// Caught by: never_more_than_the_capacity
/// Says: What the reader has not asked
mod everybody_in_a_task {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Some(token) = tokens.next().await {
                let sender = sender.clone();
                tokio::spawn(async move { sender.send(token).await });
            }
        });
        receiver
    }
}

/// Trap: all tokens are taken, and then sent.
/// Caught by: each_token_as_soon_as_it_comes
/// Says: A relay hands each token on
mod collects_first {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let tokens = pin!(tokens);
            let all: Vec<String> = tokens.collect().await;
            for token in all {
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

/// Trap: `try_send`: what finds no room is thrown away.
/// Caught by: each_token_as_soon_as_it_comes
/// Says: A full queue is no reason
mod drops_what_finds_no_room {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Some(token) = tokens.next().await {
                if let Err(mpsc::error::TrySendError::Closed(_)) = sender.try_send(token) {
                    return;
                }
            }
        });
        receiver
    }
}

/// Trap: one token at a time: the room is not used.
/// Caught by: never_more_than_the_capacity
/// Says: A queue evens out the pace
mod one_at_a_time {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Ok(room) = sender.reserve().await {
                tokio::select! {
                    () = sender.closed() => return,
                    token = tokens.next() => match token {
                        Some(token) => room.send(token),
                        None => return,
                    },
                }
            }
        });
        receiver
    }
}

/// Trap: one place fewer than the capacity makes up for the token in the hand; with a capacity of 1 there is none.
/// Caught by: each_token_as_soon_as_it_comes
/// Says: a panic at solutions/05-queues/traps/backpressure.rs:120:34: mpsc bounded
mod one_place_fewer {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity - 1);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Some(token) = tokens.next().await {
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

/// Trap: one place fewer, but never none.
/// Caught by: never_more_than_the_capacity
/// Says: One more than the capacity: the
mod one_place_fewer_unless_one {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel((capacity - 1).max(1));
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Some(token) = tokens.next().await {
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

/// Trap: all the room is reserved at once, and used up before it is asked for again: the reader of the last but one waits.
/// Caught by: never_more_than_the_capacity
/// Says: A queue evens out the pace
mod room_for_all {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Ok(room) = sender.reserve_many(capacity).await {
                for place in room {
                    tokio::select! {
                        () = sender.closed() => return,
                        token = tokens.next() => match token {
                            Some(token) => place.send(token),
                            None => return,
                        },
                    }
                }
            }
        });
        receiver
    }
}

/// Trap: room is looked for again and again.
/// Caught by: each_token_as_soon_as_it_comes
/// Says: `reserve` sleeps until there is room
mod looks_for_room_every_ten_milliseconds {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while !sender.is_closed() {
                let Ok(room) = sender.try_reserve() else {
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                    continue;
                };
                tokio::select! {
                    () = sender.closed() => return,
                    token = tokens.next() => match token {
                        Some(token) => room.send(token),
                        None => return,
                    },
                }
            }
        });
        receiver
    }
}

/// Trap: the reader who leaves is noticed when the next token comes.
/// Caught by: the_relay_ends_with_its_reader
/// Says: A relay that waits for the
mod hears_of_it_at_the_next_token {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Ok(room) = sender.reserve().await {
                match tokens.next().await {
                    Some(token) => room.send(token),
                    None => return,
                }
            }
        });
        receiver
    }
}

/// Trap: whether the reader is there is asked each second.
/// Caught by: the_relay_ends_with_its_reader
/// Says: Your code looks again and again
mod looks_at_the_reader_each_second {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Ok(room) = sender.reserve().await {
                tokio::select! {
                    () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {
                        if sender.is_closed() {
                            return;
                        }
                    }
                    token = tokens.next() => match token {
                        Some(token) => room.send(token),
                        None => return,
                    },
                }
            }
        });
        receiver
    }
}

/// Trap: the reader is looked at before each token, and not while it is waited for.
/// Caught by: the_relay_ends_with_its_reader
/// Says: A relay that waits for the
mod looks_before_the_token {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Ok(room) = sender.reserve().await {
                if sender.is_closed() {
                    return;
                }
                let Some(token) = tokens.next().await else { return };
                room.send(token);
            }
        });
        receiver
    }
}

/// Trap: a copy of the sender is kept for the watching task, so the receiver never ends.
/// Caught by: each_token_as_soon_as_it_comes
/// Says: A queue ends when its last
mod the_sender_is_kept {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(capacity);
        let watcher = sender.clone();
        let work = tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            while let Ok(room) = sender.reserve().await {
                tokio::select! {
                    () = sender.closed() => return,
                    token = tokens.next() => match token {
                        Some(token) => room.send(token),
                        None => return,
                    },
                }
            }
        });
        tokio::spawn(async move {
            watcher.closed().await;
            work.abort();
        });
        receiver
    }
}

/// Trap: the token is looked at before the reader: one more is taken when the reader has left.
/// Caught by: the_relay_ends_with_its_reader
/// Says: Both are ready then: the reader
mod the_token_first {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (tx, rx) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            loop {
                let Ok(permit) = tx.reserve().await else { return };
                tokio::select! {
                    biased;
                    token = tokens.next() => match token { Some(t) => permit.send(t), None => return },
                    () = tx.closed() => return,
                }
            }
        });
        rx
    }
}

/// Trap: `select!` without an order: whether one more token is taken is luck.
/// Caught by: the_relay_ends_with_its_reader
/// Says: Both are ready then: the reader
mod by_chance {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (tx, rx) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            loop {
                let Ok(permit) = tx.reserve().await else { return };
                tokio::select! {
                    token = tokens.next() => match token { Some(t) => permit.send(t), None => return },
                    () = tx.closed() => return,
                }
            }
        });
        rx
    }
}

/// Trap: when the reader has left, the rest of the stream is read, as if somebody had to.
/// Caught by: the_relay_ends_with_its_reader
/// Says: And when the reader has left
mod reads_the_rest {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (tx, rx) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            loop {
                let Ok(permit) = tx.reserve().await else { return };
                tokio::select! {
                    biased;
                    () = tx.closed() => break,
                    token = tokens.next() => match token { Some(t) => permit.send(t), None => return },
                }
            }
            // tell the model politely: read the rest
            while tokens.next().await.is_some() {}
        });
        rx
    }
}

/// Trap: a list of tokens beside the channel: each of the two keeps to the capacity, and together they hold twice as many.
/// Caught by: never_more_than_the_capacity
/// Says: which is taken and paid for
mod a_list_beside_the_channel {
    pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
        let (tx, rx) = mpsc::channel(capacity);
        tokio::spawn(async move {
            let mut tokens = pin!(tokens);
            let mut ahead = std::collections::VecDeque::new();
            loop {
                tokio::select! {
                    biased;
                    () = tx.closed() => return,
                    Ok(permit) = tx.reserve(), if !ahead.is_empty() => { permit.send(ahead.pop_front().unwrap()); }
                    token = tokens.next(), if ahead.len() < capacity => match token { Some(t) => ahead.push_back(t), None => break },
                }
            }
            for t in ahead {
                if tx.send(t).await.is_err() {
                    return;
                }
            }
        });
        rx
    }
}
