//! What a finished run tells a check.

use harness::{Check, odd, secs};
use mock_llm::{MockLlm, Model};

/// A task that was aborted is gone when the runtime had a turn, and is not left behind.
#[test]
fn an_aborted_task_is_not_left_behind() {
    let run = Check::new().run(async || {
        let mut set = tokio::task::JoinSet::new();
        set.spawn(std::future::pending::<()>());
        tokio::task::yield_now().await;
    });
    run.leaves_nothing_behind();
    assert_eq!(run.tasks_left(), 0);
    let run = Check::new().run(async || drop(tokio::spawn(std::future::pending::<()>())));
    assert_eq!(run.tasks_left(), 1);
}

/// As many as they are.
#[test]
fn ten_thousand_aborted_tasks_are_not_left_behind() {
    let run = Check::new().run(async || {
        let tasks: Vec<_> = (0..10_000).map(|_| tokio::spawn(std::future::pending::<()>())).collect();
        tokio::task::yield_now().await;
        tasks.iter().for_each(|task| task.abort());
    });
    assert_eq!(run.tasks_left(), 0);
}

#[test]
fn code_that_polls_by_itself_has_no_tasks() {
    assert_eq!(Check::new().by_hand(|| ()).polls_of_tasks(), 0);
}

/// A timeout, and a pause before the second try: two timers that the exercise needs.
#[test]
fn timers_of_the_exercise_are_allowed_by_their_number() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(odd(0))]);
    let run = Check::new().draws(&llm).run(async || {
        let too_late = tokio::time::timeout(secs(0.5), llm.complete("Hello")).await.is_err();
        tokio::time::sleep(secs(0.25)).await;
        too_late && llm.complete("Hello").await.is_ok()
    });
    assert!(*run.value());
    // The timeout drops a call at the instant at which it ends.
    run.only_looks_when_woken(1);
    run.takes(secs(0.75) + odd(0), "");
}

/// Tasks that have ended count too: the check asks what the learner's code did, not what is left of it.
#[test]
#[cfg(tokio_unstable)]
fn counts_the_tasks_that_were_spawned() {
    let none = Check::new().run(async || tokio::task::yield_now().await);
    assert_eq!(none.tasks_spawned(), 0);

    let three = Check::new().run(async || {
        tokio::spawn(async {}).await.expect("the first task does not panic");
        let inner = async || tokio::spawn(async {}).await;
        tokio::spawn(inner()).await.expect("the second task does not panic")
    });
    assert_eq!(three.tasks_spawned(), 3);
}

/// Each of them is polled once more, to be told so, and all at the instant of the error. Nobody looks in vain.
#[test]
fn hundreds_of_tasks_that_are_aborted_together_are_no_busy_loop() {
    let models =
        [("atlas", 1.087), ("birch", 9.0)].map(|(name, seconds)| Model::new(name).time_to_first_token(secs(seconds)));
    let llm = MockLlm::new(models);
    let run = Check::new().draws(&llm).run(async || {
        let tasks: Vec<_> = (0..500).map(|_| tokio::spawn(std::future::pending::<()>())).collect();
        let reply = llm.complete("What is a future?").await.map(|reply| reply.model);
        tasks.iter().for_each(|task| task.abort());
        for task in tasks {
            assert!(task.await.is_err_and(|error| error.is_cancelled()));
        }
        reply
    });
    run.takes(secs(1.087), "The call decides.");
}

/// A task whose first poll comes late is polled when its call comes on, and at no instant of its own.
#[test]
fn a_task_that_is_spawned_late_has_the_clock_of_the_run() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(odd(1)).inter_token_latency(odd(2))]);
    let run = Check::new().draws(&llm).run(async || {
        let _ = llm.complete("What is a task?").await;
        let call = llm.complete("And one that is spawned late?");
        tokio::spawn(call).await.expect("the task does not panic")
    });
    run.only_looks_when_woken(0);
}
