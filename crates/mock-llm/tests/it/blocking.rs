//! The client that holds its thread: its time, its thread in the journal, and the gate that finds a blocked event loop.

use std::{collections::HashSet, thread, time::Duration};

use futures::{StreamExt, future::join_all};
use mock_llm::{CallKind, End, Error, Fault, Limits, MockLlm, Model, When, blocking::Gate};
use tokio::{task::spawn_blocking, time::Instant};

use crate::{atlas, ms, one_model, timed};

/// Five handlers that each make one blocking call of 2.15 s, as a web framework would start them.
async fn five_handlers(llm: &MockLlm) -> Vec<u64> {
    let start = Instant::now();
    let handlers = (0..5).map(|user| {
        let client = llm.blocking();
        tokio::spawn(async move {
            client.complete(&format!("user {user}")).expect("no fault");
            start.elapsed().as_millis() as u64
        })
    });
    join_all(handlers).await.into_iter().map(|end| end.expect("no panic")).collect()
}

#[tokio::test(start_paused = true)]
async fn on_the_event_loop_blocking_calls_run_one_after_another() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(ms(2150)).reply("ok")]);
    assert_eq!(five_handlers(&llm).await, [2150, 4300, 6450, 8600, 10750]);
    let journal = llm.journal();
    assert_eq!(journal.high_water(), 1);
    let started: Vec<_> = journal.calls().iter().map(|call| call.started).collect();
    assert_eq!(started, [ms(0), ms(2150), ms(4300), ms(6450), ms(8600)]);
    let here = Some(thread::current().id());
    assert!(journal.calls().iter().all(|call| call.thread == here), "all on the event loop's thread");
}

/// The gate holds the five until all are in flight, so nothing depends on how fast threads start.
#[tokio::test(start_paused = true)]
async fn on_a_pool_they_run_together_each_for_its_own_time() {
    let mut model = Model::new("atlas").reply("ok");
    let prompts: Vec<String> = (0..5).map(|user| format!("user {user}")).collect();
    for (prompt, millis) in prompts.iter().zip([2100, 2150, 2200, 2250, 2300]) {
        model = model.time_to_first_token_for(prompt, ms(millis));
    }
    let llm = MockLlm::new([model]);
    let gate = Gate::new();
    let calls: Vec<_> = prompts
        .into_iter()
        .map(|prompt| {
            let client = llm.blocking().gated(&gate);
            spawn_blocking(move || client.complete(&prompt))
        })
        .collect();
    gate.wait_for(5).await;
    assert_eq!(llm.journal().in_flight(), 5);
    gate.open();
    assert!(join_all(calls).await.into_iter().all(|reply| reply.is_ok_and(|reply| reply.is_ok())));

    let journal = llm.journal();
    let mut ends: Vec<_> = journal.calls().iter().filter_map(|call| call.ended.as_ref()).map(|(at, _)| *at).collect();
    ends.sort();
    assert_eq!(ends, [ms(2100), ms(2150), ms(2200), ms(2250), ms(2300)]);
    let threads: HashSet<_> = journal.calls().iter().map(|call| call.thread.expect("a blocking call")).collect();
    assert_eq!((threads.len(), threads.contains(&thread::current().id())), (5, false));
}

/// The second thread goes on when the first has moved the clock past all that the second waits for.
#[tokio::test(start_paused = true)]
async fn a_thread_that_is_scheduled_late_has_its_own_instants_all_the_same() {
    let llm = one_model();
    let gates = [Gate::new(), Gate::new()];
    let calls = ["whole", "dropped"].into_iter().zip([5, 3]).zip(&gates).map(|((prompt, tokens), gate)| {
        let client = llm.blocking().gated(gate);
        spawn_blocking(move || client.stream(prompt).take(tokens).filter(Result::is_ok).count())
    });
    let calls: Vec<_> = calls.collect();
    let complete = llm.blocking().gated(&gates[1]);
    let hasty = complete.clone().read_timeout(ms(399));
    let replies = [spawn_blocking(move || complete.complete("?")), spawn_blocking(move || hasty.complete("??"))];
    gates[0].wait_for(1).await;
    gates[1].wait_for(3).await;
    for (gate, call) in gates.iter().zip(calls) {
        gate.open();
        assert!(call.await.is_ok());
    }
    join_all(replies).await;

    let ended = |prompt: &str| {
        let journal = llm.journal();
        let call = journal.calls().iter().find(|call| call.prompt == prompt).expect("it was made");
        (call.started, call.ended.clone().expect("it is over"))
    };
    assert_eq!(ended("whole"), (ms(0), (ms(480), End::Finished)));
    assert_eq!(ended("dropped"), (ms(0), (ms(440), End::Dropped)));
    assert_eq!(ended("?"), (ms(0), (ms(480), End::Finished)));
    assert_eq!(ended("??"), (ms(0), (ms(399), End::Failed(Error::TimedOut { after: ms(399) }))));
}

