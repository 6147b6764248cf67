//! What people write for `give_up`, and what it is told.

/// Trap: one limit round the whole: when it is over, the answers that came are lost.
/// Caught by: each_has_its_own_limit
/// Says: Its answer came in time. A
mod one_limit_for_all {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| llm.model(name).complete(question));
        match timeout(limit, join_all(calls)).await {
            Ok(answers) => answers.into_iter().map(|answer| answer.map_err(Failed::Model)).collect(),
            Err(_elapsed) => models.iter().map(|_| Err(Failed::TooLate)).collect(),
        }
    }
}

/// Trap: each limit starts when the model before has ended.
/// Caught by: each_has_its_own_limit
/// Says: The calls and their limits run
mod one_after_another {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let mut answers = Vec::new();
        for name in models {
            answers.push(match timeout(limit, llm.model(name).complete(question)).await {
                Ok(answer) => answer.map_err(Failed::Model),
                Err(_elapsed) => Err(Failed::TooLate),
            });
        }
        answers
    }
}

/// Trap: the call goes on to its end, and then its time is looked at.
/// Caught by: each_has_its_own_limit
/// Says: The calls and their limits run
mod waits_and_looks {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| async {
            let start = tokio::time::Instant::now();
            let answer = llm.model(name).complete(question).await;
            if start.elapsed() > limit { Err(Failed::TooLate) } else { answer.map_err(Failed::Model) }
        });
        join_all(calls).await
    }
}

/// Trap: whatever is not an answer is told as too late.
/// Caught by: an_error_is_not_a_timeout
/// Says: `timeout` gives a result in a
mod an_error_is_too_late {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = timeout(limit, llm.model(name).complete(question));
            async {
                match call.await {
                    Ok(Ok(answer)) => Ok(answer),
                    _ => Err(Failed::TooLate),
                }
            }
        });
        join_all(calls).await
    }
}

/// Trap: after an error there is a new try, as long as there is time.
/// Caught by: an_error_is_not_a_timeout
/// Says: `timeout` gives a result in a
mod waits_out_the_limit {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| async {
            let tries = async {
                loop {
                    if let Ok(answer) = llm.model(name).complete(question).await {
                        return answer;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            timeout(limit, tries).await.map_err(|_elapsed| Failed::TooLate)
        });
        join_all(calls).await
    }
}

/// Trap: `select!` that looks at the timer first: an answer at the last instant comes too late.
/// Caught by: an_answer_at_the_last_instant_is_in_time
/// Says: Both are ready at this instant
mod the_timer_first {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = llm.model(name).complete(question);
            async {
                tokio::select! {
                    biased;
                    () = tokio::time::sleep(limit) => Err(Failed::TooLate),
                    answer = call => answer.map_err(Failed::Model),
                }
            }
        });
        join_all(calls).await
    }
}

/// Trap: a timeout round the handle of a task: what is dropped is the handle, and the call goes on.
/// Caught by: a_call_that_is_given_up_is_dropped
/// Says: A call is cancelled by dropping
mod a_task_goes_on {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = timeout(limit, tokio::spawn(llm.model(name).complete(question)));
            async {
                match call.await {
                    Ok(answer) => answer.expect("no panic").map_err(Failed::Model),
                    Err(_elapsed) => Err(Failed::TooLate),
                }
            }
        });
        join_all(calls).await
    }
}

/// Trap: tasks that are aborted when their time is over, but not when the caller leaves.
/// Caught by: a_call_that_is_given_up_is_dropped
/// Says: `ask_each` was dropped at 0.2 s
/// Says: A `JoinHandle` that is dropped lets its task go on
mod tasks_that_outlive_their_caller {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let mut call = tokio::spawn(llm.model(name).complete(question));
            async move {
                match timeout(limit, &mut call).await {
                    Ok(answer) => answer.expect("no panic").map_err(Failed::Model),
                    Err(_elapsed) => {
                        call.abort();
                        let _ = call.await;
                        Err(Failed::TooLate)
                    }
                }
            }
        });
        join_all(calls).await
    }
}

/// Trap: the end of the limit is computed: `Duration::MAX` does not fit into an `Instant`.
/// Caught by: a_limit_may_be_long_or_none
/// Says: `Duration::MAX` after now is no date
mod a_date_that_does_not_fit {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = tokio::time::timeout_at(tokio::time::Instant::now() + limit, llm.model(name).complete(question));
            async {
                match call.await {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(_elapsed) => Err(Failed::TooLate),
                }
            }
        });
        join_all(calls).await
    }
}

