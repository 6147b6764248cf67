//! # Collect errors: what people write
//!
//! Each module holds only what differs from the solution, `../collect_errors.rs`.

/// Trap: an empty reply in place of each error, so that the caller need not care.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 2: the reply "", which no call gave
/// Says: The call failed, and the list says that it did not
mod a_reply_for_an_error {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let nothing = || Reply { model: "atlas".to_owned(), text: String::new(), tokens: 0 };
        let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        results.into_iter().map(|result| Ok(result.unwrap_or_else(|_| nothing()))).collect()
    }
}

/// Trap: a stream of results that is read up to the first error.
/// Caught by: every_call_runs_to_its_end
/// Says: dropped at
/// Says: Something gave up before all had ended
mod a_stream_that_ends_at_an_error {
    use futures::{StreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut calls = stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len().max(1));
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        match results.into_iter().collect::<Result<Vec<Reply>, Error>>() {
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let calls = prompts.iter().map(|prompt| async move {
            match ask(llm, prompt).await {
                Err(_) => ask(llm, prompt).await,
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        results.into_iter().filter(Result::is_ok).collect()
    }
}

/// Trap: `try_join_all`, whose only error is then put into a list.
/// Caught by: every_call_runs_to_its_end
/// Says: the calls for mails 1, 4, 5, 6, 7 dropped at 1.000 s
/// Says: Something gave up before all had ended
mod gives_up_at_the_first_error {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        match try_join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await {
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut results = Vec::new();
        for prompt in prompts {
            results.push(ask(llm, prompt).await);
        }
        results
    }
}

/// Trap: every error becomes the same one.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 2: the error "connection refused"
/// Says: not the one of this call
mod one_error_for_all {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let calls = prompts.iter().map(|prompt| async move { ask(llm, prompt).await.map_err(|_| Error::Refused) });
        join_all(calls).await
    }
}

/// Trap: the results are collected as they come.
/// Caught by: each_prompt_has_its_own_result
/// Says: at place 1: the answer to mail 3
/// Says: in the order in which they came
mod order_of_arrival {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
        calls.collect().await
    }
}

/// Trap: `?` in a function that returns a list: there is no way to return the error.
/// Caught by: the compiler
/// Says: the `?` operator can only be used
mod question_mark {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut results = Vec::new();
        for prompt in prompts {
            results.push(Ok(ask(llm, prompt).await?));
        }
        results
    }
}

/// Trap: tasks whose handles are awaited up to the first error; the other tasks go on, and nobody reads their results.
/// Caught by: every_call_runs_to_its_end
/// Says: the calls for mails 4, 6 still in flight when `ask_all` returned
/// Says: did not wait for them
mod reads_up_to_an_error {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.expect("the task does not panic"));
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        let (replies, errors): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        [replies, errors].concat()
    }
}

/// Trap: a loop that keeps the first error and ends there.
/// Caught by: asks_every_prompt_once
/// Says: calls for mails 1, 2
/// Says: After an error nothing more was asked
mod stops_at_an_error {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut results = Vec::new();
        for prompt in prompts {
            let result = ask(llm, prompt).await;
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let replies = prompts.iter().map(|prompt| async move { ask(llm, prompt).await.expect("the model answers") });
        join_all(replies).await.into_iter().map(Ok).collect()
    }
}

/// Trap: a stream with room for seven, because the example has seven.
/// Caught by: two_hundred_mails_and_each_twice
/// Says: Nobody asked for a limit
mod room_for_seven {
    use futures::{StreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(7).collect().await
    }
}

/// Trap: prompts that are alike are asked once.
/// Caught by: two_hundred_mails_and_each_twice
/// Says: 100 calls and 200 results
mod asks_what_is_alike_once {
    use std::collections::BTreeSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let unique: BTreeSet<&String> = prompts.iter().collect();
        let results = join_all(unique.iter().map(|prompt| ask(llm, prompt))).await;
        let place = |prompt: &String| unique.iter().position(|other| *other == prompt).expect("it is one of them");
        prompts.iter().map(|prompt| results[place(prompt)].clone()).collect()
    }
}

/// Trap: a 429 is answered by a second call.
/// Caught by: two_hundred_mails_and_each_twice
/// Says: A call that failed was made again
mod asks_again_after_a_429 {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let calls = prompts.iter().map(|prompt| async move {
            match ask(llm, prompt).await {
                Err(Error::RateLimited { .. }) => ask(llm, prompt).await,
                result => result,
            }
        });
        join_all(calls).await
    }
}

/// Trap: a task is spawned beside the calls, and nobody ends it.
/// Caught by: two_hundred_mails_and_each_twice
/// Says: task
mod a_task_left_behind {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        tokio::spawn(std::future::pending::<()>());
        join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await
    }
}
