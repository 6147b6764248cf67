//! # Collect errors: what people write
//!
//! Each module holds only what differs from the solution, `../collect_errors.rs`.

/// Trap: an empty reply in place of each error, so that the caller need not care.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 2: the reply "", which no call gave
/// Says: The call failed, and the list says that it did not
mod a_reply_for_an_error {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let results = join_all(prompts.iter().map(|prompt| call(llm, prompt))).await;
        results.into_iter().map(|result| Ok(result.unwrap_or_default())).collect()
    }
}

/// Trap: a stream of results that is read up to the first error.
/// Caught by: every_call_runs_to_its_end
/// Says: dropped at
/// Says: Something gave up before all had ended
mod a_stream_that_ends_at_an_error {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut calls = stream::iter(prompts).map(|prompt| read(llm, prompt)).buffered(prompts.len().max(1));
        let mut results = Vec::new();
        while let Some(result) = calls.next().await {
            results.push(result);
            if results.iter().any(Result::is_err) {
                break;
            }
        }
        results
    }
}

/// Trap: the results are collected into one `Result`: a single error takes the place of all replies.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 1: the error "503 overloaded"
/// Says: whatever became of the other calls
mod all_or_nothing {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let results = join_all(prompts.iter().map(|prompt| call(llm, prompt))).await;
        match results.into_iter().collect::<Result<Vec<String>, Failed>>() {
            Ok(replies) => replies.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error); prompts.len()],
        }
    }
}

/// Trap: each call is made again after an error.
/// Caught by: asks_every_prompt_once
/// Says: calls for mails 1, 2, 2, 3
/// Says: A call that failed was made again
mod asks_again {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let calls = prompts.iter().map(|prompt| async move {
            match call(llm, prompt).await {
                Err(_) => call(llm, prompt).await,
                reply => reply,
            }
        });
        join_all(calls).await
    }
}

/// Trap: the list has only what went well.
/// Caught by: each_prompt_has_its_own_result
/// Says: 4 results; errors among them: 0
/// Says: The errors were left out
mod errors_left_out {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let results = join_all(prompts.iter().map(|prompt| call(llm, prompt))).await;
        results.into_iter().filter(Result::is_ok).collect()
    }
}

/// Trap: `try_join_all`, whose only error is then put into a list.
/// Caught by: every_call_runs_to_its_end
/// Says: the calls for mails 1, 4, 5, 6, 7 dropped at 1.000 s
/// Says: Something gave up before all had ended
mod gives_up_at_the_first_error {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        match try_join_all(prompts.iter().map(|prompt| read(llm, prompt))).await {
            Ok(replies) => replies.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        }
    }
}

/// Trap: a loop that awaits each call: every result is right, one after another.
/// Caught by: takes_as_long_as_the_slowest
/// Says: the run took 12.500 s
/// Says: The calls run one after another
mod one_after_another {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut results = Vec::new();
        for prompt in prompts {
            results.push(call(llm, prompt).await);
        }
        results
    }
}

/// Trap: every error becomes the same one.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 2: the error "connection refused"
/// Says: not the one of this call
mod one_error_for_all {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let calls = prompts.iter().map(|prompt| async move {
            call(llm, prompt).await.map_err(|failed| match failed {
                Failed::Error { text, .. } => Failed::Error { text, error: Error::Refused },
                Failed::Panicked => Failed::Panicked,
            })
        });
        join_all(calls).await
    }
}

/// Trap: the results are collected as they come.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 1: the answer to mail 3
/// Says: in the order in which they came
mod order_of_arrival {
    use futures::stream::FuturesUnordered;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| call(llm, prompt)).collect();
        calls.collect().await
    }
}

/// Trap: `?` in a function that returns a list: there is no way to return the error.
/// Caught by: the compiler
/// Says: the `?` operator can only be used
mod question_mark {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut results = Vec::new();
        for prompt in prompts {
            results.push(Ok(call(llm, prompt).await?));
        }
        results
    }
}

/// Trap: tasks whose handles are awaited up to the first error; the other tasks go on, and nobody reads their results.
/// Caught by: every_call_runs_to_its_end
/// Says: the calls for mails 4, 6 still in flight when `ask_all` returned
/// Says: did not wait for them
mod reads_up_to_an_error {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { read(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap_or(Err(Failed::Panicked)));
            if results.iter().any(Result::is_err) {
                break;
            }
        }
        results
    }
}

/// Trap: the results are sorted apart, and put together again.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 2: the answer to mail 3
/// Says: first the replies, then the errors
mod replies_first_errors_last {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let results = join_all(prompts.iter().map(|prompt| call(llm, prompt))).await;
        let (replies, errors): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        [replies, errors].concat()
    }
}

