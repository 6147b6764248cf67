//! Who goes away pays for nothing more: what a drop leaves behind.

use futures::{FutureExt, StreamExt, future::join_all};
use mock_llm::{End, MockLlm};
use tokio::time::{sleep, timeout};

use crate::{atlas, ms, one_model};

#[tokio::test(start_paused = true)]
async fn a_dropped_call_is_recorded_with_what_was_produced() {
    let llm = one_model();
    assert!(timeout(ms(430), llm.complete("count")).await.is_err());
    sleep(ms(1000)).await;
    let journal = llm.journal();
    let call = &journal.calls()[0];
    assert_eq!(call.ended, Some((ms(430), End::Dropped)));
    assert_eq!(call.produced, [ms(400), ms(420)], "and nothing after the drop");
    assert_eq!((call.delivered, journal.in_flight(), journal.dropped().count()), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_is_recorded_with_what_was_produced_and_what_was_read() {
    let llm = one_model();
    let mut stream = llm.stream("count");
    stream.next().await.expect("a token").expect("no fault");
    stream.next().await.expect("a token").expect("no fault");
    sleep(ms(25)).await;
    drop(stream);
    sleep(ms(1000)).await;
    let journal = llm.journal();
    let call = &journal.calls()[0];
    assert_eq!(call.produced, [ms(400), ms(420), ms(440)]);
    assert_eq!((call.delivered, call.first_token), (2, Some(ms(400))));
    assert_eq!(call.ended, Some((ms(445), End::Dropped)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_dropped_after_its_last_token_is_finished() {
    let llm = one_model();
    let mut stream = llm.stream("count");
    for _ in 0..5 {
        stream.next().await.expect("a token").expect("no fault");
    }
    drop(stream);
    assert_eq!(llm.journal().calls()[0].ended, Some((ms(480), End::Finished)));
}

#[tokio::test(start_paused = true)]
async fn in_flight_and_high_water_are_exact() {
    let llm = MockLlm::new([atlas().time_to_first_token_for("slow", ms(900))]);
    let mut fast: Vec<_> = (0..3).map(|_| Box::pin(llm.complete("count"))).collect();
    let mut slow = Box::pin(llm.complete("slow"));
    let counts = || (llm.journal().in_flight(), llm.journal().high_water());
    assert_eq!(counts(), (0, 0));
    for (index, call) in fast.iter_mut().enumerate() {
        assert!(call.as_mut().now_or_never().is_none());
        assert_eq!(counts(), (index + 1, index + 1));
    }
    fast.pop();
    assert_eq!(counts(), (2, 3), "a drop leaves the count and keeps the mark");
    assert!(slow.as_mut().now_or_never().is_none());
    assert_eq!(counts(), (3, 3));
    join_all(fast).await;
    assert_eq!(counts(), (1, 3));
    slow.await.expect("no fault");
    assert_eq!(counts(), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn an_aborted_task_drops_its_call() {
    let llm = one_model();
    let task = tokio::spawn(llm.complete("count"));
    sleep(ms(100)).await;
    task.abort();
    assert!(task.await.expect_err("it was aborted").is_cancelled());
    assert_eq!(llm.journal().calls()[0].ended, Some((ms(100), End::Dropped)));
}
