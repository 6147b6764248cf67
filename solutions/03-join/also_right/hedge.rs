//! # Hedge: what else is right
//!
//! Each module holds only what differs from the solution, `../hedge.rs`.

/// Also right: a task for each answer, all in one channel; the loser is aborted, and the set ends both with the caller.
mod a_task_for_each_answer {
    use tokio::{sync::mpsc, task::JoinSet};

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let mut tasks = JoinSet::new();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut spawn = |model: &'static str| {
            let (mut tokens, sender) = (ask(llm, model, prompt), sender.clone());
            tasks.spawn(async move {
                while let Some(token) = tokens.next().await {
                    if sender.send((model, Some(token))).is_err() {
                        return;
                    }
                }
                let _ = sender.send((model, None));
            })
        };
        let atlas = spawn("atlas");
        let first = match timeout(delay, receiver.recv()).await {
            Ok(first) => first,
            Err(_late) => {
                let birch = spawn("birch");
                let mut first = receiver.recv().await;
                if matches!(first, Some((_, Some(Err(_))))) {
                    receiver.recv().await;
                    first = receiver.recv().await;
                }
                match &first {
                    Some(("atlas", _)) => birch.abort(),
                    _ => atlas.abort(),
                }
                first
            }
        };
        let mut next = first;
        let winner = next.as_ref().map(|(model, _)| *model);
        while let Some((model, token)) = next {
            if Some(model) == winner {
                match token {
                    Some(token) => show(token?),
                    None => break,
                }
            }
            next = receiver.recv().await;
        }
        Ok(())
    }
}

/// Also right: the calls in a `FuturesUnordered`: to wait for the next one with a limit leaves the calls alone.
mod futures_unordered {
    use futures::stream::FuturesUnordered;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut calls = FuturesUnordered::from_iter([begin(llm, "atlas", prompt)]);
        if let Ok(Some(in_time)) = timeout(delay, calls.next()).await {
            return in_time;
        }
        calls.push(begin(llm, "birch", prompt));
        loop {
            match calls.next().await.expect("a call is left") {
                Err(_) if !calls.is_empty() => {}
                result => return result,
            }
        }
    }
}

/// Also right: two tasks in a `JoinSet`, which aborts the loser when it is dropped.
mod join_set {
    use tokio::task::JoinSet;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let call = |model: &'static str| {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            async move { begin(&llm, model, &prompt).await }
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(call("atlas"));
        if let Ok(Some(in_time)) = timeout(delay, tasks.join_next()).await {
            return in_time.expect("a call does not panic");
        }
        tasks.spawn(call("birch"));
        loop {
            match tasks.join_next().await.expect("a task is left").expect("a call does not panic") {
                Err(_) if !tasks.is_empty() => {}
                result => return result,
            }
        }
    }
}

/// Also right: `futures::future::select` gives back the future that is not ready.
mod select_gives_the_other_back {
    use futures::{future::Either, future::select};
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let first = pin!(begin(llm, "atlas", prompt));
        let first = match select(first, pin!(sleep(delay))).await {
            Either::Left((in_time, _)) => return in_time,
            Either::Right(((), first)) => first,
        };
        let second = pin!(begin(llm, "birch", prompt));
        match select(first, second).await {
            Either::Left((Err(_), second)) => second.await,
            Either::Right((Err(_), first)) => first.await,
            Either::Left((begun, _)) | Either::Right((begun, _)) => begun,
        }
    }
}

/// Also right: `select!` in a loop, where each branch has a condition: a call that is done is not polled again.
mod select_with_conditions {
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let (mut first, mut second) = (pin!(begin(llm, "atlas", prompt)), pin!(begin(llm, "birch", prompt)));
        let mut delay = pin!(sleep(delay));
        let (mut late, mut first_failed, mut second_failed) = (false, false, false);
        loop {
            tokio::select! {
                result = &mut first, if !first_failed => match result {
                    Err(_) if late && !second_failed => first_failed = true,
                    result => return result,
                },
                result = &mut second, if late && !second_failed => match result {
                    Err(_) if !first_failed => second_failed = true,
                    result => return result,
                },
                () = &mut delay, if !late => late = true,
            }
        }
    }
}

/// Also right: `select!` with a pattern: a branch whose result does not fit is not taken, and the other goes on.
mod select_with_patterns {
    use std::cell::Cell;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut first = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let last_error = Cell::new(None);
        let first = async { first.await.map_err(|error| last_error.set(Some(error))) };
        let second = async { begin(llm, "birch", prompt).await.map_err(|error| last_error.set(Some(error))) };
        let begun = tokio::select! {
            Ok(begun) = first => Some(begun),
            Ok(begun) = second => Some(begun),
            else => None,
        };
        begun.ok_or_else(|| last_error.take().expect("both calls have failed"))
    }
}

/// Also right: `next()` of two streams in one `select!`, and a `drop` of the stream that has lost.
mod two_streams_and_a_drop {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let mut atlas = ask(llm, "atlas", prompt);
        let mut birch = ask(llm, "birch", prompt);
        let (first, mut winner) = match timeout(delay, atlas.next()).await {
            Ok(first) => (first, atlas),
            Err(_late) => {
                let (mut atlas_failed, mut birch_failed) = (false, false);
                loop {
                    tokio::select! {
                        token = atlas.next(), if !atlas_failed => match token {
                            Some(Err(_)) if !birch_failed => atlas_failed = true,
                            token => {
                                drop(birch);
                                break (token, atlas);
                            }
                        },
                        token = birch.next(), if !birch_failed => match token {
                            Some(Err(_)) if !atlas_failed => birch_failed = true,
                            token => {
                                drop(atlas);
                                break (token, birch);
                            }
                        },
                    }
                }
            }
        };
        show(first.expect("an answer has at least one token")?);
        while let Some(token) = winner.next().await {
            show(token?);
        }
        Ok(())
    }
}