/// What the thread itself lets pass between two pieces is its time, whether it awaits or calls somebody else.
#[tokio::test(start_paused = true)]
async fn a_thread_that_comes_late_by_itself_finds_its_token_waiting() {
    let llm = one_model();
    let mut tokens = llm.blocking().stream("count");
    assert!(tokens.next().is_some());
    tokio::time::sleep(ms(30)).await;
    let other = llm.blocking();
    spawn_blocking(move || other.complete("on another thread")).await.expect("no panic").expect("no fault");
    assert!(tokens.next().is_some());
    llm.blocking().complete("on this thread").expect("no fault");
    drop(tokens);
    assert_eq!(llm.journal().calls()[0].ended, Some((ms(400 + 30 + 480), End::Dropped)));
}

#[tokio::test(start_paused = true)]
async fn tokens_come_one_by_one_and_each_holds_the_thread() {
    let llm = one_model();
    let start = Instant::now();
    let tokens: Vec<_> = llm
        .blocking()
        .stream("count")
        .map(|token| (token.expect("no fault").text, start.elapsed().as_millis()))
        .collect();
    let expected = [("one", 400), (" two", 420), (" three", 440), (" four", 460), (" five", 480)];
    assert_eq!(tokens, expected.map(|(text, at)| (text.to_owned(), at)));
    let journal = llm.journal();
    assert_eq!((journal.calls()[0].kind, journal.calls()[0].delivered), (CallKind::Stream, 5));
    assert_eq!(journal.calls()[0].ended, Some((ms(480), End::Finished)));
    assert_eq!(journal.calls()[0].thread, Some(thread::current().id()));
    assert!(llm.complete("count").await.is_ok());
    assert_eq!(llm.journal().calls()[1].thread, None, "a future has no thread of its own");
}

