//! # No nested block_on: what people write
//!
//! Each module holds only what differs from the solution, `../no_nested_block_on.rs`.

/// Trap: `block_in_place` round the `block_on`: right on one flavour of runtime, a panic on the other.
/// Caught by: the_page_has_its_answers
/// Says: this runtime has only one
mod block_in_place_round_it {
    use tokio::{runtime::Handle, task::block_in_place};

    pub async fn render(engine: Engine, ask: Ask) -> String {
        block_in_place(|| engine(&mut |question| Handle::current().block_on(ask(question.to_owned()))))
    }
}

/// Trap: the `block_on` of another library does not look where it is, and holds the event loop.
/// Caught by: the_page_has_its_answers
/// Says: another library's `block_on`
mod another_block_on {
    pub async fn render(engine: Engine, ask: Ask) -> String {
        engine(&mut |question| futures::executor::block_on(ask(question.to_owned())))
    }
}

/// Trap: a runtime for each question.
/// Caught by: the_page_has_its_answers
/// Says: none of its futures could go on
mod a_runtime_for_each_question {
    use tokio::runtime::Runtime;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        engine(&mut |question| Runtime::new().expect("it needs nothing").block_on(ask(question.to_owned())))
    }
}

/// Trap: a runtime for each question, on the engine's thread. It takes the client's connection along when it ends.
/// Caught by: the_page_has_its_answers
/// Says: takes the tasks that were started on it along
mod a_runtime_on_the_engines_thread {
    use tokio::runtime::Builder;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (mut gone, _as_long_as_render) = oneshot::channel::<()>();
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let runtime = Builder::new_current_thread().enable_all().build().expect("it needs nothing");
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

/// Trap: a runtime for the page. The next page finds the connection gone.
/// Caught by: the_page_has_its_answers
/// Says: the client's connection was gone
mod a_runtime_for_the_page {
    use tokio::runtime::Builder;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (mut gone, _as_long_as_render) = oneshot::channel::<()>();
        let job = spawn_blocking(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("it needs nothing");
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

/// Trap: a thread of its own, and the `block_on` of another library: there is no runtime for the client.
/// Caught by: the_page_has_its_answers
/// Says: polled where there is no runtime
mod no_runtime_on_the_thread {
    use std::thread;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (mut gone, _as_long_as_render) = oneshot::channel::<()>();
        let (reply, page) = oneshot::channel();
        thread::spawn(move || {
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

/// Trap: a thread, where `block_on` does not panic; and the event loop joins it.
/// Caught by: the_event_loop_goes_on
/// Says: a `join` that waits for it
mod joins_a_thread {
    use std::thread;

    use tokio::runtime::Handle;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let runtime = Handle::current();
        let thread = thread::spawn(move || engine(&mut |question| runtime.block_on(ask(question.to_owned()))));
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// Trap: `block_on` on a thread of the pool: it works, and goes on when nobody wants the page any more.
/// Caught by: a_caller_who_gives_up_asks_no_more
/// Says: a `block_on` that waits for nothing else
mod block_on_on_the_pool {
    use tokio::runtime::Handle;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let runtime = Handle::current();
        let job = spawn_blocking(move || engine(&mut |question| runtime.block_on(ask(question.to_owned()))));
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: each question is a task, and `lookup` waits for its answer. A task goes on without `render`.
/// Caught by: a_caller_who_gives_up_asks_no_more
/// Says: a task of its own, which goes on
mod a_task_for_each_question {
    use tokio::runtime::Handle;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let runtime = Handle::current();
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let call = ask(question.to_owned());
                runtime.spawn(async move { reply.send(call.await) });
                answer.blocking_recv().unwrap_or_default()
            })
        });
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: the loop that answers is a task of its own, which nobody ends.
/// Caught by: a_caller_who_gives_up_asks_no_more
/// Says: its call is still in flight
mod a_task_that_answers {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        tokio::spawn(async move {
            while let Some((question, reply)) = asked.recv().await {
                let _ = reply.send(ask(question).await);
            }
        });
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: whoever waits for an answer is sure to get one.
/// Caught by: a_caller_who_gives_up_asks_no_more
/// Says: no reason to panic
mod expects_an_answer {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                questions.blocking_send((question.to_owned(), reply)).expect("`render` is there");
                answer.blocking_recv().expect("`render` answers")
            })
        });
        while let Some((question, reply)) = asked.recv().await {
            let _ = reply.send(ask(question).await);
        }
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: the questions come through a channel that blocks, and the event loop waits at it.
/// Caught by: the_event_loop_goes_on
/// Says: the event loop stands still
mod a_channel_that_blocks {
    use std::sync::mpsc::channel;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, asked) = channel::<(String, oneshot::Sender<String>)>();
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        while let Ok((question, reply)) = asked.recv() {
            let _ = reply.send(ask(question).await);
        }
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: `render` keeps a sender for itself, and waits for more questions for ever.
/// Caught by: the_page_has_its_answers
/// Says: how does `render` hear that there are no more questions
mod keeps_a_sender {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let sender = questions.clone();
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = sender.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        while let Some((question, reply)) = asked.recv().await {
            let _ = reply.send(ask(question).await);
        }
        drop(questions);
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: a question that was asked before has its answer already.
/// Caught by: the_page_has_its_answers
/// Says: Each call of `lookup` is a question to the model
mod remembers_answers {
    use std::collections::HashMap;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        let mut known: HashMap<String, String> = HashMap::new();
        while let Some((question, reply)) = asked.recv().await {
            if !known.contains_key(&question) {
                known.insert(question.clone(), ask(question.clone()).await);
            }
            let _ = reply.send(known[&question].clone());
        }
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: an engine that panics gives an empty page.
/// Caught by: a_panic_of_the_engine_reaches_the_caller
/// Says: it must not become a page
mod an_empty_page {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        while let Some((question, reply)) = asked.recv().await {
            let _ = reply.send(ask(question).await);
        }
        job.await.unwrap_or_default()
    }
}

/// Trap: `lookup` gives up when `render` is gone, and the call, which is a task, does not.
/// Caught by: a_caller_who_gives_up_asks_no_more
/// Says: a call is still in flight
mod only_lookup_gives_up {
    use tokio::runtime::Handle;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let runtime = Handle::current();
        let (mut gone, _as_long_as_render) = oneshot::channel::<()>();
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                if gone.is_closed() {
                    return String::new();
                }
                let mut call = runtime.spawn(ask(question.to_owned()));
                runtime.block_on(async {
                    tokio::select! {
                        () = gone.closed() => String::new(),
                        answer = &mut call => answer.expect("the client does not panic"),
                    }
                })
            })
        });
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: it looks whether `render` is gone only before a question, and not while it waits for the answer.
/// Caught by: a_caller_who_gives_up_asks_no_more
/// Says: A flag says nothing to who waits
mod looks_before_a_question {
    use tokio::runtime::Handle;
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let runtime = Handle::current();
        let (gone, _as_long_as_render) = oneshot::channel::<()>();
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                if gone.is_closed() {
                    return String::new();
                }
                runtime.block_on(ask(question.to_owned()))
            })
        });
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: `render` yields, and looks whether there is a question.
/// Caught by: nobody_looks_again_and_again
/// Says: keeps a processor busy
mod yields_and_looks {
    use tokio::sync::oneshot;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        while !job.is_finished() {
            match asked.try_recv() {
                Ok((question, reply)) => {
                    let _ = reply.send(ask(question).await);
                }
                Err(_) => tokio::task::yield_now().await,
            }
        }
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: `render` waits for a question for fifty milliseconds, looks whether the engine has ended, and waits again.
/// Caught by: nobody_looks_again_and_again
/// Says: or sleeps, and looks again
mod looks_every_fifty_milliseconds {
    use std::time::Duration;
    use tokio::sync::oneshot;

