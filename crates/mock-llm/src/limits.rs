//! What a provider allows: how many at once, how many in a minute, and who waits in front.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
    task::Waker,
    time::Duration,
};

use crate::journal::Writing;

/// The limits of one model, as a provider enforces them. Without further words there is none.
///
/// The two limits per minute are token buckets on the model's clock: full at first, filled at an even pace, a whole
/// minute's worth at most. A call that finds too little is turned away with
/// [`Error::RateLimited`](crate::Error::RateLimited), which says when there will be enough, and takes nothing. Calls
/// over the concurrent limit wait in the queue if there is one, first come, first served, and are turned away when the
/// queue is full.
///
/// ```
/// use std::time::Duration;
/// use mock_llm::{Error, Limits, MockLlm, Model};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), mock_llm::Error> {
/// let llm = MockLlm::new([Model::new("atlas").limits(Limits::none().requests_per_minute(2))]);
/// llm.complete("one").await?;
/// llm.complete("two").await?;
/// let come_back = Some(Duration::from_secs(30));
/// assert_eq!(llm.complete("three").await, Err(Error::RateLimited { retry_after: come_back }));
/// tokio::time::sleep(Duration::from_secs(30)).await;
/// llm.complete("three").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    concurrent: Option<usize>,
    queue: usize,
    requests_per_minute: Option<u32>,
    tokens_per_minute: Option<u32>,
}

impl Limits {
    /// No limit.
    pub fn none() -> Self {
        Self::default()
    }

    /// How many calls the model answers at once.
    #[must_use]
    pub fn concurrent(mut self, calls: usize) -> Self {
        self.concurrent = Some(calls);
        self
    }

    /// How many calls wait for a place when [`concurrent`](Limits::concurrent) is reached. Without it, none does.
    #[must_use]
    pub fn queue(mut self, calls: usize) -> Self {
        self.queue = calls;
        self
    }

    /// How many calls in a minute.
    #[must_use]
    pub fn requests_per_minute(mut self, calls: u32) -> Self {
        self.requests_per_minute = Some(calls);
        self
    }

    /// How many tokens in a minute: those of the prompts and those of the replies. A call pays for its whole reply when
    /// it arrives, [as many times as it has choices](crate::Request::choices). Nothing comes back to who leaves early, the
    /// queue included.
    #[must_use]
    pub fn tokens_per_minute(mut self, tokens: u32) -> Self {
        self.tokens_per_minute = Some(tokens);
        self
    }
}

/// How much of a model's limits is left. See [`ModelClient::limits`](crate::ModelClient::limits).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitStatus {
    /// The requests of this minute. `None` without such a limit.
    pub requests: Option<Allowance>,
    /// The tokens of this minute. `None` without such a limit.
    pub tokens: Option<Allowance>,
    /// How many calls run now. Counted only where there is a concurrent limit.
    pub running: usize,
    /// How many calls wait for a place now.
    pub waiting: usize,
}

/// What is left in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// A whole minute's worth.
    pub limit: u32,
    /// How many are there now.
    pub remaining: u32,
    /// How long until it is full again, if nobody takes any.
    pub reset: Duration,
}

/// The admission control of one model: which calls run, which wait in the queue, and what this minute still allows.
#[derive(Debug)]
pub(crate) struct Admission {
    limits: Limits,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    running: HashMap<Permit, Running>,
    /// In the order of their permits.
    waiting: VecDeque<Waiting>,
    /// Whether it is known of each of them when it will begin.
    is_foreseen: bool,
    /// When calls from the queue began, until they have been told.
    begun: HashMap<Permit, Duration>,
    next_permit: Permit,
}

/// The number of a permit to run, or of a wait for one. Kept through a restart of the journal: the calls are still there.
pub(crate) type Permit = u64;

#[derive(Debug)]
struct Running {
    /// When it will have written everything. `None` for a call that stalls.
    ends: Option<Duration>,
}

/// A call in the queue, with all that is needed to begin it when a place is free.
#[derive(Debug)]
struct Waiting {
    permit: Permit,
    arrival: Arrival,
    /// When it will begin, if nobody before it leaves early. `None`: there is no such instant, or it is not known yet.
    begins: Option<Duration>,
    waker: Option<Waker>,
}

/// What admission has to know of a call.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// How long it will run. `None`: for ever.
    pub(crate) runs_for: Option<Duration>,
    /// Where to note its beginning: journal entry and life of the journal.
    pub(crate) entry: (usize, u64),
    pub(crate) writing: Writing,
}

/// What becomes of a call that arrives.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Begin at once. Without a concurrent limit there is no permit to give back.
    Begin(Option<Permit>),
    Queue(Permit),
    Rejected {
        retry_after: Option<Duration>,
    },
}

