//! What an executor does with its tasks, and what it must not do.
//!
//! The futures of a [`Trace`] are given to an executor that the learner wrote. They count, and they know the rules: no poll
//! without a wake, no wake without a poll, no poll after the end, and what has ended is dropped. Here is how they count;
//! `rules` says what follows from it.

mod rules;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use verdict::Outcome;

use crate::{
    message::{Message, saw},
    panics,
};

/// So many polls in vain of one task show that they will not end by themselves.
const IN_VAIN: usize = 99;

/// So many polls of one task are more than any exercise needs.
const WITHOUT_END: usize = 20_000;

/// How many events [`Trace::story`] tells.
const TOLD: usize = 12;

/// Tasks that count. Clones share the counts.
///
/// ```
/// use std::{pin::pin, task::{Context, Poll, Waker}};
/// use harness::Trace;
///
/// let trace = Trace::new();
/// trace.watch(|| {
///     let mut spins = pin!(trace.task("a", std::future::pending::<()>()));
///     let mut context = Context::from_waker(Waker::noop());
///     while spins.as_mut().poll(&mut context).is_pending() {}
/// });
/// assert!(trace.polls("a") > 1 && trace.wakes("a") == 0);
/// assert!(trace.fault().is_some());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trace {
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    tasks: Vec<Seen>,
    order: Vec<usize>,
    story: Vec<String>,
    /// A waker that is being called, until the call returns.
    waking: Option<(usize, bool)>,
    /// How many such calls there were.
    calls: usize,
}

#[derive(Debug, Default)]
struct Seen {
    name: String,
    polls: usize,
    wakes: usize,
    /// Wakes since the last poll began.
    wakes_since: usize,
    woken_during_poll: bool,
    /// Polls that no wake asked for, the first one not counted.
    in_vain: usize,
    /// Polls in vain that come after a poll for which there were several wakes: one for each.
    one_for_each_wake: usize,
    left_over: usize,
    /// The most wakes between two polls.
    together: usize,
    polling: bool,
    ended: bool,
    panicked: bool,
    polled_after_end: bool,
    dropped: bool,
}

/// A future of a [`Trace`].
#[derive(Debug)]
pub struct Traced<F> {
    future: Option<Pin<Box<F>>>,
    trace: Trace,
    task: usize,
    waker: Option<(Waker, Waker)>,
}

/// What ends a run that would not end.
struct GaveUp;

impl Trace {
    /// No tasks yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A task with this name, to be given to an executor.
    pub fn task<F: Future>(&self, name: &str, future: F) -> Traced<F> {
        let mut record = self.lock();
        record.tasks.push(Seen { name: name.to_owned(), ..Seen::default() });
        let task = record.tasks.len() - 1;
        Traced { future: Some(Box::pin(future)), trace: self.clone(), task, waker: None }
    }

    /// Runs an executor. `None`: it was stopped, because it polls without end; [`fault`](Self::fault) says what it does.
    pub fn watch<T>(&self, executor: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(executor)) {
            Ok(value) => Some(value),
            Err(payload) if gave_up(&*payload) => None,
            Err(payload) => resume_unwind(payload),
        }
    }

    /// The names of the tasks in the order in which they were polled: `abcabc`.
    pub fn order(&self) -> String {
        let record = self.lock();
        record.order.iter().map(|task| record.tasks[*task].name.as_str()).collect()
    }

    /// How often the tasks were polled, all together.
    ///
    /// ```
    /// use harness::{Trace, Wakes};
    ///
    /// let (trace, task) = (Trace::new(), Wakes::new());
    /// for name in ["question", "answer"] {
    ///     let _ = task.poll(std::pin::pin!(trace.task(name, async {})));
    /// }
    /// assert_eq!((trace.order().as_str(), trace.all_polls()), ("questionanswer", 2));
    /// ```
    pub fn all_polls(&self) -> usize {
        self.lock().order.len()
    }

    /// How often a task was polled.
    pub fn polls(&self, name: &str) -> usize {
        self.sum(name, |task| task.polls)
    }

    /// How often a task was woken.
    pub fn wakes(&self, name: &str) -> usize {
        self.sum(name, |task| task.wakes)
    }

    /// Whether a task was ready.
    pub fn has_ended(&self, name: &str) -> bool {
        self.sum(name, |task| usize::from(task.ended)) > 0
    }

    /// Whether the future of a task is gone.
    pub fn is_dropped(&self, name: &str) -> bool {
        self.sum(name, |task| usize::from(task.dropped)) > 0
    }

    /// Polls, wakes and ends, in the order in which they came: the last dozen.
    pub fn story(&self) -> String {
        let record = self.lock();
        let story = &record.story;
        let cut = story.len().saturating_sub(TOLD);
        format!("{}{}", if cut > 0 { "… " } else { "" }, story[cut..].join(", "))
    }

    /// What a thread does that hangs: it calls the waker of a task, and the call does not return. For
    /// [`Check::when_stuck`](crate::Check::when_stuck): it looks twice, a tenth of a second apart.
    pub fn hangs_in_wake(&self) -> Option<Message> {
        let calls = self.lock().calls;
        // A call that returns may be going on too, in a loop of many. This one has been going on for long.
        std::thread::sleep(Duration::from_millis(100));
        let record = self.lock();
        let (task, during_poll) = record.waking.filter(|_| record.calls == calls)?;
        let name = &record.tasks[task].name;
        let message = if during_poll {
            saw(format!("the waker of `{name}` is called while `{name}` is polled, and the call does not return")).because(
                "The waker waits for a lock, and the thread that holds the lock is the one that waits. A task may wake \
                 itself, or another one, in the middle of its poll: hold no lock while you poll. Look at the head of your \
                 loop: in `while let Some(…) = queue.lock()….pop_front()` the lock is held to the end of the body. \
                 `let next = …;` on a line of its own lets it go.",
            )
        } else {
            saw(format!("the waker of `{name}` is called, and the call does not return")).because(
                "Waking is a note that is left, nothing more. It waits for nobody, whoever calls it, and when.",
            )
        };
        Some(message.expected("every `wake` to return at once").outcome(Outcome::Blocked))
    }

    /// The first thing that the executor has done and must not do. To be asked when it has returned, and is still there.
    pub fn fault(&self) -> Option<Message> {
        let story = self.story();
        let record = self.lock();
        let tasks = &record.tasks;
        let fault = tasks.iter().find_map(Seen::polled_after_its_end);
        let fault = fault.or_else(|| tasks.iter().find_map(|task| task.polled_in_vain(&story)));
        let fault = fault.or_else(|| tasks.iter().find_map(Seen::polled_without_end));
        let fault = fault.or_else(|| tasks.iter().find_map(Seen::never_polled));
        let fault = fault.or_else(|| tasks.iter().find_map(Seen::dropped_before_its_end));
        let fault = fault.or_else(|| tasks.iter().find_map(|task| task.lost_wake(&story)));
        fault.or_else(|| tasks.iter().find_map(Seen::kept_after_its_end))
    }

    fn sum(&self, name: &str, count: impl Fn(&Seen) -> usize) -> usize {
        self.lock().tasks.iter().filter(|task| task.name == name).map(count).sum()
    }

    /// Nothing of the learner's runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let waker = this.waker(context.waker());
        let begun = this.trace.lock().poll_begins(this.task);
        if !begun {
            resume_unwind(Box::new(GaveUp));
        }
        panics::goes_on();
        let Some(future) = &mut this.future else { unreachable!("it is there until its end") };
        let polling = Polling { trace: &this.trace, task: this.task };
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        drop(polling);
        this.trace.lock().poll_ends(this.task, poll.is_ready());
        poll
    }
}

