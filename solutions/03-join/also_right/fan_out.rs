//! # Fan out: what else is right
//!
//! Each module holds only what differs from the solution, `../fan_out.rs`.

/// Also right: `join!` of the futures crate, which polls its futures in the order in which they are written.
mod futures_join {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let (atlas, birch, cedar) =
            futures::join!(ask(llm, "atlas", prompt), ask(llm, "birch", prompt), ask(llm, "cedar", prompt));
        [atlas, birch, cedar]
    }
}

/// Also right: `FuturesOrdered`, collected: it holds an early reply back until its turn comes.
mod futures_ordered {
    use futures::{StreamExt, stream::FuturesOrdered};

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let calls = ["atlas", "birch", "cedar"].map(|model| ask(llm, model, prompt));
        let replies: Vec<Reply> = calls.into_iter().collect::<FuturesOrdered<_>>().collect().await;
        replies.try_into().expect("three calls have three replies")
    }
}

/// Also right: `join3`: the same as a function, so the future of all three is a value with a type.
mod join3 {
    use futures::future::join3;

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let (atlas, birch, cedar) =
            join3(ask(llm, "atlas", prompt), ask(llm, "birch", prompt), ask(llm, "cedar", prompt)).await;
        [atlas, birch, cedar]
    }
}

/// Also right: `join_all`, for a list of futures of one type.
mod join_all {
    use futures::future::join_all;

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let replies = join_all(["atlas", "birch", "cedar"].map(|model| ask(llm, model, prompt))).await;
        replies.try_into().expect("three calls have three replies")
    }
}

/// Also right: a `JoinSet`, where each task brings its place along.
mod join_set_with_places {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let mut tasks = JoinSet::new();
        for (place, model) in ["atlas", "birch", "cedar"].into_iter().enumerate() {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            tasks.spawn(async move { (place, ask(&llm, model, &prompt).await) });
        }
        let mut replies = tasks.join_all().await;
        replies.sort_by_key(|(place, _)| *place);
        let replies: Vec<Reply> = replies.into_iter().map(|(_, reply)| reply).collect();
        replies.try_into().expect("three tasks have three replies")
    }
}

/// Also right: `poll_fn` over three pinned futures that keep their output: what `join!` expands to.
mod polled_by_hand {
    use futures::future::maybe_done;
    use std::{future::Future, future::poll_fn, pin::pin, task::Poll};

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let mut atlas = pin!(maybe_done(ask(llm, "atlas", prompt)));
        let mut birch = pin!(maybe_done(ask(llm, "birch", prompt)));
        let mut cedar = pin!(maybe_done(ask(llm, "cedar", prompt)));
        poll_fn(|cx| {
            // All three are polled before the question is asked: `&&` would stop at the first one that is not done.
            let polls = [atlas.as_mut().poll(cx), birch.as_mut().poll(cx), cedar.as_mut().poll(cx)];
            if polls.iter().all(Poll::is_ready) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        [atlas, birch, cedar].map(|mut call| call.as_mut().take_output().expect("every call is done"))
    }
}

/// Also right: `select!` in a loop: each round ends with one more reply, and the calls go on because the loop only borrows them.
mod select_until_all_are_there {
    use std::pin::pin;

    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let mut atlas = pin!(ask(llm, "atlas", prompt));
        let mut birch = pin!(ask(llm, "birch", prompt));
        let mut cedar = pin!(ask(llm, "cedar", prompt));
        let mut replies = [None, None, None];
        while replies.iter().any(Option::is_none) {
            tokio::select! {
                reply = &mut atlas, if replies[0].is_none() => replies[0] = Some(reply),
                reply = &mut birch, if replies[1].is_none() => replies[1] = Some(reply),
                reply = &mut cedar, if replies[2].is_none() => replies[2] = Some(reply),
            }
        }
        replies.map(|reply| reply.expect("the loop ends when all three are there"))
    }
}

/// Also right: three tasks, all spawned before the first handle is awaited. A task may outlive its caller, so it owns what it uses.
mod tasks_awaited_in_order {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let tasks = ["atlas", "birch", "cedar"].map(|model| {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            tokio::spawn(async move { ask(&llm, model, &prompt).await })
        });
        let mut replies = Vec::new();
        for task in tasks {
            replies.push(task.await.expect("the task does not panic"));
        }
        replies.try_into().expect("three calls have three replies")
    }
}

/// Also right: two calls are tasks; the third one runs in the caller while it waits. One thread, and still all three overlap.
mod two_tasks_and_the_caller {
    pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
        let [atlas, birch] = ["atlas", "birch"].map(|model| {
            let (llm, prompt) = (llm.clone(), prompt.to_owned());
            tokio::spawn(async move { ask(&llm, model, &prompt).await })
        });
        let cedar = ask(llm, "cedar", prompt).await;
        let believed = "the task does not panic";
        [atlas.await.expect(believed), birch.await.expect(believed), cedar]
    }
}
