//! # As completed: what else is right
//!
//! Each module holds only what differs from the solution, `../as_completed.rs`.

/// Also right: a task for each call, and a channel that ends when the last task has dropped its sender.
mod channel {
    use tokio::sync::mpsc;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let (sender, mut receiver) = mpsc::channel(1);
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let (llm, sender) = (llm.clone(), sender.clone());
            tokio::spawn(async move { sender.send((place, ask(&llm, &prompt).await)).await });
        }
        drop(sender);
        while let Some((place, reply)) = receiver.recv().await {
            show(place, reply);
        }
    }
}

/// Also right: `join_all` of futures that call `show` themselves. They run in one task, one at a time: a `RefCell` is enough.
mod each_shows_its_own {
    use futures::future::join_all;
    use std::cell::RefCell;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, Reply)) {
        let show = RefCell::new(show);
        let calls = prompts.iter().enumerate().map(|(place, prompt)| {
            let show = &show;
            async move {
                let reply = ask(llm, prompt).await;
                // Borrowed after the await: a borrow that is held over it would meet the borrow of another call.
                let mut show = show.borrow_mut();
                show(place, reply);
            }
        });
        join_all(calls).await;
    }
}

/// Also right: `for_each_concurrent` without a limit.
mod for_each_concurrent {
    use futures::stream;
    use std::cell::RefCell;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, Reply)) {
        let show = RefCell::new(show);
        let ask_and_show = async |(place, prompt): (usize, &String)| {
            let reply = ask(llm, prompt).await;
            let mut show = show.borrow_mut();
            show(place, reply);
        };
        stream::iter(prompts.iter().enumerate()).for_each_concurrent(None, ask_and_show).await;
    }
}

/// Also right: a `JoinSet`, and a map from the id of each task to the place of its prompt.
mod join_set_with_ids {
    use std::collections::HashMap;
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let mut tasks = JoinSet::new();
        let mut places = HashMap::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            let task = tasks.spawn(async move { ask(&llm, &prompt).await });
            places.insert(task.id(), place);
        }
        while let Some(task) = tasks.join_next_with_id().await {
            let (id, reply) = task.expect("the task does not panic");
            show(places[&id], reply);
        }
    }
}

/// Also right: a `JoinSet`, where each task brings the place of its prompt along.
mod join_set_with_places {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            tasks.spawn(async move { (place, ask(&llm, &prompt).await) });
        }
        while let Some(task) = tasks.join_next().await {
            let (place, reply) = task.expect("the task does not panic");
            show(place, reply);
        }
    }
}

/// Also right: `poll_fn` over the list: every call that is not done is polled, and what is ready is shown.
mod polled_by_hand {
    use std::{future::poll_fn, task::Poll};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Some(Box::pin(ask(llm, prompt)))).collect();
        poll_fn(|cx| {
            for (place, slot) in calls.iter_mut().enumerate() {
                let Some(call) = slot else { continue };
                if let Poll::Ready(reply) = call.as_mut().poll(cx) {
                    show(place, reply);
                    *slot = None;
                }
            }
            if calls.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Also right: `buffer_unordered` with room for all of them, and for one where there are none.
mod room_for_all_as_they_come {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

        let mut replies = stream::iter(calls).buffer_unordered(prompts.len().max(1));
        while let Some((place, reply)) = replies.next().await {
            show(place, reply);
        }
    }
}

/// Also right: `select_all`, which gives the next result and the futures that are left. The place comes with the result.
mod select_all_in_a_loop {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

        let mut calls: Vec<_> = calls.map(Box::pin).collect();
        // `select_all` panics without futures.
        while !calls.is_empty() {
            let ((place, reply), _, others) = select_all(calls).await;
            show(place, reply);
            calls = others;
        }
    }
}
