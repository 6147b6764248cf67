//! Calls that run one after another do so for different reasons, and a message has to name the right one.

use std::sync::Arc;

use futures::{StreamExt as _, future::join_all, stream};
use harness::{Check, Finished, odd};
use mock_llm::{MockLlm, Model};
use tokio::sync::{Mutex, Semaphore};

const PROMPTS: [&str; 4] = ["one", "two", "three", "four"];

fn model() -> MockLlm {
    let model = (0..)
        .zip(PROMPTS)
        .fold(Model::new("atlas"), |model, (place, prompt)| model.time_to_first_token_for(prompt, odd(place)));
    MockLlm::new([model])
}

#[track_caller]
fn why<T>(run: &Finished<T>, words: &str) {
    let why = run.why_slow().unwrap_or_default();
    assert!(why.contains(words), "`{words}` is missing in: {why}");
}

const A_LOCK: &str = "held across an `.await`";
const IN_TURN: &str = "`.await` polls one future until it is done";

#[test]
fn futures_in_a_join_that_share_a_lock() {
    let llm = model();
    let run = Check::new().draws(&llm).run(async || {
        let llm = Mutex::new(&llm);
        join_all(PROMPTS.map(async |prompt| llm.lock().await.complete(prompt).await)).await
    });
    why(&run, A_LOCK);
}

#[test]
fn futures_in_a_set_that_share_a_permit() {
    let llm = model();
    let run = Check::new().draws(&llm).run(async || {
        let one = Semaphore::new(1);
        let calls = PROMPTS.map(async |prompt| {
            let _permit = one.acquire().await;
            llm.complete(prompt).await
        });
        calls.into_iter().collect::<stream::FuturesUnordered<_>>().count().await
    });
    why(&run, A_LOCK);
}

#[cfg(tokio_unstable)]
#[test]
fn tasks_that_share_a_lock() {
    let llm = model();
    let run = Check::new().draws(&llm).run(async || {
        let shared = Arc::new(Mutex::new(llm.clone()));
        let tasks = PROMPTS.map(|prompt| {
            let shared = shared.clone();
            tokio::spawn(async move { shared.lock().await.complete(prompt).await })
        });
        join_all(tasks).await.len()
    });
    why(&run, A_LOCK);
}

#[test]
fn one_await_after_another() {
    let llm = model();
    let run = Check::new().draws(&llm).run(async || {
        for prompt in PROMPTS {
            drop(llm.complete(prompt).await);
        }
    });
    why(&run, IN_TURN);
}

#[test]
fn a_stream_that_has_room_for_one() {
    let llm = model();
    let run = Check::new()
        .draws(&llm)
        .run(async || stream::iter(PROMPTS).map(|prompt| llm.complete(prompt)).buffer_unordered(1).count().await);
    why(&run, "room for one");
}

#[test]
fn a_stream_that_has_room_for_two() {
    let llm = model();
    let run = Check::new()
        .draws(&llm)
        .run(async || stream::iter(PROMPTS).map(|prompt| llm.complete(prompt)).buffer_unordered(2).count().await);
    why(&run, "Only 2 calls are in flight together, of 4");
}

#[cfg(tokio_unstable)]
#[test]
fn tasks_that_are_awaited_before_the_next_is_spawned() {
    let llm = model();
    let run = Check::new().draws(&llm).run(async || {
        for prompt in PROMPTS {
            drop(tokio::spawn(llm.complete(prompt)).await);
        }
    });
    why(&run, "You spawned 4 tasks, and a task runs by itself; but each is awaited before the next one is spawned");
}

#[test]
fn calls_that_run_together_are_not_explained() {
    let llm = model();
    let run = Check::new().draws(&llm).run(async || join_all(PROMPTS.map(|prompt| llm.complete(prompt))).await);
    assert_eq!(run.why_slow(), None);
}
