//! # Task group: what people write
//!
//! Each module holds only what differs from the solution, `../task_group.rs`.

/// Trap: each task has five seconds.
/// Caught by: runs_any_number_for_any_time
/// Says: : None, at 5.000 s
/// Says: nobody asked for a limit of time
mod a_limit_of_time_for_each {
    use std::time::Duration;
    use tokio::time::timeout;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move {
                let in_time = timeout(Duration::from_secs(5), call).await;
                (place, in_time.unwrap_or(Err(Error::Status(408))))
            });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            group.error.get_or_insert(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: a task that waits for the group is left behind.
/// Caught by: nothing_is_in_flight_on_return
/// Says: the runtime still had a task: 1 in all
mod a_task_that_watches {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        tokio::spawn(std::future::pending::<()>());
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            group.error.get_or_insert(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: `abort_all` marks the tasks, and the function returns before they are gone.
/// Caught by: nothing_is_in_flight_on_return
/// Says: told to end, and nobody waited
/// Says: `abort` and `abort_all` only mark a task
mod aborted_and_not_joined {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            tasks.abort_all();
            group.error = Some(error);
            return group;
        }
        group
    }
}

/// Trap: one turn of the runtime is taken for the end of all tasks. It is, until there are many.
/// Caught by: nothing_is_in_flight_on_return
/// Says: told to end, and nobody waited
/// Says: Wait until each task has been joined
mod aborted_and_yielded {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            group.error = Some(error);
            tasks.abort_all();
            tokio::task::yield_now().await;
            return group;
        }
        group
    }
}

/// Trap: the draft, with an end to the other tasks: it still hears of them in the order of the calls.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: the error of `summary`, which failed later, at 3.000 s
/// Says: looked at in the order of the calls
mod aborted_in_order {
    use futures::future::join_all;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
        let mut group = Group { replies: vec![None; tasks.len()], error: None };
        for (place, task) in tasks.iter_mut().enumerate() {
            match task.await {
                Ok(Ok(reply)) => group.replies[place] = Some(reply),
                Ok(Err(error)) => group.error = Some(GroupError::Failed(error)),
                Err(panic) => group.error = Some(GroupError::Panicked(panic)),
            }
            if group.error.is_some() {
                break;
            }
        }
        tasks.iter().for_each(|task| task.abort());
        join_all(tasks.into_iter().filter(|task| !task.is_finished())).await;
        group
    }
}

/// Trap: the error alone is returned, as from `try_join_all`: the replies that were there are lost.
/// Caught by: loses_no_reply
/// Says: an early return, `?` for one, leaves behind what was collected
mod all_replies_or_none {
    use std::collections::BTreeMap;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let places = calls.len();
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let outcome = collect(&mut tasks).await;
        tasks.shutdown().await;
        match outcome {
            Ok(replies) => Group { replies: replies.into_values().map(Some).collect(), error: None },
            Err(error) => Group { replies: vec![None; places], error: Some(error) },
        }
    }

    async fn collect(tasks: &mut JoinSet<(usize, Result<Reply, Error>)>) -> Result<BTreeMap<usize, Reply>, GroupError> {
        let mut replies = BTreeMap::new();
        while let Some(joined) = tasks.join_next().await {
            let (place, reply) = joined.map_err(GroupError::Panicked)?;
            replies.insert(place, reply.map_err(GroupError::Failed)?);
        }
        Ok(replies)
    }
}

/// Trap: the first error is kept, and the other tasks may go on to their ends.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: the error of `keywords`, at 4.000 s
/// Says: and it comes late
mod all_waited_for {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            group.error.get_or_insert(error);
        }
        group
    }
}

/// Trap: a return from the loop, and the set is dropped: it aborts its tasks, and nobody waits.
/// Caught by: nothing_is_in_flight_on_return
/// Says: told to end, and nobody waited
/// Says: so does the drop of a `JoinSet`
mod error_dropped_with_the_set {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            group.error = Some(error);
            return group;
        }
        group
    }
}

