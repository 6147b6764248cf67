//! # Task group: what else is right
//!
//! Each module holds only what differs from the solution, `../task_group.rs`.

/// Also right: one loop to the end: the first error is kept, the rest is aborted and joined by the same loop.
mod first_error_kept {
    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (place, call) in calls.into_iter().enumerate() {
            tasks.spawn(async move { (place, call.await) });
        }
        let mut replies = BTreeMap::new();
        let mut failed: Option<GroupError> = None;
        while let Some(joined) = tasks.join_next().await {
            let error = match joined {
                Ok((place, Ok(reply))) => {
                    replies.insert(place, reply);
                    continue;
                }
                Ok((_, Err(error))) => error.into(),
                Err(error) => error.into(),
            };
            if failed.is_none() {
                failed = Some(error);
                tasks.abort_all();
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(replies.into_values().collect()),
        }
    }
}

/// Also right: handles in a `FuturesUnordered`, each in a wrapper that aborts its task when it is dropped.
mod handles_with_a_guard {
    use futures::{StreamExt, stream::FuturesUnordered};
    use std::{pin::Pin, task::Context, task::Poll};
    use tokio::task::JoinHandle;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let tasks = calls
            .into_iter()
            .enumerate()
            .map(|(place, call)| AbortOnDrop { handle: tokio::spawn(async move { (place, call.await) }) });
        let mut tasks = FuturesUnordered::from_iter(tasks);
        let mut replies = Vec::new();
        let mut failed = None;
        while let Some(joined) = tasks.next().await {
            match joined.map_err(GroupError::from).and_then(|(place, reply)| Ok((place, reply?))) {
                Ok(placed) => replies.push(placed),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        for task in tasks.iter() {
            task.handle.abort();
        }
        while tasks.next().await.is_some() {}
        if let Some(error) = failed {
            return Err(error);
        }
        replies.sort_unstable_by_key(|(place, _)| *place);
        Ok(replies.into_iter().map(|(_, reply)| reply).collect())
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

/// Also right: tasks on a `LocalSet`, which drops all of them at once when it is dropped itself.
mod local_set {
    use tokio::task::LocalSet;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let local = LocalSet::new();
        let replies = async {
            let mut tasks = JoinSet::new();
            for (place, call) in calls.into_iter().enumerate() {
                tasks.spawn_local(async move { (place, call.await) });
            }
            let mut replies = BTreeMap::new();
            while let Some(joined) = tasks.join_next().await {
                let (place, reply) = joined?;
                replies.insert(place, reply?);
            }
            Ok(replies.into_values().collect())
        };
        local.run_until(replies).await
    }
}

/// Also right: `join_next_with_id` says which task has ended; the handles know the places.
mod place_by_task_id {
    use std::collections::HashMap;
    use tokio::task::Id;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        let places: HashMap<Id, usize> =
            calls.into_iter().enumerate().map(|(place, call)| (tasks.spawn(call).id(), place)).collect();
        let mut replies = vec![None; places.len()];
        let outcome = loop {
            match tasks.join_next_with_id().await {
                None => break Ok(()),
                Some(Err(panic)) => break Err(panic.into()),
                Some(Ok((_, Err(error)))) => break Err(error.into()),
                Some(Ok((id, Ok(reply)))) => replies[places[&id]] = Some(reply),
            }
        };
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
        outcome.map(|()| replies.into_iter().flatten().collect())
    }
}

/// Also right: `try_join_all` on handles that a `JoinSet` keeps: oneshot channels bring the results, the set ends and joins the tasks.
mod try_join_all_then_shutdown {
    use futures::future::try_join_all;
    use tokio::sync::oneshot;

    pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
    where
        F: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        let results = calls.into_iter().map(|call| {
            let (result_in, result) = oneshot::channel();
            tasks.spawn(async move {
                // The group may have failed by then, and nobody asks for the result any more.
                let _ = result_in.send(call.await);
            });
            result
        });
        let results: Vec<_> = results.collect();
        // A sender that is gone without a result was in a task that has panicked.
        let all =
            try_join_all(results.into_iter().map(async |result| result.await.map_err(|_gone| None)?.map_err(Some)));
        let outcome = match all.await {
            Ok(replies) => Ok(replies),
            Err(Some(error)) => Err(GroupError::Failed(error)),
            Err(None) => Err(panic_of(&mut tasks).await),
        };
        tasks.shutdown().await;
        outcome
    }

    async fn panic_of(tasks: &mut JoinSet<()>) -> GroupError {
        loop {
            if let Err(panic) = tasks.join_next().await.expect("one of the tasks has panicked") {
                return GroupError::Panicked(panic);
            }
        }
    }
}
