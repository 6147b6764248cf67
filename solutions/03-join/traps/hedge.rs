//! # Hedge: what people write
//!
//! Each module holds only what differs from the solution, `../hedge.rs`.

/// Trap: a 429 of birch ends the hedge, though atlas may still begin.
/// Caught by: a_late_error_waits_for_the_other_call
/// Says: An error is no beginning
mod a_late_429_ends_it {
    use futures::future::{Either, select};

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        match select(atlas, pin!(begin(llm, "birch", prompt))).await {
            Either::Right((Err(error @ Error::RateLimited { .. }), _)) => Err(error),
            Either::Left((Err(_), birch)) => birch.await,
            Either::Right((Err(_), atlas)) => atlas.await,
            Either::Left((begun, _)) | Either::Right((begun, _)) => begun,
        }
    }
}

/// Trap: an early 429 is told apart from other errors, and birch is asked after the delay.
/// Caught by: an_early_error_is_returned_at_once
/// Says: What to do with errors, the caller knows best
mod an_early_429_waits {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        match timeout(delay, &mut atlas).await {
            Ok(Err(Error::RateLimited { .. })) => {
                tokio::time::sleep(delay).await;
                return begin(llm, "birch", prompt).await;
            }
            Ok(in_time) => return in_time,
            Err(_late) => {}
        }
        let birch = pin!(begin(llm, "birch", prompt));
        let (begun, _loser) = select_ok([atlas, birch]).await?;
        Ok(begun)
    }
}

/// Trap: where the answer is cut, the other model is asked for all of it.
/// Caught by: an_error_in_the_answer_is_returned
/// Says: Its error is returned when it comes
mod asks_birch_where_the_answer_is_cut {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let (first, mut rest) = first_to_begin(llm, prompt, delay).await?;
        show(first);
        while let Some(token) = rest.next().await {
            match token {
                Ok(token) => show(token),
                Err(_) => rest = ask(llm, "birch", prompt),
            }
        }
        Ok(())
    }
}

/// Trap: after the delay birch alone is waited for, and atlas only where birch fails.
/// Caught by: the_first_call_goes_on
/// Says: your code was waiting for birch alone
mod birch_alone_after_the_delay {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        match begin(llm, "birch", prompt).await {
            Ok(begun) => Ok(begun),
            Err(_) => atlas.await,
        }
    }
}

/// Trap: both streams in one, and every token is shown.
/// Caught by: a_late_first_token_starts_the_second_call
/// Says: "atlas" at 5.300 s
/// Says: The answer of the other call is shown, too
mod both_answers_shown {
    use futures::stream;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let mut atlas = ask(llm, "atlas", prompt);
        if let Ok(first) = timeout(delay, atlas.next()).await {
            show(first.expect("an answer has at least one token")?);
            while let Some(token) = atlas.next().await {
                show(token?);
            }
            return Ok(());
        }
        let mut both = stream::select(atlas, ask(llm, "birch", prompt));
        while let Some(token) = both.next().await {
            show(token?);
        }
        Ok(())
    }
}

/// Trap: both models are asked at once, and the first token wins: a race, twice as dear.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: Both calls begin together
/// Says: costs twice as much
mod both_at_once {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let _ = delay;
        let (first, second) = (pin!(begin(llm, "atlas", prompt)), pin!(begin(llm, "birch", prompt)));
        let (begun, _loser) = select_ok([first, second]).await?;
        Ok(begun)
    }
}

/// Trap: the delay is waited for before anybody is asked.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: The delay comes first, and only then the question
mod delay_before_the_first {
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        sleep(delay).await;
        let (first, second) = (pin!(begin(llm, "atlas", prompt)), pin!(begin(llm, "birch", prompt)));
        let (begun, _loser) = select_ok([first, second]).await?;
        Ok(begun)
    }
}

