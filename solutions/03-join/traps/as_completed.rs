//! # As completed: what people write
//!
//! Each module holds only what differs from the solution, `../as_completed.rs`.

/// Trap: each box has six seconds.
/// Caught by: shows_any_number_at_any_instant
/// Says: did not end with a reply
/// Says: or a limit of time was over
mod a_limit_of_time {
    use std::time::Duration;
    use tokio::time::timeout;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let in_time =
            async |place, prompt: &str| (place, timeout(Duration::from_secs(6), in_german(llm, prompt)).await);
        let mut boxes: FuturesUnordered<_> =
            prompts.iter().enumerate().map(|(place, prompt)| in_time(place, prompt)).collect();
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation.unwrap_or_else(|_elapsed| "…".to_owned()));
        }
    }
}

/// Trap: the loop waits for something else after each reply: meanwhile nobody polls the other calls, and they stand still.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 3: answered at 2.000 s, translated at 4.000 s
/// Says: While the loop's body waits, nobody is in `next()`
mod a_pause_after_each_translation {
    use std::time::Duration;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });

        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((place, translation)) = calls.next().await {
            show(place, translation);
            // So that the reader can follow.
            tokio::time::sleep(Duration::from_millis(1500)).await;
        }
    }
}

/// Trap: a task that outlives the function.
/// Caught by: shows_every_translation_once
/// Says: one task is still there
mod a_task_left {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        // So that the page shows that something goes on.
        tokio::spawn(std::future::pending::<()>());
        let boxes =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation);
        }
    }
}

/// Trap: `join_all`, and then a loop over the translations.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 2.500 s, shown at 4.500 s
/// Says: Your code waits for all translations
mod all_then_shown {
    use futures::future::join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let translations = join_all(prompts.iter().map(|prompt| in_german(llm, prompt))).await;
        for (place, translation) in translations.into_iter().enumerate() {
            show(place, translation);
        }
    }
}

/// Trap: `join_all`, and then the translations sorted by the time they took: the right order, at the wrong time.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 2.500 s, shown at 4.500 s
/// Says: Your code waits for all translations
mod all_then_sorted {
    use futures::future::join_all;
    use tokio::time::Instant;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let started = Instant::now();
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move {
            let translation = in_german(llm, prompt).await;
            (started.elapsed(), place, translation)
        });
        let mut translations = join_all(calls).await;
        translations.sort_by_key(|(took, _, _)| *took);
        for (_, place, translation) in translations {
            show(place, translation);
        }
    }
}

/// Trap: the futures are made inside the loop: each round drops the calls of the round before, and makes new ones.
/// Caught by: shows_every_translation_once
/// Says: did not end with a reply
/// Says: Make the futures once, before the loop
mod asks_again_in_each_round {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut places: Vec<usize> = (0..prompts.len()).collect();
        while !places.is_empty() {
            let calls =
                places.iter().map(|&place| Box::pin(async move { (place, in_german(llm, &prompts[place]).await) }));
            let ((place, translation), index, _) = select_all(calls).await;
            show(place, translation);
            places.remove(index);
        }
    }
}

/// Trap: `FuturesUnordered`, collected into a list before anything is shown.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 2.500 s, shown at 4.500 s
/// Says: Your code waits for all translations
mod collected_first {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });

        let translations: Vec<(usize, String)> = calls.collect::<FuturesUnordered<_>>().collect().await;
        for (place, translation) in translations {
            show(place, translation);
        }
    }
}

/// Trap: `FuturesUnordered`, whose results are numbered as they come.
/// Caught by: shows_each_translation_at_the_place_of_its_prompt
/// Says: the translation for question 2 with place 0
/// Says: numbered in the order in which they came
mod counted_as_they_come {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| in_german(llm, prompt)).collect();
        let mut calls = calls.enumerate();
        while let Some((place, translation)) = calls.next().await {
            show(place, translation);
        }
    }
}

/// Trap: tasks whose handles are awaited in the order of the list.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 2.500 s, shown at 4.500 s
/// Says: waits for their handles in the order of the list
mod handles_awaited_in_order {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { in_german(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        for (place, task) in tasks.into_iter().enumerate() {
            show(place, task.await.expect("the task does not panic"));
        }
    }
}

/// Trap: `buffered`, which hands on translations in the order of the list.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 2.500 s, shown at 4.500 s
/// Says: Your code waits for the results in the order of the list
mod in_the_order_of_the_list {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls = stream::iter(prompts).map(|prompt| in_german(llm, prompt)).buffered(prompts.len().max(1));
        let mut calls = calls.enumerate();
        while let Some((place, translation)) = calls.next().await {
            show(place, translation);
        }
    }
}

