//! Makes a timeline of what a runtime does with a future.

use std::{
    fmt,
    future::Future,
    mem::ManuallyDrop,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker},
    time::Duration,
};

use pin_project_lite::pin_project;

use crate::{CallStack, Gauge, Lane, Level, Mark, MarkKind, SourceLine, Span, SpanKind, Step, Timeline};

/// Records polls, wakes, the end and the drop of futures, on a clock of your choice.
///
/// A clone writes into the same record. Recording takes a lock for a moment, calls the clock, and never blocks on
/// anything else; it is safe from any thread.
///
/// ```
/// use std::time::Duration;
/// use timeline::Recorder;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let start = tokio::time::Instant::now();
/// let recorder = Recorder::new(move || start.elapsed());
///
/// let nap = |seconds| tokio::time::sleep(Duration::from_secs(seconds));
/// tokio::join!(recorder.future("short", nap(1)), recorder.future("long", nap(2)));
///
/// assert_eq!(recorder.wakes("short"), 1);
/// let run = recorder.timeline("two naps");
/// assert_eq!(run.extent(), Duration::from_secs(2));
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder {
    record: Arc<Record>,
}

pin_project! {
    /// A future whose polls and wakes are recorded. Made by [`Recorder::future`].
    ///
    /// It gives what the future gives, panics as the future panics, and drops it when it is dropped itself. The waker that
    /// the future sees is not the task's own, but it wakes the task, and as long as the task keeps its waker the future sees
    /// the same one: [`Waker::will_wake`] answers as it would without the recorder. A recorder
    /// [with lines](Recorder::with_lines) looks whenever the waker is cloned, so there each clone is another waker: a future
    /// that compares its waker takes a new clone at each poll.
    pub struct Recorded<F> {
        #[pin]
        future: F,
        lane: LaneId,
        waker: Option<TaskWaker>,
    }

    impl<F> PinnedDrop for Recorded<F> {
        fn drop(this: Pin<&mut Self>) {
            this.lane.write(|lane, now| lane.ended(MarkKind::Dropped, now));
        }
    }
}

/// A wait that is drawn, from [`Recorder::wait`] to its end.
#[must_use = "a wait that is dropped is drawn as cancelled"]
pub struct Wait {
    lane: LaneId,
}

/// A task that takes from a queue or puts into one, as a lane. Made by [`Recorder::worker`].
#[must_use = "a worker that is dropped is drawn as ended"]
pub struct Worker {
    lane: LaneId,
}

/// How many items are in a queue. Made by [`Recorder::gauge`]; a clone writes into the same gauge.
#[derive(Clone)]
pub struct Depth {
    record: Arc<Record>,
    index: usize,
}

impl Recorder {
    /// A recorder without lanes.
    ///
    /// `clock` says how much time has passed since the start of the run: tokio's clock, the clock of your own runtime, or
    /// [`Instant::elapsed`](std::time::Instant::elapsed). It is called wherever something is recorded, so for a wake
    /// on the thread that wakes and for a drop where the future is dropped. Tokio's paused clock is known only inside its
    /// runtime. Within a lane an instant is never earlier than the one before it, whatever the clock says.
    pub fn new(clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self::on(Box::new(clock), false)
    }

