//! # Full pool: what people write
//!
//! Each module holds only what differs from the solution, `../full_pool.rs`.

/// Trap: no job waits for a job if there is only one: all of the book in one job, part after part.
/// Caught by: parts_do_not_wait_for_each_other
/// Says: A thread of the pool asks nothing
mod one_job_for_the_book {
    pub async fn summarize(ask: Ask, book: Section) -> String {
        spawn_blocking(move || summary_in_turn(&ask, book)).await.expect("the SDK does not panic")
    }

    fn summary_in_turn(ask: &Ask, section: Section) -> String {
        let summaries: Vec<String> = section.parts.into_iter().map(|part| summary_in_turn(ask, part)).collect();
        ask(&prompt(&section.title, &summaries))
    }
}

/// Trap: it waits on the event loop, and for one part after another.
/// Caught by: parts_do_not_wait_for_each_other
/// Says: Awaiting one part before the next one begins
mod awaits_each_part_in_turn {
    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let mut summaries = Vec::new();
            for part in section.parts {
                summaries.push(summary_of(ask.clone(), part).await);
            }
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: all is async now, the call of the SDK too: it holds the event loop's thread.
/// Caught by: the_event_loop_goes_on
/// Says: the event loop stands still
mod asks_on_the_event_loop {
    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts = section.parts.into_iter().map(|part| summary_of(ask.clone(), part));
            let summaries = join_all(parts).await;
            ask(&prompt(&section.title, &summaries))
        }
        .boxed()
    }
}

/// Trap: a thread for each section: no pool can be full, and no pool limits anything.
/// Caught by: asks_on_threads_of_the_pool
/// Says: the size of the pool limits nothing
mod a_thread_for_each_section {
    use std::thread;

    pub async fn summarize(ask: Ask, book: Section) -> String {
        spawn_blocking(move || summary_on_threads(&ask, book)).await.expect("the SDK does not panic")
    }

    fn summary_on_threads(ask: &Ask, section: Section) -> String {
        let summaries: Vec<String> = thread::scope(|scope| {
            let parts = section.parts.into_iter();
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || summary_on_threads(ask, part))).collect();
            threads.into_iter().map(|thread| thread.join().expect("the SDK does not panic")).collect()
        });
        ask(&prompt(&section.title, &summaries))
    }
}

/// Trap: a runtime of its own, with a pool that is large enough.
/// Caught by: asks_on_threads_of_the_pool
/// Says: with a second pool
mod a_larger_pool {
    use std::thread;

    use tokio::{runtime::Builder, sync::oneshot};

    pub async fn summarize(ask: Ask, book: Section) -> String {
        let (reply, summary) = oneshot::channel();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().max_blocking_threads(2000).build().expect("it has threads");
            let _ = reply.send(runtime.block_on(summary_of(ask, book)));
        });
        summary.await.expect("the SDK does not panic")
    }
}

/// Trap: the job waits for its parts on a channel. It still waits, and still holds its thread.
/// Caught by: ends_with_a_pool_of_one_thread
/// Says: A job on the pool waits for another job
mod waits_on_a_channel {
    use tokio::sync::oneshot;

    pub async fn summarize(ask: Ask, book: Section) -> String {
        job(ask, book).await.expect("the SDK does not panic")
    }

    fn job(ask: Ask, section: Section) -> oneshot::Receiver<String> {
        let (reply, summary) = oneshot::channel();
        spawn_blocking(move || {
            let parts: Vec<_> = section.parts.into_iter().map(|part| job(ask.clone(), part)).collect();
            let wait = |part: oneshot::Receiver<String>| part.blocking_recv().expect("the SDK does not panic");
            let summaries: Vec<String> = parts.into_iter().map(wait).collect();
            let _ = reply.send(ask(&prompt(&section.title, &summaries)));
        });
        summary
    }
}

/// Trap: a limit for the jobs. The job of a section keeps its permit while it waits for the permits of its parts.
/// Caught by: any_pool_and_any_book
/// Says: A permit that a section keeps
mod a_permit_for_each_section {
    use tokio::sync::Semaphore;

    pub async fn summarize(ask: Ask, book: Section) -> String {
        limited(ask, book, Arc::new(Semaphore::new(16))).await
    }