/// Trap: a loop that keeps the first error and ends there.
/// Caught by: asks_every_prompt_once
/// Says: calls for mails 1, 2
/// Says: After an error nothing more was asked
mod stops_at_an_error {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut results = Vec::new();
        for prompt in prompts {
            let result = call(llm, prompt).await;
            let failed = result.is_err();
            results.push(result);
            if failed {
                break;
            }
        }
        results
    }
}

/// Trap: the replies in one list and the errors in another: the places are lost, and the type says so.
/// Caught by: the compiler
/// Says: mismatched types
mod two_lists {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let results = join_all(prompts.iter().map(|prompt| call(llm, prompt))).await;
        let (mut replies, mut errors) = (Vec::new(), Vec::new());
        for result in results {
            match result {
                Ok(reply) => replies.push(reply),
                Err(error) => errors.push(error),
            }
        }
        (replies, errors)
    }
}

/// Trap: `expect`, as if a call could not fail.
/// Caught by: asks_every_prompt_once
/// Says: a panic at
/// Says: the model answers
/// Says: belongs into the list
mod unwraps {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let replies = prompts.iter().map(|prompt| async move { call(llm, prompt).await.expect("the model answers") });
        join_all(replies).await.into_iter().map(Ok).collect()
    }
}

/// Trap: a stream with room for seven, because the example has seven.
/// Caught by: many_mails_and_each_twice
/// Says: Nobody asked for a limit
mod room_for_seven {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        stream::iter(prompts).map(|prompt| call(llm, prompt)).buffered(7).collect().await
    }
}

/// Trap: prompts that are alike are asked once.
/// Caught by: many_mails_and_each_twice
/// Says: 550 calls and 1100 results
mod asks_what_is_alike_once {
    use std::collections::BTreeSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let unique: BTreeSet<&String> = prompts.iter().collect();
        let results = join_all(unique.iter().map(|prompt| call(llm, prompt))).await;
        let place = |prompt: &String| unique.iter().position(|other| *other == prompt).expect("it is one of them");
        prompts.iter().map(|prompt| results[place(prompt)].clone()).collect()
    }
}

/// Trap: a 429 is answered by a second call.
/// Caught by: many_mails_and_each_twice
/// Says: A call that failed was made again
mod asks_again_after_a_429 {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let calls = prompts.iter().map(|prompt| async move {
            match call(llm, prompt).await {
                Err(Failed::Error { error: Error::RateLimited { .. }, .. }) => call(llm, prompt).await,
                result => result,
            }
        });
        join_all(calls).await
    }
}

/// Trap: a task is spawned beside the calls, and nobody ends it.
/// Caught by: many_mails_and_each_twice
/// Says: task
mod a_task_left_behind {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        tokio::spawn(std::future::pending::<()>());
        join_all(prompts.iter().map(|prompt| call(llm, prompt))).await
    }
}

/// Trap: the chapter's code, renamed. `complete` gives a whole reply or an error, and the text that came is lost.
/// Caught by: each_prompt_has_its_own_result
/// Says: The text that came before the error is lost
mod the_chapters_code_renamed {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let results = join_all(prompts.iter().map(|prompt| llm.complete(prompt))).await;
        let failed = |error| Failed::Error { text: String::new(), error };
        results.into_iter().map(|result| result.map(|reply| reply.text).map_err(failed)).collect()
    }
}

/// Trap: `try_collect` of the tokens, which ends at the error with nothing but the error.
/// Caught by: each_prompt_has_its_own_result
/// Says: The text that came before the error is lost
mod the_tokens_are_try_collected {
    use futures::TryStreamExt;

    async fn read(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let tokens = ask(llm, prompt).map_ok(|token| token.text).try_collect::<String>().await;
        tokens.map_err(|error| Failed::Error { text: String::new(), error })
    }
}

/// Trap: `while let Some(Ok(…))` takes the error for the end of the answer.
/// Caught by: each_prompt_has_its_own_result
/// Says: the list says that it did not
mod an_error_is_the_end {
    async fn read(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let mut tokens = ask(llm, prompt);
        let mut text = String::new();
        while let Some(Ok(token)) = tokens.next().await {
            text.push_str(&token.text);
        }
        Ok(text)
    }
}

/// Trap: only the last token is kept.
/// Caught by: each_prompt_has_its_own_result
/// Says: which no call gave
mod the_last_token {
    async fn read(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let mut tokens = ask(llm, prompt);
        let mut text = String::new();
        while let Some(token) = tokens.next().await {
            match token {
                Ok(token) => text = token.text,
                Err(error) => return Err(Failed::Error { text, error }),
            }
        }
        Ok(text)
    }
}

