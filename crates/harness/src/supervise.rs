//! The future that polls the learner's and knows when it will never end.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use mock_llm::{Journal, MockLlm};
use timeline::{Lane, Recorder};
use tokio::time::{Instant, Sleep, sleep};
use verdict::Outcome;

use crate::{
    pulse::{Pulse, Task, Who},
    stuck_at::{Place, Tracer},
};

/// So far away that no exercise sleeps that long, and still near enough for tokio's timers.
const FAR: Duration = Duration::from_secs(300 * 24 * 3600);

/// How often the runtime goes to sleep before the far deadline is reached, where nothing else happens: once for every level
/// of tokio's timer wheel, and a few to spare.
const PARKS_ON_THE_WAY_TO_FAR: u64 = 16;

/// The learner's future, which leaves its value with the check. Boxed, so that all of this is compiled once and not again for
/// every check.
pub(crate) type Learners<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// How the run ended.
#[derive(Debug)]
pub(crate) enum Ending {
    Done,
    Never(Never),
}

/// Why a run never ends.
#[derive(Debug)]
pub(crate) struct Never {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    /// The lines of the learner's code at which the future waits. `None`: they were not looked for.
    pub(crate) places: Option<Vec<Place>>,
    /// Who was polled most often since the clock last moved.
    pub(crate) spinner: Option<Who>,
    pub(crate) stood: Stood,
}

/// How things stood when the run was given up: what comes after one more poll is not the run's own, and when the runtime goes,
/// all futures are dropped.
#[derive(Debug, Clone)]
pub(crate) struct Stood {
    /// When the last thing happened.
    pub(crate) since: Duration,
    /// Since when the future waits, where other things go on without end.
    pub(crate) waits_since: Option<Duration>,
    /// The tasks that have not ended, with their numbers.
    pub(crate) tasks: Vec<(u64, Task)>,
    pub(crate) journals: Vec<Journal>,
    /// What the recorder has seen of the learner's futures.
    pub(crate) recorded: Vec<Lane>,
}

/// What gave it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Nothing was left to do.
    NothingLeft,
    /// Nothing was left to do, and nobody holds the waker of the future.
    NobodyHoldsTheWaker,
    /// Nothing was left to do, and yet the future went on when it was polled once more.
    OneMorePollHelped,
    /// The same, and nobody holds its waker: what it waited for was never given it.
    OneMorePollHelpedAndNobodyHoldsTheWaker,
    /// The limit of virtual time is over, and things still happen.
    StillGoing,
    /// Polls without end at one instant.
    Spins,
}

/// How far the run has come.
#[derive(Debug)]
enum Stage {
    /// Within the limit.
    Running,
    /// The limit is over. Is there anything left that will happen?
    Overtime,
    /// Nothing will happen. Does one more poll help?
    OneMorePoll { polls: u64, tracer: Arc<Tracer>, held: bool, stood: Stood },
}

/// What the hooks of the runtime and the future share.
#[derive(Debug)]
pub(crate) struct Parks {
    count: AtomicU64,
    /// The supervisor wants to be told when the count is this. `u64::MAX`: never.
    alarm: AtomicU64,
    supervisor: Mutex<Option<Waker>>,
}

impl Default for Parks {
    fn default() -> Self {
        Self { count: AtomicU64::new(0), alarm: AtomicU64::new(u64::MAX), supervisor: Mutex::default() }
    }
}

impl Parks {
    /// The runtime goes to sleep.
    pub(crate) fn parked(&self) {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        // Once, not from here on: a wake-up now keeps the runtime from sleeping, and with it the clock from moving on.
        if count == self.alarm.load(Ordering::Relaxed) {
            self.wake_supervisor();
        }
    }

    fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn wake_supervisor(&self) {
        let waker = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn keep(&self, waker: &Waker) {
        let mut kept = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert_with(|| waker.clone()).clone_from(waker);
    }
}

/// The waker that the learner's future gets: it counts, and its reference count tells whether anybody holds it.
#[derive(Debug)]
struct RootWaker {
    runtime: Waker,
    woken: AtomicBool,
}

impl Wake for RootWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.runtime.wake_by_ref();
    }
}