impl<F> Traced<F> {
    /// The waker that counts: the same one, as long as the executor's is the same.
    fn waker(&mut self, executors: &Waker) -> Waker {
        if let Some((from, counts)) = &self.waker
            && from.will_wake(executors)
        {
            return counts.clone();
        }
        let counts = Counts { trace: self.trace.clone(), task: self.task, waker: executors.clone() };
        let counts = Waker::from(Arc::new(counts));
        self.waker = Some((executors.clone(), counts.clone()));
        counts
    }
}

impl<F> Drop for Traced<F> {
    fn drop(&mut self) {
        // The future goes first: what its destructor does is still its own.
        self.future = None;
        self.trace.lock().tasks[self.task].dropped = true;
    }
}

impl Record {
    /// `false`: this is a poll too many.
    fn poll_begins(&mut self, index: usize) -> bool {
        self.order.push(index);
        let task = &mut self.tasks[index];
        if task.ended {
            task.polled_after_end = true;
            return false;
        }
        task.polls += 1;
        if task.polls > 1 && task.wakes_since == 0 {
            task.in_vain += 1;
            if task.left_over > 0 {
                task.left_over -= 1;
                task.one_for_each_wake += 1;
            }
        } else {
            task.left_over = task.wakes_since.saturating_sub(1);
        }
        task.together = task.together.max(task.wakes_since);
        let goes_on = task.in_vain < IN_VAIN && task.polls < WITHOUT_END;
        (task.wakes_since, task.woken_during_poll, task.polling) = (0, false, goes_on);
        let line = format!("poll {}", task.name);
        self.tell(line);
        goes_on
    }

    fn poll_ends(&mut self, index: usize, is_ready: bool) {
        let task = &mut self.tasks[index];
        task.ended = is_ready;
        let line = format!("{} is {}", task.name, if is_ready { "ready" } else { "pending" });
        self.tell(line);
    }

    fn woken(&mut self, index: usize) -> bool {
        let task = &mut self.tasks[index];
        task.wakes += 1;
        task.wakes_since += 1;
        task.woken_during_poll |= task.polling;
        let (line, during_poll) = (format!("wake {}", task.name), task.polling);
        self.tell(line);
        during_poll
    }

    fn tell(&mut self, line: String) {
        // A future that spins must not fill the memory with its story.
        if self.story.len() >= 2 * WITHOUT_END {
            self.story.drain(..WITHOUT_END);
        }
        self.story.push(line);
    }
}

/// A poll that is going on, whichever way it ends.
struct Polling<'a> {
    trace: &'a Trace,
    task: usize,
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        let mut record = self.trace.lock();
        let task = &mut record.tasks[self.task];
        task.polling = false;
        task.panicked |= std::thread::panicking();
    }
}

struct Counts {
    trace: Trace,
    task: usize,
    waker: Waker,
}

impl Wake for Counts {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        {
            let mut record = self.trace.lock();
            let during_poll = record.woken(self.task);
            record.waking = Some((self.task, during_poll));
            record.calls += 1;
        }
        self.waker.wake_by_ref();
        self.trace.lock().waking = None;
    }
}

fn gave_up(payload: &(dyn Any + Send)) -> bool {
    payload.is::<GaveUp>()
}
