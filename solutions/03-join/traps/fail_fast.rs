//! # Fail fast: what people write
//!
//! Each module holds only what differs from the solution, `../fail_fast.rs`.

/// Trap: tasks that send their results into a channel: the receiver stops at the first error, and the tasks go on.
/// Caught by: drops_the_calls_in_flight
/// Says: the calls for pages 1, 4 were still in flight
/// Says: it is detached, and runs on, unseen
mod a_channel_and_detached_tasks {
    use tokio::sync::mpsc;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let (llm, sender) = (llm.clone(), sender.clone());
            tokio::spawn(async move { sender.send((place, ask(&llm, &prompt).await)) });
        }
        drop(sender);
        let mut replies = vec![None; prompts.len()];
        while let Some((place, result)) = receiver.recv().await {
            replies[place] = Some(result?);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Trap: `join_all` waits for every call; the errors are looked at when all are there.
/// Caught by: the_first_error_ends_the_wait
/// Says: the run took 4.000 s
/// Says: went on waiting for the other calls
/// Says: Look at each result when it comes
mod all_first_errors_later {
    use futures::future::join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        results.into_iter().collect()
    }
}

/// Trap: every error becomes the same one.
/// Caught by: returns_the_error_that_came_first
/// Says: the error "connection refused"
/// Says: No call failed with this error
mod an_error_of_its_own {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        try_join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await.map_err(|_| Error::Refused)
    }
}

/// Trap: each call is made again after an error.
/// Caught by: the_first_error_ends_the_wait
/// Says: was asked again after its error
mod asks_again_first {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().map(|prompt| async move {
            match ask(llm, prompt).await {
                Err(_) => ask(llm, prompt).await,
                reply => reply,
            }
        });
        try_join_all(calls).await
    }
}

/// Trap: tasks, and `try_join_all` of what is inside their handles: it returns in time, and drops the handles. The tasks go on.
/// Caught by: drops_the_calls_in_flight
/// Says: `ask_all` had returned, and the calls for pages 1, 4 were still in flight
/// Says: wrote 11 tokens for nobody
/// Says: it is detached, and runs on, unseen
mod detached_tasks {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        try_join_all(tasks.into_iter().map(async |task| task.await.expect("the task does not panic"))).await
    }
}

/// Trap: the replies that came are returned, and the errors are left out.
/// Caught by: the_first_error_ends_the_wait
/// Says: `Ok`, with the replies for pages 1, 2, 4
/// Says: An error was swallowed
mod errors_left_out {
    use futures::future::join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        Ok(results.into_iter().flatten().collect())
    }
}

/// Trap: tasks whose handles are awaited in order, with `?`: the error of the third is seen after the first has ended.
/// Caught by: the_first_error_ends_the_wait
/// Says: the run took 4.000 s
/// Says: Your code looks at the calls in the order of the list
mod handles_awaited_in_order {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        let mut replies = Vec::new();
        for task in tasks {
            replies.push(task.await.expect("the task does not panic")?);
        }
        Ok(replies)
    }
}

/// Trap: the first error is kept, and the loop goes on to its end.
/// Caught by: the_first_error_ends_the_wait
/// Says: the run took 4.000 s
/// Says: Nothing that they bring can change the result
mod notes_the_error_and_goes_on {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        let (mut replies, mut first_error) = (vec![None; prompts.len()], None);
        while let Some((place, result)) = calls.next().await {
            match result {
                Ok(reply) => replies[place] = Some(reply),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        first_error.map_or_else(|| Ok(replies.into_iter().flatten().collect()), Err)
    }
}

/// Trap: a loop with `.await?`, which fails fast but asks one page at a time.
/// Caught by: without_an_error_all_replies_come_in_order
/// Says: the run took 1.900 s
/// Says: The calls run one after another
mod one_after_another {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut replies = Vec::new();
        for prompt in prompts {
            replies.push(ask(llm, prompt).await?);
        }
        Ok(replies)
    }
}

/// Trap: `FuturesUnordered` with `try_collect`: it fails fast, and loses the order of the replies.
/// Caught by: without_an_error_all_replies_come_in_order
/// Says: The replies are in the order in which they came
mod order_of_arrival {
    use futures::{TryStreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
        calls.try_collect().await
    }
}