    /// A recorder that also knows at which lines of the program its futures are, at each poll: see [`Step`].
    ///
    /// A future that waits gives its waker to somebody. The recorder hands out a waker that looks at the call stack when it is
    /// cloned, and so it finds each `.await` down to the innermost; when the poll is over, the future waits where the clone is
    /// still there. What was polled by way of something that has wakers of its
    /// own (`FuturesUnordered`, a `join_all` of many) is known by the line of that one: record the futures inside, to know
    /// theirs. A [`Worker`] looks at the call stack when it begins to wait, and a [`Wait`] does not.
    ///
    /// To look costs some microseconds at each poll; to read the lines ([`timeline`](Self::timeline)) costs more. A lane keeps
    /// its first 4096 steps. A program without line tables has no lines; see [`CallStack`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use timeline::Recorder;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = tokio::time::Instant::now();
    /// let recorder = Recorder::with_lines(move || start.elapsed());
    ///
    /// let nap = async {
    ///     tokio::time::sleep(Duration::from_secs(1)).await;
    ///     tokio::time::sleep(Duration::from_secs(2)).await;
    /// };
    /// recorder.future("nap", nap).await;
    ///
    /// let run = recorder.timeline("two naps");
    /// for step in &run.lanes[0].steps {
    ///     println!("{:?}: line {}", step.at, step.lines[0].line);
    /// }
    /// # }
    /// ```
    pub fn with_lines(clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self::on(Box::new(clock), true)
    }

    fn on(clock: Box<dyn Fn() -> Duration + Send + Sync>, lines: bool) -> Self {
        let (lanes, gauges) = (Mutex::default(), Mutex::default());
        Self { record: Arc::new(Record { clock, lines, lanes, gauges }) }
    }

    /// Wraps `future`. What happens to it goes into a new lane, below the lanes of the futures that were wrapped before.
    ///
    /// The lane shows
    ///
    /// - [`Started`](MarkKind::Started) at the first poll, and [`Polled`](MarkKind::Polled) at every poll;
    /// - [`Running`](SpanKind::Running) for a poll during which the clock moved, and [`Waiting`](SpanKind::Waiting)
    ///   between polls;
    /// - [`Woken`](MarkKind::Woken) whenever a waker that the future was given is used;
    /// - [`Finished`](MarkKind::Finished) when it is ready, [`Failed`](MarkKind::Failed) when a poll panics, and
    ///   [`Dropped`](MarkKind::Dropped) when it is dropped before either.
    ///
    /// A lane keeps its first 4096 polls, wakes and spans each, so that a future that spins cannot use up the memory.
    /// Later spans lengthen the last one. The counts ([`polls`](Self::polls), [`wakes`](Self::wakes)) are always exact.
    pub fn future<F: Future>(&self, name: impl Into<String>, future: F) -> Recorded<F> {
        let mut lanes = self.record.lanes();
        let index = lanes.len();
        lanes.push(LaneRecord { lane: Lane::new(name), ..LaneRecord::default() });
        Recorded { future, lane: LaneId { record: Arc::clone(&self.record), index }, waker: None }
    }

    /// Opens a lane for a wait that is no future of its own, or whose polls would say nothing: a box on a page that waits for
    /// its text, the caller of a function. The lane is [`Waiting`](SpanKind::Waiting) from now on, until the wait is
    /// [`over`](Wait::over), has [`failed`](Wait::failed) or is dropped.
    ///
    /// ```
    /// use std::time::Duration;
    /// use timeline::{Lane, Recorder};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = tokio::time::Instant::now();
    /// let recorder = Recorder::new(move || start.elapsed());
    ///
    /// let text = recorder.wait("box 1");
    /// let picture = recorder.wait("box 2");
    /// let sound = recorder.wait("box 3");
    /// tokio::time::sleep(Duration::from_secs(1)).await;
    /// text.over();
    /// drop(picture);
    /// sound.failed();
    ///
    /// let expected = [Lane::call("box 1", 0.0, 1.0), Lane::dropped("box 2", 0.0, 1.0), Lane::failed("box 3", 0.0, 1.0)];
    /// assert_eq!(recorder.timeline("a page").lanes, expected);
    /// # }
    /// ```
    pub fn wait(&self, name: impl Into<String>) -> Wait {
        let mut lanes = self.record.lanes();
        let index = lanes.len();
        lanes.push(LaneRecord { lane: Lane::new(name), ..LaneRecord::default() });
        drop(lanes);
        let lane = LaneId { record: Arc::clone(&self.record), index };
        lane.write(|lane, now| lane.opened(SpanKind::Waiting, now));
        Wait { lane }
    }

