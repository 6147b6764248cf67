//! Panics of the learner's code are part of the verdict, so they are noted, and not printed.

use std::{
    any::Any,
    backtrace::Backtrace,
    cell::RefCell,
    panic::{self, PanicHookInfo},
    sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak},
};

use crate::{
    check_function,
    pulse::{On, Panic, Pulse},
    stuck_at,
};

/// What a failed check panics with: its message has been told already.
pub(crate) struct Told;

thread_local! {
    /// The run that the code on this thread belongs to.
    static RUN: RefCell<Option<Arc<Pulse>>> = const { RefCell::new(None) };
}

/// The runs that go on, of all threads.
static RUNS: Mutex<Vec<Weak<Pulse>>> = Mutex::new(Vec::new());

/// A run begins on this thread: from now on, panics on it belong to the run.
pub(crate) fn note_panics_of(pulse: &Arc<Pulse>) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| note(info, &*default)));
    });
    runs().push(Arc::downgrade(pulse));
    belongs_to(pulse);
}

/// Panics on this thread belong to a run that has begun on another one.
pub(crate) fn belongs_to(pulse: &Arc<Pulse>) {
    RUN.set(Some(pulse.clone()));
}

/// The run that the code on this thread belongs to.
pub(crate) fn run_of_this_thread() -> Option<Arc<Pulse>> {
    RUN.try_with(|run| run.borrow().clone()).ok().flatten()
}

/// A check sees its own code go on, within a call of the learner's that may work for long.
pub(crate) fn goes_on() {
    if let Some(run) = run_of_this_thread() {
        run.goes_on();
    }
}

/// The run is over: a panic on this thread is the check's own.
pub(crate) fn stop_noting() {
    let ended = RUN.take();
    runs().retain(|run| run.upgrade().is_some_and(|run| !ended.as_ref().is_some_and(|ended| Arc::ptr_eq(&run, ended))));
}

/// The run that a thread works for which the learner's code has started: the only one, if there is only one. The runner
/// gives every check a process.
fn only_run() -> Option<Arc<Pulse>> {
    match &runs()[..] {
        [run] if !check_function::is_on_this_thread() => run.upgrade(),
        _ => None,
    }
}

fn runs() -> MutexGuard<'static, Vec<Weak<Pulse>>> {
    RUNS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(info: &PanicHookInfo<'_>, default: &dyn Fn(&PanicHookInfo<'_>)) {
    if info.payload().is::<Told>() {
        return;
    }
    // A panic may come while the thread ends: then there is none.
    let known = run_of_this_thread();
    let on = known.as_ref().map_or(On::ThreadOfItsOwn, |run| run.here());
    let Some(run) = known.or_else(only_run) else { return default(info) };
    let place = info
        .location()
        .map(|at| format!("{}:{}:{}", crate::stuck_at::from_workspace(at.file()), at.line(), at.column()));
    // Without line tables it is not worth its time. With them it is read when somebody asks for it.
    let in_a_library = info.location().is_some_and(|at| stuck_at::is_not_learners(at.file()));
    let can_be_read = std::env::var_os(verdict::variables::NO_LINES).is_none();
    let stack = (in_a_library && can_be_read).then(|| Arc::new(Backtrace::force_capture()));
    run.panicked(Panic { message: text(info.payload()), place, stack, on, in_a_waker: run.waker() });
}

/// The words of a panic.
pub(crate) fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic with a value that is no text").to_owned()
}