/// Trap: `expect`, as if a call could not fail.
/// Caught by: the_first_error_ends_the_wait
/// Says: a panic at
/// Says: the model answers
/// Says: A call that fails is no reason to panic
mod panics_at_an_error {
    use futures::future::join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let replies = prompts.iter().map(|prompt| async move { ask(llm, prompt).await.expect("the model answers") });
        Ok(join_all(replies).await)
    }
}

/// Trap: `buffered` hands on results in the order of the list: an error waits behind the calls before it.
/// Caught by: the_first_error_ends_the_wait
/// Says: the run took 4.000 s
/// Says: Your code looks at the calls in the order of the list
mod room_for_all {
    use futures::{StreamExt, TryStreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len().max(1)).try_collect().await
    }
}

/// Trap: `select_all` in a loop that asks at its end whether anything is left: without prompts, there is nothing at its beginning.
/// Caught by: no_prompts_no_replies
/// Says: a panic at
/// Says: Some tools panic when there is nothing to wait for
mod select_all_of_nothing {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
        let mut calls: Vec<_> = calls.map(Box::pin).collect();
        let mut replies = vec![None; prompts.len()];
        loop {
            let ((place, result), _, others) = select_all(calls).await;
            replies[place] = Some(result?);
            if others.is_empty() {
                return Ok(replies.into_iter().flatten().collect());
            }
            calls = others;
        }
    }
}

/// Trap: `while let Some(Ok(…))` ends at the first error, and nobody tells the caller.
/// Caught by: the_first_error_ends_the_wait
/// Says: `Ok`, with the replies for page 2
/// Says: An error was swallowed
mod the_loop_ends_at_an_error {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move {
            let reply = ask(llm, prompt).await?;
            Ok::<_, Error>((place, reply))
        });
        let mut calls: FuturesUnordered<_> = calls.collect();
        let mut replies = vec![None; prompts.len()];
        while let Some(Ok((place, reply))) = calls.next().await {
            replies[place] = Some(reply);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Trap: `try_join_all` of the handles: it looks at the `Result` of the task, and the error of the call is the one inside.
/// Caught by: the_first_error_ends_the_wait
/// Says: the run took 4.000 s
/// Says: `JoinHandle` gives a `Result` of its own
mod the_result_of_the_task {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        let results = try_join_all(tasks).await.expect("the tasks do not panic");
        results.into_iter().collect()
    }
}