/// Trap: a limit is cut to what fits: a day is no limit here.
/// Caught by: a_limit_may_be_long_or_none
/// Says: The limit is the caller's: some
mod a_day_at_most {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = timeout(limit.min(Duration::from_secs(86_400)), llm.model(name).complete(question));
            async {
                match call.await {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(_elapsed) => Err(Failed::TooLate),
                }
            }
        });
        join_all(calls).await
    }
}

/// Trap: the answers come in the order in which they end.
/// Caught by: each_has_its_own_limit
/// Says: The results are in the order
mod the_order_of_the_end {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        use futures::{StreamExt, stream::FuturesUnordered};
        let calls: FuturesUnordered<_> = models
            .iter()
            .map(|name| async {
                match timeout(limit, llm.model(name).complete(question)).await {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(_elapsed) => Err(Failed::TooLate),
                }
            })
            .collect();
        calls.collect().await
    }
}

/// Trap: the answers are kept by the model's name, and a model may be asked twice.
/// Caught by: each_has_its_own_limit
/// Says: Whoever names a model twice wants
mod by_name {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let names: std::collections::BTreeSet<&str> = models.iter().copied().collect();
        let calls = names.into_iter().map(|name| async move {
            let answer = match timeout(limit, llm.model(name).complete(question)).await {
                Ok(answer) => answer.map_err(Failed::Model),
                Err(_elapsed) => Err(Failed::TooLate),
            };
            (name, answer)
        });
        let answers: std::collections::BTreeMap<_, _> = join_all(calls).await.into_iter().collect();
        models.iter().map(|name| answers[name].clone()).collect()
    }
}

/// Trap: a task that is too late is aborted, and nobody waits until it has ended.
/// Caught by: a_call_that_is_given_up_is_dropped
/// Says: `abort` asks a task to end
mod aborted_and_not_awaited {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let tasks: Vec<_> = models
            .iter()
            .map(|name| {
                let call = llm.model(name).complete(question);
                tokio::spawn(call)
            })
            .collect();
        let waits = tasks.into_iter().map(|mut task| async move {
            match tokio::time::timeout(limit, &mut task).await {
                Ok(ended) => ended.unwrap().map_err(Failed::Model),
                Err(_) => {
                    task.abort();
                    Err(Failed::TooLate)
                }
            }
        });
        futures::future::join_all(waits).await
    }
}

/// Trap: each model takes its whole limit, whenever it has answered.
/// Caught by: each_has_its_own_limit
/// Says: Every call has ended before that
mod waits_beside_its_limit {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = llm.model(name).complete(question);
            async move {
                let (answer, ()) = tokio::join!(tokio::time::timeout(limit, call), tokio::time::sleep(limit));
                match answer {
                    Ok(a) => a.map_err(Failed::Model),
                    Err(_) => Err(Failed::TooLate),
                }
            }
        });
        futures::future::join_all(calls).await
    }
}

/// Trap: all are asked in tasks, and when the limit is over, somebody looks who has answered.
/// Caught by: each_has_its_own_limit
/// Says: Every call has ended before that
mod looks_when_the_limit_is_over {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        use futures::FutureExt;
        let calls: Vec<_> = models.iter().map(|name| llm.model(name).complete(question)).map(tokio::spawn).collect();
        tokio::time::sleep(limit).await;
        let mut all = vec![];
        for mut c in calls {
            match (&mut c).now_or_never() {
                Some(a) => all.push(a.unwrap().map_err(Failed::Model)),
                None => {
                    c.abort();
                    let _ = c.await;
                    all.push(Err(Failed::TooLate))
                }
            }
        }
        all
    }
}

/// Trap: each model is asked as often as it is named, and the answers are kept by its name.
/// Caught by: a_model_that_is_named_twice_has_two_results
/// Says: A name is no place
mod collected_by_name {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| async move {
            let answer = match timeout(limit, llm.model(name).complete(question)).await {
                Ok(answer) => answer.map_err(Failed::Model),
                Err(_elapsed) => Err(Failed::TooLate),
            };
            (*name, answer)
        });
        let answers: std::collections::HashMap<_, _> = join_all(calls).await.into_iter().collect();
        models.iter().map(|name| answers[name].clone()).collect()
    }
}

/// Trap: sixty-four at a time.
/// Caught by: each_has_its_own_limit
/// Says: a number for how many run together
mod sixty_four_at_a_time {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        use futures::{StreamExt, stream};
        let calls: Vec<_> = models.iter().map(|name| llm.model(name).complete(question)).collect();
        let answers = stream::iter(calls).map(|call| async {
            match timeout(limit, call).await {
                Ok(answer) => answer.map_err(Failed::Model),
                Err(_elapsed) => Err(Failed::TooLate),
            }
        });
        answers.buffered(64).collect().await
    }
}
