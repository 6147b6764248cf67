use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    task::{Poll, Waker},
    thread,
    time::Duration,
};

use futures::future::join;
use harness::{Check, Finished, Message, Outcome, nothing_happens_for, saw, secs, test, when_woken};
use tokio::{
    runtime::{Builder, Runtime},
    task::LocalSet,
};

use super::{Tokenizer, fit};

harness::checks!();

/// Counts words, and waits before each count until the check lets it go on.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_open: bool,
    /// How many counts may go on while it is not open.
    may: usize,
    /// The tokenizer has panicked.
    panicked: bool,
    /// It panics at a message of this text.
    panics_at: Option<String>,
    counted: Vec<String>,
    waker: Option<Waker>,
    place: &'static str,
    /// How often `fit` was polled.
    polls: usize,
}

impl Desk {
    fn new(is_open: bool) -> Arc<Self> {
        let desk = Self::default();
        desk.lock().is_open = is_open;
        Arc::new(desk)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the lock of the desk")
    }

    /// Waits until so many counts were begun.
    async fn sees(&self, counts: usize) {
        poll_fn(|cx| {
            let mut state = self.lock();
            state.waker = Some(cx.waker().clone());
            if state.counted.len() >= counts || state.is_open { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn opens(&self) {
        self.lock().is_open = true;
        self.changed.notify_all();
    }

    fn lets(&self, counts: usize) {
        self.lock().may = counts;
        self.changed.notify_all();
    }

    fn stuck(&self) -> Message {
        let state = self.lock();
        if state.panicked {
            return saw(format!("{}: the tokenizer has panicked, and `fit` does not end", state.place))
                .expected("a panic of `fit`")
                .because(
                    "Whoever waits for a result has to hear that none will come. A channel says so when its last sender is gone, \
                     and a panic drops what its thread owns; but a sender that you keep yourself is still there.",
                )
                .outcome(Outcome::Blocked);
        }
        saw(format!("{}: everything stands still while the tokenizer works", state.place))
            .expected("the other futures to go on, those of the same task too")
            .because(
                "Something holds a thread on which other futures live. On a runtime with one thread, these are all of them. \
                 `block_in_place` moves the other *tasks* away, and what stands in the same task, in a `join!` for example, stays \
                 where it is. A `join` of a thread, or a `block_on`, waits on this thread too. Only `.await` lets go of it: the \
                 tokenizer must work on another thread.",
            )
            .outcome(Outcome::Blocked)
    }
}

impl Tokenizer for Desk {
    fn count(&self, text: &str) -> usize {
        let mut state = self.lock();
        state.counted.push(text.to_owned());
        let panics = state.panics_at.as_deref() == Some(text);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        let number = state.counted.len();
        while !state.is_open && state.may < number {
            state = self.changed.wait(state).expect("nobody panics with the lock of the desk");
        }
        state.panicked |= panics;
        drop(state);
        assert!(!panics, "the tokenizer does not know this emoji");
        text.split_whitespace().count()
    }
}

/// Where a caller may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    OneThread,
    TaskOnOneThread,
    ManyThreads,
    TaskOnTheOnlyWorker,
    LocalSet,
}

const PLACES: [Place; 5] =
    [Place::OneThread, Place::TaskOnOneThread, Place::ManyThreads, Place::TaskOnTheOnlyWorker, Place::LocalSet];

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::OneThread => "on a current-thread runtime",
            Self::TaskOnOneThread => "in a task of a current-thread runtime",
            Self::ManyThreads => "on a multi-threaded runtime",
            Self::TaskOnTheOnlyWorker => "in a task of a multi-threaded runtime with one worker",
            Self::LocalSet => "in a `LocalSet` on a multi-threaded runtime",
        }
    }

    fn runtime(self) -> Runtime {
        let mut builder = match self {
            Self::OneThread | Self::TaskOnOneThread => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        };
        if self != Self::OneThread && self != Self::TaskOnOneThread {
            builder.worker_threads(if self == Self::TaskOnTheOnlyWorker { 1 } else { 2 });
        }
        builder.enable_time().build().expect("a runtime without sockets needs nothing that can be missing")
    }