/// Trap: `try_join_all` on handles stops at a `JoinError` only: an error of a call is a value to it.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: at 4.000 s
/// Says: an error of a call is a value to it
mod errors_looked_at_in_the_end {
    use futures::future::try_join_all;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        match try_join_all(calls.into_iter().map(tokio::spawn)).await {
            Err(panic) => group.error = Some(GroupError::Panicked(panic)),
            Ok(results) => {
                for (place, result) in results.into_iter().enumerate() {
                    match result {
                        Ok(reply) => group.replies[place] = Some(reply),
                        Err(error) if group.error.is_none() => group.error = Some(GroupError::Failed(error)),
                        Err(_) => {}
                    }
                }
            }
        }
        group
    }
}

/// Trap: a new task when one ends: four run together.
/// Caught by: runs_any_number_for_any_time
/// Says: 4 of 1100 calls begun at 0.000 s
/// Says: a limit that nobody asked for
mod four_at_a_time {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        let mut rest = calls.into_iter().enumerate().map(|(place, call)| async move { (place, call.await) });
        rest.by_ref().take(4).for_each(|call| _ = tasks.spawn(call));
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    if group.error.is_none()
                        && let Some(call) = rest.next()
                    {
                        tasks.spawn(call);
                    }
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(error) => GroupError::Panicked(error),
            };
            group.error.get_or_insert(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: a vector of handles is aborted and joined after an error, but not when the caller gives up.
/// Caught by: a_caller_who_gives_up_leaves_nothing_behind
/// Says: these calls go on: title, translation
/// Says: A `JoinSet` has: it aborts its tasks
mod handles_aborted_by_hand {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks: FuturesUnordered<_> = (calls.into_iter().enumerate())
            .map(|(place, call)| tokio::spawn(async move { (place, call.await) }))
            .collect();
        while let Some(joined) = tasks.next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(error) => GroupError::Panicked(error),
            };
            group.error.get_or_insert(error);
            tasks.iter().for_each(|task| task.abort());
        }
        group
    }
}

/// Trap: whichever handle is ready next, and at an error the others are dropped: their tasks go on.
/// Caught by: nothing_is_in_flight_on_return
/// Says: They go on after the return
/// Says: *detaches* it
mod handles_detached {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks: FuturesUnordered<_> = (calls.into_iter().enumerate())
            .map(|(place, call)| tokio::spawn(async move { (place, call.await) }))
            .collect();
        while let Some(joined) = tasks.next().await {
            match joined {
                Ok((place, Ok(reply))) => group.replies[place] = Some(reply),
                Ok((_, Err(error))) => {
                    group.error = Some(GroupError::Failed(error));
                    break;
                }
                Err(panic) => {
                    group.error = Some(GroupError::Panicked(panic));
                    break;
                }
            }
        }
        group
    }
}

