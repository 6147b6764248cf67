use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    marker::PhantomPinned,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::StreamExt;
use harness::{Check, Finished, Message, Outcome, Wakes, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use timeline::instant;
use tokio::time::{advance, sleep};

use super::{Measure, measured};

harness::checks!();

/// Every poll is one poll of the future, and is counted, the last one too.
#[test]
fn counts_every_poll() {
    struct Seen {
        polls_of_the_wrapper: u32,
        polls_of_the_future: u32,
        measure: Option<Measure>,
    }
    for pending in [0, 3, 300, 70_000] {
        let run = Check::new().by_hand(|| {
            let polled = Cell::new(0);
            let future = poll_fn(|cx| {
                polled.set(polled.get() + 1);
                cx.waker().wake_by_ref();
                if polled.get() > pending { Poll::Ready(()) } else { Poll::Pending }
            });
            let (mut wrapper, wakes) = (pin!(measured(future)), Wakes::new());
            let (mut polls_of_the_wrapper, mut measure) = (0, None);
            while polls_of_the_wrapper < 2 * pending + 10 && measure.is_none() {
                polls_of_the_wrapper += 1;
                if let Poll::Ready(((), of)) = wakes.poll(wrapper.as_mut()) {
                    measure = Some(of);
                }
            }
            Seen { polls_of_the_wrapper, polls_of_the_future: polled.get(), measure }
        });
        let Seen { polls_of_the_wrapper, polls_of_the_future, measure } = run.value();
        let wanted = pending + 1;
        run.require(
            *polls_of_the_wrapper == wanted && *polls_of_the_future == wanted,
            saw(format!("polls of the wrapper: {polls_of_the_wrapper}, of the future in it: {polls_of_the_future}"))
                .expected(format!("{wanted} of each"))
                .because(if polls_of_the_future < polls_of_the_wrapper {
                    "There are polls of the wrapper that do not poll the future in it, the first one perhaps. Then nobody \
                     has begun what the wrapper waits for, and nobody has kept the waker."
                } else if *polls_of_the_wrapper <= 1 {
                    "One poll of the wrapper is one poll of the future: what the future says is passed on. A loop that \
                     polls it until it is ready holds the thread, and measures another run than the one it is in."
                } else {
                    "One poll of the wrapper is one poll of the future. Here the future was polled once more than that, or \
                     more often: in `measured`, before anybody has asked, or twice in one poll. Nothing has happened that \
                     this poll could find, and nobody measures it."
                }),
        );
        let counted = measure.map_or(0, |measure| measure.polls);
        run.require(
            counted == wanted,
            saw(format!("polls that were counted: {counted}")).expected(wanted.to_string()).because(
                if counted + 1 == wanted {
                    "A poll that says `Ready` is a poll too. Count before you poll the future, not only where it is pending."
                } else if wanted > 255 && counted < wanted {
                    "A count that stays below 256 or 65 536 went through eight or sixteen bits: `polls` is a `u32`, so count \
                     in a `u32`."
                } else {
                    "Each poll counts once, be they one or seventy thousand, and only polls count."
                },
            ),
        );
    }
}

/// A future that may not be moved once it was polled. It notes where it is.
struct Stays {
    places: Rc<RefCell<Vec<usize>>>,
    _pinned: PhantomPinned,
}

impl Future for Stays {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let place = &raw const *self as usize;
        self.places.borrow_mut().push(place);
        Poll::Pending
    }
}

/// Polls a wrapper twice, and moves it in between if its type says that it may be moved.
struct Twice<W>(W);

impl<W: Future + Unpin> Twice<W> {
    #[allow(dead_code, reason = "the compiler takes it where the wrapper may be moved, and it may not in the solution")]
    fn poll(self, task: &Wakes) {
        let mut here = Box::new(self.0);
        let _ = task.poll(Pin::new(&mut *here));
        let mut there = Box::new(*here);
        deeper(|| task.poll(Pin::new(&mut *there)).is_ready());
    }
}

/// Runs this further down on the stack: whoever keeps the future there during a poll has it at another place now.
#[inline(never)]
fn deeper(poll: impl FnOnce() -> bool) {
    let room = std::hint::black_box([0_u8; 4096]);
    poll();
    std::hint::black_box(&room);
}

