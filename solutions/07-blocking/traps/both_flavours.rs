//! # Both flavours: what people write
//!
//! Each module holds only what differs from the solution, `../both_flavours.rs`.

/// Trap: the runtime is asked for its flavour, and `block_in_place` stays where it does not panic.
/// Caught by: works_on_both_runtimes
/// Says: A runtime with several threads is not enough
mod asks_for_the_flavour {
    use tokio::{
        runtime::{Handle, RuntimeFlavor},
        task::block_in_place,
    };

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            return block_in_place(|| newest(&**tokenizer, messages, limit));
        }
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let job = spawn_blocking(move || newest(&*tokenizer, &messages, limit));
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: the flavour decides, and so does what is a task: `block_in_place` stays for what `main` awaits itself.
/// Caught by: everything_else_goes_on
/// Says: what stands in the same task
mod only_outside_of_tasks {
    use tokio::{
        runtime::{Handle, RuntimeFlavor},
        task::{block_in_place, try_id},
    };

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread && try_id().is_none() {
            return block_in_place(|| newest(&**tokenizer, messages, limit));
        }
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let job = spawn_blocking(move || newest(&*tokenizer, &messages, limit));
        job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: without `block_in_place` nothing panics: the tokenizer works on the thread of the event loop.
/// Caught by: everything_else_goes_on
/// Says: on a current-thread runtime: everything stands still
mod on_the_event_loop {
    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        newest(&**tokenizer, messages, limit)
    }
}

/// Trap: a task of its own. A task is no thread.
/// Caught by: everything_else_goes_on
/// Says: everything stands still
mod in_a_task {
    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let task = tokio::spawn(async move { newest(&*tokenizer, &messages, limit) });
        task.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: `block_in_place` in a task of its own: the `join!` goes on, and a runtime with one thread panics as before.
/// Caught by: works_on_both_runtimes
/// Says: A library does not choose its runtime
mod block_in_place_in_a_task {
    use tokio::task::block_in_place;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let task = tokio::spawn(async move { block_in_place(|| newest(&*tokenizer, &messages, limit)) });
        task.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: a thread, which may borrow; and the thread of the event loop waits for it.
/// Caught by: everything_else_goes_on
/// Says: A `join` of a thread
mod a_scoped_thread {
    use std::thread;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        thread::scope(|scope| {
            let thread = scope.spawn(|| newest(&**tokenizer, messages, limit));
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}

/// Trap: a runtime with several threads of its own, as `block_in_place` wants one.
/// Caught by: works_on_both_runtimes
/// Says: none of its futures could go on
mod a_runtime_of_its_own {
    use tokio::{runtime::Builder, task::block_in_place};

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("it needs nothing");
        runtime.block_on(async { block_in_place(|| newest(&**tokenizer, messages, limit)) })
    }
}

/// Trap: a job on the pool, and a `block_on` from another library that waits for it.
/// Caught by: everything_else_goes_on
/// Says: Only `.await` lets go of it
mod block_on_another_executor {
    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let job = spawn_blocking(move || newest(&*tokenizer, &messages, limit));
        futures::executor::block_on(job).unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: a job that fails gives an empty list.
/// Caught by: a_panic_of_the_tokenizer_reaches_the_caller
/// Says: a chat that has forgotten everything
mod a_panic_is_an_empty_list {
    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        spawn_blocking(move || newest(&*tokenizer, &messages, limit)).await.unwrap_or_default()
    }
}

/// Trap: all messages are counted together, each in a job of its own, and then it is seen what fits.
/// Caught by: the_newest_that_fit
/// Says: what is not looked at is not counted
mod counts_them_all {
    use futures::future::join_all;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let jobs = messages.iter().map(|message| {
            let (tokenizer, message) = (tokenizer.clone(), message.clone());
            spawn_blocking(move || tokenizer.count(&message))
        });
        let counts: Vec<_> = join_all(jobs).await;
        let mut left = limit;
        let mut first = messages.len();
        for count in counts.into_iter().rev() {
            let count = count.unwrap_or_else(|error| resume_unwind(error.into_panic()));
            let Some(rest) = left.checked_sub(count) else { break };
            (left, first) = (rest, first - 1);
        }
        messages[first..].to_vec()
    }
}

/// Trap: a message that does not fit is passed over, and older ones are taken.
/// Caught by: the_newest_that_fit
/// Says: up to the first that does not fit
mod passes_over_what_does_not_fit {
    fn newest(tokenizer: &dyn Tokenizer, messages: &[String], limit: usize) -> Vec<String> {
        let mut left = limit;
        let mut newest: Vec<String> = Vec::new();
        for message in messages.iter().rev() {
            if let Some(rest) = left.checked_sub(tokenizer.count(message)) {
                left = rest;
                newest.push(message.clone());
            }
        }
        newest.reverse();
        newest
    }
}

/// Trap: a thread, and a loop that yields until it has ended.
/// Caught by: fit_is_woken
/// Says: A loop that yields
mod yields_and_looks {
    use std::thread;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let thread = thread::spawn(move || newest(&*tokenizer, &messages, limit));
        while !thread.is_finished() {
            tokio::task::yield_now().await;
        }
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// Trap: the wait is given up after twenty milliseconds, and begun again.
/// Caught by: fit_is_woken
/// Says: or sleeps, and looks again
mod looks_every_twenty_milliseconds {
    use std::time::Duration;

