//! The figures of the chapter, exact on the paused clock.

use std::{thread, time::Duration};

use lesson_07_blocking::{
    debates::{models, three},
    users::{Form, ask_all, users},
};
use runs::secs;

fn ends(llm: &mock_llm::MockLlm) -> Vec<Duration> {
    llm.journal()
        .in_order_of_end()
        .iter()
        .filter_map(|call| Some(call.ended.as_ref()?.0))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_pseudo_async_service_serves_one_user_after_another() {
    let (llm, prompts) = users(&[secs(2.15); 5]);
    ask_all(&llm, &prompts, Form::PseudoAsync).await;
    assert_eq!(ends(&llm), [2.15, 4.30, 6.45, 8.60, 10.75].map(secs));
    assert_eq!(llm.journal().high_water(), 1);
    let here = thread::current().id();
    assert!(
        llm.journal().calls().iter().all(|call| call.thread == Some(here)),
        "all of it is on the event loop's thread"
    );
}

#[tokio::test(start_paused = true)]
async fn offloaded_each_user_waits_for_their_own_call() {
    let (llm, prompts) = users(&[2.15, 2.30, 2.10, 2.25, 2.20].map(secs));
    ask_all(&llm, &prompts, Form::Offloaded).await;
    let mut ends = ends(&llm);
    ends.sort();
    assert_eq!(ends, [2.10, 2.15, 2.20, 2.25, 2.30].map(secs));
    let here = thread::current().id();
    assert!(
        llm.journal()
            .calls()
            .iter()
            .all(|call| call.thread.is_some_and(|thread| thread != here))
    );
}

#[tokio::test(start_paused = true)]
async fn an_async_client_needs_no_thread() {
    let (llm, prompts) = users(&[2.15, 2.30, 2.10, 2.25, 2.20].map(secs));
    ask_all(&llm, &prompts, Form::Async).await;
    assert_eq!(ends(&llm), [2.10, 2.15, 2.20, 2.25, 2.30].map(secs));
    assert_eq!(llm.journal().high_water(), 5);
    assert!(llm.journal().calls().iter().all(|call| call.thread.is_none()));
}

/// 60, 150 and 300 s become 30 s: as many times as fast as there are users.
#[tokio::test(start_paused = true)]
async fn it_is_as_many_times_as_fast_as_there_are_users() {
    for number in [2, 5, 10] {
        let latencies = vec![secs(30.0); number];
        let (llm, prompts) = users(&latencies);
        ask_all(&llm, &prompts, Form::PseudoAsync).await;
        assert_eq!(ends(&llm).pop(), Some(secs(30.0) * number as u32));
        for form in [Form::Offloaded, Form::Async] {
            let (llm, prompts) = users(&latencies);
            ask_all(&llm, &prompts, form).await;
            assert_eq!(ends(&llm).into_iter().max(), Some(secs(30.0)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn three_debates_take_turns_or_do_not() {
    let when = |log: &[(Duration, String)], what: &str| -> Vec<Duration> {
        log.iter().filter(|(_, line)| line.ends_with(what)).map(|(at, _)| *at).collect()
    };
    let log = three(&models(), false).await.expect("the script has no faults").lines();
    assert_eq!(when(&log, "started"), [0.0; 3].map(secs));
    assert_eq!(when(&log, "first token"), [1.0; 3].map(secs));
    assert_eq!(when(&log, "ended"), [15.2, 16.1, 17.3].map(secs));

    let log = three(&models(), true).await.expect("the script has no faults").lines();
    assert_eq!(when(&log, "started"), [0.0, 15.2, 31.3].map(secs));
    assert_eq!(when(&log, "first token"), [1.0, 16.2, 32.3].map(secs));
    assert_eq!(when(&log, "ended"), [15.2, 31.3, 48.6].map(secs));
}
