//! # Hedge: what else is right
//!
//! Each module holds only what differs from the solution, `../hedge.rs`.

/// Also right: the calls in a `FuturesUnordered`: to wait for the next one with a limit leaves the calls alone.
mod futures_unordered {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut calls = FuturesUnordered::from_iter([ask(llm, "atlas", prompt)]);
        if let Ok(Some(in_time)) = timeout(delay, calls.next()).await {
            return in_time;
        }
        calls.push(ask(llm, "birch", prompt));
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

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut tasks = JoinSet::new();
        tasks.spawn(llm.model("atlas").complete(prompt));
        if let Ok(Some(in_time)) = timeout(delay, tasks.join_next()).await {
            return in_time.expect("a call does not panic");
        }
        tasks.spawn(llm.model("birch").complete(prompt));
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

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let first = pin!(ask(llm, "atlas", prompt));
        let first = match select(first, pin!(sleep(delay))).await {
            Either::Left((in_time, _)) => return in_time,
            Either::Right(((), first)) => first,
        };
        let second = pin!(ask(llm, "birch", prompt));
        match select(first, second).await {
            Either::Left((Err(_), second)) => second.await,
            Either::Right((Err(_), first)) => first.await,
            Either::Left((reply, _)) | Either::Right((reply, _)) => reply,
        }
    }
}

/// Also right: `select!` in a loop, where each branch has a condition: a call that is done is not polled again.
mod select_with_conditions {
    use tokio::time::sleep;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let (mut first, mut second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
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

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut first = pin!(ask(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let last_error = Cell::new(None);
        let first = async { first.await.map_err(|error| last_error.set(Some(error))) };
        let second = async { ask(llm, "birch", prompt).await.map_err(|error| last_error.set(Some(error))) };
        let reply = tokio::select! {
            Ok(reply) = first => Some(reply),
            Ok(reply) = second => Some(reply),
            else => None,
        };
        reply.ok_or_else(|| last_error.take().expect("both calls have failed"))
    }
}