    use tokio::time::timeout;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let mut job = spawn_blocking(move || newest(&*tokenizer, &messages, limit));
        loop {
            if let Ok(fitting) = timeout(Duration::from_millis(20), &mut job).await {
                return fitting.unwrap_or_else(|error| resume_unwind(error.into_panic()));
            }
        }
    }
}

/// Trap: a job that fails is tried again, as a call over the network would be.
/// Caught by: a_panic_of_the_tokenizer_reaches_the_caller
/// Says: A bug does not go away
mod tries_again {
    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        for _ in 0..3 {
            let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
            if let Ok(fitting) = spawn_blocking(move || newest(&*tokenizer, &messages, limit)).await {
                return fitting;
            }
        }
        panic!("the tokenizer panics")
    }
}

/// Trap: the newest message is counted on the pool, and the others where `fit` stands.
/// Caught by: everything_else_goes_on
/// Says: everything stands still
mod only_the_first_is_moved {
    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let Some((last, older)) = messages.split_last() else { return Vec::new() };
        let (counts, text) = (tokenizer.clone(), last.clone());
        let count = spawn_blocking(move || counts.count(&text)).await;
        let count = count.unwrap_or_else(|error| resume_unwind(error.into_panic()));
        let Some(left) = limit.checked_sub(count) else { return Vec::new() };
        let mut fitting = newest(&**tokenizer, older, left);
        fitting.push(last.clone());
        fitting
    }
}

/// Trap: a minute is enough for everybody.
/// Caught by: fit_is_woken
/// Says: Nobody has asked for a limit
mod gives_up_after_a_minute {
    use std::time::Duration;

    use tokio::time::timeout;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let job = spawn_blocking(move || newest(&*tokenizer, &messages, limit));
        let Ok(fitting) = timeout(Duration::from_secs(60), job).await else { return Vec::new() };
        fitting.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Trap: a text that was counted before is not counted again.
/// Caught by: the_newest_that_fit
/// Says: where an equal text was counted before
mod knows_the_text {
    use std::collections::HashMap;

    fn newest(tokenizer: &dyn Tokenizer, messages: &[String], limit: usize) -> Vec<String> {
        let (mut known, mut left, mut first) = (HashMap::new(), limit, messages.len());
        for (number, message) in messages.iter().enumerate().rev() {
            let count = *known.entry(message).or_insert_with(|| tokenizer.count(message));
            let Some(rest) = left.checked_sub(count) else { break };
            (left, first) = (rest, number);
        }
        messages[first..].to_vec()
    }
}

/// Trap: a full window is believed to be the end.
/// Caught by: the_newest_that_fit
/// Says: in a full window too
mod full_is_the_end {
    fn newest(tokenizer: &dyn Tokenizer, messages: &[String], limit: usize) -> Vec<String> {
        let (mut left, mut first) = (limit, messages.len());
        while left > 0 && first > 0 {
            let Some(rest) = left.checked_sub(tokenizer.count(&messages[first - 1])) else { break };
            (left, first) = (rest, first - 1);
        }
        messages[first..].to_vec()
    }
}

/// Trap: what fills the window to its limit is believed not to fit.
/// Caught by: the_newest_that_fit
/// Says: fills the window to its limit fits
mod less_than_the_limit {
    fn newest(tokenizer: &dyn Tokenizer, messages: &[String], limit: usize) -> Vec<String> {
        let (mut sum, mut first) = (0_usize, messages.len());
        while first > 0 {
            sum += tokenizer.count(&messages[first - 1]);
            if sum >= limit {
                break;
            }
            first -= 1;
        }
        messages[first..].to_vec()
    }
}

/// Trap: `fit` keeps a sender, so its channel is open though the thread has panicked.
/// Caught by: a_panic_of_the_tokenizer_reaches_the_caller
/// Says: a sender that you keep yourself
mod keeps_a_sender {
    use std::thread;

    use tokio::sync::mpsc;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let (reply, mut fitting) = mpsc::channel(1);
        let theirs = reply.clone();
        thread::spawn(move || theirs.blocking_send(newest(&*tokenizer, &messages, limit)));
        let fitting = fitting.recv().await.expect("the tokenizer does not panic");
        drop(reply);
        fitting
    }
}

/// Trap: the two newest are counted at the same time.
/// Caught by: the_newest_that_fit
/// Says: what is not looked at is not counted
mod one_ahead {
    use futures::stream::{self, StreamExt};

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let jobs = messages.to_vec().into_iter().rev().map(|text| {
            let tokenizer = tokenizer.clone();
            spawn_blocking(move || tokenizer.count(&text))
        });
        let mut counts = stream::iter(jobs).buffered(2);
        let (mut left, mut first) = (limit, messages.len());
        while let Some(count) = counts.next().await {
            let count = count.unwrap_or_else(|error| resume_unwind(error.into_panic()));
            let Some(rest) = left.checked_sub(count) else { break };
            (left, first) = (rest, first - 1);
        }
        messages[first..].to_vec()
    }
}
