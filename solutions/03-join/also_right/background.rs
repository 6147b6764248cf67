//! # In the background: what else is right
//!
//! Each module holds only what differs from the solution, `../background.rs`.

/// Also right: everything runs in one task, which hands the answer out through a channel and goes on.
mod all_of_it_in_a_task {
    use tokio::sync::oneshot;

    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        futures::future::join(answer(llm, letter), summarise(llm, letter)).await
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (llm, letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let (hand_out, handed_out) = oneshot::channel();
        tokio::spawn(async move {
            let main_work = async {
                // Nobody is there to take it if the caller has given up.
                let _ = hand_out.send(answer(&llm, &letter).await);
            };
            let summary = async { archive.keep(summarise(&llm, &letter).await) };
            tokio::join!(main_work, summary);
        });
        handed_out.await.expect("the task sends the answer before it ends")
    }
}

/// Also right: `complete` returns a future that owns all it needs, so it goes into a task without a clone of the client.
mod future_of_its_own {
    use futures::TryFutureExt;

    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let summary = tokio::spawn(llm.model("birch").complete(letter));
        let answer = answer(llm, letter).await;
        let summary = summary.await.expect("`complete` does not panic");
        (answer, summary.expect("the script of this exercise has no faults"))
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let archive = archive.clone();
        let summary = llm.model("birch").complete(letter);
        let _handle = tokio::spawn(summary.map_ok(move |summary| archive.keep(summary)));
        answer(llm, letter).await
    }
}

/// Also right: `join!` where the caller waits for both, and a task only where it does not.
mod join_and_spawn {
    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        tokio::join!(answer(llm, letter), summarise(llm, letter))
    }
}

/// Also right: a `JoinSet` that gives its tasks up with `detach_all` before it is dropped.
mod join_set_detached {
    use tokio::task::JoinSet;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let mut tasks = JoinSet::new();
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        tasks.spawn(async move { archive.keep(summarise(&task_llm, &task_letter).await) });
        tasks.detach_all();
        answer(llm, letter).await
    }
}

/// Also right: `remote_handle` gives a future for the caller, and `forget` leaves the other half to itself.
mod remote_handle {
    use futures::FutureExt;

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let summary = async move { archive.keep(summarise(&task_llm, &task_letter).await) };
        let (task, handle) = summary.remote_handle();
        tokio::spawn(task);
        handle.forget();
        answer(llm, letter).await
    }
}

/// Also right: `select!` on two pinned futures, which are still there when the first one is ready.
mod select_by_hand {
    use std::pin::pin;
    use tokio::runtime::Handle;

    pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
        let (mut answer, mut summary) = (pin!(answer(llm, letter)), pin!(summarise(llm, letter)));
        tokio::select! {
            answer = &mut answer => (answer, summary.await),
            summary = &mut summary => (answer.await, summary),
        }
    }

    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let summary = async move { archive.keep(summarise(&task_llm, &task_letter).await) };
        drop(Handle::current().spawn(summary));
        answer(llm, letter).await
    }
}

/// Also right: one task makes the summary, and another one joins it and keeps it.
mod two_tasks {
    pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
        let (task_llm, task_letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        let summary = tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
        tokio::spawn(async move { archive.keep(summary.await.expect("`summarise` does not panic")) });
        answer(llm, letter).await
    }
}