/// Runs a future until it ends, or until it is certain that it never will.
pub(crate) struct Supervise<'a> {
    future: Learners<'a>,
    mocks: &'a [MockLlm],
    recorder: Option<&'a Recorder>,
    pulse: Arc<Pulse>,
    parks: Arc<Parks>,
    limit: Duration,
    deadline: Pin<Box<Sleep>>,
    stage: Stage,
    waker: Option<Arc<RootWaker>>,
    polls: u64,
    last_activity: Duration,
}

impl<'a> Supervise<'a> {
    /// Starts the clock. `limit` is in virtual time.
    pub(crate) fn new(
        future: Learners<'a>,
        mocks: &'a [MockLlm],
        recorder: Option<&'a Recorder>,
        limit: Duration,
        pulse: Arc<Pulse>,
        parks: Arc<Parks>,
    ) -> Self {
        pulse.virtual_time();
        Self {
            future,
            mocks,
            recorder,
            pulse,
            parks,
            limit,
            deadline: Box::pin(sleep(limit)),
            stage: Stage::Running,
            waker: None,
            polls: 0,
            last_activity: Duration::ZERO,
        }
    }

    /// Polls the learner's future, if it was woken.
    fn poll_learners(&mut self, cx: &Context<'_>) -> Poll<()> {
        let waker = self.waker.get_or_insert_with(|| {
            // The first poll needs no wake-up.
            Arc::new(RootWaker { runtime: cx.waker().clone(), woken: AtomicBool::new(true) })
        });
        if !waker.woken.swap(false, Ordering::Acquire) {
            return Poll::Pending;
        }
        let waker = Waker::from(waker.clone());
        self.poll_with(&waker)
    }

    fn poll_with(&mut self, waker: &Waker) -> Poll<()> {
        let now = self.pulse.virtual_time();
        self.last_activity = now;
        self.polls += 1;
        self.pulse.poll_begins(Who::Root, now);
        let poll = self.future.as_mut().poll(&mut Context::from_waker(waker));
        self.pulse.poll_ends();
        poll
    }

    /// Whether somebody besides the supervisor holds the waker of the learner's future.
    fn waker_is_held(&self) -> bool {
        self.waker.as_ref().is_some_and(|waker| Arc::strong_count(waker) > 1)
    }

    fn never(&self, outcome: Outcome, reason: Reason, places: Option<Vec<Place>>) -> Poll<Ending> {
        let stood = match &self.stage {
            Stage::OneMorePoll { stood, .. } => stood.clone(),
            Stage::Running | Stage::Overtime => self.stands(),
        };
        let spinner = self.pulse.spinner();
        Poll::Ready(Ending::Never(Never { outcome, reason, places, spinner, stood }))
    }

    /// How things stand. The last poll is the last thing that happened, whoever was polled: a task may have ended since.
    fn stands(&self) -> Stood {
        let since = self.pulse.now();
        Stood {
            since,
            waits_since: None,
            tasks: self.pulse.tasks(),
            journals: self.mocks.iter().map(MockLlm::journal).collect(),
            recorded: self.recorder.map(|recorder| recorder.timeline_at("", since).lanes).unwrap_or_default(),
        }
    }

    /// Nobody has woken the future for long, and other things go on without end. One more poll tells where it waits.
    fn others_go_on(&mut self) -> Poll<Ending> {
        let (held, polls) = (self.waker_is_held(), self.polls + 1);
        let stood = Stood { waits_since: Some(self.last_activity), ..self.stands() };
        let tracer = self.tracer();
        self.stage = Stage::OneMorePoll { polls, tracer: tracer.clone(), held, stood: stood.clone() };
        if self.poll_with(&tracer.waker()).is_ready() {
            return self.never(Outcome::LostWakeUp, helped(held), None);
        }
        let places = self.places(&tracer, &stood);
        if held {
            self.never(Outcome::TooSlow, Reason::StillGoing, places)
        } else {
            self.never(Outcome::LostWakeUp, Reason::NobodyHoldsTheWaker, places)
        }
    }

    fn tracer(&self) -> Arc<Tracer> {
        let root = self.waker.clone().expect("the learner's future was polled before the limit");
        Tracer::new(Waker::from(root))
    }

    /// Whether the future was polled in the second half of the limit. A loop that looks now and then was.
    fn was_polled_lately(&self) -> bool {
        self.last_activity > self.limit / 2
    }