/// Trap: the replies are kept in a map, by the text of the prompt.
/// Caught by: three_hundred_prompts_and_each_three_times
/// Says: 300 calls and 100 replies
mod keyed_by_prompt {
    use futures::{StreamExt, stream::FuturesUnordered};
    use std::collections::HashMap;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().map(|prompt| async move { (prompt, ask(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        let mut replies = HashMap::new();
        while let Some((prompt, result)) = calls.next().await {
            replies.insert(prompt, result?);
        }
        Ok(prompts.iter().filter_map(|prompt| replies.remove(prompt)).collect())
    }
}

/// Trap: prompts that are alike are asked once.
/// Caught by: three_hundred_prompts_and_each_three_times
/// Says: 100 calls and 300 replies
mod asks_what_is_alike_once {
    use futures::future::try_join_all;
    use std::collections::BTreeSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let unique: BTreeSet<&String> = prompts.iter().collect();
        let replies = try_join_all(unique.iter().map(|prompt| ask(llm, prompt))).await?;
        let place = |prompt: &String| unique.iter().position(|other| *other == prompt).expect("it is one of them");
        Ok(prompts.iter().map(|prompt| replies[place(prompt)].clone()).collect())
    }
}

/// Trap: four calls at a time, as in the example.
/// Caught by: three_hundred_prompts_and_each_three_times
/// Says: Nobody asked for a limit
mod room_for_four {
    use futures::{StreamExt, TryStreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut replies = vec![None; prompts.len()];
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { Ok((place, ask(llm, prompt).await?)) });
        let mut results = stream::iter(calls).buffer_unordered(4);
        while let Some((place, reply)) = results.try_next().await? {
            replies[place] = Some(reply);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Trap: a 429 is answered by a second call.
/// Caught by: a_429_is_not_asked_again
/// Says: a second call after a 429
mod asks_again_after_a_429 {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move {
            match ask(llm, prompt).await {
                Err(Error::RateLimited { .. }) => (place, ask(llm, prompt).await),
                result => (place, result),
            }
        });
        let mut calls: FuturesUnordered<_> = calls.collect();
        let mut replies = vec![None; prompts.len()];
        while let Some((place, result)) = calls.next().await {
            replies[place] = Some(result?);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Trap: the chapter's code, renamed. With more than 30 calls, `try_join_all` looks at them in the order of the list.
/// Caught by: among_hundreds_the_first_error_ends_the_wait
/// Says: more than 30
mod the_chapters_code_renamed {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        try_join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await
    }
}

/// Trap: `try_join_all` of parts of 30: each part sees its error at once, and the parts run one after another.
/// Caught by: three_hundred_prompts_and_each_three_times
/// Says: Nobody asked for a limit
mod parts_of_thirty_in_turn {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut replies = Vec::new();
        for part in prompts.chunks(30) {
            replies.extend(try_join_all(part.iter().map(|prompt| ask(llm, prompt))).await?);
        }
        Ok(replies)
    }
}

/// Trap: `try_join_all` up to the number it is good for, and `join_all` beyond: a long list is waited for to its end.
/// Caught by: among_hundreds_the_first_error_ends_the_wait
/// Says: the run took 1.937 s
mod waits_for_all_of_a_long_list {
    use futures::future::{join_all, try_join_all};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().map(|prompt| ask(llm, prompt));
        if prompts.len() <= 30 {
            return try_join_all(calls).await;
        }
        join_all(calls).await.into_iter().collect()
    }
}

/// Trap: the tasks are let go at the first error, where they should be aborted.
/// Caught by: drops_the_calls_in_flight
/// Says: the calls for pages 1, 4 were still in flight
mod lets_its_tasks_go {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            tasks.spawn(async move { (place, ask(&llm, &prompt).await) });
        }
        let mut replies = vec![None; prompts.len()];
        while let Some(task) = tasks.join_next().await {
            match task.expect("the task does not panic") {
                (place, Ok(reply)) => replies[place] = Some(reply),
                (_, Err(error)) => {
                    tasks.detach_all();
                    return Err(error);
                }
            }
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Trap: room for a hundred calls, which seems to be plenty.
/// Caught by: three_hundred_prompts_and_each_three_times
/// Says: the run took 5.811 s
/// Says: Nobody asked for a limit
mod room_for_a_hundred {
    use futures::{TryStreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut replies = vec![None; prompts.len()];
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { Ok((place, ask(llm, prompt).await?)) });
        let mut results = stream::iter(calls).buffer_unordered(100);
        while let Some((place, reply)) = results.try_next().await? {
            replies[place] = Some(reply);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Trap: the tasks are aborted when a call has failed, and only then.
/// Caught by: a_caller_who_gives_up_leaves_no_call_behind
/// Says: never reached by a caller who has gone
mod aborted_on_error_alone {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let task = |(place, prompt): (usize, &String)| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { (place, ask(&llm, &prompt).await) })
        };
        let mut tasks: FuturesUnordered<_> = prompts.iter().enumerate().map(task).collect();
        let mut replies = vec![None; prompts.len()];
        while let Some(ended) = tasks.next().await {
            let (place, result) = ended.expect("no task panics");
            match result {
                Ok(reply) => replies[place] = Some(reply),
                Err(error) => {
                    tasks.iter().for_each(|task| task.abort());
                    return Err(error);
                }
            }
        }
        Ok(replies.into_iter().map(|reply| reply.expect("each place has its reply")).collect())
    }
}

/// Trap: lists of thirty in a list of thirty: `try_join_all` looks at short lists as a whole, up to nine hundred pages.
/// Caught by: among_hundreds_the_first_error_ends_the_wait
/// Says: `try_join_all` does so with more than 30 futures
mod two_levels_of_thirty {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let parts = prompts.chunks(30).map(|part| try_join_all(part.iter().map(|prompt| ask(llm, prompt))));
        Ok(try_join_all(parts).await?.concat())
    }
}