    /// Opens a lane for a task that now waits for room in a queue, now for an item, and in between works. It shows what the task
    /// says of itself with [`during`](Worker::during), and ends when the worker is dropped.
    ///
    /// ```
    /// use std::time::Duration;
    /// use timeline::{Recorder, SpanKind};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = tokio::time::Instant::now();
    /// let recorder = Recorder::new(move || start.elapsed());
    ///
    /// let depth = recorder.gauge("queue", Some(4));
    /// let reader = recorder.worker("reader");
    /// reader.during(SpanKind::ForItem, tokio::time::sleep(Duration::from_secs(1))).await;
    /// depth.set(1);
    /// drop(reader);
    ///
    /// let run = recorder.timeline("a reader that waits");
    /// assert_eq!(run.lanes[0].spans[0].kind, SpanKind::ForItem);
    /// assert_eq!(run.gauges[0].highest(), 1);
    /// # }
    /// ```
    pub fn worker(&self, name: impl Into<String>) -> Worker {
        let mut lanes = self.record.lanes();
        let index = lanes.len();
        lanes.push(LaneRecord { lane: Lane::new(name), ..LaneRecord::default() });
        drop(lanes);
        Worker { lane: LaneId { record: Arc::clone(&self.record), index } }
    }

    /// Opens a gauge below the lanes: how many items are in a queue that holds `capacity`, or any number for `None`. It stands at
    /// 0 until it is [`set`](Depth::set).
    pub fn gauge(&self, name: impl Into<String>, capacity: Option<usize>) -> Depth {
        let mut gauges = self.record.gauges();
        gauges.push(Gauge { name: name.into(), capacity, levels: Vec::new() });
        Depth { record: Arc::clone(&self.record), index: gauges.len() - 1 }
    }

    /// How often the futures of this name were polled.
    pub fn polls(&self, name: &str) -> usize {
        self.sum(name, |lane| lane.polls)
    }

    /// How often wakers of the futures of this name were used, also after the future had ended.
    pub fn wakes(&self, name: &str) -> usize {
        self.sum(name, |lane| lane.wakes)
    }

    /// What has been recorded so far.
    ///
    /// A future that has not ended is shown to wait until the last instant in the record. The clock is not asked, and
    /// the [`end`](Timeline::end) of the run is left open: set it where you know it.
    pub fn timeline(&self, title: impl Into<String>) -> Timeline {
        self.timeline_at(title, Duration::ZERO)
    }

    /// The same at an instant at which the run still goes on: a future that has not ended is shown to wait until `now`, also
    /// where nothing has been recorded for long. That is what a program that hangs looks like.
    ///
    /// ```
    /// use std::time::Duration;
    /// use timeline::{Recorder, SpanKind};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = tokio::time::Instant::now();
    /// let recorder = Recorder::new(move || start.elapsed());
    ///
    /// tokio::spawn(recorder.future("hangs", std::future::pending::<()>()));
    /// tokio::time::sleep(Duration::from_secs(1)).await;
    ///
    /// let run = recorder.timeline_at("one future", start.elapsed());
    /// let [wait] = &run.lanes[0].spans[..] else { panic!("one wait: {:?}", run.lanes[0].spans) };
    /// assert_eq!((wait.kind, wait.to), (SpanKind::Waiting, Duration::from_secs(1)));
    /// # }
    /// ```
    pub fn timeline_at(&self, title: impl Into<String>, now: Duration) -> Timeline {
        let gauges = self.record.gauges().clone();
        let (mut lanes, stacks): (Vec<Lane>, Vec<LaneRecord>) = {
            let lanes = self.record.lanes();
            let last = lanes.iter().map(|lane| lane.now).max().unwrap_or_default().max(now);
            let stacks = lanes.iter().map(|lane| LaneRecord { stacks: lane.stacks.clone(), ..LaneRecord::default() });
            (lanes.iter().map(|lane| lane.until(last)).collect(), stacks.collect())
        };
        // Without the lock: to read a stack takes long.
        for (lane, record) in lanes.iter_mut().zip(stacks) {
            lane.steps = record.steps();
        }
        Timeline { title: title.into(), lanes, gauges, ..Timeline::default() }
    }