/// What the compiler takes for a type that is not `Unpin`: then the method above is not there.
#[allow(dead_code, reason = "the compiler takes the method above where the wrapper may be moved")]
trait InItsPlace {
    fn poll(self, task: &Wakes);
}

impl<W: Future> InItsPlace for Twice<W> {
    fn poll(self, task: &Wakes) {
        let mut here = pin!(self.0);
        let _ = task.poll(here.as_mut());
        deeper(|| task.poll(here).is_ready());
    }
}

/// Where `measured` asks for more than `F: Future`, the compiler says here what.
fn is_a_future_too<W: Future>(wrapper: W) -> W {
    wrapper
}

/// A future that may not be moved stays where it is.
#[test]
fn keeps_the_future_in_its_place() {
    let run = Check::new().by_hand(|| {
        let places = Rc::<RefCell<Vec<usize>>>::default();
        let future = Stays { places: places.clone(), _pinned: PhantomPinned };
        Twice(is_a_future_too(measured(future))).poll(&Wakes::new());
        places.take()
    });
    let places = run.value();
    run.premise(places.len() == 2, "The future in the wrapper was not polled as often as the wrapper.");
    run.require(
        places[0] == places[1],
        saw("a future that may not be moved was polled at one place, and then at another one")
            .expected("both polls at the same place")
            .because(
                "Either the type of the wrapper says that it may be moved (it is `Unpin`), and its future moves with it; or \
                 `poll` takes the future out and puts it back. `unsafe` makes the compiler believe a promise, and somebody \
                 has to keep it. The mark `#[pin]` does: with it `project()` gives a `Pin<&mut F>`, and the wrapper may be \
                 moved only if its future may.",
            ),
    );
}

/// The waker that the future gets is the one of the task that polls the wrapper, at each poll.
#[test]
fn hands_the_waker_on() {
    let run = Check::new().by_hand(|| {
        let kept = RefCell::new(None::<Waker>);
        let future = poll_fn(|cx| {
            kept.replace(Some(cx.waker().clone()));
            Poll::<()>::Pending
        });
        let (first, second, mut wrapper) = (Wakes::new(), Wakes::new(), pin!(measured(future)));
        let _ = first.poll(wrapper.as_mut());
        let _ = second.poll(wrapper.as_mut());
        let before = first.count() + second.count();
        let Some(waker) = kept.take() else { return (before, None) };
        waker.wake();
        (before, Some([first.count(), second.count()]))
    });
    let (before, woken) = *run.value();
    run.require(
        before == 0,
        saw("the wrapper has woken its task, and the future in it has not")
            .expected("no wake-up of its own")
            .because("A wake-up asks for a poll. The wrapper has nothing to do until the future has.")
            .outcome(Outcome::BusyLoop),
    );
    let Some([first, second]) = woken else {
        run.fail(saw("two polls of the wrapper, and none of the future in it").expected("a poll of the future").because(
            "The wrapper is polled so that the future goes on. A poll that does not reach it leaves no waker with anybody.",
        ))
    };
    run.require(
        second > 0,
        saw(if first > 0 {
            "one task has polled the wrapper, and then another one; the future has called its waker, and the first task was \
             woken"
        } else {
            "the future has called the waker that it got, and the task was not woken"
        })
        .expected("the task that polled last to be woken")
        .because(
            "The waker goes from the task down to the one who will use it, with every poll anew: the wrapper may have moved \
             to another task. A wrapper that polls with a waker of its own, or with one that it has kept, breaks this \
             chain. It needs none: hand `cx` on.",
        )
        .outcome(Outcome::LostWakeUp),
    );
}

