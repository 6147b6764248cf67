//! # Fan out: what people write
//!
//! Each module holds only what differs from the solution, `../fan_out.rs`.

/// Trap: each call is awaited inside `join!`, which then gets three replies that are there already.
/// Caught by: the compiler
/// Says: `Reply` is not a future
mod await_inside_the_join {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let (atlas, birch, cedar) = tokio::join!(
            ask(llm, "atlas", prompt).await,
            ask(llm, "birch", prompt).await,
            ask(llm, "cedar", prompt).await
        );
        [atlas, birch, cedar]
    }
}

/// Trap: the three futures are made first and awaited in turn, as if making them started the calls (in JavaScript it does).
/// Caught by: takes_as_long_as_the_slowest
/// Says: A future does nothing until it is polled
mod futures_made_first {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let atlas = ask(llm, "atlas", prompt);
        let birch = ask(llm, "birch", prompt);
        let cedar = ask(llm, "cedar", prompt);
        [atlas.await, birch.await, cedar.await]
    }
}

/// Trap: three calls, each awaited before the next one begins.
/// Caught by: takes_as_long_as_the_slowest
/// Says: one after another
/// Says: the run took 2.400 s
mod one_after_another {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let atlas = ask(llm, "atlas", prompt).await;
        let birch = ask(llm, "birch", prompt).await;
        let cedar = ask(llm, "cedar", prompt).await;
        [atlas, birch, cedar]
    }
}

/// Trap: the work is spawned, but all of it into one task.
/// Caught by: takes_as_long_as_the_slowest
/// Says: one after another
mod one_task_that_asks_in_turn {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        let task = tokio::spawn(async move {
            let mut replies = Vec::new();
            for model in ["atlas", "birch", "cedar"] {
                replies.push(ask(&llm, model, &prompt).await);
            }
            replies
        });
        let replies = task.await.expect("the task does not panic");
        replies.try_into().expect("three calls have three replies")
    }
}

/// Trap: two calls are joined, and the third one is awaited after them.
/// Caught by: takes_as_long_as_the_slowest
/// Says: one after another
/// Says: the run took 1.600 s
mod only_two_overlap {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let (atlas, birch) = tokio::join!(ask(llm, "atlas", prompt), ask(llm, "birch", prompt));
        let cedar = ask(llm, "cedar", prompt).await;
        [atlas, birch, cedar]
    }
}

/// Trap: the replies are collected as they come.
/// Caught by: replies_keep_their_places
/// Says: tells the replies apart by their places
mod order_of_arrival {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let calls = ["cedar", "birch", "atlas"].map(|model| ask(llm, model, prompt));
        let replies: Vec<Reply> = FuturesUnordered::from_iter(calls).collect().await;
        replies.try_into().expect("three calls have three replies")
    }
}

/// Trap: each call is a task, and each task is awaited before the next one is spawned.
/// Caught by: takes_as_long_as_the_slowest
/// Says: one after another
mod spawned_and_awaited_at_once {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let mut replies = Vec::new();
        for model in ["atlas", "birch", "cedar"] {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            let task = tokio::spawn(async move { ask(&llm, model, &prompt).await });
            replies.push(task.await.expect("the task does not panic"));
        }
        replies.try_into().expect("three calls have three replies")
    }
}

/// Trap: the calls are put together, and a loop asks every millisecond whether they are done.
/// Caught by: takes_as_long_as_the_slowest
/// Says: Your code looks again and again
mod looks_every_millisecond {
    use std::{pin::pin, task::Poll, time::Duration};

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let mut all = pin!(async {
            tokio::join!(ask(llm, "atlas", prompt), ask(llm, "birch", prompt), ask(llm, "cedar", prompt))
        });
        loop {
            if let Poll::Ready((atlas, birch, cedar)) = futures::poll!(all.as_mut()) {
                return [atlas, birch, cedar];
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Trap: a task is spawned beside the calls, and nobody ends it.
/// Caught by: asks_every_model_once
/// Says: task
mod a_task_left_behind {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        tokio::spawn(std::future::pending::<()>());
        let (atlas, birch, cedar) =
            tokio::join!(ask(llm, "atlas", prompt), ask(llm, "birch", prompt), ask(llm, "cedar", prompt));
        [atlas, birch, cedar]
    }
}

/// Trap: each call is polled once, so that all have begun, and then they are awaited in turn.
/// Caught by: takes_as_long_as_the_slowest
/// Says: leaves the others lying
mod begun_and_then_in_turn {
    use futures::poll;

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let mut atlas = Box::pin(ask(llm, "atlas", prompt));
        let mut birch = Box::pin(ask(llm, "birch", prompt));
        let mut cedar = Box::pin(ask(llm, "cedar", prompt));
        let begun = [poll!(&mut atlas), poll!(&mut birch), poll!(&mut cedar)];
        assert!(begun.iter().all(std::task::Poll::is_pending), "every model takes its time");
        [atlas.await, birch.await, cedar.await]
    }
}
