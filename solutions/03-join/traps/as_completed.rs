//! # As completed: what people write
//!
//! Each module holds only what differs from the solution, `../as_completed.rs`.

/// Trap: the loop waits for something else after each reply: meanwhile nobody polls the other calls, and they stand still.
/// Caught by: shows_each_reply_when_it_comes
/// Says: question 3: its reply came at 2.500 s
/// Says: What is not polled makes no progress
mod a_pause_after_each_reply {
    use std::time::Duration;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((place, reply)) = calls.next().await {
            show(place, reply);
            // So that the reader can follow.
            tokio::time::sleep(Duration::from_millis(1500)).await;
        }
    }
}

/// Trap: `join_all`, and then a loop over the replies.
/// Caught by: shows_each_reply_when_it_comes
/// Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
/// Says: Your code waits for all replies
mod all_then_shown {
    use futures::future::join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let replies = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        for (place, reply) in replies.into_iter().enumerate() {
            show(place, reply);
        }
    }
}

/// Trap: `join_all`, and then the replies sorted by the time they took: the right order, at the wrong time.
/// Caught by: shows_each_reply_when_it_comes
/// Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
/// Says: Your code waits for all replies
mod all_then_sorted {
    use futures::future::join_all;
    use tokio::time::Instant;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let started = Instant::now();
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move {
            let reply = ask(llm, prompt).await;
            (started.elapsed(), place, reply)
        });
        let mut replies = join_all(calls).await;
        replies.sort_by_key(|(took, _, _)| *took);
        for (_, place, reply) in replies {
            show(place, reply);
        }
    }
}

/// Trap: the futures are made inside the loop: each round drops the calls of the round before, and makes new ones.
/// Caught by: shows_every_reply_once
/// Says: did not end with a reply
/// Says: Make the futures once, before the loop
mod asks_again_in_each_round {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let mut places: Vec<usize> = (0..prompts.len()).collect();
        while !places.is_empty() {
            let calls = places.iter().map(|&place| Box::pin(async move { (place, ask(llm, &prompts[place]).await) }));
            let ((place, reply), index, _) = select_all(calls).await;
            show(place, reply);
            places.remove(index);
        }
    }
}

/// Trap: `FuturesUnordered`, collected into a list before anything is shown.
/// Caught by: shows_each_reply_when_it_comes
/// Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
/// Says: Your code waits for all replies
mod collected_first {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

        let replies: Vec<(usize, Reply)> = calls.collect::<FuturesUnordered<_>>().collect().await;
        for (place, reply) in replies {
            show(place, reply);
        }
    }
}

/// Trap: `FuturesUnordered`, whose results are numbered as they come.
/// Caught by: shows_each_reply_at_the_place_of_its_prompt
/// Says: the reply to question 2 with place 0
/// Says: numbered in the order in which they came
mod counted_as_they_come {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
        let mut calls = calls.enumerate();
        while let Some((place, reply)) = calls.next().await {
            show(place, reply);
        }
    }
}

/// Trap: tasks whose handles are awaited in the order of the list.
/// Caught by: shows_each_reply_when_it_comes
/// Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
/// Says: waits for their handles in the order of the list
mod handles_awaited_in_order {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        for (place, task) in tasks.into_iter().enumerate() {
            show(place, task.await.expect("the task does not panic"));
        }
    }
}

/// Trap: tasks that are looked at ten times a second.
/// Caught by: shows_each_reply_when_it_comes
/// Says: your code looked later
/// Says: A future that is `.await`ed is woken by the reply
mod looks_every_hundred_milliseconds {
    use std::time::Duration;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        let mut tasks: Vec<_> = tasks.into_iter().enumerate().collect();
        while !tasks.is_empty() {
            for (place, task) in tasks.extract_if(.., |(_, task)| task.is_finished()) {
                show(place, task.await.expect("the task does not panic"));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Trap: tasks that send their replies into a channel; the sender that was cloned for them lives on, so the channel never ends.
/// Caught by: shows_every_reply_once
/// Says: nothing happens after 3.000 s
/// Says: the run to end
mod nobody_closes_the_channel {
    use tokio::sync::mpsc;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let (llm, sender) = (llm.clone(), sender.clone());
            tokio::spawn(async move { sender.send((place, ask(&llm, &prompt).await)) });
        }
        while let Some((place, reply)) = receiver.recv().await {
            show(place, reply);
        }
    }
}

/// Trap: a loop that awaits each call, and shows its reply at once.
/// Caught by: shows_each_reply_when_it_comes
/// Says: question 2: its reply came at 4.000 s
/// Says: The calls run one after another
mod one_after_another {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        for (place, prompt) in prompts.iter().enumerate() {
            show(place, ask(llm, prompt).await);
        }
    }
}

