//! The seam to a runtime: the same model on tokio's clock, built before any runtime, and on a clock of our own.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    task::{Poll, Waker},
    thread,
    time::Duration,
};

use futures::{StreamExt, executor::block_on, future::poll_fn};
use mock_llm::{Clock, End, Latency, MockLlm, Model, Sleep, TokioClock};

use crate::{atlas, ms, timed};

#[test]
fn a_mock_may_be_built_before_its_runtime() {
    let llm = MockLlm::new([atlas()]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime can be built");
    let (took, reply) = runtime.block_on(timed(llm.complete("count")));
    assert_eq!((took, reply.is_ok()), (ms(480), true));
}

/// Otherwise a blocking call of minutes would sleep for minutes.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_shared_is_the_same_clock_for_blocking_calls() {
    let clock = Arc::new(TokioClock::default());
    let llm = MockLlm::builder().model(atlas().time_to_first_token(ms(590_000))).clock(clock.clone()).build();
    let (took, reply) = timed(async { llm.blocking().complete("count") }).await;
    assert_eq!((took, reply.is_ok(), clock.now()), (ms(590_080), true, ms(590_080)));
    // The same seen from another thread: what that one waits for is not this one's time.
    let here = clock.time_of_this_thread();
    let other = clock.clone();
    thread::spawn(move || other.block_until(other.now() + ms(500))).join().expect("no panic");
    assert_eq!((clock.now(), clock.time_of_this_thread()), (ms(590_580), here));
}

#[tokio::test(start_paused = true)]
async fn a_latency_longer_than_any_clock_is_a_wait_and_not_a_panic() {
    let model = Model::new("atlas").time_to_first_token(Duration::MAX).inter_token_latency(Duration::MAX).reply("a b");
    let llm = MockLlm::new([model, Model::new("birch").time_to_first_token(Latency::Fixed(Duration::MAX)).reply("")]);
    let mut stream = llm.stream("?");
    assert!(tokio::time::timeout(ms(1000), stream.next()).await.is_err());
    assert!(tokio::time::timeout(ms(1000), llm.model("birch").complete("?")).await.is_err());
    assert_eq!(llm.journal().high_water(), 2);
}

/// A clock that jumps to the next deadline when the executor has nothing else to do: a whole runtime in thirty lines.
#[derive(Debug, Clone, Default)]
struct Jumping(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    now: Duration,
    sleepers: BTreeMap<Duration, Vec<Waker>>,
}

impl Clock for Jumping {
    fn now(&self) -> Duration {
        self.0.lock().expect("no panic under the lock").now
    }

    fn sleep_until(&self, deadline: Duration) -> Sleep {
        let clock = self.clone();
        Box::pin(poll_fn(move |cx| {
            let mut inner = clock.0.lock().expect("no panic under the lock");
            if inner.now >= deadline {
                return Poll::Ready(());
            }
            inner.sleepers.entry(deadline).or_default().push(cx.waker().clone());
            Poll::Pending
        }))
    }
}

impl Jumping {
    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        loop {
            let once = block_on(poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))));
            if let Poll::Ready(value) = once {
                return value;
            }
            let mut inner = self.0.lock().expect("no panic under the lock");
            let (deadline, wakers) = inner.sleepers.pop_first().expect("a future that waits, waits for this clock");
            inner.now = deadline;
            drop(inner);
            wakers.into_iter().for_each(Waker::wake);
        }
    }
}

#[test]
fn the_model_runs_on_a_clock_of_our_own() {
    let clock = Jumping::default();
    let llm = MockLlm::builder().model(atlas()).clock(clock.clone()).build();
    let text: String = clock.run(llm.stream("count").map(|token| token.expect("no fault").text).collect());
    assert_eq!((text.as_str(), clock.now()), ("one two three four five", ms(480)));
    clock.run(llm.complete("count")).expect("no fault");
    assert_eq!(clock.now(), ms(960));
    assert_eq!(llm.journal().calls()[1].ended, Some((ms(960), End::Finished)));
}
