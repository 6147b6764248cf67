use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
};

use harness::{Check, Finished, Kept, Message, Outcome, Outside, Trace, kept_by, saw, test, thread};

use super::block_on;

harness::checks!();

/// Its name in the messages.
const FUTURE: &str = "future";

/// One call of `block_on`, and what the check sees of it.
#[derive(Clone, Default)]
struct Run {
    outside: Outside,
    trace: Trace,
    /// The future parks the thread in its poll.
    parks_itself: bool,
}

/// Who calls the waker, and when.
#[derive(Clone, Copy)]
enum Woken {
    /// While the thread sleeps, on the thread that sleeps: what a signal would do.
    Asleep,
    /// While the thread sleeps, by another thread.
    ByAnotherThread,
    /// Before the poll has returned.
    DuringThePoll,
    /// Before the poll has returned, by another thread.
    DuringThePollByAnotherThread,
}

impl Run {
    /// A future that is pending until it was woken in each of these ways, one after the other.
    fn future(&self, wakes: &'static [Woken]) -> impl Future<Output = usize> + use<> {
        let outside = self.outside.clone();
        let came = Arc::new(AtomicUsize::new(0));
        let mut waits_for = 0;
        self.trace.task(
            FUTURE,
            poll_fn(move |context| {
                if came.load(Ordering::SeqCst) < waits_for {
                    return Poll::Pending;
                }
                let Some(how) = wakes.get(waits_for) else { return Poll::Ready(waits_for) };
                waits_for += 1;
                let (came, waker) = (came.clone(), context.waker().clone());
                let wakes = move || {
                    came.fetch_add(1, Ordering::SeqCst);
                    waker.wake();
                };
                match how {
                    Woken::Asleep => outside.then(wakes),
                    Woken::ByAnotherThread => outside.then(|| on_another_thread(wakes)),
                    Woken::DuringThePoll => wakes(),
                    Woken::DuringThePollByAnotherThread => on_another_thread(wakes),
                }
                Poll::Pending
            }),
        )
    }

    /// Runs `block_on`. Fails if the thread never wakes, or has not slept, or if a rule was broken.
    #[track_caller]
    fn block_on<T>(&self, future: impl Future<Output = T>) -> Finished<T> {
        let run = self.clone();
        let ended = Check::new().by_hand(|| run.trace.watch(|| run.outside.run(|| block_on(future))));
        if self.outside.waited_elsewhere() {
            ended.fail(waits_elsewhere());
        }
        let (unparks, wakes) = (self.outside.unparks(), self.trace.wakes(FUTURE));
        if unparks > wakes {
            ended.fail(unparks_itself(unparks, wakes));
        }
        match ended.value() {
            Some(None) => ended.fail(self.sleeps_for_ever()),
            // Stopped by the trace. Where nobody was woken or nobody sleeps, the trace says it better.
            None if wakes > 0 && self.outside.parks() > 0 => ended.fail(self.never_sleeps_again(wakes)),
            _ => {}
        }
        if let Some(fault) = self.trace.fault() {
            ended.fail(fault);
        }
        ended.map(|value| value.flatten().expect("a run without a value has failed"))
    }

    fn never_sleeps_again(&self, wakes: usize) -> Message {
        let polls = self.trace.polls(FUTURE);
        let wakes = if wakes == 1 { "one wake".to_owned() } else { format!("{wakes} wakes") };
        saw(format!("the thread has slept, and now it polls again and again: {polls} polls, and {wakes}"))
            .expected("a sleep after every poll that is pending, until the next wake")
            .because(
                "Is the mark still there from a wake that is over? One mark is for one poll: whoever has seen it takes it away, \
                 before that poll (`swap(false, …)` does both). Where it stays, the thread never sleeps again.",
            )
            .outcome(Outcome::BusyLoop)
    }

    fn sleeps_for_ever(&self) -> Message {
        let (polls, unparks) = (self.trace.polls(FUTURE), self.outside.unparks());
        let story = self.trace.story();
        let message = saw(format!("the thread sleeps in `park()`, and nothing will ever wake it\n{story}"));
        let message = message.expected("a sleep that the waker ends").outcome(Outcome::LostWakeUp);
        message.because(if polls == 0 {
            "The future was not polled before the thread went to sleep. Nobody has its waker, so nobody can call it: the \
             first poll is the one that nobody asks for."
        } else if unparks == 0 {
            "The waker was called, and it has not unparked the thread. The call is all that the thread will ever hear of \
             it: it must reach `unpark()`, whether the thread sleeps at that moment or not."
        } else if self.parks_itself {
            "The future has called its waker and has parked the thread in its poll, as a wait for another thread does. \
             That `park()` took the `unpark()`: there is one for each thread, and whoever parks first has it. So the wake \
             needs a mark of its own, and the thread sleeps only while the mark is not there."
        } else {
            "The waker was called and `unpark()` with it, but the thread went to sleep once more. Does `wake` set the mark, \
             before it unparks? A wake that comes before the thread sleeps counts too: whoever takes the mark away must \
             clear it *before* the poll, never after it."
        })
    }
}