/// Trap: the tasks that were aborted end with an error too, and the last one is kept.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: the `JoinError` of a task that was cancelled
/// Says: Keep the first
mod last_error_kept {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            group.error = Some(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: a loop looks every millisecond which tasks have ended.
/// Caught by: returns_all_replies_in_the_order_of_the_calls
/// Says: Your code looks again and again
mod looks_every_millisecond {
    use std::time::Duration;
    use tokio::time::sleep;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while !tasks.is_empty() {
            while let Some(joined) = tasks.try_join_next() {
                let error = match joined {
                    Ok((place, Ok(reply))) => {
                        group.replies[place] = Some(reply);
                        continue;
                    }
                    Ok((_, Err(error))) => GroupError::Failed(error),
                    Err(error) => GroupError::Panicked(error),
                };
                group.error.get_or_insert(error);
                tasks.abort_all();
            }
            if group.error.is_some() {
                tokio::task::yield_now().await;
            } else if !tasks.is_empty() {
                sleep(Duration::from_millis(1)).await;
                tokio::task::yield_now().await;
            }
        }
        group
    }
}

/// Trap: `FuturesUnordered` of the calls themselves: nothing is spawned.
/// Caught by: runs_each_call_in_a_task_of_its_own
/// Says: 3 of 3 calls polled by the caller itself
/// Says: share the task of the caller
mod no_tasks {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let calls = calls.into_iter().enumerate().map(|(place, call)| async move { (place, call.await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((place, result)) = calls.next().await {
            match result {
                Ok(reply) => group.replies[place] = Some(reply),
                Err(error) => {
                    group.error = Some(GroupError::Failed(error));
                    break;
                }
            }
        }
        group
    }
}

/// Trap: the whole group is one task.
/// Caught by: runs_each_call_in_a_task_of_its_own
/// Says: 1 task for 3 calls
/// Says: share its fate
mod one_task_for_all {
    use futures::future::try_join_all;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let places = calls.len();
        let mut tasks = JoinSet::new();
        tasks.spawn(try_join_all(calls));
        match tasks.join_next().await.expect("there is one task") {
            Ok(Ok(replies)) => Group { replies: replies.into_iter().map(Some).collect(), error: None },
            Ok(Err(error)) => Group { replies: vec![None; places], error: Some(GroupError::Failed(error)) },
            Err(panic) => Group { replies: vec![None; places], error: Some(GroupError::Panicked(panic)) },
        }
    }
}

/// Trap: the replies are kept in the order in which the tasks end.
/// Caught by: returns_all_replies_in_the_order_of_the_calls
/// Says: Tasks end in any order
mod order_of_arrival {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: Vec::new(), error: None };
        let mut tasks = JoinSet::from_iter(calls);
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok(Ok(reply)) => {
                    group.replies.push(Some(reply));
                    continue;
                }
                Ok(Err(error)) => GroupError::Failed(error),
                Err(error) => GroupError::Panicked(error),
            };
            group.error.get_or_insert(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: as many results as calls are expected in a channel, and a task that panics sends none.
/// Caught by: a_panic_is_an_error_too
/// Says: nothing happens after
/// Says: nothing is left that could wake anything
mod panic_never_reported {
    use tokio::sync::mpsc;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let (result_in, mut results) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            let result_in = result_in.clone();
            tasks.spawn(async move { result_in.send((place, call.await)).is_ok() });
        }
        while group.error.is_none() && group.replies.iter().any(Option::is_none) {
            let (place, result) = results.recv().await.expect("this function holds a sender");
            match result {
                Ok(reply) => group.replies[place] = Some(reply),
                Err(error) => group.error = Some(GroupError::Failed(error)),
            }
        }
        tasks.shutdown().await;
        while let Ok((place, Ok(reply))) = results.try_recv() {
            group.replies[place] = Some(reply);
        }
        group
    }
}

/// Trap: `expect` on what `join_next` gives makes the panic of a task a panic of the caller.
/// Caught by: a_panic_is_an_error_too
/// Says: `task_group` itself panicked: a call does not panic
/// Says: `unwrap` and `expect` make a panic of it again
mod panic_passed_on {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            match joined {
                Err(error) if error.is_cancelled() => {}
                joined => match joined.expect("a call does not panic") {
                    (place, Ok(reply)) => group.replies[place] = Some(reply),
                    (_, Err(error)) => {
                        group.error.get_or_insert(GroupError::Failed(error));
                        tasks.abort_all();
                    }
                },
            }
        }
        group
    }
}

/// Trap: the tasks that are left are aborted and joined, and what they return is not looked at.
/// Caught by: loses_no_reply
/// Says: "The title of the page."
/// Says: keep the replies that still come
mod results_of_the_others_ignored {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            group.error = Some(match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            });
            tasks.abort_all();
            while tasks.join_next().await.is_some() {}
        }
        group
    }
}

/// Trap: the chapter's code, renamed: at the first error `shutdown` ends and joins the rest, and throws away what had ended.
/// Caught by: loses_no_reply
/// Says: "The title of the page."
/// Says: `shutdown`, `detach_all` and the drop of a `JoinSet` throw them away
mod shut_down {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            tasks.shutdown().await;
            group.error = Some(error);
            return group;
        }
        group
    }
}

/// Trap: each task is awaited before the next one is spawned.
/// Caught by: returns_all_replies_in_the_order_of_the_calls
/// Says: `task_group` returned at 1.800 s
/// Says: Spawn all of them first
mod spawned_and_awaited_at_once {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        for (place, call) in calls.into_iter().enumerate() {
            match tokio::spawn(call).await {
                Ok(Ok(reply)) => group.replies[place] = Some(reply),
                Ok(Err(error)) => group.error = Some(GroupError::Failed(error)),
                Err(panic) => group.error = Some(GroupError::Panicked(panic)),
            }
            if group.error.is_some() {
                break;
            }
        }
        group
    }
}