    /// Where the learner's future wakes itself, if it is the one that is polled without end.
    fn places_of_the_spinner(&mut self) -> Option<Vec<Place>> {
        let root = self.waker.clone().filter(|_| self.pulse.spinner() == Some(Who::Root))?;
        let tracer = Tracer::of_a_spinner(Waker::from(root));
        let _ = self.poll_with(&tracer.waker());
        Some(tracer.places())
    }

    /// What is known of the place where the future waits, once it was polled with this tracer. If a call has begun or ended
    /// since, the future has gone on: the tracer saw where it waits now, and not where it was stuck.
    fn places(&self, tracer: &Tracer, stood: &Stood) -> Option<Vec<Place>> {
        let moves = |journal: &Journal| (journal.calls().len(), journal.in_flight());
        let is_where_it_was =
            self.mocks.iter().map(MockLlm::journal).zip(&stood.journals).all(|(now, then)| moves(&now) == moves(then));
        Some(if is_where_it_was { tracer.places() } else { Vec::new() })
    }
}

fn helped(waker_is_held: bool) -> Reason {
    if waker_is_held { Reason::OneMorePollHelped } else { Reason::OneMorePollHelpedAndNobodyHoldsTheWaker }
}

impl Future for Supervise<'_> {
    type Output = Ending;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.parks.keep(cx.waker());
        loop {
            let polls_before = self.polls;
            if self.poll_learners(cx).is_ready() {
                return match self.stage {
                    Stage::OneMorePoll { held, .. } => self.never(Outcome::LostWakeUp, helped(held), None),
                    Stage::Overtime => self.never(Outcome::TooSlow, Reason::StillGoing, None),
                    Stage::Running => Poll::Ready(Ending::Done),
                };
            }
            if self.pulse.spins() {
                let places = self.places_of_the_spinner();
                return self.never(Outcome::BusyLoop, Reason::Spins, places);
            }
            let was_polled = self.polls > polls_before;
            let deadline_is_over = self.deadline.as_mut().poll(cx).is_ready();
            match &self.stage {
                Stage::Running if deadline_is_over => {
                    self.stage = Stage::Overtime;
                    self.parks.alarm.store(self.parks.count() + PARKS_ON_THE_WAY_TO_FAR, Ordering::Relaxed);
                    let far = Instant::now() + FAR;
                    self.deadline.as_mut().reset(far);
                }
                Stage::Running => return Poll::Pending,
                Stage::Overtime if deadline_is_over => {
                    // Nothing has happened for a very long time, and nothing will.
                    self.parks.alarm.store(u64::MAX, Ordering::Relaxed);
                    let held = self.waker_is_held();
                    let tracer = self.tracer();
                    let stood = self.stands();
                    self.stage = Stage::OneMorePoll { polls: self.polls + 1, tracer: tracer.clone(), held, stood };
                    let now = Instant::now();
                    if self.poll_with(&tracer.waker()).is_ready() {
                        return self.never(Outcome::LostWakeUp, helped(held), None);
                    }
                    self.deadline.as_mut().reset(now + FAR);
                }
                Stage::Overtime if was_polled => return self.never(Outcome::TooSlow, Reason::StillGoing, None),
                Stage::Overtime if self.parks.count() >= self.parks.alarm.load(Ordering::Relaxed) => {
                    return if self.was_polled_lately() {
                        self.never(Outcome::TooSlow, Reason::StillGoing, None)
                    } else {
                        self.others_go_on()
                    };
                }
                Stage::Overtime => return Poll::Pending,
                Stage::OneMorePoll { polls, tracer, held, stood } if self.polls > *polls => {
                    let places = self.places(tracer, stood);
                    return self.never(Outcome::LostWakeUp, helped(*held), places);
                }
                Stage::OneMorePoll { tracer, held, .. } if deadline_is_over => {
                    let places = Some(tracer.places());
                    return if *held {
                        self.never(Outcome::Deadlock, Reason::NothingLeft, places)
                    } else {
                        self.never(Outcome::LostWakeUp, Reason::NobodyHoldsTheWaker, places)
                    };
                }
                Stage::OneMorePoll { .. } => return Poll::Pending,
            }
        }
    }
}
