//! # Gather: what people write
//!
//! Each module holds only what differs from the solution, `../gather.rs`.

/// Trap: `.await` in a closure that is not async.
/// Caught by: the compiler
/// Says: `await` is only allowed inside `async` functions and blocks
mod await_inside_the_closure {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        prompts.iter().map(|prompt| ask(llm, prompt).await).collect()
    }
}

/// Trap: the futures are collected as if they were the replies.
/// Caught by: the compiler
/// Says: a value of type `Vec<Reply>` cannot be built
mod collected_without_waiting {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        prompts.iter().map(|prompt| ask(llm, prompt)).collect()
    }
}

/// Trap: the futures are made first and awaited in turn, as if making them started the calls (in JavaScript it does).
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: A list of futures is a list of calls that have not begun
mod futures_made_first {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let calls: Vec<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
        let mut replies = Vec::new();
        for call in calls {
            replies.push(call.await);
        }
        replies
    }
}

/// Trap: groups of five, as if more at a time were too many.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: Only 5 calls are in flight together
mod groups_of_five {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let mut replies = Vec::new();
        for group in prompts.chunks(5) {
            replies.extend(join_all(group.iter().map(|prompt| ask(llm, prompt))).await);
        }
        replies
    }
}

/// Trap: the replies are kept in a map, by the text of the prompt.
/// Caught by: the_same_prompt_twice_is_two_calls
/// Says: 2 calls for notes
/// Says: two places may hold the same text
mod keyed_by_prompt {
    use std::collections::HashMap;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let calls: HashMap<&String, _> = prompts.iter().map(|prompt| (prompt, ask(llm, prompt))).collect();
        let replies = calls.into_iter().map(|(prompt, call)| async move { (prompt, call.await) });
        let replies: HashMap<&String, Reply> = join_all(replies).await.into_iter().collect();
        prompts.iter().map(|prompt| replies[prompt].clone()).collect()
    }
}

/// Trap: tasks that are looked at a thousand times a second: a millisecond late, and never asleep.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: Your code looks again and again
mod looks_every_millisecond {
    use std::time::Duration;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        };
        let calls: Vec<_> = prompts.iter().map(spawn).collect();
        while !calls.iter().all(|call| call.is_finished()) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        join_all(calls).await.into_iter().map(|reply| reply.expect("the task does not panic")).collect()
    }
}

/// Trap: tasks that send their replies into a channel; the sender that was cloned for them lives on, so the channel never ends.
/// Caught by: asks_every_prompt_once
/// Says: nothing happens after 1.000 s
/// Says: the run to end
mod nobody_closes_the_channel {
    use tokio::sync::mpsc;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for (place, prompt) in prompts.iter().enumerate() {
            let (llm, prompt, sender) = (llm.clone(), prompt.clone(), sender.clone());
            tokio::spawn(async move {
                let _ = sender.send((place, ask(&llm, &prompt).await));
            });
        }
        let mut replies = Vec::new();
        while let Some(reply) = receiver.recv().await {
            replies.push(reply);
        }
        replies.sort_by_key(|(place, _)| *place);
        replies.into_iter().map(|(_, reply)| reply).collect()
    }
}

/// Trap: futures that are polled a thousand times a second, with a waker that wakes nobody: right on this clock, and never asleep.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: Your code looks again and again
mod now_or_never {
    use futures::FutureExt;
    use std::time::Duration;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(ask(llm, prompt))).collect();
        let mut replies: Vec<Option<Reply>> = vec![None; prompts.len()];
        loop {
            for (call, reply) in calls.iter_mut().zip(&mut replies).filter(|(_, reply)| reply.is_none()) {
                *reply = call.as_mut().now_or_never();
            }
            if replies.iter().all(Option::is_some) {
                return replies.into_iter().flatten().collect();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Trap: a loop that awaits each call.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: the run took 20.000 s
/// Says: one after another
mod one_after_another {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let mut replies = Vec::new();
        for prompt in prompts {
            replies.push(ask(llm, prompt).await);
        }
        replies
    }
}

/// Trap: the work is spawned, but all of it into one task.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: You spawned 1 task,
mod one_task_that_asks_in_turn {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let (llm, prompts) = (llm.clone(), prompts.to_vec());
        let task = tokio::spawn(async move {
            let mut replies = Vec::new();
            for prompt in &prompts {
                replies.push(ask(&llm, prompt).await);
            }
            replies
        });
        task.await.expect("the task does not panic")
    }
}

/// Trap: the replies are collected as they come.
/// Caught by: replies_keep_the_order_of_the_prompts
/// Says: The reviews are in the order in which they came
mod order_of_arrival {
    use futures::{StreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
        calls.collect().await
    }
}

/// Trap: a stream with room for as many calls as there are prompts: with no prompts there is room for none, and the stream never looks at its source.
/// Caught by: no_prompts_no_replies
/// Says: nothing happens after 0.000 s
/// Says: Everything waits for something else
mod room_for_none {
    use futures::{StreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len()).collect().await
    }
}

/// Trap: a stream with room for ten calls, because ten is the number in the task.
/// Caught by: any_number_at_once
/// Says: at most 10 calls in flight together, of 600
/// Says: a limit that nobody asked for
mod room_for_ten {
    use futures::{StreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(10).collect().await
    }
}

/// Trap: each call is a task, and each task is awaited before the next one is spawned.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: You spawned 10 tasks
/// Says: before it starts the second page
mod spawned_and_awaited_at_once {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let mut replies = Vec::new();
        for prompt in prompts {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            let task = tokio::spawn(async move { ask(&llm, &prompt).await });
            replies.push(task.await.expect("the task does not panic"));
        }
        replies
    }
}

