//! What people write for `reap`, and what it is told.

/// Trap: finished tasks are taken out when there is no room left.
/// Caught by: the_set_holds_what_runs
/// Says: all the tasks of a year
mod reaps_when_it_is_full {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        while let Some(question) = questions.recv().await {
            while tasks.len() >= most {
                if let Some(Err(_)) = tasks.join_next().await {
                    log.panicked();
                }
            }
            tasks.spawn(answer(llm.clone(), question));
            log.set_has(tasks.len());
        }
        while let Some(ended) = tasks.join_next().await {
            if ended.is_err() {
                log.panicked();
            }
            log.set_has(tasks.len());
        }
    }
}

/// Trap: the finished ones are taken out when the next question comes: at night nobody does.
/// Caught by: the_set_holds_what_runs
/// Says: keeps them all night
mod reaps_with_each_question {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        while let Some(question) = questions.recv().await {
            while let Some(ended) = tasks.try_join_next() {
                if ended.is_err() {
                    log.panicked();
                }
            }
            while tasks.len() >= most {
                if let Some(Err(_)) = tasks.join_next().await {
                    log.panicked();
                }
            }
            tasks.spawn(answer(llm.clone(), question));
            log.set_has(tasks.len());
        }
        while let Some(ended) = tasks.join_next().await {
            if ended.is_err() {
                log.panicked();
            }
            log.set_has(tasks.len());
        }
    }
}

/// Trap: the limit is made larger, so that it is reached later.
/// Caught by: a_finished_task_makes_room
/// Says: There was no room yet
mod a_larger_limit {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        while let Some(question) = questions.recv().await {
            if tasks.len() < most * 1000 {
                tasks.spawn(answer(llm.clone(), question));
                log.set_has(tasks.len());
            }
        }
        tasks.join_all().await;
    }
}

/// Trap: when nobody can ask any more it returns, and the set aborts what still runs.
/// Caught by: a_finished_task_makes_room
/// Says: What was accepted is answered first
mod ends_with_the_last_question {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                question = questions.recv(), if tasks.len() < most => match question {
                    Some(question) => drop(tasks.spawn(answer(llm.clone(), question))),
                    None => return,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    if ended.is_err() {
                        log.panicked();
                    }
                }
            }
            log.set_has(tasks.len());
        }
    }
}

/// Trap: the result of each task is unwrapped: the first panic ends the server.
/// Caught by: a_panic_is_counted_and_disturbs_nobody
/// Says: a panic at
mod a_panic_ends_the_server {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                question = questions.recv(), if open && tasks.len() < most => match question {
                    Some(question) => drop(tasks.spawn(answer(llm.clone(), question))),
                    None => open = false,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => ended.unwrap(),
            }
            log.set_has(tasks.len());
        }
    }
}

/// Trap: the pattern takes out what ended well. At the first panic its branch is off, and nobody waits for the others.
/// Caught by: a_panic_is_counted_and_disturbs_nobody
/// Says: panics in the log
mod only_what_ended_well {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                question = questions.recv(), if open && tasks.len() < most => match question {
                    Some(question) => drop(tasks.spawn(answer(llm.clone(), question))),
                    None => open = false,
                },
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            }
            log.set_has(tasks.len());
        }
    }
}

/// Trap: tasks are spawned and forgotten, with a semaphore: nothing is kept, and nobody waits for them, nor stops them.
/// Caught by: a_panic_is_counted_and_disturbs_nobody
/// Says: Nobody hears of a panic in a task
mod detached_tasks {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let permits = Arc::new(tokio::sync::Semaphore::new(most));
        while let Some(question) = questions.recv().await {
            let permit = Arc::clone(&permits).acquire_owned().await.expect("nobody closes it");
            let llm = llm.clone();
            tokio::spawn(async move {
                answer(llm, question).await;
                drop(permit);
            });
            log.set_has(1);
        }
        let _ = permits.acquire_many(most as u32).await;
    }
}

/// Trap: each question is answered before the next one is taken.
/// Caught by: a_finished_task_makes_room
/// Says: A question waits for a place
mod waits_for_each {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let _ = most;
        while let Some(question) = questions.recv().await {
            let mut tasks = JoinSet::new();
            tasks.spawn(answer(llm.clone(), question));
            log.set_has(1);
            if let Some(Err(_)) = tasks.join_next().await {
                log.panicked();
            }
            log.set_has(0);
        }
    }
}

/// Trap: panics are counted while questions come, and not in the end.
/// Caught by: a_panic_is_counted_and_disturbs_nobody
/// Says: What still runs when nobody can
mod counts_until_the_last_question {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                question = questions.recv(), if tasks.len() < most => match question {
                    Some(question) => drop(tasks.spawn(answer(llm.clone(), question))),
                    None => break,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    if ended.is_err() {
                        log.panicked();
                    }
                }
            }
            log.set_has(tasks.len());
        }
        while tasks.join_next().await.is_some() {
            log.set_has(tasks.len());
        }
    }
}

/// Trap: `join_all` in the end panics itself, if a task did.
/// Caught by: a_panic_is_counted_and_disturbs_nobody
/// Says: the client library panicked
mod join_all_in_the_end {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                question = questions.recv(), if tasks.len() < most => match question {
                    Some(question) => drop(tasks.spawn(answer(llm.clone(), question))),
                    None => break,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    if ended.is_err() {
                        log.panicked();
                    }
                }
            }
            log.set_has(tasks.len());
        }
        tasks.join_all().await;
        log.set_has(0);
    }
}