/// Trap: `select_ok` on the call and a second one that begins late: an early error waits for it.
/// Caught by: an_early_error_is_returned_at_once
/// Says: "birch" at 2.000 s
/// Says: The hedge is for a call that is late
mod early_error_waits {
    use futures::FutureExt;
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let first = begin(llm, "atlas", prompt).boxed();
        let second = async {
            sleep(delay).await;
            begin(llm, "birch", prompt).await
        };
        let (begun, _loser) = select_ok([first, second.boxed()]).await?;
        Ok(begun)
    }
}

/// Trap: `timeout` drops the first call, and birch alone is left: a fallback, not a hedge.
/// Caught by: the_first_call_goes_on
/// Says: the call to atlas is dropped at 1.000 s
/// Says: owns the call, and drops it
mod fallback {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        match timeout(delay, begin(llm, "atlas", prompt)).await {
            Ok(in_time) => in_time,
            Err(_elapsed) => begin(llm, "birch", prompt).await,
        }
    }
}

/// Trap: `timeout` drops the first call, and atlas is asked again from the beginning.
/// Caught by: a_late_first_token_starts_the_second_call
/// Says: asked again from the beginning
/// Says: owns the call, and drops it
mod first_asked_again {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        if let Ok(in_time) = timeout(delay, begin(llm, "atlas", prompt)).await {
            return in_time;
        }
        let (first, second) = (pin!(begin(llm, "atlas", prompt)), pin!(begin(llm, "birch", prompt)));
        let (begun, _loser) = select_ok([first, second]).await?;
        Ok(begun)
    }
}

/// Trap: both have failed, and the error that came first is returned.
/// Caught by: two_errors_give_the_later_one
/// Says: That error came first
mod first_error_kept {
    use futures::{future::Either, future::select};

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut first = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let second = pin!(begin(llm, "birch", prompt));
        match select(first, second).await {
            Either::Left((Err(error), other)) | Either::Right((Err(error), other)) => other.await.map_err(|_| error),
            Either::Left((begun, _)) | Either::Right((begun, _)) => begun,
        }
    }
}

/// Trap: `select!` takes the first result, and that may be an error.
/// Caught by: a_late_error_waits_for_the_other_call
/// Says: the error `500 internal server error` at 1.500 s
/// Says: An error is no beginning
mod first_result_wins {
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let second = async {
            sleep(delay).await;
            begin(llm, "birch", prompt).await
        };
        tokio::select! {
            result = begin(llm, "atlas", prompt) => result,
            result = second => result,
        }
    }
}

/// Trap: the first token is taken to see who has won, and is not shown.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: nobody showed it
mod first_token_lost {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let (_first, mut rest) = first_to_begin(llm, prompt, delay).await?;
        while let Some(token) = rest.next().await {
            show(token?);
        }
        Ok(())
    }
}

/// Trap: atlas is a task, and its handle is given to `timeout` itself: the task goes on, and nobody hears of it.
/// Caught by: the_first_call_goes_on
/// Says: in a task that goes on, and nobody hears of it
mod handle_dropped_by_the_timeout {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let (client, question) = (llm.clone(), prompt.to_owned());
        let atlas = tokio::spawn(async move { begin(&client, "atlas", &question).await });
        if let Ok(in_time) = timeout(delay, atlas).await {
            return in_time.expect("a call does not panic");
        }
        begin(llm, "birch", prompt).await
    }
}

