//! # Hedge: what people write
//!
//! Each module holds only what differs from the solution, `../hedge.rs`.

/// Trap: both models are asked at once, and the first reply wins: a race, twice as dear.
/// Caught by: an_answer_in_time_needs_no_second_call
/// Says: Both calls begin together
/// Says: costs twice as much
mod both_at_once {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let _ = delay;
        let (first, second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
        let (reply, _loser) = select_ok([first, second]).await?;
        Ok(reply)
    }
}

/// Trap: the delay is waited for before anybody is asked.
/// Caught by: an_answer_in_time_needs_no_second_call
/// Says: The delay comes first, and only then the question
mod delay_before_the_first {
    use tokio::time::sleep;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        sleep(delay).await;
        let (first, second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
        let (reply, _loser) = select_ok([first, second]).await?;
        Ok(reply)
    }
}

/// Trap: `select_ok` on the call and a second one that begins late: an early error waits for it.
/// Caught by: an_early_error_is_returned_at_once
/// Says: the reply of birch, at 2.000 s
/// Says: The hedge is for a call that is late
mod early_error_waits {
    use futures::FutureExt;
    use tokio::time::sleep;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let first = ask(llm, "atlas", prompt).boxed();
        let second = async {
            sleep(delay).await;
            ask(llm, "birch", prompt).await
        };
        let (reply, _loser) = select_ok([first, second.boxed()]).await?;
        Ok(reply)
    }
}

/// Trap: `timeout` drops the first call, and birch alone is left: a fallback, not a hedge.
/// Caught by: the_first_call_goes_on
/// Says: the call to atlas is dropped at 1.000 s
/// Says: owns the call, and drops it
mod fallback {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        match timeout(delay, ask(llm, "atlas", prompt)).await {
            Ok(in_time) => in_time,
            Err(_elapsed) => ask(llm, "birch", prompt).await,
        }
    }
}

/// Trap: `timeout` drops the first call, and atlas is asked again from the beginning.
/// Caught by: a_late_answer_starts_the_second_call
/// Says: asked again from the beginning
/// Says: owns the call, and drops it
mod first_asked_again {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        if let Ok(in_time) = timeout(delay, ask(llm, "atlas", prompt)).await {
            return in_time;
        }
        let (first, second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
        let (reply, _loser) = select_ok([first, second]).await?;
        Ok(reply)
    }
}

/// Trap: both have failed, and the error that came first is returned.
/// Caught by: two_errors_give_the_later_one
/// Says: Only with the second error it is certain
mod first_error_kept {
    use futures::{future::Either, future::select};

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut first = pin!(ask(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let second = pin!(ask(llm, "birch", prompt));
        match select(first, second).await {
            Either::Left((Err(error), other)) | Either::Right((Err(error), other)) => other.await.map_err(|_| error),
            Either::Left((reply, _)) | Either::Right((reply, _)) => reply,
        }
    }
}

/// Trap: `select!` takes the first result, and that may be an error.
/// Caught by: a_late_error_waits_for_the_other_call
/// Says: the error `500 internal server error`, at 1.500 s
/// Says: An error is no answer
mod first_result_wins {
    use tokio::time::sleep;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let second = async {
            sleep(delay).await;
            ask(llm, "birch", prompt).await
        };
        tokio::select! {
            result = ask(llm, "atlas", prompt) => result,
            result = second => result,
        }
    }
}

/// Trap: a loop looks every ten milliseconds whether the answer is there.
/// Caught by: an_answer_in_time_needs_no_second_call
/// Says: looks again and again
/// Says: whoever has the answer wakes your future
mod looks_now_and_then {
    use futures::FutureExt;
    use tokio::{time::Instant, time::sleep};

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut first = pin!(ask(llm, "atlas", prompt));
        let started = Instant::now();
        while started.elapsed() < delay {
            if let Some(in_time) = first.as_mut().now_or_never() {
                return in_time;
            }
            sleep(Duration::from_millis(10)).await;
        }
        let second = pin!(ask(llm, "birch", prompt));
        let (reply, _loser) = select_ok([first, second]).await?;
        Ok(reply)
    }
}

/// Trap: the calls are tasks, and the handle of the loser is dropped: the task goes on.
/// Caught by: the_loser_is_dropped
/// Says: which has lost, goes on until
/// Says: To drop the handle of a task does not
mod loser_detached {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let spawn = |model: &'static str| {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            let task = tokio::spawn(async move { ask(&llm, model, &prompt).await });
            Box::pin(async move { task.await.expect("a call does not panic") })
        };
        let mut first = spawn("atlas");
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let (reply, _loser) = select_ok([first, spawn("birch")]).await?;
        Ok(reply)
    }
}

/// Trap: the first call is made before the delay, as if that started it.
/// Caught by: an_answer_in_time_needs_no_second_call
/// Says: A call that is made, and not polled, has asked nobody
mod never_polled_during_the_delay {
    use tokio::time::sleep;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let first = pin!(ask(llm, "atlas", prompt));
        sleep(delay).await;
        let second = pin!(ask(llm, "birch", prompt));
        let (reply, _loser) = select_ok([first, second]).await?;
        Ok(reply)
    }
}

/// Trap: a loop sends one more call each time the delay is over.
/// Caught by: two_calls_at_most
/// Says: One call to birch is enough
/// Says: two calls at most
mod one_more_every_delay {
    use futures::{StreamExt, stream::FuturesUnordered};
    use tokio::time::sleep;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut calls = FuturesUnordered::from_iter([ask(llm, "atlas", prompt)]);
        loop {
            tokio::select! {
                Some(result) = calls.next() => match result {
                    Err(_) if !calls.is_empty() => {}
                    result => return result,
                },
                () = sleep(delay) => calls.push(ask(llm, "birch", prompt)),
            }
        }
    }
}

/// Trap: a loop selects on a call that has failed already.
/// Caught by: a_late_error_waits_for_the_other_call
/// Says: resumed after completion
/// Says: to poll it again is a panic
mod polled_after_its_end {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut first = pin!(ask(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let mut second = pin!(ask(llm, "birch", prompt));
        let mut failed = 0;
        loop {
            let result = tokio::select! {
                result = &mut first => result,
                result = &mut second => result,
            };
            failed += 1;
            if result.is_ok() || failed == 2 {
                return result;
            }
        }
    }
}

/// Trap: `join!` waits for the loser too.
/// Caught by: a_late_answer_starts_the_second_call
/// Says: at 5.000 s
/// Says: here one reply is enough
mod waits_for_both {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
        let mut first = pin!(ask(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let (first, second) = tokio::join!(first, ask(llm, "birch", prompt));
        second.or(first)
    }
}
