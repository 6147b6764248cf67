//! The queue in front of the concurrent limit, as inference servers have: running, waiting, full.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Wake, Waker},
};

use futures::{FutureExt, StreamExt, future::join_all};
use mock_llm::{End, Error, Fault, Limits, MockLlm, Reply, When};
use timeline::{Lane, MarkKind, SpanKind, Timeline};
use tokio::time::{sleep, timeout};

use crate::{atlas, ms, timed};

fn queued(running: usize, waiting: usize) -> MockLlm {
    MockLlm::new([atlas().limits(Limits::none().concurrent(running).queue(waiting))])
}

/// Five calls of 480 ms, two at a time: they end at 480, 480, 960, 960 and 1440 ms, in the order in which they came.
#[tokio::test(start_paused = true)]
async fn who_waits_begins_the_instant_a_place_is_free() {
    let llm = queued(2, 3);
    let prompts = ["1", "2", "3", "4", "5"];
    let (took, replies) = timed(join_all(prompts.map(|prompt| llm.complete(prompt)))).await;
    assert_eq!(took, ms(1440));
    assert!(replies.iter().all(Result::is_ok));
    let journal = llm.journal();
    let begun: Vec<_> = journal.calls().iter().filter_map(|call| call.begun).collect();
    assert_eq!(begun, [ms(0), ms(0), ms(480), ms(480), ms(960)]);
    assert_eq!(journal.calls()[4].first_token, Some(ms(1360)));
    assert_eq!((journal.high_water(), journal.in_flight()), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn running_and_waiting_are_counted_and_a_full_queue_turns_away() {
    let llm = queued(1, 2);
    let mut calls: Vec<_> = ["1", "2", "3"].map(|prompt| Box::pin(llm.complete(prompt))).into();
    for call in &mut calls {
        assert!(call.as_mut().now_or_never().is_none());
    }
    let status = llm.model("atlas").limits().expect("the model exists");
    assert_eq!((status.running, status.waiting, llm.journal().waiting()), (1, 2, 2));
    let full = Err(Error::RateLimited { retry_after: Some(ms(480)) });
    assert_eq!(llm.complete("4").await, full);
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let status = llm.model("atlas").limits().expect("the model exists");
    assert_eq!((status.running, status.waiting), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_queue_lets_the_next_one_up() {
    let llm = queued(1, 5);
    let first = tokio::spawn(llm.complete("first"));
    sleep(ms(10)).await;
    let impatient = tokio::spawn(timeout(ms(100), llm.complete("impatient")));
    sleep(ms(10)).await;
    let (took, last) = timed(llm.complete("last")).await;
    assert!(last.is_ok());
    assert_eq!(took, ms(960 - 20), "directly behind the first");
    assert!(first.await.is_ok_and(|reply| reply.is_ok()));
    assert!(impatient.await.is_ok_and(|reply| reply.is_err()));
    let journal = llm.journal();
    let call = &journal.calls()[1];
    assert_eq!((call.begun, &call.ended), (None, &Some((ms(110), End::Dropped))));
    assert!(call.produced.is_empty(), "the model never began");
}

/// The place is handed over before the next one is polled, so it must not get lost with it.
#[tokio::test(start_paused = true)]
async fn a_place_handed_to_a_call_that_is_dropped_goes_to_the_next() {
    let llm = queued(1, 5);
    let mut first = llm.stream("first");
    let mut second = Box::pin(llm.complete("second"));
    let mut third = Box::pin(llm.complete("third"));
    assert!(first.next().now_or_never().is_none());
    assert!(second.as_mut().now_or_never().is_none());
    assert!(third.as_mut().now_or_never().is_none());
    drop(first);
    assert_eq!(llm.journal().calls()[1].begun, Some(ms(0)));
    drop(second);
    let (took, reply) = timed(third).await;
    assert_eq!((took, reply.is_ok()), (ms(480), true));
    assert_eq!(llm.journal().in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_waits_behind_an_unread_reply_begins_when_it_is_written() {
    let llm = queued(1, 2);
    let mut unread = llm.stream("unread");
    assert!(unread.next().now_or_never().is_none());
    let (took, replies) = timed(join_all(["2", "3"].map(|prompt| llm.complete(prompt)))).await;
    assert_eq!((took, replies.iter().all(Result::is_ok)), (ms(1440), true));
    assert_eq!(llm.journal().calls()[2].begun, Some(ms(960)));
}

#[tokio::test(start_paused = true)]
async fn calls_from_before_a_restart_keep_their_places_and_come_to_their_end() {
    let llm = queued(1, 1);
    let running = tokio::spawn(llm.complete("running"));
    let waiting = tokio::spawn(llm.complete("waiting"));
    sleep(ms(1)).await;
    llm.restart();
    assert_eq!(llm.complete("new").await, Err(Error::RateLimited { retry_after: Some(ms(479)) }));
    assert!(running.await.is_ok_and(|reply| reply.is_ok()));
    assert!(waiting.await.is_ok_and(|reply| reply.is_ok()));
    assert_eq!((llm.journal().calls().len(), llm.journal().in_flight()), (1, 0));
}

/// A scripted refusal is over before the queue is.
#[tokio::test(start_paused = true)]
async fn a_refused_call_takes_no_place() {
    let limits = Limits::none().concurrent(1);
    let llm = MockLlm::new([atlas().limits(limits).fault(When::Prompt("bad".to_owned()), Fault::Refused)]);
    let running = tokio::spawn(llm.complete("good"));
    sleep(ms(1)).await;
    assert_eq!(llm.complete("bad").await, Err(Error::Refused));
    assert!(running.await.is_ok_and(|reply| reply.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn a_timeline_shows_who_waited_in_the_queue() {
    let llm = queued(1, 2);
    let run = join_all(["1", "2"].map(|prompt| llm.complete(prompt)));
    assert!(timeout(ms(500), run).await.is_err());
    let expected = Timeline::new("queue").lane(Lane::call("1", 0.0, 0.48)).lane(
        Lane::new("2")
            .span(SpanKind::Queued, 0.0, 0.48)
            .span(SpanKind::Waiting, 0.48, 0.5)
            .mark(MarkKind::Dropped, 0.5),
    );
    assert_eq!(llm.journal().timeline("queue"), expected);
}

/// The look at the clock that its end takes begins the call: then it ends all the same, and only once.
#[tokio::test(start_paused = true)]
async fn who_is_dropped_when_its_turn_has_come_is_over() {
    let llm = queued(1, 1);
    let mut unread = llm.stream("unread");
    assert!(unread.next().now_or_never().is_none());
    let mut second = Box::pin(llm.complete("second"));
    assert!(second.as_mut().now_or_never().is_none());
    // The first is written at 480 ms, and nobody has looked since.
    sleep(ms(500)).await;
    drop(second);
    let journal = llm.journal();
    assert_eq!((journal.in_flight(), journal.waiting()), (1, 0));
    assert_eq!(journal.calls()[1].begun, Some(ms(480)));
    sleep(ms(1000)).await;
    assert_eq!(llm.journal().calls()[1], journal.calls()[1], "what ended, ended");
}

/// A future that is held and not polled takes its turn all the same, as a request at a provider does.
#[tokio::test(start_paused = true)]
async fn who_waits_behind_one_that_nobody_polls_begins_all_the_same() {
    let llm = queued(1, 5);
    let (mut first, mut held) = (llm.stream("first"), Box::pin(llm.complete("held")));
    assert!(first.next().now_or_never().is_none());
    assert!(held.as_mut().now_or_never().is_none());
    let (took, reply) = timed(llm.complete("last")).await;
    assert_eq!((took, reply.is_ok()), (ms(1440), true));
}

/// Nobody polls the first two here. Who waits behind them must hear of all that makes its turn come earlier.
#[tokio::test(start_paused = true)]
async fn who_waits_behind_them_moves_up_when_somebody_leaves() {
    for (leaves, expected) in [("first", 100 + 960), ("held", 960), ("between", 1440)] {
        let llm = queued(1, 5);
        let calls = ["first", "held", "between"].map(|prompt| (prompt, Box::pin(llm.complete(prompt))));
        let mut calls = Vec::from(calls);
        if leaves != "between" {
            calls.pop();
        }
        for (_, call) in &mut calls {
            assert!(call.as_mut().now_or_never().is_none());
        }
        let last = timed(llm.complete("last"));
        let leave = async {
            sleep(ms(100)).await;
            calls.retain(|(prompt, _)| *prompt != leaves);
        };
        let ((took, reply), ()) = futures::join!(last, leave);
        assert_eq!((took, reply.is_ok()), (ms(expected), true), "{leaves}");
    }
}

/// What a task's waker owns is code of others. Here it is a call of the same mock, which ends with the waker.
#[tokio::test(start_paused = true)]
async fn a_waker_that_owns_a_call_may_be_dropped_in_the_queue() {
    type Call = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;
    struct Owner {
        _call: Mutex<Call>,
    }
    impl Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }
    let llm = queued(1, 5);
    let mut first = llm.stream("first");
    assert!(first.next().now_or_never().is_none());
    let mut second: Call = Box::pin(llm.complete("second"));
    let poll_with_owner = |second: &mut Call| {
        let mut owned: Call = Box::pin(llm.complete("owned"));
        assert!(owned.as_mut().now_or_never().is_none());
        let waker = Waker::from(Arc::new(Owner { _call: Mutex::new(owned) }));
        assert!(second.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    };
    poll_with_owner(&mut second);
    assert!(second.as_mut().now_or_never().is_none(), "another waker takes its place");
    assert_eq!(llm.journal().dropped().count(), 1);
    poll_with_owner(&mut second);
    drop(second);
    assert_eq!((llm.journal().dropped().count(), llm.journal().in_flight()), (3, 1), "it leaves the queue");
}