/// Trap: a map from the text of each prompt to its place.
/// Caught by: the_same_prompt_twice_has_two_places
/// Says: replies shown at places [1, 2, 2]
/// Says: two boxes may ask the same
mod places_by_text {
    use std::collections::HashMap;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let places: HashMap<&String, usize> =
            prompts.iter().enumerate().map(|(place, prompt)| (prompt, place)).collect();
        let calls = prompts.iter().map(|prompt| async move { (prompt, ask(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((prompt, reply)) = calls.next().await {
            show(places[prompt], reply);
        }
    }
}

/// Trap: places that count from 1.
/// Caught by: shows_each_reply_at_the_place_of_its_prompt
/// Says: the reply to question 2 with place 2
/// Says: Places count from 0
mod places_from_one {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().zip(1..).map(|(prompt, place)| async move { (place, ask(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((place, reply)) = calls.next().await {
            show(place, reply);
        }
    }
}

/// Trap: a list of places beside the list of futures: `select_all` fills a gap with the last future, and `remove` moves all up.
/// Caught by: shows_each_reply_at_the_place_of_its_prompt
/// Says: the reply to question 3 with place 1
/// Says: whose places change when something is taken out
mod places_kept_in_step {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let mut places: Vec<usize> = (0..prompts.len()).collect();
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(ask(llm, prompt))).collect();
        while !calls.is_empty() {
            let (reply, index, others) = select_all(calls).await;
            show(places.remove(index), reply);
            calls = others;
        }
    }
}

/// Trap: `buffered`, which hands on replies in the order of the list.
/// Caught by: shows_each_reply_when_it_comes
/// Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
/// Says: Your code waits for the replies in the order of the list
mod room_for_all {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len().max(1));
        let mut calls = calls.enumerate();
        while let Some((place, reply)) = calls.next().await {
            show(place, reply);
        }
    }
}

/// Trap: room for ten calls, because so far there were never more.
/// Caught by: shows_any_number_at_any_instant
/// Says: at most 10 calls in flight together, of 20
/// Says: a limit that nobody asked for
mod room_for_ten {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

        let mut replies = stream::iter(calls).buffer_unordered(10);
        while let Some((place, reply)) = replies.next().await {
            show(place, reply);
        }
    }
}

/// Trap: `select_all` in a loop that asks at its end whether anything is left: without prompts, there is nothing at its beginning.
/// Caught by: no_prompts_nothing_shown
/// Says: a panic at
/// Says: Some tools panic when there is nothing to wait for
mod select_all_of_nothing {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

        let mut calls: Vec<_> = calls.map(Box::pin).collect();
        loop {
            let ((place, reply), _, others) = select_all(calls).await;
            show(place, reply);
            if others.is_empty() {
                break;
            }
            calls = others;
        }
    }
}

/// Trap: a `JoinSet`, whose tasks are numbered as they end.
/// Caught by: shows_each_reply_at_the_place_of_its_prompt
/// Says: the reply to question 2 with place 0
/// Says: numbered in the order in which they came
mod tasks_counted_as_they_end {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let mut tasks = JoinSet::new();
        for prompt in prompts.iter().cloned() {
            let llm = llm.clone();
            tasks.spawn(async move { ask(&llm, &prompt).await });
        }
        let mut place = 0;
        while let Some(task) = tasks.join_next().await {
            show(place, task.expect("the task does not panic"));
            place += 1;
        }
    }
}

/// Trap: tasks that call `show` themselves: a task may move to another thread and outlive its caller, and `show` may not.
/// Caught by: the compiler
/// Says: cannot be sent between threads safely
mod tasks_that_show {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, Reply)) {
        let show = std::sync::Arc::new(std::sync::Mutex::new(show));
        let mut tasks = Vec::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let (llm, show) = (llm.clone(), show.clone());
            tasks.push(tokio::spawn(async move {
                let reply = ask(&llm, &prompt).await;
                let mut show = show.lock().expect("no other task panicked");
                show(place, reply);
            }));
        }
        for task in tasks {
            task.await.expect("the task does not panic");
        }
    }
}

/// Trap: `select_all` once: it waits for one reply, and the other calls are dropped.
/// Caught by: shows_every_reply_once
/// Says: the calls for questions 1, 3 did not end with a reply
/// Says: to drop a future is to cancel it
mod the_first_only {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

        let ((place, reply), _, _) = select_all(calls.map(Box::pin)).await;
        show(place, reply);
    }
}

/// Trap: `select_all` gives the place in the list that it was given: after the first round, that is the list of what is left.
/// Caught by: shows_each_reply_at_the_place_of_its_prompt
/// Says: the reply to question
/// Says: whose places change when something is taken out
mod the_place_in_what_is_left {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(ask(llm, prompt))).collect();
        while !calls.is_empty() {
            let (reply, place, others) = select_all(calls).await;
            show(place, reply);
            calls = others;
        }
    }
}