/// What has come of a look at the clock: calls that begin, and whom to wake.
#[derive(Debug, Default)]
#[must_use = "the calls that begin must be told"]
pub(crate) struct Advanced {
    /// Each with the instant at which it begins, on the clock.
    pub(crate) begun: Vec<(Duration, Arrival)>,
    pub(crate) to_tell: ToTell,
}

/// Wakers that leave the admission control. To wake one and to drop one is code of others: both wait until the lock is free.
#[derive(Debug, Default)]
#[must_use = "who waits must be told"]
pub(crate) struct ToTell {
    wake: Vec<Waker>,
    forget: Option<Waker>,
}

impl ToTell {
    pub(crate) fn tell(self) {
        self.wake.into_iter().for_each(Waker::wake);
    }
}

/// What becomes of a call in the queue.
#[derive(Debug, Clone, Copy)]
pub(crate) enum QueueStatus {
    /// It began at this instant, on the clock.
    Begun(Duration),
    /// Not yet. It looks again at the instant at which it will begin, or when it is woken: then somebody before it has left
    /// early. It looks by itself, because those before it may not be polled any more.
    Wait { look_again: Option<Duration> },
}

impl Admission {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            requests: limits.requests_per_minute.map(Bucket::full),
            tokens: limits.tokens_per_minute.map(Bucket::full),
            running: HashMap::new(),
            waiting: VecDeque::new(),
            is_foreseen: true,
            begun: HashMap::new(),
            next_permit: 0,
        }
    }

    /// Fills the buckets, as a new minute would. Who runs goes on, who waits goes on waiting.
    pub(crate) fn refill(&mut self) {
        self.requests = self.limits.requests_per_minute.map(Bucket::full);
        self.tokens = self.limits.tokens_per_minute.map(Bucket::full);
    }

    /// Ends the calls that have written everything by `now`, each at its own instant, and begins those that wait.
    ///
    /// A model has a place free when it has written the last token, whether or not anybody has read it. Nobody may be
    /// there to say so at that instant, so whatever is asked of admission advances it first.
    pub(crate) fn advance(&mut self, now: Duration) -> Advanced {
        let mut advanced = Advanced::default();
        let due = |running: &HashMap<Permit, Running>| {
            let ended =
                running.iter().filter_map(|(&permit, call)| Some((call.ends.filter(|&ends| ends <= now)?, permit)));
            ended.min()
        };
        while let Some((at, permit)) = due(&self.running) {
            self.running.remove(&permit);
            self.begin_next(at, &mut advanced);
        }
        advanced
    }

    /// Judges a call by all limits before any of them is charged: a call that is turned away costs nothing.
    pub(crate) fn admit(&mut self, tokens: usize, now: Duration, arrival: impl FnOnce() -> Arrival) -> Decision {
        let lacks = [(&mut self.requests, 1), (&mut self.tokens, tokens)];
        let lacks = lacks.into_iter().filter_map(|(bucket, cost)| bucket.as_mut()?.lacks(cost, now));
        // Never wins over any wait: a call larger than a bucket does not get in by coming back.
        if let Some(wait) = lacks.max_by_key(|wait| wait.unwrap_or(Duration::MAX)) {
            return Decision::Rejected { retry_after: wait };
        }
        let full = self.limits.concurrent.is_some_and(|places| self.running.len() >= places);
        if full && self.waiting.len() >= self.limits.queue {
            return Decision::Rejected { retry_after: self.next_end().map(|ends| ends.saturating_sub(now)) };
        }
        for (bucket, cost) in [(&mut self.requests, 1), (&mut self.tokens, tokens)] {
            if let Some(bucket) = bucket {
                bucket.take(cost);
            }
        }
        if self.limits.concurrent.is_none() {
            return Decision::Begin(None);
        }
        let (permit, arrival) = (self.next_permit, arrival());
        self.next_permit += 1;
        if full {
            self.waiting.push_back(Waiting { permit, arrival, begins: None, waker: None });
            self.is_foreseen = false;
            Decision::Queue(permit)
        } else {
            self.enter(permit, &arrival, now);
            Decision::Begin(Some(permit))
        }
    }

    fn enter(&mut self, permit: Permit, arrival: &Arrival, now: Duration) {
        let ends = arrival.runs_for.map(|duration| now.saturating_add(duration));
        self.running.insert(permit, Running { ends });
    }

    fn begin_next(&mut self, at: Duration, advanced: &mut Advanced) {
        if let Some(next) = self.waiting.pop_front() {
            self.enter(next.permit, &next.arrival, at);
            self.begun.insert(next.permit, at);
            advanced.begun.push((at, next.arrival));
            advanced.to_tell.wake.extend(next.waker);
        }
    }

    /// From this place on, the queue will begin earlier than it knows.
    fn hurry(&mut self, place: usize, advanced: &mut Advanced) {
        self.is_foreseen = false;
        advanced.to_tell.wake.extend(self.waiting.range_mut(place..).filter_map(|waiting| waiting.waker.take()));
    }

    /// Plays the queue forward: which place comes free for whom, and when.
    fn foresee(&mut self) {
        let ends = self.running.values().filter_map(|call| call.ends);
        // A call that stalls gives no place back.
        let mut free: BinaryHeap<Reverse<Duration>> = ends.map(Reverse).collect();
        for waiting in &mut self.waiting {
            waiting.begins = free.pop().map(|Reverse(begins)| begins);
            let ends = waiting.begins.zip(waiting.arrival.runs_for);
            free.extend(ends.map(|(begins, runs_for)| Reverse(begins.saturating_add(runs_for))));
        }
        self.is_foreseen = true;
    }

    fn next_end(&self) -> Option<Duration> {
        self.running.values().filter_map(|call| call.ends).min()
    }

    /// Tells a call from the queue when it began, once; before that, keeps its waker, and gives the one that it had.
    pub(crate) fn queue_status(&mut self, permit: Permit, waker: &mut Option<Waker>) -> QueueStatus {
        if let Some(begun) = self.begun.remove(&permit) {
            return QueueStatus::Begun(begun);
        }
        if !self.is_foreseen {
            self.foresee();
        }
        let place = self.place_of(permit).expect("a call that has not begun is in the queue");
        let waiting = &mut self.waiting[place];
        std::mem::swap(&mut waiting.waker, waker);
        QueueStatus::Wait { look_again: waiting.begins }
    }

    fn place_of(&self, permit: Permit) -> Option<usize> {
        self.waiting.binary_search_by_key(&permit, |waiting| waiting.permit).ok()
    }

    /// Gives a place back, or leaves the queue. The place goes to the first in the queue at this very instant.
    pub(crate) fn release(&mut self, permit: Permit, now: Duration) -> Advanced {
        let mut advanced = self.advance(now);
        self.begun.remove(&permit);
        if self.running.remove(&permit).is_some() {
            self.begin_next(now, &mut advanced);
            self.hurry(0, &mut advanced);
        } else if let Some(place) = self.place_of(permit) {
            advanced.to_tell.forget = self.waiting.remove(place).and_then(|gone| gone.waker);
            self.hurry(place, &mut advanced);
        }
        advanced
    }

    pub(crate) fn status(&mut self, now: Duration) -> LimitStatus {
        LimitStatus {
            requests: self.requests.as_mut().map(|bucket| bucket.allowance(now)),
            tokens: self.tokens.as_mut().map(|bucket| bucket.allowance(now)),
            running: self.running.len(),
            waiting: self.waiting.len(),
        }
    }
}