/// Trap: after the delay a loop looks every millisecond who has begun.
/// Caught by: two_calls_at_most
/// Says: Your code looks again and again
mod looks_after_the_delay {
    use futures::FutureExt;
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        let birch = pin!(begin(llm, "birch", prompt));
        let mut both = select_ok([atlas, birch]);
        loop {
            if let Some(begun) = (&mut both).now_or_never() {
                return begun.map(|(begun, _loser)| begun);
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Trap: each call looks every millisecond whether its first token is there.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: Your code looks again and again
mod looks_for_each_token {
    use futures::FutureExt;
    use tokio::time::sleep;

    async fn begin(llm: &MockLlm, model: &str, prompt: &str) -> Result<(Token, TokenStream), Error> {
        let mut tokens = ask(llm, model, prompt);
        loop {
            if let Some(Some(first)) = tokens.next().now_or_never() {
                return Ok((first?, tokens));
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Trap: a loop looks every ten milliseconds whether the first token is there.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: "atlas" at 0.520 s
mod looks_now_and_then {
    use futures::FutureExt;
    use tokio::{time::Instant, time::sleep};

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut first = pin!(begin(llm, "atlas", prompt));
        let started = Instant::now();
        while started.elapsed() < delay {
            if let Some(in_time) = first.as_mut().now_or_never() {
                return in_time;
            }
            sleep(Duration::from_millis(10)).await;
        }
        let second = pin!(begin(llm, "birch", prompt));
        let (begun, _loser) = select_ok([first, second]).await?;
        Ok(begun)
    }
}

/// Trap: the calls are tasks, and the handle of the loser is dropped: the task goes on.
/// Caught by: the_loser_is_dropped_at_the_first_token
/// Says: is dropped at 4.300 s
/// Says: To drop the handle of a task does not
mod loser_detached {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let spawn = |model: &'static str| {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            let task = tokio::spawn(async move { begin(&llm, model, &prompt).await });
            Box::pin(async move { task.await.expect("a call does not panic") })
        };
        let mut first = spawn("atlas");
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let (begun, _loser) = select_ok([first, spawn("birch")]).await?;
        Ok(begun)
    }
}

/// Trap: race and answer in one function: the loser is pinned there, and lives until the winner's answer ends.
/// Caught by: the_loser_is_dropped_at_the_first_token
/// Says: the call to atlas, which has lost, is dropped at 2.566 s
/// Says: lives to the end of its block
mod loser_kept_to_the_end {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let (mut atlas, birch) = (pin!(begin(llm, "atlas", prompt)), pin!(begin(llm, "birch", prompt)));
        let (first, mut rest) = match timeout(delay, &mut atlas).await {
            Ok(in_time) => in_time?,
            Err(_late) => select_ok([atlas, birch]).await?.0,
        };
        show(first);
        while let Some(token) = rest.next().await {
            show(token?);
        }
        Ok(())
    }
}

/// Trap: two streams, polled in one `select!` until a token comes; the other stays a variable of the function.
/// Caught by: the_loser_is_dropped_at_the_first_token
/// Says: lives to the end of its block
mod loser_left_in_a_variable {
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
                            token => break (token, atlas),
                        },
                        token = birch.next(), if !birch_failed => match token {
                            Some(Err(_)) if !atlas_failed => birch_failed = true,
                            token => break (token, birch),
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

/// Trap: both streams go on until the end, and the loser's tokens are thrown away.
/// Caught by: a_late_first_token_starts_the_second_call
/// Says: `Ok(())` at 6.113 s
/// Says: from the first to the last
mod loser_read_to_its_end {
    use futures::stream;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let mut atlas = ask(llm, "atlas", prompt);
        if let Ok(first) = timeout(delay, atlas.next()).await {
            show(first.expect("an answer has at least one token")?);
            while let Some(token) = atlas.next().await {
                show(token?);
            }
            return Ok(());
        }
        let birch = ask(llm, "birch", prompt).map(|token| (1, token));
        let mut both = stream::select(atlas.map(|token| (0, token)), birch);
        let mut winner = None;
        let mut failed = 0;
        while let Some((model, token)) = both.next().await {
            match token {
                Ok(token) if *winner.get_or_insert(model) == model => show(token),
                Ok(_) => {}
                Err(error) if winner == Some(model) || failed == 1 => return Err(error),
                Err(_) => failed += 1,
            }
        }
        Ok(())
    }
}

/// Trap: the first call is made before the delay, as if that started it.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: A stream that is made, and not polled, has asked nobody
mod never_polled_during_the_delay {
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let first = pin!(begin(llm, "atlas", prompt));
        sleep(delay).await;
        let second = pin!(begin(llm, "birch", prompt));
        let (begun, _loser) = select_ok([first, second]).await?;
        Ok(begun)
    }
}

/// Trap: after two errors birch is asked once more, and nobody waits for it.
/// Caught by: two_errors_give_the_later_one
/// Says: a hedge sends two calls at most
mod one_more_after_two_errors {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        let birch = pin!(begin(llm, "birch", prompt));
        match select_ok([atlas, birch]).await {
            Ok((begun, _loser)) => Ok(begun),
            Err(error) => {
                let (llm, prompt) = (llm.clone(), prompt.to_owned());
                tokio::spawn(async move { begin(&llm, "birch", &prompt).await.is_ok() });
                Err(error)
            }
        }
    }
}

/// Trap: a loop sends one more call each time the delay is over.
/// Caught by: two_calls_at_most
/// Says: One call to birch is enough
/// Says: two calls at most
mod one_more_every_delay {
    use futures::stream::FuturesUnordered;
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut calls = FuturesUnordered::from_iter([begin(llm, "atlas", prompt)]);
        loop {
            tokio::select! {
                Some(result) = calls.next() => match result {
                    Err(_) if !calls.is_empty() => {}
                    result => return result,
                },
                () = sleep(delay) => calls.push(begin(llm, "birch", prompt)),
            }
        }
    }
}