/// Panics that say little to whoever meets them first, by a part of their words, and the idea behind each.
const KNOWN: [(&str, &str); 10] = [
    (
        "already borrowed",
        "A `RefCell` lends its value to one writer, or to readers, at a time. The first borrow is still alive: it lives to the \
         end of its statement or, if it has a name, of its block. Something called in between borrows once more. Take out \
         what you need, and let the borrow go before you poll, wake or call anybody.",
    ),
    (
        "already mutably borrowed",
        "A `RefCell` lends its value to one writer, or to readers, at a time. A borrow that may write is still alive: it lives \
         to the end of its statement or, if it has a name, of its block. Take out what you need, and let the borrow go before \
         you poll, wake or call anybody.",
    ),
    (
        "there is no reactor running",
        "Sleeps, timeouts and tasks of tokio belong to a runtime, and the code that panicked runs outside of one: on a thread of \
         its own, or on an executor that is not tokio's.",
    ),
    (
        "context was found, but it is being shutdown",
        "The runtime is gone, and something still wants its timers: a thread that was not waited for, with a `block_on` in it. \
         What runs on a thread of its own does not end with the runtime, and the runtime does not wait for it.",
    ),
    (
        "Cannot start a runtime from within a runtime",
        "`block_on` holds its thread until a future has ended, and this thread runs a runtime already: none of its futures could \
         go on. Inside of async code, `.await` the future.",
    ),
    (
        "cannot execute `LocalPool` executor from within another executor",
        "`futures::executor::block_on` holds its thread until a future has ended, and this thread runs an executor already. \
         Inside of async code, `.await` the future.",
    ),
    (
        "`spawn_local` called from outside of a",
        "`spawn_local` is for tasks that may not leave their thread, and they need a `LocalSet` that runs them. Here the tasks \
         may: `tokio::spawn`, with values of its own (`clone`, `move`), is what this runtime offers.",
    ),
    (
        "can call blocking only when running on the multi-threaded runtime",
        "`block_in_place` hands the other tasks of its thread to another thread, and this runtime has only one.",
    ),
    (
        "resumed after completion",
        "A future that has said `Ready` has said its last word, and an `async` block that is polled after it panics. Whoever polls \
         a future to its end drops it, or forgets it.",
    ),
    (
        "`JoinHandle` polled after completion",
        "A `JoinHandle` has given its result, and is awaited once more. Take a handle out of the list when its task has ended.",
    ),
];

/// The words of panics of whoever wants a borrow or a lock that somebody holds at that moment: those of `RefCell`, and of
/// the errors of `try_borrow_mut`, `try_borrow` and `try_lock`.
const IS_HELD: [&str; 5] =
    ["already borrowed", "already mutably borrowed", "BorrowMutError", "BorrowError", "WouldBlock"];

impl Panic {
    /// The panic that ended a run with these words. One that only tells of another, in a task or on a thread, gives way to
    /// the first one: that is where it began.
    pub(crate) fn that_ended(panics: &[Self], words: &str) -> Option<Self> {
        const OF_ANOTHER: [&str; 4] = ["JoinError::Panic", "Any { .. }", "PoisonError", "a scoped thread panicked"];
        if OF_ANOTHER.iter().any(|sign| words.contains(sign)) {
            return panics.first().cloned();
        }
        panics.iter().rev().find(|panic| panic.message == words).or(panics.last()).cloned()
    }

    /// The first one of a run that has gone on, if nobody else tells of it: in a program of the learner's own it would stand on
    /// the screen. One that stands in a check or in a mock is part of the story.
    pub(crate) fn to_tell(panics: &[Self]) -> Option<&Self> {
        let is_learners = |panic: &Self| panic.place.as_deref().is_some_and(|place| !stuck_at::is_not_learners(place));
        panics.iter().find(|panic| panic.on == On::ThreadOfItsOwn || is_learners(panic))
    }

    /// The idea behind it, if it is one that many people meet.
    pub(crate) fn why(&self) -> Option<&'static str> {
        // A waker may run any code, and that may panic for a reason of its own.
        if let Some(moment) = self.in_a_waker
            && IS_HELD.iter().any(|sign| self.message.contains(sign))
        {
            return Some(moment.why());
        }
        KNOWN.iter().find(|(sign, _)| self.message.contains(sign)).map(|(_, why)| *why)
    }

    /// The learner's line: that of the `panic!`, or the one that led to it.
    pub(crate) fn learners_place(&self) -> Option<String> {
        match &self.stack {
            Some(stack) => stuck_at::learners_line(stack).or_else(|| self.place.clone()),
            None => self.place.clone(),
        }
    }

    /// Whether a program with line tables could say more.
    pub(crate) fn place_sought(&self) -> bool {
        self.stack.is_none() && self.place.as_deref().is_some_and(stuck_at::is_not_learners)
    }

    /// The words of the `todo!` that was reached, if that is what happened.
    pub(crate) fn todo(&self) -> Option<&str> {
        let rest = self
            .message
            .strip_prefix("not yet implemented")
            .or_else(|| self.message.strip_prefix("not implemented"))?;
        Some(rest.strip_prefix(": ").unwrap_or(rest))
    }
}
