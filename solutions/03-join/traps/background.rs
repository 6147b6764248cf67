//! # In the background: what people write
//!
//! Each module holds only what differs from the solution, `../background.rs`.

/// Trap: the task is spawned and awaited in one line, so nothing is in the background.
/// Caught by: the_summary_is_made_meanwhile
/// Says: the run took 3.000 s
/// Says: so does an `.await` on the handle of a task
mod awaited_at_once {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
        let summary = tokio::spawn(async move { summarise(&task_llm, &task_letter).await }).await;
        let answer = answer(llm, letter).await;
        (answer, summary.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
        answer(llm, letter).await
    }
}

/// Trap: a blocking wait stands where an `.await` should be, and the thread that runs all tasks sleeps.
/// Caught by: the_summary_is_made_meanwhile
/// Says: the thread sleeps
/// Says: a nested `block_on`
mod block_on_in_the_task {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { futures::executor::block_on(summarise(&llm, &letter)) })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
        answer(llm, letter).await
    }
}

/// Trap: the task would borrow from the caller, who may be gone before it.
/// Caught by: the compiler
/// Says: borrowed data escapes outside of function
mod borrowed_by_the_task {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { summarise(&llm, &letter).await })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        tokio::spawn(summarise(llm, letter));
        answer(llm, letter).await
    }
}

/// Trap: the future of the summary is made before the main work, as if that started it.
/// Caught by: the_summary_is_made_meanwhile
/// Says: the run took 3.000 s
/// Says: That starts nothing
mod future_made_first {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = summarise(llm, letter);
        let answer = answer(llm, letter).await;
        (answer, summary.await)
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
        answer(llm, letter).await
    }
}

/// Trap: the task belongs to a `JoinSet`, which aborts it at the end of the function.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: is dropped at 1.000 s, unfinished
/// Says: A `JoinSet` aborts its tasks when it is dropped
mod join_set_dropped {
    use tokio::task::JoinSet;

    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { summarise(&llm, &letter).await })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let mut tasks = JoinSet::new();
        let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
        tasks.spawn(async move { summarise(&task_llm, &task_letter).await });
        answer(llm, letter).await
    }
}

/// Trap: `join!` waits for the work that nobody has to wait for.
/// Caught by: returns_with_the_answer
/// Says: returned at 2.000 s
/// Says: `join!`, and an `.await` on the handle, wait until the work is done
mod joined {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { summarise(&llm, &letter).await })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let (answer, _summary) = tokio::join!(answer(llm, letter), summarise(llm, letter));
        answer
    }
}

/// Trap: `let _ =` silences the warning of the compiler, and drops the future all the same.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: The summary never began
/// Says: `let _ =` keeps it quiet
mod let_underscore {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { summarise(&llm, &letter).await })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let _ = summarise(llm, letter);
        answer(llm, letter).await
    }
}

/// Trap: `summarise` is called like a function of another language, and its future is dropped unpolled.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: The summary never began
/// Says: The compiler warns
mod never_polled {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { summarise(&llm, &letter).await })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        summarise(llm, letter);
        answer(llm, letter).await
    }
}

/// Trap: `select!` returns with the answer, and drops the future that is not ready.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: is dropped at 1.000 s, unfinished
/// Says: (in `select!`, for example) is dropped with it
mod selected {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { summarise(&llm, &letter).await })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let summary = async {
            summarise(llm, letter).await;
            std::future::pending().await
        };
        tokio::select! {
            answer = answer(llm, letter) => answer,
            () = summary => unreachable!("it waits for ever after its work"),
        }
    }
}

/// Trap: the task is spawned when the main work is done.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: begins at 1.000 s
/// Says: spawn it before the main work
mod spawned_after_the_answer {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = {
            let (llm, letter) = (llm.clone(), letter.to_owned());
            tokio::spawn(async move { summarise(&llm, &letter).await })
        };
        let answer = answer(llm, letter).await;
        (answer, summary.await.expect("`summarise` does not panic"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
        let answer = answer(llm, letter).await;
        let (llm, letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&llm, &letter).await });
        answer
    }
}