/// Trap: a lock around the client, whose guard is kept while the model thinks.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: a lock whose guard is kept over an `.await`
mod lock_kept_over_the_call {
    use tokio::sync::Mutex;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let llm = &Mutex::new(llm);
        let boxes = prompts.iter().enumerate().map(|(place, prompt)| async move {
            let llm = llm.lock().await;
            (place, in_german(&llm, prompt).await)
        });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation);
        }
    }
}

/// Trap: tasks that are looked at ten times a second.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: your code looked later
/// Says: is woken when there is something new
mod looks_every_hundred_milliseconds {
    use std::time::Duration;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { in_german(&llm, &prompt).await })
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

/// Trap: tasks that are looked at every millisecond: nothing is late on this clock, and nearly every look is for nothing.
/// Caught by: shows_any_number_at_any_instant
/// Says: polls only when a call has come on
/// Says: A timer wakes your code every 1 ms
mod looks_every_millisecond {
    use std::time::Duration;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { in_german(&llm, &prompt).await })
        };
        let mut tasks: Vec<_> = prompts.iter().map(spawn).enumerate().collect();
        while !tasks.is_empty() {
            for (place, task) in tasks.extract_if(.., |(_, task)| task.is_finished()) {
                show(place, task.await.expect("the task does not panic"));
            }
            if !tasks.is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Trap: `poll!`, and a pause of a millisecond where nothing is ready.
/// Caught by: shows_any_number_at_any_instant
/// Says: polls only when a call has come on
/// Says: A timer wakes your code every 1 ms
mod looks_with_a_pause {
    use std::{task::Poll, time::Duration};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let boxes =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        loop {
            match futures::poll!(boxes.next()) {
                Poll::Ready(Some((place, translation))) => show(place, translation),
                Poll::Ready(None) => return,
                Poll::Pending => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }
}

/// Trap: together up to twenty, because so far there were never more, and in turn where there are.
/// Caught by: shows_any_number_at_any_instant
/// Says: 1 of 1100 questions asked at 0.000 s
mod many_in_turn {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        if prompts.len() > 20 {
            for (place, prompt) in prompts.iter().enumerate() {
                show(place, in_german(llm, prompt).await);
            }
            return;
        }
        let boxes =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation);
        }
    }
}

/// Trap: tasks that send their translations into a channel; the sender that was cloned for them lives on, so the channel never ends.
/// Caught by: shows_every_translation_once
/// Says: nothing happens after 4.500 s
/// Says: gives `None` only when the last sender is gone
mod nobody_closes_the_channel {
    use tokio::sync::mpsc;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let (llm, sender) = (llm.clone(), sender.clone());
            tokio::spawn(async move { sender.send((place, in_german(&llm, &prompt).await)) });
        }
        while let Some((place, translation)) = receiver.recv().await {
            show(place, translation);
        }
    }
}

/// Trap: a loop that awaits each call, and shows its translation at once.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 5.500 s
/// Says: The questions are asked one after another
mod one_after_another {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        for (place, prompt) in prompts.iter().enumerate() {
            show(place, in_german(llm, prompt).await);
        }
    }
}

/// Trap: a map from the text of each prompt to its place.
/// Caught by: the_same_prompt_twice_has_two_places
/// Says: translations shown at places [1, 2, 2]
/// Says: two boxes may ask the same
mod places_by_text {
    use std::collections::HashMap;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let places: HashMap<&String, usize> =
            prompts.iter().enumerate().map(|(place, prompt)| (prompt, place)).collect();
        let calls = prompts.iter().map(|prompt| async move { (prompt, in_german(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((prompt, translation)) = calls.next().await {
            show(places[prompt], translation);
        }
    }
}

/// Trap: places that count from 1.
/// Caught by: shows_each_translation_at_the_place_of_its_prompt
/// Says: the translation for question 2 with place 2
/// Says: Places count from 0
mod places_from_one {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls = prompts.iter().zip(1..).map(|(prompt, place)| async move { (place, in_german(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((place, translation)) = calls.next().await {
            show(place, translation);
        }
    }
}

/// Trap: a list of places beside the list of futures: `select_all` fills a gap with the last future, and `remove` moves all up.
/// Caught by: shows_each_translation_at_the_place_of_its_prompt
/// Says: the translation for question 3 with place 1
/// Says: whose places change when something is taken out
mod places_kept_in_step {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut places: Vec<usize> = (0..prompts.len()).collect();
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(in_german(llm, prompt))).collect();
        while !calls.is_empty() {
            let (translation, index, others) = select_all(calls).await;
            show(places.remove(index), translation);
            calls = others;
        }
    }
}

/// Trap: room for two hundred and fifty-six.
/// Caught by: shows_any_number_at_any_instant
/// Says: 256 of 1100 questions asked at 0.000 s
mod room_for_many {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let boxes =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let mut boxes = stream::iter(boxes).buffer_unordered(256);
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation);
        }
    }
}

/// Trap: room for ten calls, because so far there were never more.
/// Caught by: shows_any_number_at_any_instant
/// Says: 10 of 1100 questions asked at 0.000 s
/// Says: a limit that nobody asked for
mod room_for_ten {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });

        let mut translations = stream::iter(calls).buffer_unordered(10);
        while let Some((place, translation)) = translations.next().await {
            show(place, translation);
        }
    }
}