/// Why a time is wrong, for a run in which there was something to wait for.
fn why_wrong(measure: &Measure, wanted: &Measure) -> &'static str {
    if measure.took.is_zero() {
        "Most of the time of a future passes between its polls, when nothing of it runs: that is the wait. Measure from the \
         first poll to the last one, not inside of the polls."
    } else if measure.took < wanted.took / 100 {
        "The clock of `std` does not know of virtual time. `tokio::time::Instant` is the clock that the sleeps of this \
         program go by: on a real clock both show the same."
    } else if measure.took != wanted.took && measure.took.abs_diff(wanted.took) < Duration::from_millis(1) {
        "This is nearly right, and was rounded on its way, through a float or a number of whole milliseconds. A `Duration` \
         counts nanoseconds: add durations, and convert nothing."
    } else if measure.took != wanted.took {
        "The measure begins with the first poll and ends with the last one. What lies between two polls is a part of it: \
         add it to what was measured so far."
    } else if measure.silence == wanted.took {
        "This is the whole time. The silence is the longest pause from one poll to the next. It needs what the chapter's \
         wrapper does not have: the instant of the last poll."
    } else if measure.silence.is_zero() {
        "Between two polls nothing of the future runs. Remember when the last poll was, and see at this one how long ago that is."
    } else {
        "The silence is the longest of all pauses from one poll to the next, the first and the last pause among them: the one \
         before the poll that is ready counts too. It is not their sum, and not whichever comes first or last."
    }
}

#[track_caller]
fn require_measure<T>(run: &Finished<T>, measure: &Measure, wanted: &Measure) {
    let told = |measure: &Measure| {
        let Measure { polls, took, silence } = measure;
        format!("{polls} polls in {}, the longest silence {}", instant(*took), instant(*silence))
    };
    run.require(
        measure == wanted,
        saw(told(measure)).expected(told(wanted)).because(if measure.polls == wanted.polls {
            why_wrong(measure, wanted)
        } else {
            "The first poll starts the work, and each further one comes when there is something to go on with."
        }),
    );
}

/// A reply that is read token by token: one poll at the beginning and one for each token.
#[test]
fn measures_a_reply_token_by_token() {
    let text = "A future is a value that is not there yet.";
    let (to_first, between) = (odd(0), secs(0.053));
    let model = Model::new("atlas").time_to_first_token(to_first).inter_token_latency(between).reply(text);
    let llm = MockLlm::new([model]);
    let run = Check::new().draws(&llm).run(async || {
        let read = async {
            let mut tokens = llm.stream("What is a future?");
            let mut read = String::new();
            while let Some(token) = tokens.next().await {
                read.push_str(&token.expect("the script of this exercise has no faults").text);
            }
            read
        };
        measured(read).await
    });
    let (read, measure) = run.value();
    run.require(
        read == text,
        saw(format!("{read:?}")).expected(format!("{text:?}")).because("The output is passed on as it is."),
    );
    let tokens = text.split(' ').count() as u32;
    let took = to_first + between * (tokens - 1);
    require_measure(&run, measure, &Measure { polls: tokens + 1, took, silence: to_first });
    run.takes(took, "A future that is measured takes as long as one that is not.");
}

/// The longest silence may be the first one, the last one, or one in the middle.
#[test]
fn tells_the_longest_silence() {
    for pauses in [[odd(0), odd(1), odd(3)], [odd(1), odd(2), odd(3)], [odd(3), odd(1), odd(2)]] {
        let run = Check::new().run(async || {
            let steps = async {
                for pause in pauses {
                    sleep(pause).await;
                }
            };
            measured(steps).await.1
        });
        let silence = pauses.into_iter().max().unwrap_or_default();
        require_measure(&run, run.value(), &Measure { polls: 4, took: pauses.iter().sum(), silence });
    }
}

/// Made at 0 s and awaited later: the clock starts at the first poll.
#[test]
fn the_clock_starts_at_the_first_poll() {
    let (call, late) = (odd(2), odd(0));
    let run = Check::new().run(async || {
        let call = measured(async { sleep(call).await });
        sleep(late).await;
        call.await.1
    });
    let measure = *run.value();
    run.require(
        measure == Measure { polls: 2, took: call, silence: call },
        saw(format!("{} and a silence of {}", instant(measure.took), instant(measure.silence)))
            .expected(format!("{} of each: the wait began {} after the call", instant(call), instant(late)))
            .because(
                "Before its first poll a future does nothing. How long it lies there is its caller's business: start the \
                 clock in `poll`, once.",
            ),
    );
}

