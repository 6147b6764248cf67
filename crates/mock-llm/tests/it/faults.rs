//! Each fault at its time, and the calls that it meets.

use std::panic::AssertUnwindSafe;

use futures::{FutureExt, StreamExt};
use mock_llm::{End, Error, Fault, MockLlm, When};
use tokio::time::{Instant, timeout};

use crate::{atlas, ms, timed};

fn always(fault: Fault) -> MockLlm {
    MockLlm::new([atlas().fault(When::Always, fault)])
}

/// How many tokens a stream brings, the error that it ends with, and when.
async fn stream_of(llm: &MockLlm) -> (usize, Option<Error>, u64) {
    let start = Instant::now();
    let mut stream = llm.stream("count");
    let (mut tokens, mut error) = (0, None);
    while let Some(item) = stream.next().await {
        match item {
            Ok(_) => tokens += 1,
            Err(last) => error = Some(last),
        }
    }
    assert_eq!(stream.next().await, None, "after an error, the end");
    (tokens, error, start.elapsed().as_millis() as u64)
}

#[tokio::test(start_paused = true)]
async fn each_error_comes_at_its_instant_and_says_what_it_is() {
    let limited = |retry_after| (Fault::RateLimited { retry_after }, Error::RateLimited { retry_after });
    let table = [
        // fault and its error, tokens before it, at ms of the stream and of the whole call
        (limited(None), 0, 0),
        (limited(Some(ms(2000))), 0, 0),
        ((Fault::Refused, Error::Refused), 0, 0),
        ((Fault::InternalError, Error::Status(500)), 0, 400),
        ((Fault::Overloaded, Error::Status(503)), 0, 400),
        ((Fault::CutAfter(0), Error::Cut { tokens: 0 }), 0, 400),
        ((Fault::CutAfter(2), Error::Cut { tokens: 2 }), 2, 440),
        ((Fault::CutAfter(5), Error::Cut { tokens: 5 }), 5, 480),
        ((Fault::CutAfter(99), Error::Cut { tokens: 5 }), 5, 480),
        ((Fault::MalformedAfter(0), Error::Malformed { tokens: 0 }), 0, 400),
        ((Fault::MalformedAfter(3), Error::Malformed { tokens: 3 }), 3, 460),
    ];
    for ((fault, error), tokens, at) in table {
        let llm = always(fault);
        let (took, reply) = timed(llm.complete("count")).await;
        assert_eq!((took, reply), (ms(at), Err(error.clone())), "{fault:?} in a call");
        assert_eq!(llm.journal().calls()[0].ended, Some((ms(at), End::Failed(error.clone()))), "{fault:?}");
        llm.restart();
        assert_eq!(stream_of(&llm).await, (tokens, Some(error.clone()), at), "{fault:?} in a stream");
        let journal = llm.journal();
        let call = &journal.calls()[0];
        assert_eq!((call.produced.len(), call.delivered), (tokens, tokens), "{fault:?}");
        assert_eq!(call.ended, Some((ms(at), End::Failed(error))), "{fault:?}");
        assert_eq!(journal.in_flight(), 0, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_call_stays_in_flight_for_ever() {
    let llm = always(Fault::StallAfter(2));
    assert!(timeout(ms(3_600_000), llm.complete("count")).await.is_err());
    let journal = llm.journal();
    let call = &journal.calls()[0];
    assert_eq!(call.ended, Some((ms(3_600_000), End::Dropped)));
    assert_eq!(call.produced, [ms(400), ms(420)]);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_stream_brings_its_tokens_and_then_nothing() {
    let llm = always(Fault::StallAfter(2));
    let mut stream = llm.stream("count");
    for _ in 0..2 {
        assert!(stream.next().await.is_some_and(|token| token.is_ok()));
    }
    assert!(timeout(ms(3_600_000), stream.next()).await.is_err());
    assert_eq!(llm.journal().in_flight(), 1);
    drop(stream);
    assert_eq!((llm.journal().in_flight(), llm.journal().calls()[0].delivered), (0, 2));
}

/// A harness looks for wakers: a model that is silent still holds its reader's, as a socket does.
#[tokio::test(start_paused = true)]
async fn a_stalled_model_keeps_the_waker_of_its_reader() {
    let llm = always(Fault::StallAfter(0));
    let (waker, count) = futures_test_waker();
    let mut cx = std::task::Context::from_waker(&waker);
    let mut stream = llm.stream("count");
    assert!(stream.poll_next_unpin(&mut cx).is_pending());
    tokio::time::sleep(ms(1000)).await;
    assert!(stream.poll_next_unpin(&mut cx).is_pending());
    assert!(std::sync::Arc::strong_count(&count) > 2, "the stream holds a clone of the waker");
}

struct Nothing;

impl std::task::Wake for Nothing {
    fn wake(self: std::sync::Arc<Self>) {}
}

/// A waker whose clones can be counted: one reference is the count's own, one is the waker's.
fn futures_test_waker() -> (std::task::Waker, std::sync::Arc<Nothing>) {
    let count = std::sync::Arc::new(Nothing);
    (count.clone().into(), count)
}

#[tokio::test(start_paused = true)]
async fn a_panic_comes_with_the_first_token_and_is_recorded_as_a_drop() {
    let llm = always(Fault::Panic);
    let (took, outcome) = timed(AssertUnwindSafe(llm.complete("count")).catch_unwind()).await;
    assert!(outcome.is_err());
    assert_eq!(took, ms(400));
    assert_eq!(llm.journal().calls()[0].ended, Some((ms(400), End::Dropped)));
    let task = tokio::spawn(llm.complete("count"));
    assert!(task.await.expect_err("the task panics").is_panic());
    assert_eq!(llm.journal().in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn when_says_which_calls_a_fault_meets() {
    let table = [
        // calls in turn: a, b, a, b
        (When::Always, [false, false, false, false]),
        (When::Call(2), [true, false, true, true]),
        (When::Attempt(1), [false, false, true, true]),
        (When::Prompt("b".to_owned()), [true, false, true, false]),
        (When::PromptAttempt("b".to_owned(), 2), [true, true, true, false]),
        (When::Rate(0.0), [true, true, true, true]),
        (When::Rate(1.0), [false, false, false, false]),
    ];
    for (when, expected) in table {
        let llm = MockLlm::new([atlas().fault(when.clone(), Fault::Refused)]);
        let mut passed = Vec::new();
        for prompt in ["a", "b", "a", "b"] {
            passed.push(llm.complete(prompt).await.is_ok());
        }
        assert_eq!(passed, expected, "{when:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_fault_that_was_added_first_wins() {
    let model = atlas().fault(When::Attempt(1), Fault::Refused).fault(When::Always, Fault::Overloaded);
    let llm = MockLlm::new([model]);
    assert_eq!(llm.complete("count").await, Err(Error::Refused));
    assert_eq!(llm.complete("count").await, Err(Error::Status(503)));
}

#[test]
fn errors_say_what_a_person_needs() {
    let table = [
        (Error::RateLimited { retry_after: Some(ms(1500)) }, Some(429), "429 too many requests: come back in 1.500 s"),
        (Error::RateLimited { retry_after: None }, Some(429), "429 too many requests"),
        (Error::Status(500), Some(500), "500 internal server error"),
        (Error::Status(503), Some(503), "503 overloaded"),
        (Error::Refused, None, "connection refused"),
        (Error::Cut { tokens: 2 }, None, "the connection ended after 2 tokens"),
        (Error::Malformed { tokens: 2 }, None, "a malformed chunk after 2 tokens"),
    ];
    for (error, status, words) in table {
        assert_eq!((error.status(), error.to_string().as_str()), (status, words));
    }
}