/// Trap: `select_all` in a loop that asks at its end whether anything is left: without prompts, there is nothing at its beginning.
/// Caught by: no_prompts_nothing_shown
/// Says: a panic at
/// Says: Some tools panic when there is nothing to wait for
mod select_all_of_nothing {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });

        let mut calls: Vec<_> = calls.map(Box::pin).collect();
        loop {
            let ((place, translation), _, others) = select_all(calls).await;
            show(place, translation);
            if others.is_empty() {
                break;
            }
            calls = others;
        }
    }
}

/// Trap: `poll!` in a loop that gives way and never waits: the processor works at full load.
/// Caught by: shows_every_translation_once
/// Says: polls without end at 0.000 s
mod spins {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let boxes =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        loop {
            match futures::poll!(boxes.next()) {
                std::task::Poll::Ready(Some((place, translation))) => show(place, translation),
                std::task::Poll::Ready(None) => return,
                std::task::Poll::Pending => tokio::task::yield_now().await,
            }
        }
    }
}

/// Trap: all answers first, then all translations: the second step of each waits for the first step of all.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 4.500 s
/// Says: A step for all, then the next step for all
mod step_by_step {
    use futures::future::join_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let answers = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
        let boxes =
            answers.iter().enumerate().map(|(place, answer)| async move { (place, translate(llm, answer).await) });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation);
        }
    }
}

/// Trap: a `JoinSet`, whose tasks are numbered as they end.
/// Caught by: shows_each_translation_at_the_place_of_its_prompt
/// Says: the translation for question 2 with place 0
/// Says: numbered in the order in which they came
mod tasks_counted_as_they_end {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut tasks = JoinSet::new();
        for prompt in prompts.iter().cloned() {
            let llm = llm.clone();
            tasks.spawn(async move { in_german(&llm, &prompt).await });
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
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, String)) {
        let show = std::sync::Arc::new(std::sync::Mutex::new(show));
        let mut tasks = Vec::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let (llm, show) = (llm.clone(), show.clone());
            tasks.push(tokio::spawn(async move {
                let translation = in_german(&llm, &prompt).await;
                let mut show = show.lock().expect("no other task panicked");
                show(place, translation);
            }));
        }
        for task in tasks {
            task.await.expect("the task does not panic");
        }
    }
}

/// Trap: tasks that only ask; the loop that joins them translates one answer after another.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 3: answered at 2.000 s, translated at 4.000 s
/// Says: Translations are waits too
mod tasks_translated_in_the_loop {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut tasks = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            tasks.spawn(async move { (place, ask(&llm, &prompt).await) });
        }
        while let Some(task) = tasks.join_next().await {
            let (place, answer) = task.expect("the task does not panic");
            show(place, translate(llm, &answer).await);
        }
    }
}

/// Trap: `select_all` once: it waits for one translation, and the other calls are dropped.
/// Caught by: shows_every_translation_once
/// Says: did not end with a reply: atlas for "Question 1", birch
/// Says: to drop a future is to cancel it
mod the_first_only {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });

        let ((place, translation), _, _) = select_all(calls.map(Box::pin)).await;
        show(place, translation);
    }
}

/// Trap: `select_all` gives the place in the list that it was given: after the first round, that is the list of what is left.
/// Caught by: shows_each_translation_at_the_place_of_its_prompt
/// Says: the translation for question
/// Says: whose places change when something is taken out
mod the_place_in_what_is_left {
    use futures::future::select_all;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(in_german(llm, prompt))).collect();
        while !calls.is_empty() {
            let (translation, place, others) = select_all(calls).await;
            show(place, translation);
            calls = others;
        }
    }
}

