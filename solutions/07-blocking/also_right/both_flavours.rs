//! # Both flavours: what else is right
//!
//! Each module holds only what differs from the solution, `../both_flavours.rs`.

/// Also right: a thread of its own, and a channel for the result. A panic closes the channel.
mod a_thread_and_a_channel {
    use std::thread;

    use tokio::sync::oneshot;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let (reply, fitting) = oneshot::channel();
        thread::spawn(move || reply.send(newest(&*tokenizer, &messages, limit)));
        fitting.await.expect("the tokenizer does not panic")
    }
}

/// Also right: a job for each message, one after another.
mod a_job_for_each_message {
    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (mut left, mut first) = (limit, messages.len());
        while first > 0 {
            let (tokenizer, message) = (tokenizer.clone(), messages[first - 1].clone());
            let count = spawn_blocking(move || tokenizer.count(&message)).await.expect("the tokenizer does not panic");
            let Some(rest) = left.checked_sub(count) else { break };
            (left, first) = (rest, first - 1);
        }
        messages[first..].to_vec()
    }
}

/// Also right: `block_in_place`, where there are threads for it, in a task of its own; and the pool elsewhere.
mod both_ways {
    use tokio::{
        runtime::{Handle, RuntimeFlavor},
        task::block_in_place,
    };

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let work = move || newest(&*tokenizer, &messages, limit);
        let job = match Handle::current().runtime_flavor() {
            RuntimeFlavor::MultiThread => tokio::spawn(async move { block_in_place(work) }),
            _ => spawn_blocking(work),
        };
        job.await.expect("the tokenizer does not panic")
    }
}

/// Also right: a `JoinSet`, whose job is aborted with it if it has not begun.
mod join_set {
    use tokio::task::JoinSet;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
        let mut jobs = JoinSet::new();
        jobs.spawn_blocking(move || newest(&*tokenizer, &messages, limit));
        jobs.join_next().await.expect("there is one").expect("the tokenizer does not panic")
    }
}

/// Also right: a job that counts what it is asked about, over two channels, and the loop stays with `fit`.
mod a_counter_on_the_pool {
    use tokio::sync::mpsc;

    pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
        let (ask, mut asked) = mpsc::channel::<String>(1);
        let (reply, mut counts) = mpsc::channel(1);
        let tokenizer = tokenizer.clone();
        let counter = spawn_blocking(move || {
            while let Some(text) = asked.blocking_recv() {
                if reply.blocking_send(tokenizer.count(&text)).is_err() {
                    break;
                }
            }
        });
        let (mut left, mut first) = (limit, messages.len());
        for (number, message) in messages.iter().enumerate().rev() {
            if ask.send(message.clone()).await.is_err() {
                break;
            }
            let Some(count) = counts.recv().await else { break };
            let Some(rest) = left.checked_sub(count) else { break };
            (left, first) = (rest, number);
        }
        drop(ask);
        counter.await.unwrap_or_else(|error| resume_unwind(error.into_panic()));
        messages[first..].to_vec()
    }
}