fn on_another_thread(wakes: impl FnOnce() + Send + 'static) {
    std::thread::spawn(wakes).join().expect("waking does not panic");
}

fn waits_elsewhere() -> Message {
    saw("the thread has waited, and it was not in `thread::park()`")
        .expected("a thread that sleeps in the `thread::park()` of this file, as the task asks")
        .because(
            "Is it a sleep of another kind: a `Condvar`, a channel, the `park` of `std`, another runtime? That may be right in a \
             program, but these checks see only the `park` of this file. Or is it a loop that looks at a mark? It keeps a \
             processor at full load: that is no sleep.",
        )
        .outcome(Outcome::Blocked)
}

fn unparks_itself(unparks: usize, wakes: usize) -> Message {
    saw(format!("the thread was unparked {unparks} times, and the waker was called {wakes} times"))
        .expected("as many: `unpark()` is called by the waker, and by nobody else")
        .because(
            "A thread that unparks itself does not sleep: its next `park()` returns at once, and the loop polls a future that \
             nobody has woken. The waker holds the `Thread`, so that whoever has the waker ends the sleep.",
        )
        .outcome(Outcome::BusyLoop)
}

/// A future that is ready at once is polled once, and the thread does not sleep.
#[test]
fn a_ready_future_needs_one_poll() {
    let this = Run::default();
    let run = this.block_on(this.future(&[]));
    run.require(
        this.trace.polls(FUTURE) == 1 && this.outside.parks() == 0,
        saw(format!("{} polls, and {} sleeps", this.trace.polls(FUTURE), this.outside.parks()))
            .expected("one poll, and no sleep")
            .because("What is ready has nothing to wait for."),
    );
}

/// Twelve wakes, each while the thread sleeps: thirteen polls.
#[test]
fn polls_are_wakes_and_one() {
    let this = Run::default();
    let run = this.block_on(this.future(&[Woken::Asleep; 12]));
    let (polls, wakes) = (this.trace.polls(FUTURE), this.trace.wakes(FUTURE));
    run.require(
        polls == wakes + 1,
        saw(format!("{polls} polls for {wakes} wakes"))
            .expected("13: the first one, and one for each wake")
            .because("Each wake says that the future can go on, and the poll is how it goes on."),
    );
}

/// A future may wake itself in the middle of its poll, before the thread sleeps.
#[test]
fn a_wake_during_the_poll_is_kept() {
    let this = Run::default();
    this.block_on(this.future(&[Woken::DuringThePoll, Woken::Asleep, Woken::DuringThePoll]));
}

/// The future wakes itself, and then parks the thread in its own poll, as a wait for a thread or for a channel does.
#[test]
fn a_future_that_parks_loses_no_wake() {
    let this = Run { parks_itself: true, ..Run::default() };
    let mut has_parked = false;
    this.block_on(this.trace.task(
        FUTURE,
        poll_fn(move |context| {
            if has_parked {
                return Poll::Ready(());
            }
            has_parked = true;
            context.waker().wake_by_ref();
            thread::park();
            Poll::Pending
        }),
    ));
}

/// `block_on` is called on one thread and then on another. Each time the waker wakes the thread that sleeps now.
#[test]
fn each_call_wakes_its_own_thread() {
    let this = Run::default();
    this.block_on(this.future(&[Woken::Asleep]));
    let run = Check::new().by_hand(|| {
        let on_another = std::thread::spawn(|| {
            let there = Run::default();
            there.outside.run(|| block_on(there.future(&[Woken::Asleep])))
        });
        on_another.join()
    });
    match run.value() {
        Ok(Some(1)) => {}
        Ok(Some(wakes)) => run.fail(
            saw(format!("`block_on` was called on a second thread, and returned {wakes}"))
                .expected("1, which is what the future there returned")
                .because("Each call runs its own future, and returns what that one returns."),
        ),
        Ok(None) => run.fail(
            saw("`block_on` was called on a second thread, and that thread was never woken")
                .expected("a waker that wakes the thread that sleeps now")
                .because("A waker that is kept from an earlier call knows another thread. Each call makes its own.")
                .outcome(Outcome::LostWakeUp),
        ),
        // The words of the panic stand below: nobody else has seen it.
        Err(_) => run.fail(
            saw("`block_on` was called on a second thread, and it panics there").expected("no panic").because(
                "What an earlier call has left behind is in the way: a place that can be filled once, for example. Each call \
                 makes its own waker, for the thread that calls.",
            ),
        ),
    }
}