/// Trap: a loop selects on a call that has failed already.
/// Caught by: a_late_error_waits_for_the_other_call
/// Says: resumed after completion
/// Says: Whoever polls a future to its end drops it
mod polled_after_its_end {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut first = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let mut second = pin!(begin(llm, "birch", prompt));
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

/// Trap: the race is about the first token, and then the tokens are collected before they are shown.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: The reader looks at an empty page up to then
mod shown_in_the_end {
    use futures::TryStreamExt;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let (first, rest) = first_to_begin(llm, prompt, delay).await?;
        let rest: Vec<Token> = rest.try_collect().await?;
        show(first);
        rest.into_iter().for_each(show);
        Ok(())
    }
}

/// Trap: the calls are tasks; the loser is aborted, and nobody ends them when the caller gives up.
/// Caught by: a_caller_who_gives_up_leaves_no_call_behind
/// Says: these calls go on: atlas
/// Says: no line of yours runs any more
mod tasks_without_an_owner {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let spawn = |model: &'static str| {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            tokio::spawn(async move { begin(&llm, model, &prompt).await })
        };
        let mut atlas = spawn("atlas");
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time.expect("a call does not panic");
        }
        let mut birch = spawn("birch");
        let (mut atlas_failed, mut birch_failed) = (false, false);
        loop {
            tokio::select! {
                result = &mut atlas, if !atlas_failed => match result.expect("a call does not panic") {
                    Err(_) if !birch_failed => atlas_failed = true,
                    result => {
                        birch.abort();
                        return result;
                    }
                },
                result = &mut birch, if !birch_failed => match result.expect("a call does not panic") {
                    Err(_) if !atlas_failed => birch_failed = true,
                    result => {
                        atlas.abort();
                        return result;
                    }
                },
            }
        }
    }
}

/// Trap: a loop over `while let Some(Ok(token))` ends at an error, as if the answer had ended.
/// Caught by: an_error_in_the_answer_is_returned
/// Says: `Ok(())` at 0.745 s
/// Says: A stream gives an error as an item
mod the_error_taken_for_the_end {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let (first, mut rest) = first_to_begin(llm, prompt, delay).await?;
        show(first);
        while let Some(Ok(token)) = rest.next().await {
            show(token);
        }
        Ok(())
    }
}

