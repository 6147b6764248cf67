//! Other right answers for `reap`.

/// Two loops: one while questions may come, and one for what is left.
mod two_loops {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        let ended = |result: Result<(), tokio::task::JoinError>| {
            if let Err(error) = result {
                assert!(error.is_panic(), "nobody aborts a task");
                log.panicked();
            }
        };
        loop {
            tokio::select! {
                biased;
                Some(result) = tasks.join_next() => ended(result),
                question = questions.recv(), if tasks.len() < most => {
                    let Some(question) = question else { break };
                    tasks.spawn(answer(llm.clone(), question));
                }
            }
            log.set_has(tasks.len());
        }
        while let Some(result) = tasks.join_next().await {
            ended(result);
            log.set_has(tasks.len());
        }
    }
}

/// A permit for each task, and a set that is emptied beside it.
mod permits_and_a_set {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let permits = Arc::new(tokio::sync::Semaphore::new(most));
        let mut tasks = JoinSet::new();
        let mut permit = None;
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                free = Arc::clone(&permits).acquire_owned(), if open && permit.is_none() => permit = free.ok(),
                question = questions.recv(), if open && permit.is_some() => match question {
                    None => open = false,
                    Some(question) => {
                        let (llm, permit) = (llm.clone(), permit.take());
                        tasks.spawn(async move {
                            let _permit = permit;
                            answer(llm, question).await;
                        });
                    }
                },
                Some(result) = tasks.join_next() => {
                    if result.is_err() {
                        log.panicked();
                    }
                }
            }
            log.set_has(tasks.len());
        }
    }
}

/// Futures in place of tasks, with their panics caught.
mod futures_that_catch {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        use futures::{FutureExt, StreamExt, stream::FuturesUnordered};

        let mut answers = FuturesUnordered::new();
        let mut open = true;
        while open || !answers.is_empty() {
            tokio::select! {
                question = questions.recv(), if open && answers.len() < most => match question {
                    Some(question) => {
                        answers.push(std::panic::AssertUnwindSafe(answer(llm.clone(), question)).catch_unwind());
                    }
                    None => open = false,
                },
                Some(ended) = answers.next(), if !answers.is_empty() => {
                    if ended.is_err() {
                        log.panicked();
                    }
                }
            }
            log.set_has(answers.len());
        }
    }
}
