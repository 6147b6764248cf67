//! # Fail fast: what else is right
//!
//! Each module holds only what differs from the solution, `../fail_fast.rs`.

/// Also right: tasks whose owner aborts the others at the first error, and waits until they have ended.
mod aborted_and_awaited {
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
                    tasks.shutdown().await;
                    return Err(error);
                }
            }
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Also right: `FuturesUnordered` with `?`, where each future brings the place of its prompt along. For any number of prompts.
mod futures_unordered_with_places {
    use futures::{TryStreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { Ok((place, ask(llm, prompt).await?)) });
        let mut replies: Vec<(usize, Reply)> = calls.collect::<FuturesUnordered<_>>().try_collect().await?;
        replies.sort_by_key(|(place, _)| *place);
        Ok(replies.into_iter().map(|(_, reply)| reply).collect())
    }
}

/// Also right: tasks behind handles of your own, which abort when they are dropped.
mod handles_that_abort_when_dropped {
    use futures::FutureExt;
    use std::{pin::Pin, task::Context, task::Poll};
    use tokio::task::JoinHandle;

    /// A handle that ends its task when nobody waits for it any more.
    struct AbortOnDrop<T>(JoinHandle<T>);

    impl<T> Future for AbortOnDrop<T> {
        type Output = T;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
            self.0.poll_unpin(cx).map(|task| task.expect("the task does not panic"))
        }
    }

    impl<T> Drop for AbortOnDrop<T> {
        fn drop(&mut self) {
            self.0.abort();
        }
    }

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let spawn = |(place, prompt): (usize, String)| {
            let llm = llm.clone();
            AbortOnDrop(tokio::spawn(async move { (place, ask(&llm, &prompt).await) }))
        };
        let mut tasks: FuturesUnordered<_> = prompts.iter().cloned().enumerate().map(spawn).collect();
        let mut replies = vec![None; prompts.len()];
        while let Some((place, result)) = tasks.next().await {
            replies[place] = Some(result?);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Also right: a `JoinSet` with `?`: to drop it is to abort its tasks.
mod join_set_with_places {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            tasks.spawn(async move { (place, ask(&llm, &prompt).await) });
        }
        let mut replies = vec![None; prompts.len()];
        while let Some(task) = tasks.join_next().await {
            let (place, result) = task.expect("the task does not panic");
            replies[place] = Some(result?);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Also right: `poll_fn` over the list: every call that is not done is polled, and the first error ends it.
mod polled_by_hand {
    use std::{future::poll_fn, task::Poll};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Some(Box::pin(ask(llm, prompt)))).collect();
        let mut replies = vec![None; prompts.len()];
        poll_fn(|cx| {
            for (slot, reply) in calls.iter_mut().zip(&mut replies) {
                let Some(call) = slot else { continue };
                if let Poll::Ready(result) = call.as_mut().poll(cx) {
                    *reply = Some(result?);
                    *slot = None;
                }
            }
            if calls.iter().all(Option::is_none) { Poll::Ready(Ok(())) } else { Poll::Pending }
        })
        .await?;
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Also right: `buffer_unordered`, which hands on each result when it comes; every future brings its place along.
mod room_for_all_as_they_come {
    use futures::{StreamExt, TryStreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut replies = vec![None; prompts.len()];
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { Ok((place, ask(llm, prompt).await?)) });
        let mut results = stream::iter(calls).buffer_unordered(prompts.len().max(1));
        while let Some((place, reply)) = results.try_next().await? {
            replies[place] = Some(reply);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Also right: `select_all`, which gives the next result and the futures that are left.
mod select_all_in_a_loop {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
        let mut calls: Vec<_> = calls.map(Box::pin).collect();
        let mut replies = vec![None; prompts.len()];
        // `select_all` panics without futures.
        while !calls.is_empty() {
            let ((place, result), _, others) = select_all(calls).await;
            replies[place] = Some(result?);
            calls = others;
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Also right: tasks in a `JoinSet`, started from the end of the list; each brings its place along.
mod started_from_the_end {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate().rev() {
            let llm = llm.clone();
            tasks.spawn(async move { ask(&llm, &prompt).await.map(|reply| (place, reply)) });
        }
        let mut replies = vec![None; prompts.len()];
        while let Some(task) = tasks.join_next().await {
            let (place, reply) = task.expect("the task does not panic")?;
            replies[place] = Some(reply);
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

/// Also right: a `try_join_all` of `try_join_all`s, so that no list is longer than 30.
mod parts_of_thirty_together {
    use futures::future::try_join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
        // Larger parts would be looked at in the order of the list.
        if prompts.len() <= 30 {
            return try_join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        }
        let parts = prompts.chunks(prompts.len().div_ceil(30)).map(|part| Box::pin(ask_all(llm, part)));
        Ok(try_join_all(parts).await?.concat())
    }
}