/// Trap: the chapter's code, renamed: what runs against the delay is the whole answer.
/// Caught by: a_first_token_in_time_needs_no_second_call
/// Says: atlas at 0.000 s, birch at 0.900 s
/// Says: What runs against the delay is `next()`, once
mod the_whole_answer_hedged {
    use futures::TryStreamExt;

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, show: impl FnMut(Token)) -> Result<(), Error> {
        let mut first = pin!(ask(llm, "atlas", prompt).try_collect::<Vec<Token>>());
        let tokens = if let Ok(in_time) = timeout(delay, &mut first).await {
            in_time?
        } else {
            let second = pin!(ask(llm, "birch", prompt).try_collect());
            let (tokens, _loser) = select_ok([first, second]).await?;
            tokens
        };
        tokens.into_iter().for_each(show);
        Ok(())
    }
}

/// Trap: `join!` waits for the loser too.
/// Caught by: a_late_first_token_starts_the_second_call
/// Says: here one first token is enough
mod waits_for_both {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut first = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut first).await {
            return in_time;
        }
        let (first, second) = tokio::join!(first, begin(llm, "birch", prompt));
        second.or(first)
    }
}

/// Trap: where atlas begins in time, the rest of its answer is read by a task, which goes on when the caller has given up.
/// Caught by: a_caller_who_gives_up_leaves_no_call_behind
/// Says: the caller gives up at 0.700 s, and these calls go on: atlas
mod a_quick_answer_read_by_a_task {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let mut atlas = ask(llm, "atlas", prompt);
        if let Ok(first) = tokio::time::timeout(delay, atlas.next()).await {
            show(first.unwrap()?);
            let (tx, mut rx) = tokio::sync::mpsc::unbounded_channel();
            tokio::spawn(async move {
                while let Some(t) = atlas.next().await {
                    let _ = tx.send(t);
                }
            });
            while let Some(token) = rx.recv().await {
                show(token?);
            }
            return Ok(());
        }

        let mut birch = ask(llm, "birch", prompt);
        let (mut a_err, mut b_err) = (false, false);
        loop {
            tokio::select! {
                t = atlas.next(), if !a_err => match t.unwrap() {
                    Ok(t) => { drop(birch); show(t); while let Some(t) = atlas.next().await { show(t?); } return Ok(()); }
                    Err(e) if b_err => return Err(e),
                    Err(_) => { a_err = true;  }
                },
                t = birch.next(), if !b_err => match t.unwrap() {
                    Ok(t) => { drop(atlas); show(t); while let Some(t) = birch.next().await { show(t?); } return Ok(()); }
                    Err(e) if a_err => return Err(e),
                    Err(_) => b_err = true,
                },
            }
        }
    }
}

/// Trap: where atlas begins late, an error in the middle of its answer is taken for the end.
/// Caught by: an_error_in_the_answer_is_returned
/// Says: ends at it as if it were the end of the answer
mod a_late_answer_that_is_cut {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let mut atlas = ask(llm, "atlas", prompt);
        if let Ok(first) = tokio::time::timeout(delay, atlas.next()).await {
            show(first.unwrap()?);
            while let Some(token) = atlas.next().await {
                show(token?);
            }
            return Ok(());
        }

        let mut birch = ask(llm, "birch", prompt);
        let (mut a_err, mut b_err) = (false, false);
        loop {
            tokio::select! {
                t = atlas.next(), if !a_err => match t.unwrap() {
                    Ok(t) => { drop(birch); show(t); while let Some(Ok(t)) = atlas.next().await { show(t); } return Ok(()); }
                    Err(e) if b_err => return Err(e),
                    Err(_) => { a_err = true;  }
                },
                t = birch.next(), if !b_err => match t.unwrap() {
                    Ok(t) => { drop(atlas); show(t); while let Some(t) = birch.next().await { show(t?); } return Ok(()); }
                    Err(e) if a_err => return Err(e),
                    Err(_) => b_err = true,
                },
            }
        }
    }
}

/// Trap: a delay of zero is taken for "no hedge".
/// Caught by: any_delay_is_a_delay
/// Says: not a word for "off"
mod zero_means_off {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if delay.is_zero() {
            return atlas.await;
        }
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        let birch = pin!(begin(llm, "birch", prompt));
        let (begun, _loser) = select_ok([atlas, birch]).await?;
        Ok(begun)
    }
}