    /// Runs a future there.
    fn run<T: Send + 'static>(self, future: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = self.runtime();
        match self {
            Self::OneThread | Self::ManyThreads => runtime.block_on(future),
            Self::TaskOnOneThread | Self::TaskOnTheOnlyWorker => {
                let task = runtime.spawn(future);
                runtime.block_on(task).unwrap_or_else(|error| resume_unwind(error.into_panic()))
            }
            Self::LocalSet => {
                let set = LocalSet::new();
                let task = set.spawn_local(future);
                let task = set.block_on(&runtime, task);
                task.unwrap_or_else(|error| resume_unwind(error.into_panic()))
            }
        }
    }
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Runs `fit` in a place, with `meanwhile` in the same task. Returns what fits, and how often `fit` was polled.
#[track_caller]
fn fit_in<M: Future<Output = ()> + Send + 'static>(
    place: Place,
    desk: &Arc<Desk>,
    messages: &[String],
    limit: usize,
    meanwhile: impl FnOnce(Arc<Desk>) -> M,
) -> Finished<(Vec<String>, usize)> {
    desk.lock().place = place.name();
    let stuck = desk.clone();
    let check = Check::new().when_stuck(move |_| Some(stuck.stuck()));
    let run = check.by_hand(|| {
        let (messages, at_the_desk) = (messages.to_vec(), desk.clone());
        let meanwhile = meanwhile(desk.clone());
        let future = async move {
            let tokenizer: Arc<dyn Tokenizer> = at_the_desk.clone();
            let mut fit = pin!(fit(&tokenizer, &messages, limit));
            let counted = poll_fn(|cx| {
                at_the_desk.lock().polls += 1;
                fit.as_mut().poll(cx)
            });
            let (fitting, ()) = join(when_woken(counted), meanwhile).await;
            let polls = at_the_desk.lock().polls;
            (fitting, polls)
        };
        catch_unwind(AssertUnwindSafe(|| place.run(future))).map_err(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
        })
    });
    if let Err(panic) = run.value() {
        let why = match place {
            Place::LocalSet if panic.contains("can call blocking only") => {
                "`block_in_place` moves the other tasks of its thread to another one, and the tasks of a `LocalSet` cannot go. A \
                 runtime with several threads is not enough."
            }
            _ if panic.contains("can call blocking only") => {
                "`block_in_place` moves the other tasks of its thread to another one, and this runtime has only one. A library \
                 does not choose its runtime."
            }
            _ if panic.contains("from within a runtime") => {
                "`block_on` holds its thread until a future has ended, and this thread runs a runtime already: none of its \
                 futures could go on. Inside of async code, `.await` the future."
            }
            _ => "`fit` must work wherever its callers are, and nothing panics here by itself.",
        };
        run.fail(saw(format!("{}: a panic: {panic}", place.name())).expected("no panic").because(why));
    }
    run.map(|value| value.expect("it has not panicked"))
}

/// On a current-thread runtime and on a multi-threaded one, in a task and in a `LocalSet`: no panic, and the right messages.
#[test]
fn works_on_both_runtimes() {
    let messages = words(&["Good morning", "What is a future?", "A value that comes later", "Thanks"]);
    for place in PLACES {
        let run = fit_in(place, &Desk::new(true), &messages, 7, async |_| ());
        let (fitting, _) = run.value();
        run.require(
            *fitting == messages[2..],
            saw(format!("{}: {fitting:?}", place.name())).expected(format!("{:?}", &messages[2..])).because(
                "The two newest have 5 and 1 words; with the one before them it would be 10, and the limit is 7. They stay in \
                 their old order.",
            ),
        );
    }
}

/// While the tokenizer works, the other futures go on, in the same task and in others.
#[test]
fn everything_else_goes_on() {
    let messages = words(&["one one one", "two", "three"]);
    for place in PLACES {
        let run = fit_in(place, &Desk::new(false), &messages, 4, async |desk: Arc<Desk>| {
            // At each of the three: what goes on at the first may stand still at the next.
            for count in 1..=3 {
                desk.sees(count).await;
                desk.lets(count);
            }
            desk.opens();
        });
        let (fitting, _) = run.value();
        run.require(
            *fitting == messages[1..],
            saw(format!("{}: {fitting:?}", place.name()))
                .expected(format!("{:?}", &messages[1..]))
                .because("The result is the same, whoever else is there."),
        );
    }
}

/// `fit` waits to be woken, and does not look again and again.
#[test]
fn fit_is_woken() {
    let messages = words(&["one"]);
    for place in [Place::OneThread, Place::ManyThreads] {
        let run = fit_in(place, &Desk::new(false), &messages, 2, async move |desk: Arc<Desk>| {
            desk.sees(1).await;
            // An hour is as good as a minute: the tokenizer takes its time.
            if place == Place::OneThread {
                tokio::time::pause();
                nothing_happens_for(secs(3600.0)).await;
                tokio::time::resume();
            }
            // On several threads no clock can be moved on. Time for somebody who yields: thousands of looks, and none for
            // somebody who waits.
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(30));
                desk.opens();
            });
        });
        let (fitting, polls) = run.value();
        run.require(
            *fitting == messages,
            saw(format!("{}: the tokenizer took an hour, and `fit` returned {fitting:?}", place.name()))
                .expected(format!("{messages:?}"))
                .because(
                    "Nobody has asked for a limit. A timeout ends the wait and not the work, and a window without messages is \
                     not what fits.",
                ),
        );
        run.require(
            *polls <= 6,
            saw(format!("{}: `fit` was polled {polls} times while one message was counted", place.name()))
                .expected("a few polls: one to begin, and one when the count is there")
                .because(
                    "A loop that yields, or sleeps, and looks again keeps the processor busy, which the tokenizer needs. What \
                     `spawn_blocking` returns is a future: it wakes whoever awaits it.",
                )
                .outcome(Outcome::BusyLoop),
        );
    }
}