/// Trap: the tasks are spawned inside a lazy iterator, which spawns the next one only after the last one was awaited.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: You spawned 10 tasks
mod spawned_by_a_lazy_iterator {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let tasks = prompts.iter().map(|prompt| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { ask(&llm, &prompt).await })
        });
        let mut replies = Vec::new();
        for task in tasks {
            replies.push(task.await.expect("the task does not panic"));
        }
        replies
    }
}

/// Trap: a `JoinSet`, which gives the results as the tasks end.
/// Caught by: replies_keep_the_order_of_the_prompts
/// Says: The reviews are in the order in which they came
mod tasks_in_order_of_arrival {
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let mut tasks = JoinSet::new();
        for prompt in prompts {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tasks.spawn(async move { ask(&llm, &prompt).await });
        }
        tasks.join_all().await
    }
}

/// Trap: a stream of calls with `then`, which waits for each one before it takes the next.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: the run took 20.000 s
/// Says: one after another
mod then_on_a_stream {
    use futures::{StreamExt, stream};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        stream::iter(prompts).then(|prompt| ask(llm, prompt)).collect().await
    }
}

/// Trap: the chapter's code, renamed: one call for each page.
/// Caught by: asks_every_prompt_once
/// Says: `review` was not called
mod as_in_the_chapter {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        join_all(prompts.iter().map(|prompt| take_notes(llm, prompt))).await
    }
}

/// Trap: tasks take the notes, and each review is awaited where the handle of its notes is.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: The reviews run one after another
mod only_the_notes_overlap {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let notes = join_all(prompts.iter().map(|prompt| take_notes(llm, prompt))).await;
        let mut reviews = Vec::new();
        for notes in &notes {
            reviews.push(review(llm, notes).await);
        }
        reviews
    }
}

/// Trap: all notes as tasks, then all reviews: the handles are joined, and still every review waits for the last notes.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: No review begins before the notes on all pages are there
mod two_steps_of_tasks {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { take_notes(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();
        let notes: Vec<Reply> =
            join_all(tasks).await.into_iter().map(|notes| notes.expect("the task does not panic")).collect();
        join_all(notes.iter().map(|notes| review(llm, notes))).await
    }
}

/// Trap: the notes come in the order of the prompts, and each starts its review: notes that are early wait for those before.
/// Caught by: ten_prompts_take_as_long_as_one
/// Says: It waited for another page
mod early_notes_wait_for_their_turn {
    use futures::{StreamExt, stream::FuturesOrdered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let mut notes: FuturesOrdered<_> = prompts.iter().map(|prompt| take_notes(llm, prompt)).collect();
        let mut reviews = Vec::new();
        while let Some(notes) = notes.next().await {
            let llm = llm.clone();
            reviews.push(tokio::spawn(async move { review(&llm, &notes).await }));
        }
        join_all(reviews).await.into_iter().map(|review| review.expect("the task does not panic")).collect()
    }
}

/// Trap: a hundred at a time, as if nobody had more pages.
/// Caught by: any_number_at_once
/// Says: at most 100 calls in flight together, of 600
mod room_for_a_hundred {
    use tokio::sync::Semaphore;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let room = Semaphore::new(100);
        let calls = prompts.iter().map(|prompt| async {
            let _permit = room.acquire().await.expect("nobody closes the semaphore");
            ask(llm, prompt).await
        });
        join_all(calls).await
    }
}

/// Trap: a task that counts calls is spawned and never ends.
/// Caught by: asks_every_prompt_once
/// Says: task
mod a_task_left_behind {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let kept = llm.clone();
        tokio::spawn(async move {
            let _kept = kept;
            std::future::pending::<()>().await;
        });
        join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await
    }
}

/// Trap: the reviews are polled once, so that they have begun, and again when all notes are there.
/// Caught by: replies_keep_the_order_of_the_prompts
/// Says: It waited for another page
mod reviews_begun_and_left {
    use futures::{FutureExt, StreamExt, stream::FuturesUnordered};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        async fn noted(llm: &MockLlm, place: usize, prompt: &str) -> (usize, Reply) {
            (place, take_notes(llm, prompt).await)
        }

        let noted = prompts.iter().enumerate().map(|(place, prompt)| noted(llm, place, prompt));
        let mut noted: FuturesUnordered<_> = noted.collect();
        let mut reviews = FuturesUnordered::new();
        let mut done = Vec::new();
        while let Some((place, notes)) = noted.next().await {
            reviews.push(async move { (place, review(llm, &notes).await) });
            done.extend(reviews.next().now_or_never().flatten());
        }
        while let Some(reviewed) = reviews.next().await {
            done.push(reviewed);
        }
        done.sort_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, reply)| reply).collect()
    }
}

/// Trap: notes that are equal have one review.
/// Caught by: the_same_prompt_twice_is_two_calls
/// Says: two places may hold the same text
mod one_review_for_equal_notes {
    use futures::FutureExt;
    use std::{cell::RefCell, collections::HashMap};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
        let reviews = RefCell::new(HashMap::new());
        let page = async |prompt: &String| {
            let notes = take_notes(llm, prompt).await;
            let shared = reviews
                .borrow_mut()
                .entry(notes.text.clone())
                .or_insert_with(|| async move { review(llm, &notes).await }.boxed_local().shared())
                .clone();
            shared.await
        };
        join_all(prompts.iter().map(page)).await
    }
}
