//! # Task group: what people write
//!
//! Each module holds only what differs from the solution, `../task_group.rs`.

/// Trap: `abort_all` marks the tasks, and the function returns before they are gone.
/// Caught by: nothing_is_in_flight_on_return
/// Says: told to end, and nobody waited
/// Says: `abort` and `abort_all` only mark a task
mod aborted_and_not_joined {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let mut replies = BTreeMap::new();
        while let Some(joined) = tasks.join_next().await {
            match joined {
                Ok((place, Ok(reply))) => replies.insert(place, reply),
                Ok((_, Err(error))) => {
                    tasks.abort_all();
                    return Err(error.into());
                }
                Err(panic) => {
                    tasks.abort_all();
                    return Err(panic.into());
                }
            };
        }
        Ok(replies.into_values().collect())
    }
}

/// Trap: one turn of the runtime is taken for the end of all tasks. It is, until there are many.
/// Caught by: nothing_is_in_flight_on_return
/// Says: told to end, and nobody waited
/// Says: Wait until each task has been joined
mod aborted_and_yielded {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let replies = collect(&mut tasks).await;
        tasks.abort_all();
        tokio::task::yield_now().await;
        replies
    }

    async fn collect(tasks: &mut JoinSet<(usize, Result<Reply, Error>)>) -> Result<Vec<Reply>, GroupError> {
        let mut replies = BTreeMap::new();
        while let Some(joined) = tasks.join_next().await {
            let (place, reply) = joined?;
            replies.insert(place, reply?);
        }
        Ok(replies.into_values().collect())
    }
}

/// Trap: the first error is kept, and the other tasks may go on to their ends.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: the error of `keywords`, at 4.000 s
/// Says: and it comes late
mod all_waited_for {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let mut replies = BTreeMap::new();
        let mut failed = None;
        while let Some(joined) = tasks.join_next().await {
            match joined {
                Ok((place, Ok(reply))) => {
                    replies.insert(place, reply);
                }
                Ok((_, Err(error))) => failed = failed.or(Some(error.into())),
                Err(error) => failed = failed.or(Some(error.into())),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(replies.into_values().collect()),
        }
    }
}

/// Trap: `?` leaves the loop, and the set is dropped: it aborts its tasks, and nobody waits.
/// Caught by: nothing_is_in_flight_on_return
/// Says: told to end, and nobody waited
/// Says: so does the drop of a `JoinSet`
mod error_dropped_with_the_set {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let mut replies = BTreeMap::new();
        while let Some(joined) = tasks.join_next().await {
            let (place, reply) = joined?;
            replies.insert(place, reply?);
        }
        Ok(replies.into_values().collect())
    }
}

/// Trap: `try_join_all` on handles stops at a `JoinError` only: an error of a call is a value to it.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: at 4.000 s
/// Says: an error of a call is a value to it
mod errors_looked_at_in_the_end {
    use futures::future::try_join_all;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let tasks = calls.into_iter().map(tokio::spawn);
        let results = try_join_all(tasks).await?;
        Ok(results.into_iter().collect::<Result<_, _>>()?)
    }
}

/// Trap: a vector of handles is aborted and joined after an error, but not when the caller gives up.
/// Caught by: a_caller_who_gives_up_leaves_nothing_behind
/// Says: these calls go on: title, translation
/// Says: A `JoinSet` has: it aborts its tasks
mod handles_aborted_by_hand {
    use futures::{future::join_all, future::select_all};

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let (mut places, mut tasks): (Vec<_>, Vec<_>) = calls.into_iter().map(tokio::spawn).enumerate().unzip();
        let mut replies = vec![None; tasks.len()];
        while !tasks.is_empty() {
            let (joined, index, rest) = select_all(tasks).await;
            tasks = rest;
            // `select_all` takes a future out as `swap_remove` does.
            let place = places.swap_remove(index);
            match joined.map_err(GroupError::from).and_then(|reply| Ok(reply?)) {
                Ok(reply) => replies[place] = Some(reply),
                Err(error) => {
                    tasks.iter().for_each(|task| task.abort());
                    join_all(tasks).await;
                    return Err(error);
                }
            }
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Trap: `try_join_all` drops the other handles at the first error, and their tasks go on.
/// Caught by: nothing_is_in_flight_on_return
/// Says: They go on after the return
/// Says: *detaches* it
mod handles_detached {
    use futures::future::try_join_all;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let tasks = calls.into_iter().map(tokio::spawn);
        try_join_all(tasks.map(|task| async { Ok(task.await??) })).await
    }
}

/// Trap: the handles are awaited in the order of the calls, so a late success hides an early error.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: the error of `summary`, which failed later, at 3.000 s
/// Says: looked at in the order of the calls
mod handles_in_order {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
        let mut replies = Vec::new();
        for task in tasks {
            replies.push(task.await??);
        }
        Ok(replies)
    }
}