    use tokio::time::timeout;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            })
        });
        loop {
            match timeout(Duration::from_millis(50), asked.recv()).await {
                Ok(Some((question, reply))) => {
                    let _ = reply.send(ask(question).await);
                }
                Ok(None) => break,
                Err(_) => {}
            }
        }
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: `block_on` on the pool, and a flag that is looked at every few milliseconds while it waits.
/// Caught by: nobody_looks_again_and_again
/// Says: of the call
mod looks_at_a_flag_while_it_waits {
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    };

    use tokio::{runtime::Handle, select, time::sleep};

    struct Gone(Arc<AtomicBool>);

    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let gone = Gone(Arc::default());
        let (is_gone, runtime) = (gone.0.clone(), Handle::current());
        let job = spawn_blocking(move || {
            engine(&mut |question| {
                runtime.block_on(async {
                    let mut call = ask(question.to_owned());
                    while !is_gone.load(Ordering::Relaxed) {
                        select! {
                            answer = &mut call => return answer,
                            () = sleep(Duration::from_millis(2)) => {}
                        }
                    }
                    String::new()
                })
            })
        });
        let page = job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()));
        drop(gone);
        page
    }
}

/// Trap: the page comes from a thread by a line after the engine's call, and a panic passes that line by.
/// Caught by: a_panic_of_the_engine_reaches_the_caller
/// Says: a line after the engine's call does not run
mod told_by_a_line {
    use std::{sync::Mutex, thread};
    use tokio::sync::oneshot;

    use tokio::sync::Notify;

    pub async fn render(engine: Engine, ask: Ask) -> String {
        let (questions, mut asked) = mpsc::channel::<(String, oneshot::Sender<String>)>(1);
        let ended = Arc::new((Mutex::new(String::new()), Notify::new()));
        let end = ended.clone();
        thread::spawn(move || {
            let page = engine(&mut |question| {
                let (reply, answer) = oneshot::channel();
                let _ = questions.blocking_send((question.to_owned(), reply));
                answer.blocking_recv().unwrap_or_default()
            });
            *end.0.lock().expect("nobody panics with it") = page;
            end.1.notify_one();
        });
        while let Some((question, reply)) = asked.recv().await {
            let _ = reply.send(ask(question).await);
        }
        ended.1.notified().await;
        let page = ended.0.lock().expect("nobody panics with it").clone();
        page
    }
}
