//! # In the background: what people write
//!
//! Each module holds only what differs from the solution, `../background.rs`.

/// Trap: the summary has three seconds: `timeout` drops the call when they are over.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: is dropped at 3.000 s, unfinished
/// Says: one that has a `timeout` is dropped when the time is over
mod a_limit_of_three_seconds {
    use std::time::Duration;
    use tokio::time::timeout;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        tokio::spawn(async move {
            if let Ok(summary) = timeout(Duration::from_secs(3), summarise(&task_llm, &task_letter)).await {
                archive.keep(summary);
            }
        });
        answer(llm, letter).await
    }
}

/// Trap: a thread with a runtime of its own: a second clock, and a thread for each letter.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: somebody still holds the archive
/// Says: What can be polled needs no thread
mod a_runtime_on_a_thread {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let summary = summarise(&task_llm, &task_letter);
            archive.keep(runtime.expect("a runtime can be built").block_on(summary));
        });
        answer(llm, letter).await
    }
}

/// Trap: the task is tidied up with `abort` when the answer is there.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: is dropped at 1.000 s, unfinished
/// Says: `abort` asks a task to end
mod aborted_with_the_answer {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let summary = tokio::spawn(async move { archive.keep(summarise(&task_llm, &task_letter).await) });
        let answer = answer(llm, letter).await;
        summary.abort();
        answer
    }
}

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
}

/// Trap: the task would borrow from the caller, who may be gone before it.
/// Caught by: the compiler
/// Says: borrowed data escapes outside of function
mod borrowed_by_the_task {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        tokio::spawn(async { archive.keep(summarise(llm, letter).await) });
        answer(llm, letter).await
    }
}

/// Trap: the chapter's code, renamed: the handle is dropped, and what the task returns is lost with it.
/// Caught by: the_summary_comes_into_the_archive
/// Says: in the archive at 2.000 s: []
/// Says: What such a task has to say, it must say itself
mod detached {
    use tokio::task::JoinHandle;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let _ = archive;
        drop(start_summary(llm, letter));
        answer(llm, letter).await
    }

    fn start_summary(llm: &MockLlm, letter: &str) -> JoinHandle<Reply> {
        let (llm, letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&llm, &letter).await })
    }
}

/// Trap: a semaphore lets thirty-two summaries run together.
/// Caught by: many_letters_are_summed_up_together
/// Says: at 0.000 s summaries of 32 letters begun
/// Says: Nobody asked for a limit
mod few_at_a_time {
    use tokio::sync::Semaphore;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        static ROOM: Semaphore = Semaphore::const_new(32);
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        tokio::spawn(async move {
            let _permit = ROOM.acquire().await.expect("nobody closes it");
            archive.keep(summarise(&task_llm, &task_letter).await);
        });
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
}

/// Trap: the task belongs to a `JoinSet`, which aborts it at the end of the function.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: is dropped at 1.000 s, unfinished
/// Says: A `JoinSet` aborts its tasks when it is dropped
mod join_set_dropped {
    use tokio::task::JoinSet;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let mut tasks = JoinSet::new();
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        tasks.spawn(async move { archive.keep(summarise(&task_llm, &task_letter).await) });
        answer(llm, letter).await
    }
}

/// Trap: `join!` waits for the work that nobody has to wait for.
/// Caught by: returns_with_the_answer
/// Says: returned at 2.000 s
/// Says: `join!`, and an `.await` on the handle, wait until the work is done
mod joined {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (answer, summary) = tokio::join!(answer(llm, letter), summarise(llm, letter));
        archive.keep(summary);
        answer
    }
}

/// Trap: the task makes the summary; to keep it is left to a future that is dropped.
/// Caught by: the_summary_comes_into_the_archive
/// Says: in the archive at 2.000 s: []
mod kept_by_a_future_that_nobody_polls {
    use futures::FutureExt;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
        let summary = tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
        let _kept = summary.map(|summary| archive.keep(summary.expect("`summarise` does not panic")));
        answer(llm, letter).await
    }
}

/// Trap: `let _ =` silences the warning of the compiler, and drops the future all the same.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: The summary never began
/// Says: `let _ =` keeps it quiet
mod let_underscore {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let _ = async { archive.keep(summarise(llm, letter).await) };
        answer(llm, letter).await
    }
}

/// Trap: a loop looks every millisecond whether the answer is there.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: Your code looks again and again
mod looks_for_the_answer {
    use futures::FutureExt;
    use std::{pin::pin, time::Duration};

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        tokio::spawn(async move { archive.keep(summarise(&task_llm, &task_letter).await) });
        let mut answer = pin!(answer(llm, letter));
        loop {
            if let Some(answer) = answer.as_mut().now_or_never() {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Trap: the handle of `remote_handle` ends the work when it is dropped, unlike that of `tokio::spawn`.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: is dropped at 1.000 s, unfinished
/// Says: Somebody owned the work, and dropped it
mod remote_handle_dropped {
    use futures::FutureExt;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let summary = async move { archive.keep(summarise(&task_llm, &task_letter).await) };
        let (task, _handle) = summary.remote_handle();
        tokio::spawn(task);
        answer(llm, letter).await
    }
}

/// Trap: `select!` returns with the answer, and drops the future that is not ready.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: is dropped at 1.000 s, unfinished
/// Says: (in `select!`, for example) is dropped with it
mod selected {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let summary = async {
            archive.keep(summarise(llm, letter).await);
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
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let answer = answer(llm, letter).await;
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        tokio::spawn(async move { archive.keep(summarise(&task_llm, &task_letter).await) });
        answer
    }
}

/// Trap: one task does both, answer first.
/// Caught by: the_summary_goes_on_without_anybody_waiting
/// Says: begins at 1.000 s
mod spawned_by_the_answer {
    use tokio::sync::oneshot;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let (hand_out, handed_out) = oneshot::channel();
        tokio::spawn(async move {
            let _ = hand_out.send(answer(&task_llm, &task_letter).await);
            archive.keep(summarise(&task_llm, &task_letter).await);
        });
        handed_out.await.expect("the task sends the answer before it ends")
    }
}

/// Trap: the answer is what comes into the archive.
/// Caught by: the_summary_comes_into_the_archive
/// Says: It is the summary that is kept
mod the_answer_kept {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
        let answer = answer(llm, letter).await;
        archive.keep(answer.clone());
        answer
    }
}

/// Trap: one place for the handle: each letter ends the summary of the letter before.
/// Caught by: many_letters_are_summed_up_together
/// Says: dropped, unfinished
/// Says: The summary of one letter ends that of another
mod the_next_one_ends_the_one_before {
    use tokio::task::AbortHandle;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        static LAST: Mutex<Option<AbortHandle>> = Mutex::new(None);
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let task = tokio::spawn(async move { archive.keep(summarise(&task_llm, &task_letter).await) });
        let before = LAST.lock().expect("nobody panics while holding it").replace(task.abort_handle());
        if let Some(before) = before {
            before.abort();
        }
        answer(llm, letter).await
    }
}

/// Trap: the task waits for the answer before it keeps its summary.
/// Caught by: the_summary_comes_into_the_archive
/// Says: and not wait for the answer first
mod kept_after_the_answer {
    use tokio::sync::oneshot;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (answered, is_answered) = oneshot::channel::<()>();
        let (background, owned, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        tokio::spawn(async move {
            let summary = summarise(&background, &owned).await;
            let _ = is_answered.await;
            archive.keep(summary);
        });
        let answer = answer(llm, letter).await;
        let _ = answered.send(());
        answer
    }
}
