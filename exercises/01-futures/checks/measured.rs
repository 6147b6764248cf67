use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    marker::PhantomPinned,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures::StreamExt;
use harness::{Check, Finished, Outcome, Wakes, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use timeline::instant;
use tokio::time::sleep;

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
    for pending in [0, 3, 300] {
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
                } else {
                    "One poll of the wrapper is one poll of the future: what the future says is passed on. A loop that \
                     polls it until it is ready holds the thread, and measures another run than the one it is in."
                }),
        );
        let counted = measure.map_or(0, |measure| measure.polls);
        run.require(
            counted == wanted,
            saw(format!("polls that were counted: {counted}")).expected(wanted.to_string()).because(
                if counted + 1 == wanted {
                    "A poll that says `Ready` is a poll too. Count before you poll the future, not only where it is pending."
                } else {
                    "Each poll counts once, be they one or three hundred, and only polls count."
                },
            ),
        );
    }
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
    } else if measure.took != wanted.took {
        "The measure begins with the first poll and ends with the last one. What lies between two polls is a part of it: \
         add it to what was measured so far."
    } else if measure.silence == wanted.took {
        "This is the whole time. The silence is the longest pause from one poll to the next. It needs what the chapter's \
         wrapper does not have: the instant of the last poll."
    } else if measure.silence.is_zero() {
        "Between two polls nothing of the future runs. Remember when the last poll was, and see at this one how long ago that is."
    } else {
        "The silence is the longest of the pauses between two polls: neither the first of them nor the last, nor all together."
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
        (length, inner == outer)
    });
    run.require(
        *run.value() == (17, true),
        saw(format!("{:?}", run.value()))
            .expected("(17, true)")
            .because("A wrapper around a wrapper sees the same polls at the same instants."),
    );
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
        let _ = task.poll(Pin::new(&mut *there));
    }
}

/// What the compiler takes for a type that is not `Unpin`: then the method above is not there.
trait InItsPlace {
    fn poll(self, task: &Wakes);
}

impl<W: Future> InItsPlace for Twice<W> {
    fn poll(self, task: &Wakes) {
        let mut here = pin!(self.0);
        let _ = task.poll(here.as_mut());
        let _ = task.poll(here);
    }
}

/// A future that may not be moved stays where it is.
#[test]
fn keeps_the_future_in_its_place() {
    let run = Check::new().by_hand(|| {
        let places = Rc::<RefCell<Vec<usize>>>::default();
        let future = Stays { places: places.clone(), _pinned: PhantomPinned };
        Twice(measured(future)).poll(&Wakes::new());
        places.take()
    });
    let places = run.value();
    run.premise(places.len() == 2, "The future in the wrapper was not polled as often as the wrapper.");
    run.require(
        places[0] == places[1],
        saw("a future that may not be moved was polled at one place, and then at another one")
            .expected("both polls at the same place")
            .because(
                "The type of the wrapper says that it may be moved (it is `Unpin`), and its future moves with it. `unsafe` \
                 makes the compiler believe a promise, and somebody has to keep it. The mark `#[pin]` does: with it \
                 `project()` gives a `Pin<&mut F>`, and the wrapper may be moved only if its future may.",
            ),
    );
}