    fn sum(&self, name: &str, count: impl Fn(&LaneRecord) -> usize) -> usize {
        self.record.lanes().iter().filter(|lane| lane.lane.name == name).map(count).sum()
    }
}

impl<F: Future> Future for Recorded<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let waker = TaskWaker::of(this.waker, context.waker(), this.lane);
        let poll = PollRecord::begin(this.lane);
        this.lane.looks_around(true);
        let result = this.future.poll(&mut Context::from_waker(waker));
        poll.end(result.is_ready());
        if result.is_pending() {
            this.lane.looks_back();
        }
        result
    }
}

impl Wait {
    /// What was waited for is there.
    pub fn over(self) {
        self.ends(MarkKind::Finished);
    }

    /// What came in its place is an error.
    pub fn failed(self) {
        self.ends(MarkKind::Failed);
    }

    fn ends(&self, how: MarkKind) {
        self.lane.write(|lane, now| {
            lane.span(SpanKind::Waiting, now);
            lane.ended(how, now);
        });
    }
}

impl Worker {
    /// Awaits `work`, and draws the time that it takes as `kind`. What takes no time is not drawn.
    pub async fn during<F: Future>(&self, kind: SpanKind, work: F) -> F::Output {
        self.lane.write(|lane, now| lane.opened(kind, now));
        self.lane.looks_around(true);
        // Written also where the work is dropped or panics: the task did wait until then.
        let _span = WorkRecord { lane: &self.lane, kind };
        work.await
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.lane.write(|lane, now| {
            lane.doing = None;
            lane.ended(MarkKind::Finished, now);
        });
    }
}

struct WorkRecord<'a> {
    lane: &'a LaneId,
    kind: SpanKind,
}

impl Drop for WorkRecord<'_> {
    fn drop(&mut self) {
        let kind = self.kind;
        self.lane.write(|lane, now| {
            lane.span(kind, now);
            lane.doing = None;
        });
    }
}

impl Depth {
    /// From now on there are `depth` items. A gauge keeps its first 4096 changes, and of those after that the highest depth and
    /// the last.
    pub fn set(&self, depth: usize) {
        let now = (self.record.clock)();
        let mut gauges = self.record.gauges();
        let levels = &mut gauges[self.index].levels;
        let at = levels.last().map_or(now, |last| last.at.max(now));
        match levels.last() {
            Some(last) if last.depth == depth => {}
            _ if levels.len() < KEPT => levels.push(Level { at, depth }),
            _ => {
                let later = &levels[KEPT..];
                let at = later.first().map_or(at, |first| first.at);
                let highest = later.iter().map(|level| level.depth).fold(depth, usize::max);
                levels.truncate(KEPT);
                // The highest lasts no time: how long it did is not known any more.
                levels.extend([highest, depth].map(|depth| Level { at, depth }));
            }
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Worker").field("name", &self.lane.name()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Depth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Depth").field("gauge", &self.record.gauges()[self.index].name).finish_non_exhaustive()
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.lane.write(|lane, now| lane.ended(MarkKind::Dropped, now));
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recorder").field("lanes", &self.record.lanes().len()).finish_non_exhaustive()
    }
}

impl<F> fmt::Debug for Recorded<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recorded").field("name", &self.lane.name()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Wait").field("name", &self.lane.name()).finish_non_exhaustive()
    }
}

/// What all clones of a [`Recorder`] share.
struct Record {
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Whether the call stack is looked at.
    lines: bool,
    lanes: Mutex<Vec<LaneRecord>>,
    gauges: Mutex<Vec<Gauge>>,
}

