//! # Offload: what people write
//!
//! Each module holds only what differs from the solution, `../offload.rs`.

/// Trap: the calls are taken as they come.
/// Caught by: each_answer_at_its_place
/// Says: threads owe each other no order
mod as_they_come {
    use tokio::task::JoinSet;

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut calls = JoinSet::new();
        for prompt in prompts {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            calls.spawn_blocking(move || sdk(&prompt));
        }
        calls.join_all().await
    }
}

/// Trap: `block_in_place`, which needs a second thread for the event loop.
/// Caught by: no_call_on_the_event_loop
/// Says: this runtime has only one
mod block_in_place {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        tokio::task::block_in_place(|| prompts.iter().map(|prompt| sdk(prompt)).collect())
    }
}

/// Trap: an answer for each different question, though two may ask the same.
/// Caught by: each_answer_at_its_place
/// Says: two alike share one
mod each_question_once {
    use std::collections::HashMap;

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut calls = HashMap::new();
        for prompt in prompts {
            let (sdk, owned) = (sdk.clone(), prompt.clone());
            calls.entry(prompt).or_insert_with(|| spawn_blocking(move || sdk(&owned)));
        }
        let mut answers = HashMap::new();
        for (prompt, call) in calls {
            answers.insert(prompt, call.await.expect("the SDK does not panic"));
        }
        prompts.iter().map(|prompt| answers[prompt].clone()).collect()
    }
}

/// Trap: the errors are left out.
/// Caught by: each_answer_at_its_place
/// Says: An error is a result too
mod errors_left_out {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            spawn_blocking(move || sdk(&prompt))
        };
        let calls: Vec<_> = prompts.iter().map(call).collect();
        let answers = join_all(calls).await;
        answers.into_iter().map(|answer| answer.expect("the SDK does not panic")).filter(Result::is_ok).collect()
    }
}

/// Trap: each handle is awaited before the next call is handed over.
/// Caught by: all_at_the_same_time
/// Says: 1 of 5 calls wait for their answers, and the others have not begun
mod in_turn {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut answers = Vec::new();
        for prompt in prompts {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            answers.push(spawn_blocking(move || sdk(&prompt)).await.expect("the SDK does not panic"));
        }
        answers
    }
}

/// Trap: an iterator of handles that is not collected: it hands over one call, and waits for it.
/// Caught by: all_at_the_same_time
/// Says: when it is asked for its next item
mod lazy_iterator {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let calls = prompts.iter().map(|prompt| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            spawn_blocking(move || sdk(&prompt))
        });
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.expect("the SDK does not panic"));
        }
        answers
    }
}

/// Trap: one job on the pool for all questions: the event loop is free, and the questions are asked in turn.
/// Caught by: all_at_the_same_time
/// Says: 1 of 5 calls
mod one_job_for_all {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let (sdk, prompts) = (sdk.clone(), prompts.to_vec());
        let job = spawn_blocking(move || prompts.iter().map(|prompt| sdk(prompt)).collect());
        job.await.expect("the SDK does not panic")
    }
}

/// Trap: the closure makes futures, and `join_all` runs them, all on the event loop.
/// Caught by: no_call_on_the_event_loop
/// Says: An `async` block in it makes a future
mod an_async_block_joined {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let calls = prompts.iter().map(|prompt| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            async move {
                let call = spawn_blocking(move || async move { sdk(&prompt) }).await;
                call.expect("making a future does not panic").await
            }
        });
        join_all(calls).await
    }
}

/// Trap: a task for each call: tasks run on the event loop.
/// Caught by: no_call_on_the_event_loop
/// Says: its polls run on the event loop's threads
mod tasks {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            tokio::spawn(async move { sdk(&prompt) })
        };
        let calls: Vec<_> = prompts.iter().map(call).collect();
        let answers = join_all(calls).await;
        answers.into_iter().map(|answer| answer.expect("the SDK does not panic")).collect()
    }
}

