//! # Task group: what else is right
//!
//! Each module holds only what differs from the solution, `../task_group.rs`.

/// Also right: each task waits for its call, or for the word that the group has failed.
mod a_token_that_all_tasks_watch {
    use tokio::sync::watch;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let (failed_in, failed) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            let mut failed = failed.clone();
            tasks.spawn(async move {
                tokio::select! {
                    biased;
                    result = call => Some((place, result)),
                    _ = failed.wait_for(|failed| *failed) => None,
                }
            });
        }
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok(None) => continue,
                Ok(Some((place, Ok(reply)))) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok(Some((_, Err(error)))) => GroupError::Failed(error),
                Err(error) => GroupError::Panicked(error),
            };
            group.error.get_or_insert(error);
            failed_in.send_replace(true);
        }
        group
    }
}

/// Also right: handles that bring their places along, and a guard that aborts the tasks when it is dropped.
mod abort_handles_in_a_guard {
    use futures::{StreamExt, stream::FuturesUnordered};
    use tokio::task::AbortHandle;

    struct AbortAll {
        tasks: Vec<AbortHandle>,
    }

    impl Drop for AbortAll {
        fn drop(&mut self) {
            self.tasks.iter().for_each(AbortHandle::abort);
        }
    }

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let (mut tasks, mut guard) = (FuturesUnordered::new(), AbortAll { tasks: Vec::new() });
        for (place, call) in calls.into_iter().enumerate() {
            let task = tokio::spawn(call);
            guard.tasks.push(task.abort_handle());
            tasks.push(async move { (place, task.await) });
        }
        while let Some((place, joined)) = tasks.next().await {
            let error = match joined {
                Ok(Ok(reply)) => {
                    group.replies[place] = Some(reply);
                    continue;
                }
                Ok(Err(error)) => GroupError::Failed(error),
                Err(error) => GroupError::Panicked(error),
            };
            group.error.get_or_insert(error);
            guard.tasks.iter().for_each(AbortHandle::abort);
        }
        group
    }
}

/// Also right: handles in a `FuturesUnordered`, each in a wrapper that aborts its task when it is dropped.
mod handles_with_a_guard {
    use futures::{StreamExt, stream::FuturesUnordered};
    use std::{pin::Pin, task::Context, task::Poll};
    use tokio::task::JoinHandle;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let tasks = calls
            .into_iter()
            .enumerate()
            .map(|(place, call)| AbortOnDrop { handle: tokio::spawn(async move { (place, call.await) }) });
        let mut tasks = FuturesUnordered::from_iter(tasks);
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
            tasks.iter().for_each(|task| task.handle.abort());
        }
        group
    }

    struct AbortOnDrop<T> {
        handle: JoinHandle<T>,
    }

    impl<T> Future for AbortOnDrop<T> {
        type Output = Result<T, JoinError>;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            Pin::new(&mut self.handle).poll(cx)
        }
    }

    impl<T> Drop for AbortOnDrop<T> {
        fn drop(&mut self) {
            self.handle.abort();
        }
    }
}

/// Also right: two loops: one up to the first error, one for those that are left.
mod joined_up_to_the_first_error {
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
            break;
        }
        tasks.abort_all();
        while let Some(joined) = tasks.join_next().await {
            if let Ok((place, Ok(reply))) = joined {
                group.replies[place] = Some(reply);
            }
        }
        group
    }
}

/// Also right: tasks on a `LocalSet`.
mod local_set {
    use tokio::task::LocalSet;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let local = LocalSet::new();
        let group = async {
            let mut group = Group { replies: vec![None; calls.len()], error: None };
            let mut tasks = JoinSet::new();
            for (place, call) in calls.into_iter().enumerate() {
                tasks.spawn_local(async move { (place, call.await) });
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
        };
        local.run_until(group).await
    }
}

/// Also right: `join_next_with_id` says which task has ended; a map knows the places.
mod place_by_task_id {
    use std::collections::HashMap;
    use tokio::task::Id;

    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        let places: HashMap<Id, usize> =
            calls.into_iter().enumerate().map(|(place, call)| (tasks.spawn(call).id(), place)).collect();
        while let Some(joined) = tasks.join_next_with_id().await {
            let error = match joined {
                Ok((id, Ok(reply))) => {
                    group.replies[places[&id]] = Some(reply);
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

/// Also right: started from the end of the list.
mod started_from_the_end {
    pub async fn task_group<F>(calls: Vec<F>) -> Group
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut group = Group { replies: vec![None; calls.len()], error: None };
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate().rev() {
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