impl Record {
    /// A panic while the lock was held leaves counts and instants that are still right, so poison is no reason to stop.
    fn lanes(&self) -> MutexGuard<'_, Vec<LaneRecord>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn gauges(&self) -> MutexGuard<'_, Vec<Gauge>> {
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
struct LaneId {
    record: Arc<Record>,
    index: usize,
}

impl LaneId {
    fn name(&self) -> String {
        self.record.lanes()[self.index].lane.name.clone()
    }

    /// The clock is asked before the lock is taken: it is foreign code.
    fn write(&self, write: impl FnOnce(&mut LaneRecord, Duration)) {
        let now = (self.record.clock)();
        let mut lanes = self.record.lanes();
        let lane = &mut lanes[self.index];
        lane.now = lane.now.max(now);
        let now = lane.now;
        write(lane, now);
    }

    /// Notes where the code is. `begins`: a poll begins, or a wait; what is noted next belongs to it.
    fn looks_around(&self, begins: bool) -> Option<CallStack> {
        if !self.record.lines || self.record.lanes()[self.index].stacks.len() >= KEPT {
            return None;
        }
        let stack = CallStack::here();
        self.write(|lane, now| match lane.stacks.last_mut() {
            // At one instant it is one step; a poll that took its time was at its lines one after another.
            Some(look) if !begins && look.at == now => look.stacks.push(stack.clone()),
            _ => lane.stacks.push(Look { at: now, stacks: vec![stack.clone()], is_after: false }),
        });
        Some(stack)
    }

    /// A poll is over, and the future waits. It does so where somebody still has a waker; where none is left, it has gone on.
    fn looks_back(&self) {
        if !self.record.lines {
            return;
        }
        self.write(|lane, now| {
            lane.handed_out.retain(|(waker, _)| waker.strong_count() > 0);
            let waits: Vec<CallStack> = lane.handed_out.iter().map(|(_, stack)| stack.clone()).collect();
            // Whether it is the same stacks, and not what they say: to read them takes long, and others wait for the lock.
            let is_same = |(one, other): (&CallStack, &CallStack)| one.is(other);
            let is_said = lane.stacks.last().is_some_and(|look| {
                look.inside().len() == waits.len() && look.inside().iter().zip(&waits).all(is_same)
            });
            if !waits.is_empty() && !is_said && lane.stacks.len() < KEPT {
                lane.stacks.push(Look { at: now, stacks: waits, is_after: true });
            }
        });
    }
}

/// How many polls, wakes and spans a lane keeps.
const KEPT: usize = 4096;

#[derive(Default)]
struct LaneRecord {
    lane: Lane,
    polls: usize,
    wakes: usize,
    /// The last instant written. Two threads can read the clock in one order and take the lock in the other.
    now: Duration,
    /// Since when the future waits, or runs while it is in a poll.
    since: Duration,
    /// What goes on since then. `None`: not polled yet, or a worker that does something that it does not tell.
    doing: Option<SpanKind>,
    has_ended: bool,
    stacks: Vec<Look>,
    /// Where the future has given its waker to somebody who may still have it.
    handed_out: Vec<(Weak<HandedOut>, CallStack)>,
}

/// Where the code was at an instant.
#[derive(Clone)]
struct Look {
    at: Duration,
    /// Those of a poll, the first of them that of whoever polls; or those at which the future waits when the poll is over.
    stacks: Vec<CallStack>,
    is_after: bool,
}

impl Look {
    /// Without whoever polls.
    fn inside(&self) -> &[CallStack] {
        self.stacks.get(1..).unwrap_or_default()
    }

    /// The innermost first, so whoever polls comes last.
    fn step(&self) -> Step {
        let mut lines: Vec<SourceLine> = Vec::new();
        for line in self.stacks.iter().rev().flat_map(CallStack::lines) {
            if !lines.contains(line) {
                lines.push(line.clone());
            }
        }
        Step { at: self.at, lines }
    }
}

impl LaneRecord {
    fn opened(&mut self, kind: SpanKind, now: Duration) {
        self.doing = Some(kind);
        self.since = now;
    }

    fn polled(&mut self, now: Duration) {
        if self.polls == 0 {
            self.mark(MarkKind::Started, now);
        } else if !self.has_ended {
            self.span(SpanKind::Waiting, now);
        }
        self.doing = Some(SpanKind::Running);
        self.since = now;
        self.polls += 1;
        if self.polls <= KEPT {
            self.mark(MarkKind::Polled, now);
        }
    }

    fn returned(&mut self, now: Duration) {
        self.span(SpanKind::Running, now);
        self.doing = Some(SpanKind::Waiting);
        self.since = now;
    }

    fn woken(&mut self, now: Duration) {
        self.wakes += 1;
        if self.wakes <= KEPT {
            self.mark(MarkKind::Woken, now);
        }
    }

    fn ended(&mut self, how: MarkKind, now: Duration) {
        if self.has_ended {
            return;
        }
        if let Some(kind) = self.doing.filter(|_| how == MarkKind::Dropped) {
            self.span(kind, now);
        }
        self.has_ended = true;
        self.mark(how, now);
    }

    fn mark(&mut self, kind: MarkKind, at: Duration) {
        self.lane.marks.push(Mark { kind, at });
    }

    /// A span from `since` to `to`. One that only goes on with the last becomes part of it: the polls between show as
    /// marks.
    fn span(&mut self, kind: SpanKind, to: Duration) {
        let from = self.since;
        if from == to {
            return;
        }
        let is_full = self.lane.spans.len() >= KEPT;
        match self.lane.spans.last_mut() {
            Some(last) if is_full || (last.kind == kind && last.to == from) => last.to = to,
            _ => self.lane.spans.push(Span { kind, from, to }),
        }
    }

    /// The lane as it stands at `last`.
    fn until(&self, last: Duration) -> Lane {
        let mut open = Self { lane: self.lane.clone(), since: self.since, ..Self::default() };
        if let Some(kind) = self.doing.filter(|_| !self.has_ended) {
            open.span(kind, last);
        }
        open.lane
    }

    fn steps(&self) -> Vec<Step> {
        let before = std::iter::once(None).chain(self.stacks.iter().map(Some));
        let looks = self.stacks.iter().zip(before);
        // What the poll before it has said already, in other stacks with the same lines.
        let is_new = |(look, before): &(&Look, Option<&Look>)| {
            !look.is_after || before.is_none_or(|before| before.inside() != look.stacks)
        };
        let steps = looks.filter(is_new).map(|(look, _)| look.step());
        steps.filter(|step| !step.lines.is_empty()).collect()
    }
}

/// A poll that has begun. When it goes without an end, the poll is unwinding.
struct PollRecord<'a> {
    lane: &'a LaneId,
    has_returned: bool,
}

impl<'a> PollRecord<'a> {
    fn begin(lane: &'a LaneId) -> Self {
        lane.write(LaneRecord::polled);
        Self { lane, has_returned: false }
    }