/// Trap: threads of one's own, which are joined in the async function.
/// Caught by: all_at_the_same_time
/// Says: A thread that waits for a thread waits all the same
mod threads_joined {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = prompts.iter().map(|prompt| scope.spawn(move || sdk(prompt))).collect();
            threads.into_iter().map(|thread| thread.join().expect("the SDK does not panic")).collect()
        })
    }
}

/// Trap: a limit that nobody asked for.
/// Caught by: all_at_the_same_time
/// Says: 10 of 50 calls
mod ten_at_a_time {
    use futures::{StreamExt, stream};

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            async { spawn_blocking(move || sdk(&prompt)).await.expect("the SDK does not panic") }
        };
        stream::iter(prompts.iter().map(call)).buffered(10).collect().await
    }
}

/// Trap: the handles are asked again and again whether they are done.
/// Caught by: all_at_the_same_time
/// Says: asks again and again
mod asks_again_and_again {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            spawn_blocking(move || sdk(&prompt))
        };
        let calls: Vec<_> = prompts.iter().map(call).collect();
        let mut answers = Vec::new();
        for call in calls {
            while !call.is_finished() {
                tokio::task::yield_now().await;
            }
            answers.push(call.await.expect("the SDK does not panic"));
        }
        answers
    }
}

/// Trap: each is asked, and the answers are kept by the question: those of two that are alike have one place.
/// Caught by: each_answer_at_its_place
/// Says: a map by question has one place
mod answers_by_question {
    use std::collections::HashMap;

    use tokio::task::JoinSet;

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut calls = JoinSet::new();
        for prompt in prompts.iter().cloned() {
            let sdk = sdk.clone();
            calls.spawn_blocking(move || {
                let answer = sdk(&prompt);
                (prompt, answer)
            });
        }
        let answers: HashMap<_, _> = calls.join_all().await.into_iter().collect();
        prompts.iter().map(|prompt| answers[prompt].clone()).collect()
    }
}

/// Trap: whether all are done is asked every ten milliseconds.
/// Caught by: all_at_the_same_time
/// Says: asks again and again
mod looks_on_a_timer {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            std::thread::spawn(move || sdk(&prompt))
        };
        let calls: Vec<_> = prompts.iter().map(call).collect();
        while !calls.iter().all(|call| call.is_finished()) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        calls.into_iter().map(|call| call.join().expect("the SDK does not panic")).collect()
    }
}

/// Trap: a single question is asked at once, on the spot.
/// Caught by: no_call_on_the_event_loop
/// Says: is made by its poll
mod one_on_the_spot {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        if let [prompt] = prompts {
            return vec![sdk(prompt)];
        }
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            spawn_blocking(move || sdk(&prompt))
        };
        let calls: Vec<_> = prompts.iter().map(call).collect();
        join_all(calls).await.into_iter().map(|answer| answer.expect("the SDK does not panic")).collect()
    }
}

/// Trap: as many at a time as there are questions, and with none of them a buffer of none: it never ends.
/// Caught by: no_questions_no_answers
/// Says: `buffered(0)`
mod a_buffer_of_none {
    use futures::{StreamExt, stream};

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            spawn_blocking(move || sdk(&prompt))
        };
        let answers = stream::iter(prompts.iter().map(call)).buffered(prompts.len());
        answers.map(|answer| answer.expect("the SDK does not panic")).collect().await
    }
}

/// Trap: no limit is said to be zero: a buffer that holds no call, and polls none.
/// Caught by: no_call_on_the_event_loop
/// Says: a stream that is told to poll none of its futures
mod a_buffer_for_none {
    use futures::{StreamExt, stream};

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: String| {
            let sdk = sdk.clone();
            async move { spawn_blocking(move || sdk(&prompt)).await.expect("the SDK does not panic") }
        };
        stream::iter(prompts.to_vec()).map(call).buffered(0).collect().await
    }
}