/// Trap: `while let Some(Ok(…))` ends at the first task that was aborted: the others are not waited for.
/// Caught by: nothing_is_in_flight_on_return
/// Says: told to end, and nobody waited
mod the_loop_ends_at_a_task_that_was_aborted {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(Ok((place, result))) = tasks.join_next().await {
            match result {
                Ok(reply) => group.replies[place] = Some(reply),
                Err(error) => {
                    group.error.get_or_insert(GroupError::Failed(error));
                    tasks.abort_all();
                }
            }
        }
        group
    }
}

/// Trap: as many calls as there ever were, and the rest is forgotten.
/// Caught by: runs_any_number_for_any_time
/// Says: 200 of 1100 calls begun at 0.000 s
mod two_hundred_at_most {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate().take(200) {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            };
            group.error.get_or_insert(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: `try_join_all` over the handles, which hears of the first error in time as long as there are at most thirty.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: forty calls, of which the last fails first
/// Says: looks at the error that comes first as long as it has at most thirty
mod try_join_all_of_many {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        use futures::future::try_join_all;
        struct Guard(Vec<tokio::task::AbortHandle>);
        impl Drop for Guard {
            fn drop(&mut self) {
                self.0.iter().for_each(|a| a.abort());
            }
        }
        let mut replies = vec![None; calls.len()];
        let mut tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
        let guard = Guard(tasks.iter().map(|t| t.abort_handle()).collect());
        let slots = std::cell::RefCell::new((&mut replies, vec![false; tasks.len()]));
        let all = try_join_all(tasks.iter_mut().enumerate().map(|(place, task)| {
            let slots = &slots;
            async move {
                let ended = task.await;
                let mut slots = slots.borrow_mut();
                slots.1[place] = true;
                match ended {
                    Ok(Ok(reply)) => {
                        slots.0[place] = Some(reply);
                        Ok(())
                    }
                    Ok(Err(error)) => Err(GroupError::Failed(error)),
                    Err(e) => Err(GroupError::Panicked(e)),
                }
            }
        }))
        .await;
        let error = all.err();
        let (_, done) = slots.into_inner();
        drop(guard);
        for (place, task) in tasks.into_iter().enumerate() {
            if !done[place] {
                if let Ok(Ok(reply)) = task.await {
                    replies[place] = Some(reply);
                }
            }
        }
        Group { replies, error }
    }
}

/// Trap: at an error what is there is taken with `try_join_next`, and `shutdown` ends and joins the rest. What comes in
/// between is lost.
/// Caught by: a_call_in_the_middle_of_a_poll_is_waited_for
/// Says: `shutdown` joins the tasks and throws away what they return
mod taken_then_shut_down {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            group.error = Some(match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(panic) => GroupError::Panicked(panic),
            });
            while let Some(joined) = tasks.try_join_next() {
                if let Ok((place, Ok(reply))) = joined {
                    group.replies[place] = Some(reply);
                }
            }
            tasks.shutdown().await;
        }
        group
    }
}

/// Trap: a hundred turns are taken for the end of all tasks. A task on another thread needs none of them.
/// Caught by: a_call_in_the_middle_of_a_poll_is_waited_for
/// Says: no number of turns of *yours* says when
mod a_hundred_turns {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(error) if error.is_cancelled() => continue,
                Err(error) => GroupError::Panicked(error),
            };
            group.error = Some(error);
            tasks.abort_all();
            for _ in 0..100 {
                tokio::task::yield_now().await;
                while let Some(joined) = tasks.try_join_next() {
                    if let Ok((place, Ok(reply))) = joined {
                        group.replies[place] = Some(reply);
                    }
                }
            }
            break;
        }
        group
    }
}

