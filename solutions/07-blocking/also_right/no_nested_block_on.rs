//! # No nested block_on: what else is right
//!
//! Each module holds only what differs from the solution, `../no_nested_block_on.rs`.

/// Also right: `block_on` on a thread of the pool, which ends as well when `render` is gone.
mod block_on_and_a_channel_that_closes {
    use tokio::runtime::Handle;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let runtime = Handle::current();
        let (mut gone, _as_long_as_render) = oneshot::channel::<()>();
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                runtime.block_on(async {
                    tokio::select! {
                        biased;
                        () = gone.closed() => String::new(),
                        answer = ask(question.to_owned()) => answer,
                    }
                })
            })
        });
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Also right: a thread of its own, and channels of the standard library where they may block.
mod a_thread_of_its_own {
    use std::{sync::mpsc::sync_channel, thread};
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::unbounded_channel();
        let (reply, page) = oneshot::channel();
        thread::spawn(move || {
            let page = engine(&mut |question| {
                let (answer, answers) = sync_channel(1);
                let _ = questions.send((question.to_owned(), answer));
                answers.recv().unwrap_or_default()
            });
            let _ = reply.send(page);
        });
        while let Some((question, answer)) = asked.recv().await {
            let text = ask(question).await;
            let _ = answer.send(text);
        }
        page.await.expect("the engine does not panic")
    }
}

/// Also right: a task that answers, in a `JoinSet` that aborts it when `render` is dropped.
mod a_task_that_is_aborted {
    use tokio::sync::oneshot;
    use tokio::task::JoinSet;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(8);
        let mut answers = JoinSet::new();
        answers.spawn(async move {
            while let Some((question, reply)) = asked.recv().await {
                let _ = reply.send(ask(question).await);
            }
        });
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                if questions.blocking_send((question.to_owned(), reply)).is_err() {
                    return String::new();
                }
                answer.blocking_recv().unwrap_or_default()
            })
        });
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Also right: the job and the questions in one `select!`.
mod one_select {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let mut job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        loop {
            tokio::select! {
                page = &mut job => return page.expect("the engine does not panic"),
                Some((question, reply)) = asked.recv() => {
                    let _ = reply.send(ask(question).await);
                }
            }
        }
    }
}

/// Also right: the engine's side makes the call, which sleeps until it is polled, and hands the future itself over.
mod the_call_itself_is_handed_over {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (calls, mut made) = mpsc::channel::<(BoxFuture<'static, String>, oneshot::Sender<String>)>(1);
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = calls.blocking_send((ask(question.to_owned()), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        while let Some((call, reply)) = made.recv().await {
            let _ = reply.send(call.await);
        }
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Also right: a thread of its own that enters the runtime, so that the client finds it there, and waits by itself.
mod a_thread_that_enters_the_runtime {
    use std::thread;
    use tokio::sync::oneshot;

    use tokio::runtime::Handle;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (mut gone, _as_long_as_render) = oneshot::channel::<()>();
        let (reply, page) = oneshot::channel();
        let runtime = Handle::current();
        thread::spawn(move || {
            let _here = runtime.enter();
            let page = engine(&mut |question| {
                futures::executor::block_on(async {
                    tokio::select! {
                        biased;
                        () = gone.closed() => String::new(),
                        answer = ask(question.to_owned()) => answer,
                    }
                })
            });
            let _ = reply.send(page);
        });
        page.await.expect("the engine does not panic")
    }
}

/// Also right: a `oneshot` in each question, for its answer.
mod a_oneshot_in_each_question {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                // Where `render` is gone, the question is given back, or its sender is dropped: there is no answer.
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        // Ends when the engine has: the closure owns the only sender.
        while let Some((question, reply)) = asked.recv().await {
            let _ = reply.send(ask(question).await);
        }
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}