/// A bucket that is filled at an even pace, in whole numbers: no instant is ever off by a rounding.
///
/// The level is counted in units of which one piece (a request, a token) is [`MINUTE`]; then one nanosecond fills in
/// `per_minute` of them.
#[derive(Debug)]
struct Bucket {
    per_minute: u32,
    level: u128,
    as_of: Duration,
}

const MINUTE: u128 = 60_000_000_000;

impl Bucket {
    fn full(per_minute: u32) -> Self {
        Self { per_minute, level: u128::from(per_minute) * MINUTE, as_of: Duration::ZERO }
    }

    fn fill(&mut self, now: Duration) {
        let filled = now.saturating_sub(self.as_of).as_nanos() * u128::from(self.per_minute);
        self.level = (self.level + filled).min(u128::from(self.per_minute) * MINUTE);
        self.as_of = self.as_of.max(now);
    }

    /// `None`: there is enough. Otherwise the time until there will be; `Some(None)` if it never fits.
    fn lacks(&mut self, cost: usize, now: Duration) -> Option<Option<Duration>> {
        self.fill(now);
        let cost = cost as u128 * MINUTE;
        if cost <= self.level {
            return None;
        }
        let fits = cost <= u128::from(self.per_minute) * MINUTE;
        Some(fits.then(|| self.time_to_fill(cost - self.level)))
    }

    fn time_to_fill(&self, missing: u128) -> Duration {
        // Where nothing is ever filled in, nothing is missing either: the bucket is as large as its rate.
        let nanos = missing.div_ceil(u128::from(self.per_minute.max(1)));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn take(&mut self, cost: usize) {
        self.level = self.level.saturating_sub(cost as u128 * MINUTE);
    }

    fn allowance(&mut self, now: Duration) -> Allowance {
        self.fill(now);
        let remaining = u32::try_from(self.level / MINUTE).unwrap_or(u32::MAX);
        let missing = u128::from(self.per_minute) * MINUTE - self.level;
        Allowance { limit: self.per_minute, remaining, reset: self.time_to_fill(missing) }
    }
}
