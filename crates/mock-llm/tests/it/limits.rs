//! The limits that turn calls away, and when they say to come back.

use futures::{FutureExt, StreamExt};
use mock_llm::{Allowance, Error, LimitStatus, Limits, MockLlm, Model, Request};
use tokio::time::sleep;

use crate::{atlas, ms, timed};

fn limited(limits: Limits) -> MockLlm {
    MockLlm::new([atlas().limits(limits)])
}

fn come_back(after: u64) -> Error {
    Error::RateLimited { retry_after: Some(ms(after)) }
}

#[tokio::test(start_paused = true)]
async fn one_too_many_at_once_is_turned_away_until_the_first_ends() {
    let llm = limited(Limits::none().concurrent(2));
    let first = tokio::spawn(llm.complete("1"));
    sleep(ms(100)).await;
    let second = tokio::spawn(llm.complete("2"));
    sleep(ms(100)).await;
    let (took, third) = timed(llm.complete("3")).await;
    assert_eq!((took, third), (ms(0), Err(come_back(280))), "the first ends at 480 ms");
    assert!(first.await.is_ok_and(|reply| reply.is_ok()));
    assert!(llm.complete("3").await.is_ok());
    assert!(second.await.is_ok_and(|reply| reply.is_ok()));
    let journal = llm.journal();
    assert_eq!((journal.high_water(), journal.failed().count()), (2, 1), "who is turned away is never in flight");
    assert_eq!(journal.calls()[2].begun, None);
}

/// The model is done with a reply when it has written it. The place does not wait for the reader.
#[tokio::test(start_paused = true)]
async fn an_unread_reply_holds_no_place() {
    let llm = limited(Limits::none().concurrent(1));
    let mut unread = llm.stream("1");
    assert!(futures::poll!(futures::StreamExt::next(&mut unread)).is_pending());
    sleep(ms(479)).await;
    assert_eq!(llm.complete("2").await, Err(come_back(1)));
    sleep(ms(1)).await;
    assert!(llm.complete("2").await.is_ok());
    assert_eq!(llm.journal().in_flight(), 1, "to its reader the first is still in flight");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_gives_its_place_back_at_once() {
    let llm = limited(Limits::none().concurrent(1));
    let mut held = Box::pin(llm.complete("1"));
    assert!(futures::poll!(held.as_mut()).is_pending());
    assert_eq!(llm.complete("2").await, Err(come_back(480)));
    drop(held);
    assert!(llm.complete("2").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn requests_per_minute_are_a_bucket_that_fills_evenly() {
    let llm = MockLlm::new([Model::new("atlas").limits(Limits::none().requests_per_minute(60))]);
    for number in 0..60 {
        assert!(llm.complete(&number.to_string()).await.is_ok(), "request {number}: the bucket is full at first");
    }
    assert_eq!(llm.complete("too many").await, Err(come_back(1000)));
    sleep(ms(400)).await;
    assert_eq!(llm.complete("too early").await, Err(come_back(600)), "a refused request costs nothing");
    sleep(ms(600)).await;
    assert!(llm.complete("in time").await.is_ok());
    assert_eq!(llm.complete("and again").await, Err(come_back(1000)));
    sleep(ms(3_600_000)).await;
    let left = Allowance { limit: 60, remaining: 60, reset: ms(0) };
    let status = llm.model("atlas").limits().expect("the model exists");
    assert_eq!(status, LimitStatus { requests: Some(left), ..LimitStatus::default() }, "never more than a minute's");
}

/// Each call is 2 tokens of prompt and 5 of reply.
#[tokio::test(start_paused = true)]
async fn tokens_per_minute_count_the_prompt_and_the_reply() {
    let llm = limited(Limits::none().tokens_per_minute(30));
    for _ in 0..4 {
        assert!(llm.stream_to_end("to five").await.is_ok());
    }
    // 28 of 30 are spent, and 4 × 480 ms have filled in 0.96 of one: 4.04 tokens are missing, at 2 s each.
    assert_eq!(llm.complete("to five").await, Err(come_back(8080)));
    sleep(ms(8080)).await;
    assert!(llm.complete("to five").await.is_ok());
    let status = llm.model("atlas").limits().and_then(|status| status.tokens).expect("there is a limit");
    assert_eq!((status.limit, status.remaining), (30, 0));
}

/// The model writes one reply; whoever makes three of it pays for three.
#[tokio::test(start_paused = true)]
async fn every_choice_of_a_reply_is_charged() {
    let atlas = limited(Limits::none().tokens_per_minute(30)).model("atlas");
    let request = Request::new("to five").choices(3);
    assert_eq!((atlas.reply_tokens(&request), atlas.cost(&request)), (Some(5), Some(17)));
    assert!(atlas.stream_request(request.clone()).next().now_or_never().is_none());
    let left = atlas.limits().and_then(|status| status.tokens).expect("there is a limit");
    assert_eq!(left.remaining, 13);
    assert_eq!(atlas.complete_request(request.clone()).await, Err(come_back(8000)), "4 are missing, at 2 s each");
    assert_eq!(atlas.cost(&request.max_tokens(1)), Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_fits_is_not_told_to_come_back() {
    let llm = limited(Limits::none().tokens_per_minute(6).requests_per_minute(1));
    let never = Err(Error::RateLimited { retry_after: None });
    assert_eq!(llm.complete("to five").await, never);
    assert_eq!(limited(Limits::none().requests_per_minute(0)).complete("x").await, never);
    assert_eq!(limited(Limits::none().concurrent(0)).complete("x").await, never);
}

#[tokio::test(start_paused = true)]
async fn the_longest_wait_of_two_limits_is_the_one_that_is_said() {
    let llm = MockLlm::new([Model::new("atlas")
        .reply("one two")
        .limits(Limits::none().requests_per_minute(60).tokens_per_minute(3))]);
    assert!(llm.complete("x").await.is_ok());
    assert_eq!(llm.complete("x").await, Err(come_back(60_000)));
    let requests = llm.model("atlas").limits().and_then(|status| status.requests).expect("there is a limit");
    assert_eq!(requests.remaining, 59, "the call that lacked tokens has not paid for a request");
}

#[tokio::test(start_paused = true)]
async fn each_model_has_its_own_limits_and_a_restart_fills_them() {
    let one = Limits::none().requests_per_minute(1);
    let llm = MockLlm::new([Model::new("atlas").limits(one), Model::new("birch").limits(one)]);
    assert!(llm.model("atlas").complete("x").await.is_ok());
    assert!(llm.model("birch").complete("x").await.is_ok());
    assert_eq!(llm.model("atlas").complete("x").await, Err(come_back(60_000)));
    llm.restart();
    assert!(llm.model("atlas").complete("x").await.is_ok());
    assert_eq!(llm.model("nobody").limits(), None);
}

trait StreamToEnd {
    async fn stream_to_end(&self, prompt: &str) -> Result<usize, Error>;
}

impl StreamToEnd for MockLlm {
    async fn stream_to_end(&self, prompt: &str) -> Result<usize, Error> {
        use futures::TryStreamExt;
        self.stream(prompt).try_fold(0, |count, _| async move { Ok(count + 1) }).await
    }
}