/// Trap: every error is written down, so the last one stays. Those of tasks that were aborted are left out.
/// Caught by: the_first_of_two_errors_is_kept
/// Says: its error took the place of the first one
mod the_last_error_of_a_call {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(error) if error.is_cancelled() => continue,
                Err(error) => GroupError::Panicked(error),
            };
            group.error = Some(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: a thousand at a time.
/// Caught by: runs_any_number_for_any_time
/// Says: a number in the code is a limit that nobody asked for
mod a_thousand_at_a_time {
    use std::sync::Arc;
    use tokio::sync::Semaphore;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let room = Arc::new(Semaphore::new(1000));
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            let room = room.clone();
            tasks.spawn(async move {
                let _place = room.acquire_owned().await;
                (place, call.await)
            });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(error) if error.is_cancelled() => continue,
                Err(error) => GroupError::Panicked(error),
            };
            group.error.get_or_insert(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: each task has an hour.
/// Caught by: runs_any_number_for_any_time
/// Says: nobody asked for a limit of time
mod an_hour_for_each {
    use std::time::Duration;
    use tokio::time::timeout;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move {
                let after = Duration::from_secs(3600);
                (place, timeout(after, call).await.unwrap_or(Err(Error::TimedOut { after })))
            });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok((_, Err(error))) => GroupError::Failed(error),
                Err(error) if error.is_cancelled() => continue,
                Err(error) => GroupError::Panicked(error),
            };
            group.error.get_or_insert(error);
            tasks.abort_all();
        }
        group
    }
}

/// Trap: each task listens for the end beside its call; one that has not been polled yet does not hear it.
/// Caught by: the_first_error_in_time_is_returned_at_once
/// Says: before the other tasks have been polled: the error `connection refused`, at 1.000 s
/// Says: they had not begun to listen
mod told_by_a_notify {
    use std::sync::{Arc, Mutex};
    use tokio::sync::Notify;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let shared = Arc::new(Mutex::new((vec![None; calls.len()], None)));
        let stop = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            let (shared, stop) = (shared.clone(), stop.clone());
            tasks.spawn(async move {
                let ended = tokio::select! {
                    ended = call => ended,
                    () = stop.notified() => return,
                };
                let mut shared = shared.lock().unwrap();
                match ended {
                    Ok(reply) => shared.0[place] = Some(reply),
                    Err(error) => {
                        shared.1.get_or_insert(GroupError::Failed(error));
                        stop.notify_waiters();
                    }
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            if let Err(panic) = ended {
                shared.lock().unwrap().1.get_or_insert(GroupError::Panicked(panic));
                stop.notify_waiters();
            }
        }
        let mut shared = shared.lock().unwrap();
        Group { replies: std::mem::take(&mut shared.0), error: shared.1.take() }
    }
}

/// Trap: at each poll the handles are looked at in the order of the list: of two errors, that of the lower place counts.
/// Caught by: the_first_of_two_errors_is_kept
/// Says: Who looks at the handles in the order of the list
mod looks_in_the_order_of_the_list {
    use std::{future::poll_fn, pin::Pin, task::Poll};
    use tokio::task::JoinHandle;

    struct Tasks(Vec<Option<JoinHandle<Result<Reply, Error>>>>);

    impl Tasks {
        fn abort_all(&self) {
            self.0.iter().flatten().for_each(JoinHandle::abort);
        }
    }

    impl Drop for Tasks {
        fn drop(&mut self) {
            self.abort_all();
        }
    }

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = Tasks(calls.into_iter().map(|call| Some(tokio::spawn(call))).collect());
        let mut group = Group { replies: vec![None; tasks.0.len()], error: None };
        poll_fn(|context| {
            let mut wrong = None;
            for (place, task) in group.replies.iter_mut().zip(&mut tasks.0) {
                let Some(handle) = task else { continue };
                let Poll::Ready(ended) = Pin::new(handle).poll(context) else { continue };
                *task = None;
                match ended {
                    Ok(Ok(reply)) => *place = Some(reply),
                    Ok(Err(error)) => {
                        wrong.get_or_insert(GroupError::Failed(error));
                    }
                    Err(error) if error.is_cancelled() => {}
                    Err(panic) => {
                        wrong.get_or_insert(GroupError::Panicked(panic));
                    }
                }
            }
            if let (None, Some(wrong)) = (&group.error, wrong) {
                group.error = Some(wrong);
                tasks.abort_all();
            }
            if tasks.0.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        group
    }
}