/// From the newest to the first that does not fit; each of them counted once.
#[test]
fn the_newest_that_fit() {
    let cases: [(&[&str], usize, usize); 9] = [
        (&[], 5, 0),
        (&["a"], 0, 0),
        (&["a b"], 2, 1),
        (&["a", "b c d e", "f"], 3, 1),
        (&["a b", "a b", "a b"], 4, 2),
        (&["a", "", "b"], 1, 2),
        (&["", ""], 0, 2),
        (&["a a a", "b b", "c"], usize::MAX, 3),
        (&["a", "b b b", "c"], 4, 2),
    ];
    let many: Vec<String> = (0..300).map(|number| "word ".repeat(number % 5)).collect();
    let cases = cases.map(|(texts, limit, fitting)| (words(texts), limit, fitting));
    // Five messages have ten words, and the next two newest have four and three.
    for (messages, limit, number) in cases.into_iter().chain([(many, 397, 197)]) {
        for place in [Place::OneThread, Place::ManyThreads] {
            let desk = Desk::new(true);
            let run = fit_in(place, &desk, &messages, limit, async |_| ());
            let (fitting, _) = run.value();
            let wanted = &messages[messages.len() - number..];
            let (seen, count) = (fitting.len(), messages.len());
            run.require(
                *fitting == wanted,
                saw(format!("{seen} of {count} messages with a limit of {limit}, or not in their order: {}", short(fitting)))
                    .expected(format!("the newest {number}: {}", short(wanted)))
                    .because(
                        "From the newest to the oldest, up to the first that does not fit; one that fills the window to its \
                         limit fits. An older one that would fit is left out too: an answer to a question that is not there \
                         helps nobody. `newest` is right as it is.",
                    ),
            );
            let looked_at: Vec<String> = messages.iter().rev().take(number + 1).cloned().collect();
            let mut counted = desk.lock().counted.clone();
            let (mut sorted, in_order) = (looked_at.clone(), counted == looked_at);
            counted.sort();
            sorted.sort();
            run.require(
                in_order || counted == sorted,
                saw(format!("{} counts with a limit of {limit}", counted.len()))
                    .expected(format!("{}: each message that fits, and the first that does not", looked_at.len()))
                    .because(if counted.len() < looked_at.len() {
                        "A message has to be counted before anybody knows whether it fits: in a full window too, where an empty \
                         one still does, and where an equal text was counted before."
                    } else {
                        "The tokenizer is slow: what is not looked at is not counted, and nothing is counted twice."
                    }),
            );
        }
    }
}

fn short(texts: &[String]) -> String {
    let shown: Vec<&String> = texts.iter().take(4).collect();
    if texts.len() > 4 { format!("{shown:?} …") } else { format!("{shown:?}") }
}

/// A panic of the tokenizer is a panic of `fit`.
#[test]
fn a_panic_of_the_tokenizer_reaches_the_caller() {
    for place in [Place::OneThread, Place::TaskOnTheOnlyWorker] {
        let desk = Desk::new(true);
        desk.lock().panics_at = Some("two".to_owned());
        desk.lock().place = place.name();
        let stuck = desk.clone();
        let run = Check::new().when_stuck(move |_| Some(stuck.stuck())).by_hand(|| {
            let tokenizer: Arc<dyn Tokenizer> = desk.clone();
            let fit = async move { fit(&tokenizer, &words(&["one", "two", "three"]), 9).await };
            place.run(async move { tokio::spawn(fit).await.map_err(|error| error.is_panic()) })
        });
        let counted = desk.lock().counted.clone();
        run.require(
            counted == ["three", "two"],
            saw(format!("{}: the tokenizer panicked at \"two\", and counted {counted:?}", place.name()))
                .expected("\"three\" and \"two\", once each")
                .because(
                    "A bug does not go away when it is asked again, and the next try costs as much as the first. A panic of the \
                     tokenizer is a panic of `fit`.",
                ),
        );
        run.require(
            *run.value() == Err(true),
            saw(match run.value() {
                Ok(fitting) => format!("{}: the tokenizer panicked, and `fit` returned {fitting:?}", place.name()),
                Err(_) => format!("{}: `fit` was cancelled", place.name()),
            })
            .expected("a panic of `fit`")
            .because(
                "A job that panics gives a `JoinError` to whoever awaits it. With `unwrap_or_default`, a bug of the tokenizer \
                 becomes a chat that has forgotten everything.",
            ),
        );
    }
}