/// It measures futures that may not be moved, and that borrow.
#[test]
fn measures_any_future() {
    let run = Check::new().run(async || {
        let words = String::from("What is a future?");
        let borrows = async {
            let length = words.len();
            // Borrowed across the `.await`: this future may not be moved once it is polled.
            let borrowed = &length;
            sleep(secs(0.517)).await;
            *borrowed
        };
        // Twice wrapped: the outer one measures the inner one.
        let ((length, inner), outer) = measured(measured(borrows)).await;
        (length, inner, outer)
    });
    let (length, inner, outer) = run.value();
    run.require(
        *length == 17,
        saw(length.to_string()).expected("17, the output of the future").because("The output is passed on as it is."),
    );
    run.require(
        inner == outer,
        saw(format!("one wrapper in another: the inner one has {inner:?}, the outer one {outer:?}"))
            .expected("the same measure from both")
            .because(
                "A wrapper around a wrapper sees the same polls at the same instants. Two of them live at the same time: what \
                 one remembers belongs into its own fields, not into a `static` or a `thread_local!` that both write to. And \
                 one that polls its future more often than it is polled makes the two differ.",
            ),
    );
    // Nothing is asked of the output: it cannot be printed or cloned, and it borrows.
    struct Borrowed<'a>(&'a str);
    let run = Check::new().run(async || {
        let words = String::from("What is a future?");
        measured(async { Borrowed(&words) }).await.0.0.len()
    });
    run.require(
        *run.value() == 17,
        saw(run.value().to_string()).expected("17").because("The output is passed on as it is."),
    );
}

/// Lets time pass on the paused clock, within a poll as well: the first poll of `advance` does it.
fn passes(time: Duration) {
    let _ = pin!(advance(time)).poll(&mut Context::from_waker(Waker::noop()));
}

/// Whether the future calls the waker of each poll.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calls {
    ItsWaker,
    Nobody,
}

/// Measures a future. Each poll takes its time, then comes a pause; whoever is named polls.
fn polled(calls: Calls, polls: Vec<(usize, Duration, Duration)>) -> Finished<Option<Measure>> {
    Check::new().run(async || {
        let (within, so_far, last) = (&polls, Cell::new(0), polls.len());
        let future = poll_fn(|cx| {
            if calls == Calls::ItsWaker {
                cx.waker().wake_by_ref();
            }
            let poll = so_far.replace(so_far.get() + 1);
            passes(within[poll.min(last - 1)].1);
            if poll + 1 < last { Poll::Pending } else { Poll::Ready(()) }
        });
        let mut wrapper = pin!(measured(future));
        let tasks = [Wakes::new(), Wakes::new()];
        for (task, _, pause) in &polls {
            if let Poll::Ready(((), measure)) = tasks[*task].poll(wrapper.as_mut()) {
                return Some(measure);
            }
            passes(*pause);
        }
        None
    })
}

/// A poll may take time itself: the measure goes from the beginning of a poll to the beginning of the next.
#[test]
fn measures_a_poll_that_takes_time() {
    let (within, pauses) = ([odd(3), odd(4), odd(5)], [odd(2), odd(1), Duration::ZERO]);
    let polls = within.into_iter().zip(pauses).map(|(within, pause)| (0, within, pause)).collect();
    let run = polled(Calls::ItsWaker, polls);
    let Some(measure) = run.value() else { run.fail(not_ready()) };
    let silences = [within[0] + pauses[0], within[1] + pauses[1]];
    let [took, silence] = [silences.iter().sum(), silences.into_iter().max().unwrap_or_default()];
    let told = |took, silence| format!("3 polls in {}, the longest silence {}", instant(took), instant(silence));
    run.require(
        *measure == Measure { polls: 3, took, silence },
        saw(format!(
            "three polls that take {}, {} and {}, with pauses of {} and {} between them: {}",
            instant(within[0]),
            instant(within[1]),
            instant(within[2]),
            instant(pauses[0]),
            instant(pauses[1]),
            told(measure.took, measure.silence)
        ))
        .expected(told(took, silence))
        .because(if measure.took == pauses.iter().sum() {
            "The time inside of the polls is in no number: these silences go from the end of a poll to the beginning of the \
             next one. A future computes while it is polled, and that is a part of its time. Read the clock once in a \
             poll, when it begins."
        } else {
            "A poll that takes time has two ends, and its instant is the one at which it begins. This clock was read after \
             the future was polled, too, or only then. Read it once in a poll, before you poll the future."
        }),
    );
}

