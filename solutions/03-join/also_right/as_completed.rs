//! # As completed: what else is right
//!
//! Each module holds only what differs from the solution, `../as_completed.rs`.

/// Also right: `join_all` of futures that call `show` themselves. They run in one task, one at a time: a `RefCell` is enough.
mod each_shows_its_own {
    use futures::future::join_all;
    use std::cell::RefCell;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, String)) {
        let show = RefCell::new(show);
        let calls = prompts.iter().enumerate().map(|(place, prompt)| {
            let show = &show;
            async move {
                let translation = in_german(llm, prompt).await;
                // Borrowed after the await: a borrow that is held over it would meet the borrow of another call.
                let mut show = show.borrow_mut();
                show(place, translation);
            }
        });
        join_all(calls).await;
    }
}

/// Also right: `for_each_concurrent` without a limit.
mod for_each_concurrent {
    use futures::stream;
    use std::cell::RefCell;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, String)) {
        let show = RefCell::new(show);
        let ask_and_show = async |(place, prompt): (usize, &String)| {
            let translation = in_german(llm, prompt).await;
            let mut show = show.borrow_mut();
            show(place, translation);
        };
        stream::iter(prompts.iter().enumerate()).for_each_concurrent(None, ask_and_show).await;
    }
}

/// Also right: started from the end of the list.
mod from_the_end {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let boxes = prompts.iter().enumerate().rev();
        let boxes = boxes.map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation);
        }
    }
}

/// Also right: a `JoinSet`, and a map from the id of each task to the place of its prompt.
mod join_set_with_ids {
    use std::collections::HashMap;
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut tasks = JoinSet::new();
        let mut places = HashMap::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            let task = tasks.spawn(async move { in_german(&llm, &prompt).await });
            places.insert(task.id(), place);
        }
        while let Some(task) = tasks.join_next_with_id().await {
            let (id, translation) = task.expect("the task does not panic");
            show(places[&id], translation);
        }
    }
}

/// Also right: a `JoinSet`, where each task brings the place of its prompt along.
mod join_set_with_places {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            tasks.spawn(async move { (place, in_german(&llm, &prompt).await) });
        }
        while let Some(task) = tasks.join_next().await {
            let (place, translation) = task.expect("the task does not panic");
            show(place, translation);
        }
    }
}

/// Also right: `poll_fn` over the list: every call that is not done is polled, and what is ready is shown.
mod polled_by_hand {
    use std::{future::poll_fn, task::Poll};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Some(Box::pin(in_german(llm, prompt)))).collect();
        poll_fn(|cx| {
            for (place, slot) in calls.iter_mut().enumerate() {
                let Some(call) = slot else { continue };
                if let Poll::Ready(translation) = call.as_mut().poll(cx) {
                    show(place, translation);
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

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });

        let mut translations = stream::iter(calls).buffer_unordered(prompts.len().max(1));
        while let Some((place, translation)) = translations.next().await {
            show(place, translation);
        }
    }
}

/// Also right: `select_all`, which gives the next result and the futures that are left. The place comes with the result.
mod select_all_in_a_loop {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });

        let mut calls: Vec<_> = calls.map(Box::pin).collect();
        // `select_all` panics without futures.
        while !calls.is_empty() {
            let ((place, translation), _, others) = select_all(calls).await;
            show(place, translation);
            calls = others;
        }
    }
}

/// Also right: two `buffer_unordered` in a row, each with room for all.
mod two_buffers_in_a_row {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let room = prompts.len().max(1);
        let asked = stream::iter(prompts.iter().enumerate())
            .map(|(place, prompt)| async move { (place, ask(llm, prompt).await) })
            .buffer_unordered(room);
        let mut translated = std::pin::pin!(
            asked.map(|(place, answer)| async move { (place, translate(llm, &answer).await) }).buffer_unordered(room)
        );
        while let Some((place, translation)) = translated.next().await {
            show(place, translation);
        }
    }
}

/// Also right: a `FuturesUnordered` for each step, and one `select!` that waits for both.
mod two_steps_in_one_select {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let asked = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
        let mut asked: FuturesUnordered<_> = asked.collect();
        let mut translated = FuturesUnordered::new();
        loop {
            tokio::select! {
                Some((place, answer)) = asked.next() => {
                    translated.push(async move { (place, translate(llm, &answer).await) });
                }
                Some((place, translation)) = translated.next() => show(place, translation),
                else => break,
            }
        }
    }
}

/// Also right: `ready_chunks` hands on together what is ready together, and waits for nothing else.
mod what_is_ready_at_once {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let boxes =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let boxes: FuturesUnordered<_> = boxes.collect();
        let mut ready = boxes.ready_chunks(8);
        while let Some(boxes) = ready.next().await {
            for (place, translation) in boxes {
                show(place, translation);
            }
        }
    }
}