/// Trap: the tasks that were aborted end with an error too, and the last one is kept.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: the `JoinError` of a task that was cancelled
/// Says: Keep the first
mod last_error_kept {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let mut replies = BTreeMap::new();
        let mut failed = None;
        while let Some(joined) = tasks.join_next().await {
            match joined {
                Ok((place, Ok(reply))) => {
                    replies.insert(place, reply);
                }
                Ok((_, Err(error))) => {
                    failed = Some(error.into());
                    tasks.abort_all();
                }
                Err(error) => {
                    failed = Some(error.into());
                    tasks.abort_all();
                }
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(replies.into_values().collect()),
        }
    }
}

/// Trap: `try_join_all` on the calls themselves: nothing is spawned.
/// Caught by: runs_each_call_in_a_task_of_its_own
/// Says: 3 of 3 calls polled by the caller itself
/// Says: share the task of the caller
mod no_tasks {
    use futures::future::try_join_all;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        Ok(try_join_all(calls).await?)
    }
}

/// Trap: the whole group is one task.
/// Caught by: runs_each_call_in_a_task_of_its_own
/// Says: 1 task for 3 calls
/// Says: share its fate
mod one_task_for_all {
    use futures::future::try_join_all;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        Ok(tokio::spawn(try_join_all(calls)).await??)
    }
}

/// Trap: the replies are kept in the order in which the tasks end.
/// Caught by: returns_all_replies_in_the_order_of_the_calls
/// Says: Tasks end in any order
mod order_of_arrival {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::from_iter(calls);
        let mut replies = Vec::new();
        while let Some(joined) = tasks.join_next().await {
            match joined.map_err(GroupError::from).and_then(|reply| Ok(reply?)) {
                Ok(reply) => replies.push(reply),
                Err(error) => {
                    tasks.shutdown().await;
                    return Err(error);
                }
            }
        }
        Ok(replies)
    }
}

/// Trap: as many results as calls are expected in a channel, and a task that panics sends none.
/// Caught by: a_panic_is_an_error_too
/// Says: nothing happens after
/// Says: nothing is left that could wake anything
mod panic_never_reported {
    use tokio::sync::mpsc;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let (result_in, mut results) = mpsc::unbounded_channel();
        let expected = calls.len();
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            let result_in = result_in.clone();
            tasks.spawn(async move { result_in.send((place, call.await)) });
        }
        let mut replies = BTreeMap::new();
        while replies.len() < expected {
            let (place, result) = results.recv().await.expect("this function holds a sender");
            match result {
                Ok(reply) => replies.insert(place, reply),
                Err(error) => {
                    tasks.shutdown().await;
                    return Err(error.into());
                }
            };
        }
        Ok(replies.into_values().collect())
    }
}

/// Trap: `expect` on what `join_next` gives makes the panic of a task a panic of the caller.
/// Caught by: a_panic_is_an_error_too
/// Says: `task_group` itself panicked
/// Says: `unwrap` and `expect` make a panic of it again
mod panic_passed_on {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let mut replies = BTreeMap::new();
        while let Some(joined) = tasks.join_next().await {
            match joined.expect("a call does not panic") {
                (place, Ok(reply)) => replies.insert(place, reply),
                (_, Err(error)) => {
                    tasks.shutdown().await;
                    return Err(error.into());
                }
            };
        }
        Ok(replies.into_values().collect())
    }
}