    fn end(mut self, is_ready: bool) {
        self.has_returned = true;
        self.lane.write(|lane, now| {
            lane.returned(now);
            if is_ready {
                lane.ended(MarkKind::Finished, now);
            }
        });
    }
}

impl Drop for PollRecord<'_> {
    fn drop(&mut self) {
        if !self.has_returned {
            self.lane.write(|lane, now| {
                lane.returned(now);
                lane.ended(MarkKind::Failed, now);
            });
        }
    }
}

/// The task's waker, and the one made of it that the future sees.
struct TaskWaker {
    task: Waker,
    recorded: Waker,
}

impl TaskWaker {
    /// The waker for this poll: the one of the last poll while the task's waker is the same.
    ///
    /// Many futures store a waker only when `will_wake` says that it is another one. A new waker at each poll would make
    /// them do work that they do not do without the recorder.
    fn of<'a>(cached: &'a mut Option<Self>, task: &Waker, lane: &LaneId) -> &'a Waker {
        let cached = match cached.take() {
            Some(same) if same.task.will_wake(task) => cached.insert(same),
            _ => {
                let wake = Arc::new(RecordedWake { lane: lane.clone(), task: task.clone() });
                let recorded = if lane.record.lines { wake.that_looks_around() } else { Waker::from(wake) };
                cached.insert(Self { task: task.clone(), recorded })
            }
        };
        &cached.recorded
    }
}

