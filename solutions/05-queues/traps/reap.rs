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
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let permits = Arc::new(tokio::sync::Semaphore::new(most));
        let running = Arc::new(AtomicUsize::new(0));
        while let Some(question) = questions.recv().await {
            let permit = Arc::clone(&permits).acquire_owned().await.expect("nobody closes it");
            log.set_has(running.fetch_add(1, SeqCst) + 1);
            let (llm, its_log, running) = (llm.clone(), log.clone(), running.clone());
            tokio::spawn(async move {
                answer(llm, question).await;
                its_log.set_has(running.fetch_sub(1, SeqCst) - 1);
                drop(permit);
            });
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

/// Trap: all questions are taken out of the channel, into a list that waits for room. Nothing is thrown away, and nothing holds back.
/// Caught by: a_question_waits_in_its_channel
/// Says: a queue of its own behind it
mod a_list_behind_the_channel {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        let mut waiting = std::collections::VecDeque::new();
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                question = questions.recv(), if open => match question {
                    Some(question) => waiting.push_back(question),
                    None => open = false,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    if ended.is_err_and(|error| error.is_panic()) {
                        log.panicked();
                    }
                }
            }
            while tasks.len() < most
                && let Some(question) = waiting.pop_front()
            {
                tasks.spawn(answer(llm.clone(), question));
            }
            log.set_has(tasks.len());
        }
    }
}

/// Trap: a task for each question, which waits in it for a permit: the limit holds, and the questions are a crowd.
/// Caught by: a_question_waits_in_its_channel
/// Says: a queue of its own behind it
mod a_task_waits_for_room {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let permits = Arc::new(tokio::sync::Semaphore::new(most));
        let mut tasks = JoinSet::new();
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                question = questions.recv(), if open => match question {
                    Some(question) => {
                        let (llm, permits) = (llm.clone(), permits.clone());
                        tasks.spawn(async move {
                            let _permit = permits.acquire_owned().await;
                            answer(llm, question).await;
                        });
                    }
                    None => open = false,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    if ended.is_err_and(|error| error.is_panic()) {
                        log.panicked();
                    }
                }
            }
            log.set_has(tasks.len());
        }
    }
}

/// Trap: the results are kept, and the panics among them are counted when the server ends.
/// Caught by: a_panic_is_counted_and_disturbs_nobody
/// Says: is told to nobody who could do something about it
mod counts_the_panics_in_the_end {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        let mut results = Vec::new();
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                question = questions.recv(), if open && tasks.len() < most => match question {
                    Some(question) => drop(tasks.spawn(answer(llm.clone(), question))),
                    None => open = false,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => results.push(ended),
            }
            log.set_has(tasks.len());
        }
        for ended in results {
            if ended.is_err_and(|error| error.is_panic()) {
                log.panicked();
            }
        }
    }
}

/// Trap: the log is told what stands in the set before the set changes.
/// Caught by: the_set_holds_what_runs
/// Says: the log is told after each change
mod tells_the_log_too_early {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                question = questions.recv(), if open && tasks.len() < most => match question {
                    Some(question) => {
                        log.set_has(tasks.len());
                        tasks.spawn(answer(llm.clone(), question));
                    }
                    None => open = false,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    log.set_has(tasks.len());
                    if ended.is_err_and(|error| error.is_panic()) {
                        log.panicked();
                    }
                }
            }
        }
    }
}

/// Trap: each task counts itself out, and its panic, and frees its permit. The log says what runs, and the set is there for the
/// dropping only: nobody takes anything out of it.
/// Caught by: nothing_is_kept_of_what_was_answered
/// Says: whatever the log says of it
mod the_log_says_what_runs {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        use futures::FutureExt;

        let permits = Arc::new(tokio::sync::Semaphore::new(most));
        let mut tasks = JoinSet::new();
        loop {
            let permit = permits.clone().acquire_owned().await.expect("nobody closes it");
            let Some(question) = questions.recv().await else { break };
            let (llm, its_log, its_permits) = (llm.clone(), log.clone(), permits.clone());
            tasks.spawn(async move {
                if std::panic::AssertUnwindSafe(answer(llm, question)).catch_unwind().await.is_err() {
                    its_log.panicked();
                }
                drop(permit);
                its_log.set_has(most - its_permits.available_permits());
            });
            log.set_has(most - permits.available_permits());
        }
        while tasks.join_next().await.is_some() {}
    }
}

/// Trap: `recv_many` takes what lies there in one go, and the hand is a second queue.
/// Caught by: a_question_waits_in_its_channel
/// Says: or as many as `recv_many` gives
mod a_handful_in_the_hand {
    pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
        let mut tasks = JoinSet::new();
        let mut hand = Vec::new();
        let mut open = true;
        while open || !tasks.is_empty() {
            tokio::select! {
                biased;
                Some(ended) = tasks.join_next() => {
                    if ended.is_err() {
                        log.panicked();
                    }
                }
                taken = questions.recv_many(&mut hand, most), if open && hand.is_empty() => open = taken > 0,
            }
            while tasks.len() < most && !hand.is_empty() {
                tasks.spawn(answer(llm.clone(), hand.remove(0)));
            }
            log.set_has(tasks.len());
        }
    }
}