/// Trap: the prompt is translated, beside the question: faster, and no answer at all.
/// Caught by: shows_every_translation_once
/// Says: calls to birch for the answers to
mod the_prompt_translated {
    async fn in_german(llm: &MockLlm, prompt: &str) -> String {
        let question = Reply { model: String::new(), text: prompt.to_owned(), tokens: 1 };
        let (_, translation) = tokio::join!(ask(llm, prompt), translate(llm, &question));
        translation
    }
}

/// Trap: every prompt is asked once, and its translation is shown at all places that have it.
/// Caught by: the_same_prompt_twice_has_two_places
/// Says: 2 questions asked for 3 prompts
mod the_same_question_asked_once {
    use std::collections::BTreeMap;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let mut places: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
        for (place, prompt) in prompts.iter().enumerate() {
            places.entry(prompt).or_default().push(place);
        }
        let boxes = places.iter().map(|(prompt, places)| async move { (places, in_german(llm, prompt).await) });
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        while let Some((places, translation)) = boxes.next().await {
            for &place in places {
                show(place, translation.clone());
            }
        }
    }
}

/// Trap: the chapter's code, renamed: the loop takes the next answer only when the translation of the last one is whole.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 3: answered at 2.500 s, translated at 4.000 s, shown at 4.000 s
/// Says: While the loop's body waits, nobody is in `next()`.
mod translated_in_the_loop {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        while let Some((place, answer)) = calls.next().await {
            show(place, translate(llm, &answer).await);
        }
    }
}

/// Trap: a task for each translation, and its handle awaited when all answers are there.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 2.500 s, shown at 3.000 s
/// Says: You wait in two places
mod translations_in_the_end {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        let mut tasks = Vec::new();
        while let Some((place, answer)) = calls.next().await {
            let llm = llm.clone();
            tasks.push((place, tokio::spawn(async move { translate(&llm, &answer).await })));
        }
        for (place, task) in tasks {
            show(place, task.await.expect("the task does not panic"));
        }
    }
}

/// Trap: `chunks`, which waits until a group is full.
/// Caught by: shows_each_translation_when_it_is_whole
/// Says: question 2: answered at 1.000 s, translated at 2.500 s, shown at 3.500 s
/// Says: handed on in groups
mod two_at_a_time_shown {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let boxes =
            prompts.iter().enumerate().map(|(place, prompt)| async move { (place, in_german(llm, prompt).await) });
        let boxes: FuturesUnordered<_> = boxes.collect();
        let mut groups = boxes.chunks(2);
        while let Some(group) = groups.next().await {
            for (place, translation) in group {
                show(place, translation);
            }
        }
    }
}

/// Trap: a task for each box, which reports over a channel. Nobody ends the tasks.
/// Caught by: a_caller_who_gives_up_leaves_no_call_behind
/// Says: A task goes on when its handle is dropped
mod tasks_that_report {
    use tokio::sync::mpsc;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let (report, mut reports) = mpsc::unbounded_channel();
        for (place, prompt) in prompts.iter().enumerate() {
            let (llm, prompt, report) = (llm.clone(), prompt.clone(), report.clone());
            tokio::spawn(async move {
                let translation = translate(&llm, &ask(&llm, &prompt).await).await;
                let _ = report.send((place, translation));
            });
        }
        drop(report);
        while let Some((place, translation)) = reports.recv().await {
            show(place, translation);
        }
    }
}

/// Trap: answers that are equal have one translation.
/// Caught by: the_same_prompt_twice_has_two_places
/// Says: takes two boxes for one
mod one_translation_for_equal_answers {
    use futures::{
        FutureExt,
        future::{LocalBoxFuture, Shared},
        stream::FuturesUnordered,
    };
    use std::{cell::RefCell, collections::HashMap};

    type Translations<'a> = RefCell<HashMap<String, Shared<LocalBoxFuture<'a, String>>>>;

    async fn in_german<'a>(llm: &'a MockLlm, known: &Translations<'a>, place: usize, prompt: &str) -> (usize, String) {
        let answer = ask(llm, prompt).await;
        let translation = known
            .borrow_mut()
            .entry(answer.text.clone())
            .or_insert_with(|| async move { translate(llm, &answer).await }.boxed_local().shared())
            .clone();
        (place, translation.await)
    }

    pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, String)) {
        let known = Translations::default();
        let boxes = prompts.iter().enumerate().map(|(place, prompt)| in_german(llm, &known, place, prompt));
        let mut boxes: FuturesUnordered<_> = boxes.collect();
        while let Some((place, translation)) = boxes.next().await {
            show(place, translation);
        }
    }
}