struct RecordedWake {
    lane: LaneId,
    task: Waker,
}

impl RecordedWake {
    /// A waker that looks around when it is cloned. Its clones do not, and it is the same as none of them: a future that
    /// compares wakers takes a clone at each poll.
    ///
    /// `std::task::Wake` cannot tell that a waker is cloned, hence the table by hand.
    fn that_looks_around(self: Arc<Self>) -> Waker {
        let data = Arc::into_raw(self).cast::<()>();
        // SAFETY: `data` comes from `Arc::into_raw`, and the table treats it as the `Arc<RecordedWake>` that it is.
        // `RecordedWake` is `Send` and `Sync`, as a waker must be.
        unsafe { Waker::from_raw(RawWaker::new(data, &LOOKS_AROUND)) }
    }
}

/// What a future got when it cloned the waker that looks around. As long as it is there, somebody may wake the future.
struct HandedOut {
    wake: Arc<RecordedWake>,
}

impl Wake for HandedOut {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake.wake_by_ref();
    }
}

static LOOKS_AROUND: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: `data` is from `Arc::into_raw` in `that_looks_around`; `ManuallyDrop` leaves that reference alone.
        let wake = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<RecordedWake>()) });
        let stack = wake.lane.looks_around(false);
        let handed_out = Arc::new(HandedOut { wake: Arc::clone(&wake) });
        if let Some(stack) = stack {
            let note = (Arc::downgrade(&handed_out), stack);
            wake.lane.write(|lane, _now| lane.handed_out.push(note));
        }
        let clone = ManuallyDrop::new(Waker::from(handed_out));
        RawWaker::new(clone.data(), clone.vtable())
    },
    // SAFETY: as above; waking by value gives up the reference.
    |data| unsafe { Arc::from_raw(data.cast::<RecordedWake>()) }.wake(),
    |data| {
        // SAFETY: as above; waking by reference keeps it.
        let wake = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<RecordedWake>()) });
        wake.wake_by_ref();
    },
    // SAFETY: as above; dropping the waker gives up the reference.
    |data| drop(unsafe { Arc::from_raw(data.cast::<RecordedWake>()) }),
);

impl Wake for RecordedWake {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    /// Recorded first: when the task runs on another thread, its next poll comes after the wake in the record too.
    fn wake_by_ref(self: &Arc<Self>) {
        self.lane.write(LaneRecord::woken);
        self.task.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin};

    use super::*;
    use crate::stack::tests::READ;

    /// All futures of a recorder share a lock, and to read a call stack takes milliseconds.
    #[test]
    fn polls_read_no_call_stack() {
        let recorder = Recorder::with_lines(|| Duration::ZERO);
        let mut kept = None;
        let mut waits = pin!(recorder.future(
            "waits",
            poll_fn(|context| {
                kept = Some(context.waker().clone());
                Poll::<()>::Pending
            })
        ));
        let before = READ.get();
        for _ in 0..100 {
            assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(READ.get() - before, 0);
        // Each poll is a step, and where it waits was said in there.
        let steps = recorder.timeline("").lanes.remove(0).steps;
        assert!(READ.get() > before);
        assert!(steps.len() <= 100, "{} steps", steps.len());
    }
}