/// Trap: the streams are read one after another: each begins when it is polled for the first time.
/// Caught by: takes_as_long_as_the_slowest
/// Says: The calls run one after another
mod streams_read_in_turn {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut results = Vec::new();
        for mut tokens in prompts.iter().map(|prompt| ask(llm, prompt)).collect::<Vec<_>>() {
            let mut text = String::new();
            results.push(loop {
                match tokens.next().await {
                    Some(Ok(token)) => text.push_str(&token.text),
                    Some(Err(error)) => break Err(Failed::Error { text, error }),
                    None => break Ok(text),
                }
            });
        }
        results
    }
}

/// Trap: `join_all` of the calls, which are branches of one task: a panic goes through all of them.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: the client library panicked, as its script says
/// Says: goes up through everything that polls it
mod branches_of_one_task {
    async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        read(llm, prompt).await
    }
}

/// Trap: a task for each call, and `expect` for the `JoinError`: the panic is caught, and made again.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: goes up through everything that polls it
mod panics_again {
    async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        tokio::spawn(async move { read(&llm, &prompt).await }).await.expect("the task does not panic")
    }
}

/// Trap: one net round all calls. It catches the panic when the calls that were in flight have been dropped.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: The panic took other calls with it
mod one_net_for_all {
    use futures::FutureExt;
    use std::panic::AssertUnwindSafe;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let all = join_all(prompts.iter().map(|prompt| read(llm, prompt)));
        let caught = AssertUnwindSafe(all).catch_unwind().await;
        caught.unwrap_or_else(|_| prompts.iter().map(|_| Err(Failed::Panicked)).collect())
    }
}

/// Trap: one task for all calls: the caller survives the panic, and the other calls do not.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: The panic took other calls with it
mod one_task_for_all {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let (llm, all) = (llm.clone(), prompts.to_vec());
        let task = tokio::spawn(async move { join_all(all.iter().map(|prompt| read(&llm, prompt))).await });
        task.await.unwrap_or_else(|_| prompts.iter().map(|_| Err(Failed::Panicked)).collect())
    }
}

/// Trap: `std::panic::catch_unwind` round the call of the async function, where nothing runs yet.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: goes up through everything that polls it
mod a_net_round_the_making {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        match catch_unwind(AssertUnwindSafe(|| read(llm, prompt))) {
            Ok(reading) => reading.await,
            Err(_) => Err(Failed::Panicked),
        }
    }
}

/// Trap: a `JoinSet` whose tasks bring their places along, and a panic does not: its place is left out.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: 6 results
/// Says: its place is lost
mod the_place_is_lost {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            tasks.spawn(async move { (place, read(&llm, &prompt).await) });
        }
        let mut results = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            results.extend(ended.ok());
        }
        results.sort_by_key(|(place, _)| *place);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

/// Trap: the places that the panics left out are filled at the end of the list.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: an answer that moves up goes to the wrong customer
mod panics_at_the_end {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            tasks.spawn(async move { (place, read(&llm, &prompt).await) });
        }
        let mut results = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            results.push(ended.unwrap_or((prompts.len(), Err(Failed::Panicked))));
        }
        results.sort_by_key(|(place, _)| *place);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

/// Trap: a panic is told as an error that no provider gave.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: The call panicked, and the list does not say so
mod a_panic_told_as_an_error {
    async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        let task = tokio::spawn(async move { read(&llm, &prompt).await });
        task.await.unwrap_or(Err(Failed::Error { text: String::new(), error: Error::Status(500) }))
    }
}

/// Trap: after a panic the call is made again, until it does not panic, or for the third time.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: made again
mod asks_again_after_a_panic {
    async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        for _ in 0..3 {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            if let Ok(result) = tokio::spawn(async move { read(&llm, &prompt).await }).await {
                return result;
            }
        }
        Err(Failed::Panicked)
    }
}

/// Trap: at the first panic the other tasks are aborted.
/// Caught by: a_panic_takes_nobody_with_it
/// Says: The panic took other calls with it
mod aborts_at_a_panic {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { read(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();
        let aborts: Vec<_> = tasks.iter().map(|task| task.abort_handle()).collect();
        let ended = tasks.into_iter().map(|task| async {
            task.await.unwrap_or_else(|_| {
                aborts.iter().for_each(|abort| abort.abort());
                Err(Failed::Panicked)
            })
        });
        join_all(ended).await
    }
}
