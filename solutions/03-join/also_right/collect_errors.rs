//! # Collect errors: what else is right
//!
//! Each module holds only what differs from the solution, `../collect_errors.rs`.

/// Also right: `try_join_all` of futures whose result is always `Ok`: inside it is the result of the call.
mod errors_that_are_no_errors {
    use futures::future::try_join_all;
    use std::convert::Infallible;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let calls = prompts.iter().map(|prompt| async move { Ok::<_, Infallible>(call(llm, prompt).await) });
        let Ok(results) = try_join_all(calls).await;
        results
    }
}

/// Also right: `FuturesOrdered`, collected: it holds an early result back until its turn comes.
mod futures_ordered {
    use futures::stream::FuturesOrdered;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let calls: FuturesOrdered<_> = prompts.iter().map(|prompt| call(llm, prompt)).collect();
        calls.collect().await
    }
}

/// Also right: `FuturesUnordered`, where each future brings the place of its prompt along.
mod futures_unordered_with_places {
    use futures::stream::FuturesUnordered;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, call(llm, prompt).await) });
        let mut calls: FuturesUnordered<_> = calls.collect();
        let mut results: Vec<Option<Result<String, Failed>>> = vec![None; prompts.len()];
        while let Some((place, result)) = calls.next().await {
            results[place] = Some(result);
        }
        results.into_iter().flatten().collect()
    }
}

/// Also right: a `JoinSet`, where the id of each task says whose place it is, also after a panic.
mod join_set_with_ids {
    use std::collections::HashMap;
    use tokio::task::JoinSet;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut tasks = JoinSet::new();
        let mut places = HashMap::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let llm = llm.clone();
            let task = tasks.spawn(async move { read(&llm, &prompt).await });
            places.insert(task.id(), place);
        }
        let mut results: Vec<_> = prompts.iter().map(|_| Err(Failed::Panicked)).collect();
        while let Some(ended) = tasks.join_next_with_id().await {
            if let Ok((id, result)) = ended {
                results[places[&id]] = result;
            }
        }
        results
    }
}

/// Also right: `catch_unwind` of the futures crate round each call: it catches what the poll throws, and needs no task.
mod a_net_round_each_call {
    use futures::FutureExt;
    use std::panic::AssertUnwindSafe;

    async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        AssertUnwindSafe(read(llm, prompt)).catch_unwind().await.unwrap_or(Err(Failed::Panicked))
    }
}

/// Also right: `std::panic::catch_unwind` round every poll, by hand.
mod a_net_round_each_poll {
    use std::{
        future::poll_fn,
        panic::{AssertUnwindSafe, catch_unwind},
        pin::pin,
        task::Poll,
    };

    async fn call(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let mut reading = pin!(read(llm, prompt));
        poll_fn(|cx| {
            catch_unwind(AssertUnwindSafe(|| reading.as_mut().poll(cx))).unwrap_or(Poll::Ready(Err(Failed::Panicked)))
        })
        .await
    }
}

/// Also right: the handles of all tasks, joined.
mod handles_joined {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let tasks = prompts.iter().map(|prompt| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { read(&llm, &prompt).await })
        });
        let ended = join_all(tasks).await;
        ended.into_iter().map(|ended| ended.unwrap_or(Err(Failed::Panicked))).collect()
    }
}

/// Also right: `join!` of the first call and, recursively, all the others.
mod joined_down_the_list {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let [first, others @ ..] = prompts else { return Vec::new() };
        // A future that holds itself has no size: the box gives it one.
        let (first, others) = tokio::join!(call(llm, first), Box::pin(ask_all(llm, others)));
        [vec![first], others].concat()
    }
}

/// Also right: `poll_fn` over a list of `maybe_done` futures: what `join_all` does.
mod polled_by_hand {
    use futures::future::maybe_done;
    use std::{future::poll_fn, task::Poll};

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(maybe_done(call(llm, prompt)))).collect();
        poll_fn(|cx| {
            // Every call is polled: `all` would stop at the first one that is not done, and the next would not start.
            let waiting = calls.iter_mut().map(|call| call.as_mut().poll(cx)).filter(Poll::is_pending).count();
            if waiting == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        calls.iter_mut().map(|call| call.as_mut().take_output().expect("every call is done")).collect()
    }
}

/// Also right: `buffered` with room for all of them, and for one where there are none.
mod room_for_all {
    use futures::stream;

    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        stream::iter(prompts).map(|prompt| call(llm, prompt)).buffered(prompts.len().max(1)).collect().await
    }
}

/// Also right: a task for each call; all are spawned before the first handle is awaited. The outer `Result` is the task's.
mod tasks_awaited_in_order {
    pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<String, Failed>> {
        let spawn = |prompt: &String| {
            let (llm, prompt) = (llm.clone(), prompt.clone());
            tokio::spawn(async move { read(&llm, &prompt).await })
        };
        let tasks: Vec<_> = prompts.iter().map(spawn).collect();

        let mut results = Vec::with_capacity(tasks.len());
        for task in tasks {
            results.push(task.await.unwrap_or(Err(Failed::Panicked)));
        }
        results
    }
}

/// Also right: a fold over the tokens, which goes on after an error (nothing comes after it) and keeps both.
mod tokens_folded {
    async fn read(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let start = (String::new(), None);
        let (text, error) = ask(llm, prompt)
            .fold(start, |(text, error), token| async move {
                match token {
                    Ok(token) => (text + &token.text, error),
                    Err(error) => (text, Some(error)),
                }
            })
            .await;
        error.map_or_else(|| Ok(text.clone()), |error| Err(Failed::Error { text: text.clone(), error }))
    }
}

/// Also right: `?` on each token, with the text outside of the block that it leaves.
mod the_text_outside {
    use futures::TryStreamExt;

    async fn read(llm: &MockLlm, prompt: &str) -> Result<String, Failed> {
        let mut text = String::new();
        let read = ask(llm, prompt).try_for_each(|token| {
            text.push_str(&token.text);
            std::future::ready(Ok(()))
        });
        match read.await {
            Ok(()) => Ok(text),
            Err(error) => Err(Failed::Error { text, error }),
        }
    }
}