#[tokio::test(start_paused = true)]
async fn an_iterator_starts_with_its_first_next_and_its_drop_is_recorded() {
    let llm = one_model();
    let mut tokens = llm.blocking().stream("count");
    assert!(llm.journal().calls().is_empty());
    assert!(tokens.by_ref().take(2).all(|token| token.is_ok()));
    drop(tokens);
    let journal = llm.journal();
    assert_eq!(journal.calls()[0].ended, Some((ms(420), End::Dropped)));
    assert_eq!((journal.calls()[0].produced.len(), journal.calls()[0].delivered), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_error_is_the_last_item_and_after_the_end_comes_the_end() {
    let llm = MockLlm::new([atlas().fault(When::Always, Fault::CutAfter(2))]);
    let mut tokens = llm.blocking().stream("count");
    assert!(tokens.by_ref().take(2).all(|token| token.is_ok()));
    assert_eq!(tokens.next(), Some(Err(Error::Cut { tokens: 2 })));
    assert_eq!((tokens.next(), tokens.next()), (None, None));
    assert_eq!(llm.blocking().complete("count"), Err(Error::Cut { tokens: 2 }));
    assert_eq!(MockLlm::new([atlas().reply("")]).blocking().stream("count").count(), 0);
    assert!(matches!(llm.model("nobody").blocking().complete("count"), Err(Error::UnknownModel(_))));
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_on() {
    let llm = MockLlm::new([atlas().fault(When::Always, Fault::StallAfter(2))]);
    let (took, reply) = timed(async { llm.blocking().complete("count") }).await;
    assert_eq!((took, reply), (ms(440 + 600_000), Err(Error::TimedOut { after: ms(600_000) })));
    let patient = llm.blocking().read_timeout(ms(5000));
    let last = patient.stream("count").last();
    assert_eq!(last, Some(Err(Error::TimedOut { after: ms(5000) })));
    let hasty = llm.blocking().read_timeout(ms(399));
    let (took, reply) = timed(async { hasty.complete("count") }).await;
    assert_eq!((took, reply), (ms(399), Err(Error::TimedOut { after: ms(399) })));
    assert_eq!(llm.journal().in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_on_the_event_loop_s_thread_finds_its_gate_shut() {
    let llm = one_model();
    let gate = Gate::new().safety_bound(ms(100));
    let attendant = tokio::spawn(gate.attend());
    tokio::task::yield_now().await;
    let reply = llm.blocking().gated(&gate).complete("count");
    assert!(matches!(reply, Err(Error::Blocked { waited }) if waited >= ms(100)), "{reply:?}");
    let journal = llm.journal();
    assert!(matches!(journal.calls()[0].ended, Some((_, End::Failed(Error::Blocked { .. })))));
    assert_eq!((journal.in_flight(), gate.held()), (0, 0));
    attendant.abort();
}

#[tokio::test(start_paused = true)]
async fn a_running_event_loop_lets_every_token_through() {
    let llm = one_model();
    let gate = Gate::new();
    let attendant = tokio::spawn(gate.attend());
    let client = llm.blocking().gated(&gate);
    let (here, text) = spawn_blocking(move || {
        let text: Result<String, Error> = client.stream("count").map(|token| token.map(|token| token.text)).collect();
        (thread::current().id(), text)
    })
    .await
    .expect("no panic");
    assert_eq!(text, Ok("one two three four five".to_owned()));
    assert_eq!(llm.journal().calls()[0].thread, Some(here));
    attendant.abort();
}

/// The test lets the tokens of two streams through by turns: an order that no scheduler can change.
#[tokio::test(start_paused = true)]
async fn a_gate_lets_threads_on_one_by_one() {
    let llm = one_model();
    let (sent, mut received) = tokio::sync::mpsc::unbounded_channel();
    let gates = [Gate::new(), Gate::new()];
    for (name, gate) in ["a", "b"].into_iter().zip(&gates) {
        let (client, sent) = (llm.blocking().gated(gate), sent.clone());
        spawn_blocking(move || {
            for token in client.stream(name) {
                sent.send(format!("{name}{}", token.expect("no fault").index)).expect("the test listens");
            }
        });
    }
    drop(sent);
    let mut order = Vec::new();
    for turn in 0..10 {
        let gate = &gates[turn % 2];
        gate.wait_for(1).await;
        assert_eq!(gate.let_through(1), 1);
        order.push(received.recv().await.expect("a token"));
    }
    assert_eq!(order.join(" "), "a0 b0 a1 b1 a2 b2 a3 b3 a4 b4");
}

#[tokio::test(start_paused = true)]
async fn permits_are_for_those_who_wait_and_an_open_gate_for_everybody() {
    let gate = Gate::new();
    assert_eq!((gate.let_through(5), gate.held()), (0, 0), "nobody waits, so nobody is let through later");
    gate.open();
    let client = one_model().blocking().gated(&gate);
    assert!(client.complete("count").is_ok(), "on the event loop's thread, and the gate is open");
}

/// A permit belongs to the thread that it was given to, from that moment on, whenever the thread wakes up.
#[tokio::test(start_paused = true)]
async fn who_comes_later_does_not_get_in_by_the_permit_of_who_waited() {
    let llm = one_model();
    for _ in 0..20 {
        let gate = Gate::new();
        let first = llm.blocking().gated(&gate);
        let first = thread::spawn(move || first.complete("first"));
        while gate.held() == 0 {
            thread::yield_now();
        }
        assert_eq!(gate.let_through(1), 1);
        let late = llm.blocking().gated(&gate.clone().safety_bound(ms(5)));
        assert!(matches!(late.complete("late"), Err(Error::Blocked { .. })));
        assert!(first.join().expect("no panic").is_ok());
        assert_eq!(gate.held(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_may_wait_for_ever() {
    let llm = MockLlm::new([atlas().fault(When::Always, Fault::StallAfter(2))]);
    let patient = llm.blocking().read_timeout(Duration::MAX);
    assert_eq!(
        patient.complete("count"),
        Err(Error::TimedOut { after: Duration::MAX }),
        "on a paused clock, even that passes"
    );
}

#[tokio::test(start_paused = true)]
async fn a_blocking_call_waits_in_the_provider_s_queue() {
    let llm = MockLlm::new([atlas().limits(Limits::none().concurrent(1).queue(1))]);
    let mut first = llm.stream("first");
    assert!(futures::poll!(first.next()).is_pending());
    let client = llm.blocking();
    let second = spawn_blocking(move || client.complete("second"));
    while llm.journal().waiting() == 0 {
        tokio::task::yield_now().await;
    }
    drop(first);
    assert!(second.await.is_ok_and(|reply| reply.is_ok()));
    let shut = llm.blocking().read_timeout(ms(20));
    let mut held = llm.stream("held");
    assert!(futures::poll!(held.next()).is_pending());
    assert_eq!(shut.complete("third"), Err(Error::TimedOut { after: ms(20) }));
    assert_eq!(llm.model("atlas").limits().map(|status| status.waiting), Some(0));
}

/// Real time: the only test here that waits, and it waits for 30 ms.
#[test]
fn without_a_runtime_the_thread_sleeps() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(ms(30)).reply("ok")]);
    let start = std::time::Instant::now();
    assert!(llm.blocking().complete("now").is_ok());
    assert!(start.elapsed() >= ms(30));
    assert_eq!(llm.journal().calls()[0].first_token, Some(ms(30)), "its script's instant, not the thread's");
}

/// A thread that is not of the runtime sees the runtime's time: the journal's instants are on one clock.
#[tokio::test(start_paused = true)]
async fn a_foreign_thread_sees_the_runtime_s_clock() {
    let llm = one_model();
    llm.complete("count").await.expect("no fault");
    tokio::time::sleep(ms(9520)).await;
    let client = llm.blocking();
    thread::spawn(move || client.complete("count").expect("no fault")).join().expect("no panic");
    assert_eq!(llm.journal().calls()[1].started, ms(10_000));
    assert_eq!(llm.journal().calls()[1].ended, Some((ms(10_480), End::Finished)));
}