/// Trap: the instant at which the delay is over is computed, and there is none for the longest delay.
/// Caught by: any_delay_is_a_delay
/// Says: no instant is so far away
mod an_instant_too_far_away {
    use tokio::time::{Instant, timeout_at};

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout_at(Instant::now() + delay, &mut atlas).await {
            return in_time;
        }
        let birch = pin!(begin(llm, "birch", prompt));
        let (begun, _loser) = select_ok([atlas, birch]).await?;
        Ok(begun)
    }
}

/// Trap: an answer of atlas that is in time is read up to its hundredth token.
/// Caught by: a_long_answer_is_shown_to_its_end
/// Says: 100 tokens of a long answer
mod a_hundred_tokens {
    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let (first, rest) = first_to_begin(llm, prompt, delay).await?;
        show(first);
        let mut rest = rest.take(99);
        while let Some(token) = rest.next().await {
            show(token?);
        }
        Ok(())
    }
}

/// Trap: the first waker is used for ever, though another task may poll the next time.
/// Caught by: goes_on_in_another_task
/// Says: waker
mod the_first_waker_for_ever {
    use std::{
        future::poll_fn,
        task::{Context, Waker},
    };

    pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
        let mut first: Option<Waker> = None;
        let mut begun = pin!(first_to_begin(llm, prompt, delay));
        let begun = poll_fn(|cx| {
            let waker = first.get_or_insert_with(|| cx.waker().clone());
            begun.as_mut().poll(&mut Context::from_waker(waker))
        });
        let (token, mut rest) = begun.await?;
        show(token);
        while let Some(token) = rest.next().await {
            show(token?);
        }
        Ok(())
    }
}

/// Trap: where both have failed, atlas is asked again.
/// Caught by: two_errors_give_the_later_one
/// Says: atlas is asked again after its error
mod a_try_after_two_errors {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        let birch = pin!(begin(llm, "birch", prompt));
        match select_ok([atlas, birch]).await {
            Ok((begun, _loser)) => Ok(begun),
            Err(_) => begin(llm, "atlas", prompt).await,
        }
    }
}

/// Trap: both have failed, and an error is made up.
/// Caught by: two_errors_give_the_later_one
/// Says: it is made up
mod an_error_made_up {
    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        let birch = pin!(begin(llm, "birch", prompt));
        select_ok([atlas, birch]).await.map(|(begun, _loser)| begun).map_err(|_| Error::Status(503))
    }
}

/// Trap: an error that comes early is kept until the delay is over.
/// Caught by: an_early_error_is_returned_at_once
/// Says: it is returned late
mod an_early_error_held_back {
    use tokio::time::sleep;

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut over = pin!(sleep(delay));
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        tokio::select! {
            biased;
            in_time = &mut atlas => {
                if in_time.is_err() {
                    over.await;
                }
                return in_time;
            }
            () = &mut over => {}
        }
        let birch = pin!(begin(llm, "birch", prompt));
        let (begun, _loser) = select_ok([atlas, birch]).await?;
        Ok(begun)
    }
}

/// Trap: both calls together have five minutes to begin.
/// Caught by: two_calls_at_most
/// Says: nobody asked for a limit of time
mod five_minutes_for_both {
    const AT_MOST: Duration = Duration::from_secs(300);

    async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
        let mut atlas = pin!(begin(llm, "atlas", prompt));
        if let Ok(in_time) = timeout(delay, &mut atlas).await {
            return in_time;
        }
        let birch = pin!(begin(llm, "birch", prompt));
        match timeout(AT_MOST, select_ok([atlas, birch])).await {
            Ok(begun) => begun.map(|(begun, _loser)| begun),
            Err(_elapsed) => Err(Error::TimedOut { after: AT_MOST }),
        }
    }
}