    fn limited(ask: Ask, section: Section, permits: Arc<Semaphore>) -> BoxFuture<'static, String> {
        async move {
            let _permit = permits.acquire().await.expect("nobody closes it");
            let parts = section.parts.into_iter().map(|part| limited(ask.clone(), part, permits.clone()));
            let summaries = join_all(parts).await;
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: only the parts that have parts wait; and they wait on the pool.
/// Caught by: ends_with_a_pool_of_one_thread
/// Says: A larger pool only needs a deeper book
mod a_job_for_each_chapter {
    use tokio::runtime::Handle;

    pub async fn summarize(ask: Ask, book: Section) -> String {
        let chapters = book.parts.into_iter().map(|chapter| {
            let ask = ask.clone();
            spawn_blocking(move || Handle::current().block_on(summary_of(ask, chapter)))
        });
        let summaries = join_all(chapters).await.into_iter().map(|chapter| chapter.expect("the SDK does not panic"));
        let summaries: Vec<String> = summaries.collect();
        let prompt = prompt(&book.title, &summaries);
        spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
    }
}

/// Trap: the lowest level first, all of it, then the next one.
/// Caught by: a_section_needs_its_own_parts_only
/// Says: a level of the book
mod level_after_level {
    pub async fn summarize(ask: Ask, book: Section) -> String {
        fn depth(section: &Section) -> usize {
            section.parts.iter().map(|part| 1 + depth(part)).max().unwrap_or(0)
        }
        // Each section with its depth, the numbers of its parts, and its summary when it is there.
        fn flatten(section: Section, all: &mut Vec<(usize, String, Vec<usize>, String)>) -> usize {
            let depth = depth(&section);
            let parts = section.parts.into_iter().map(|part| flatten(part, all)).collect();
            all.push((depth, section.title, parts, String::new()));
            all.len() - 1
        }
        let mut all = Vec::new();
        let root = flatten(book, &mut all);
        for level in 0..=all[root].0 {
            let ready = (0..all.len()).filter(|&number| all[number].0 == level);
            let jobs: Vec<_> = ready
                .map(|number| {
                    let (_, title, parts, _) = &all[number];
                    let summaries: Vec<String> = parts.iter().map(|&part| all[part].3.clone()).collect();
                    let (ask, prompt) = (ask.clone(), prompt(title, &summaries));
                    (number, spawn_blocking(move || ask(&prompt)))
                })
                .collect();
            for (number, job) in jobs {
                all[number].3 = job.await.expect("the SDK does not panic");
            }
        }
        all.swap_remove(root).3
    }
}

/// Trap: the summaries are taken as they come.
/// Caught by: summaries_in_the_order_of_the_parts
/// Says: in the order of the parts
mod in_the_order_of_arrival {
    use tokio::task::JoinSet;

    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let mut parts = JoinSet::new();
            for part in section.parts {
                parts.spawn(summary_of(ask.clone(), part));
            }
            let mut summaries = Vec::new();
            while let Some(summary) = parts.join_next().await {
                summaries.push(summary.expect("the SDK does not panic"));
            }
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: the futures are right, and somebody waits for them with the thread of the event loop.
/// Caught by: the_event_loop_goes_on
/// Says: the only way to wait is `.await`
mod block_on_the_loop {
    pub async fn summarize(ask: Ask, book: Section) -> String {
        futures::executor::block_on(summary_of(ask, book))
    }
}

/// Trap: the same title was asked about before, so its answer is known: the parts of the two sections are not looked at.
/// Caught by: any_pool_and_any_book
/// Says: are two sections
mod one_summary_for_a_title {
    use std::{collections::HashMap, sync::Mutex};

    pub async fn summarize(ask: Ask, book: Section) -> String {
        let known: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let with_memory: Ask = Arc::new(move |prompt| {
            let title = prompt.split('(').next().unwrap_or_default().to_owned();
            let before = known.lock().expect("nobody panics").get(&title).cloned();
            before.unwrap_or_else(|| {
                let answer = ask(prompt);
                known.lock().expect("nobody panics").insert(title, answer.clone());
                answer
            })
        });
        summary_of(with_memory, book).await
    }
}

/// Trap: a limit of its own before the pool, large enough for the pools that its author has seen.
/// Caught by: no_thread_is_idle
/// Says: a limit of your own below the pool's
mod a_limit_of_its_own {
    use tokio::sync::Semaphore;

    static PLACES: Semaphore = Semaphore::const_new(100);

    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts = section.parts.into_iter().map(|part| summary_of(ask.clone(), part));
            let summaries = join_all(parts).await;
            let prompt = prompt(&section.title, &summaries);
            let _place = PLACES.acquire().await.expect("nobody closes it");
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: a few parts at a time, as one does with a client.
/// Caught by: no_thread_is_idle
/// Says: a limit of your own below the pool's
mod four_at_a_time {
    use futures::stream::{self, StreamExt};

    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts: Vec<_> = section.parts.into_iter().map(|part| summary_of(ask.clone(), part)).collect();
            let summaries: Vec<String> = stream::iter(parts).buffered(4).collect().await;
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: tasks, and a loop that yields until each has ended.
/// Caught by: waits_to_be_woken
/// Says: looks again whether a part is ready
mod yields_and_looks {
    use tokio::task::yield_now;

    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts = section.parts.into_iter().map(|part| tokio::spawn(summary_of(ask.clone(), part)));
            let parts: Vec<_> = parts.collect();
            let mut summaries = Vec::new();
            for part in parts {
                while !part.is_finished() {
                    yield_now().await;
                }
                summaries.push(part.await.expect("the SDK does not panic"));
            }
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: tasks, and a wait for each that is given up after ten milliseconds, and begun again.
/// Caught by: waits_to_be_woken
/// Says: looks again whether a part is ready
mod looks_every_ten_milliseconds {
    use std::time::Duration;

    use tokio::time::timeout;

    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts = section.parts.into_iter().map(|part| tokio::spawn(summary_of(ask.clone(), part)));
            let parts: Vec<_> = parts.collect();
            let mut summaries = Vec::new();
            for mut part in parts {
                let summary = loop {
                    if let Ok(summary) = timeout(Duration::from_millis(10), &mut part).await {
                        break summary;
                    }
                };
                summaries.push(summary.expect("the SDK does not panic"));
            }
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: the same in tasks that nobody sees: `summarize` itself only waits for the first of them.
/// Caught by: waits_to_be_woken
/// Says: polls of tasks, for four sections
mod looks_in_a_task {
    use std::time::Duration;

    use tokio::time::timeout;

    pub async fn summarize(ask: Ask, book: Section) -> String {
        tokio::spawn(summary_of(ask, book)).await.expect("the SDK does not panic")
    }

    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts = section.parts.into_iter().map(|part| tokio::spawn(summary_of(ask.clone(), part)));
            let parts: Vec<_> = parts.collect();
            let mut summaries = Vec::new();
            for mut part in parts {
                let summary = loop {
                    if let Ok(summary) = timeout(Duration::from_millis(10), &mut part).await {
                        break summary;
                    }
                };
                summaries.push(summary.expect("the SDK does not panic"));
            }
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: a section with a single part is believed to have that part's summary.
/// Caught by: parts_do_not_wait_for_each_other
/// Says: one with a single part too
mod a_single_part_is_enough {
    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts = section.parts.into_iter().map(|part| summary_of(ask.clone(), part));
            let mut summaries = join_all(parts).await;
            if summaries.len() == 1 {
                return summaries.remove(0);
            }
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Trap: the jobs are queued from the leaves to the root, so each finds its parts before it in the queue. It waits for them all
/// the same.
/// Caught by: summaries_in_the_order_of_the_parts
/// Says: keeps a thread from asking
mod queued_in_a_clever_order {
    use tokio::sync::oneshot;

    pub async fn summarize(ask: Ask, book: Section) -> String {
        job(&ask, book).await.expect("the SDK does not panic")
    }

    fn job(ask: &Ask, section: Section) -> oneshot::Receiver<String> {
        let parts: Vec<_> = section.parts.into_iter().map(|part| job(ask, part)).collect();
        let (reply, summary) = oneshot::channel();
        let ask = ask.clone();
        spawn_blocking(move || {
            let wait = |part: oneshot::Receiver<String>| part.blocking_recv().expect("the SDK does not panic");
            let summaries: Vec<String> = parts.into_iter().map(wait).collect();
            let _ = reply.send(ask(&prompt(&section.title, &summaries)));
        });
        summary
    }
}