/// When `block_on` has returned, nothing of it is left in memory.
#[test]
fn nothing_is_left_behind() {
    let this = Run::default();
    let wakes_itself = || {
        let mut polls = 0;
        poll_fn(move |context| {
            polls += 1;
            context.waker().wake_by_ref();
            if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
        })
    };
    let run = Check::new().by_hand(|| this.outside.run(|| kept_by(|| block_on(wakes_itself()))));
    run.require(
        *run.value() == Some(Kept::default()),
        saw(match run.value() {
            Some(kept) => format!("{} bytes are kept by each call of `block_on`", kept.bytes),
            None => "the thread sleeps for ever".to_owned(),
        })
        .expected("nothing: the waker is dropped when the call returns")
        .because(
            "A server may call `block_on` a million times. What a call has made for itself, and what it has stored \
             elsewhere, must go with it.",
        ),
    );
}

/// Another thread wakes the future, while this one sleeps and while it polls.
#[test]
fn a_wake_from_another_thread_is_kept() {
    let this = Run::default();
    this.block_on(this.future(&[Woken::ByAnotherThread, Woken::DuringThePollByAnotherThread]));
}

/// The thread may be up before `wake` has returned: by then the mark is there.
#[test]
fn the_mark_is_there_when_the_thread_gets_up() {
    let this = Run::default();
    let outside = this.outside.clone();
    let mut polls = 0;
    let future = poll_fn(move |context| {
        polls += 1;
        if polls == 1 {
            let waker = context.waker().clone();
            outside.then_elsewhere(move || waker.wake());
            return Poll::Pending;
        }
        Poll::Ready("ready")
    });
    let run = Check::new().by_hand(|| this.outside.run(|| block_on(future)));
    run.premise(!this.outside.waited_elsewhere(), "The thread does not sleep in `park()`.");
    run.require(
        *run.value() == Some("ready"),
        saw("another thread called the waker, and stood still for a moment in its `unpark()`; this thread got up, and then slept \
             for ever")
            .expected("a thread that gets up and polls")
            .because(
                "`unpark()` ends the sleep at once: the thread may be up, and may have looked for the mark, before the next line \
                 of `wake` runs. It finds none, sleeps again, and nobody calls it any more. The mark first, and then `unpark()`.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// The thread may be unparked without a wake, as `std` warns. The future is not ready because of that.
#[test]
fn an_unpark_without_a_wake_does_no_harm() {
    // Whether the waker was called while the thread was in `park`. A thread that is not there for long enough may be a slow one,
    // once; a sleep of another kind is one each time.
    let mut in_park = false;
    for _ in 0..3 {
        let this = Run::default();
        let outside = this.outside.clone();
        let elsewhere = Arc::new(AtomicBool::new(false));
        let is_elsewhere = elsewhere.clone();
        let mut polls = 0;
        let future = poll_fn(move |context| {
            polls += 1;
            if polls == 1 {
                let (thread, waker) = (thread::current(), context.waker().clone());
                outside.then(move || thread.unpark());
                // Whoever goes back to sleep is woken now, and whoever polls has the answer.
                let (sleeper, is_elsewhere) = (thread::current().id(), is_elsewhere.clone());
                outside.then(move || {
                    is_elsewhere.store(thread::current().id() != sleeper, Ordering::SeqCst);
                    waker.wake();
                });
                return Poll::Pending;
            }
            Poll::Ready("ready")
        });
        let run = Check::new().by_hand(|| this.outside.run(|| block_on(future)));
        run.require(
            *run.value() == Some("ready"),
            saw("the thread woke up without a wake, and then slept for ever")
                .expected("the value of the future")
                .because("`park()` may return for no reason: look, and sleep again, but lose no wake."),
        );
        in_park = !elsewhere.load(Ordering::SeqCst);
        if in_park {
            return;
        }
    }
    Check::new().by_hand(|| ()).require(
        in_park,
        saw("the thread was unparked without a wake, and then it waited for the wake in another place than `thread::park()`")
            .expected("a thread that goes back into `park()`")
            .because(
                "`park()` may return for no reason, also more than once. Who looks at the mark in a loop after that, or sleeps for a \
                 moment between two looks, is awake for nothing. `while`, and not `if`: as long as the mark is not there, park.",
            )
            .outcome(Outcome::Blocked),
    );
}

/// The future may borrow from its caller, and is gone when `block_on` returns.
#[test]
fn the_future_may_borrow() {
    let this = Run::default();
    let question = String::from("What is a future?");
    let borrowed = &question;
    let run = this.block_on(this.trace.task(FUTURE, async move { borrowed.len() }));
    run.require(
        *run.value() == 17,
        saw(format!("{}", run.value())).expected("17, which is what the future returned").because(
            "`block_on` returns only when the future has ended. So, unlike a task that is spawned, it may borrow what \
             its caller owns.",
        ),
    );
}