fn not_ready() -> Message {
    saw("a wrapper that is not ready when its future is")
        .expected("`Ready` from the poll in which the future was ready")
        .because("One poll of the wrapper is one poll of the future, and what the future says is passed on.")
}

/// Whoever polls, and whenever: each poll counts, and so does each time between two of them.
#[test]
fn takes_every_poll_as_it_comes() {
    let (no_time, short, long) = (Duration::ZERO, Duration::from_micros(400), secs(2.0 * 3600.0));
    let cases = [
        (
            "four polls, and nobody was woken in between",
            vec![(0, odd(0)), (0, odd(1)), (0, odd(2)), (0, no_time)],
            "A task polls when it likes: because it was woken for something else, say. Such a poll is a poll of the future, \
             and counts. The wrapper need not know who was woken.",
        ),
        (
            "three polls at the same instant",
            vec![(0, no_time), (0, no_time), (0, no_time)],
            "A poll counts though no time has passed since the last one: a `join!` may poll several times at one instant.",
        ),
        (
            "four polls by two tasks, in turn",
            vec![(0, odd(0)), (1, odd(1)), (0, odd(2)), (1, no_time)],
            "The wrapper has moved to another task, and measures the same future: the clock goes on. Which waker comes with a \
             poll is the business of the future inside.",
        ),
        (
            "six polls with pauses of 0.4 ms",
            vec![(0, short), (0, short), (0, short), (0, short), (0, short), (0, no_time)],
            "A thousand short pauses are a long time. Whoever cuts each of them to whole milliseconds loses all of it: a \
             `Duration` counts nanoseconds, so keep it as it is.",
        ),
        (
            "three polls with pauses of two hours",
            vec![(0, long), (0, long), (0, no_time)],
            "A long silence is what this measure is there to show. Leave it as long as it was.",
        ),
    ];
    for (what, polls, because) in cases {
        let pauses = || polls.iter().map(|(_, pause)| *pause);
        let wanted =
            Measure { polls: polls.len() as u32, took: pauses().sum(), silence: pauses().max().unwrap_or_default() };
        let run = polled(Calls::Nobody, polls.iter().map(|(task, pause)| (*task, no_time, *pause)).collect());
        let Some(measure) = run.value() else { run.fail(not_ready()) };
        run.require(
            *measure == wanted,
            saw(format!("{what}: {measure:?}")).expected(format!("{wanted:?}")).because(because),
        );
    }
}

/// Tells whether a value may be sent to another thread.
struct Sent<T>(T);

impl<T: Send> Sent<T> {
    #[allow(dead_code, reason = "the compiler takes the other one where the value may not be sent")]
    fn may_be(&self) -> bool {
        let _ = &self.0;
        true
    }
}

/// What the compiler takes for a type that is not `Send`: then the method above is not there.
#[allow(dead_code, reason = "as above")]
trait StaysHere {
    fn may_be(&self) -> bool;
}

impl<T> StaysHere for Sent<T> {
    fn may_be(&self) -> bool {
        false
    }
}

/// The wrapper may be sent to another thread if its future may.
#[test]
fn sent_where_its_future_may_be_sent() {
    let run = Check::new().by_hand(|| Sent(measured(std::future::ready(()))).may_be());
    run.require(
        *run.value(),
        saw("a future that may be sent to another thread (it is `Send`), and its wrapper may not")
            .expected("the wrapper to be `Send`, as its future is")
            .because(
                "`tokio::spawn(measured(future))` would not compile. A field that may not be sent, an `Rc` say, makes the \
                 whole wrapper stay on its thread. `poll` has the wrapper to itself: plain fields are enough.",
            ),
    );
}
