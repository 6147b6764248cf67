use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::pin,
    task::{Context, Poll, Waker},
};

use harness::{Check, Lane, Outcome, Timeline, Wakes, saw, secs, test};
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
    for pending in [0, 3] {
        let run = Check::new().by_hand(|| {
            let polled = Cell::new(0);
            let future = poll_fn(|cx| {
                polled.set(polled.get() + 1);
                cx.waker().wake_by_ref();
                if polled.get() > pending { Poll::Ready(()) } else { Poll::Pending }
            });
            let (mut wrapper, wakes) = (pin!(measured(future)), Wakes::new());
            let (mut polls_of_the_wrapper, mut measure) = (0, None);
            while polls_of_the_wrapper < 10 && measure.is_none() {
                polls_of_the_wrapper += 1;
                if let Poll::Ready(((), of)) = wrapper.as_mut().poll(&mut Context::from_waker(&wakes.waker())) {
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
                .because(
                    "One poll of the wrapper is one poll of the future: what the future says is passed on. A loop that \
                     polls it until it is ready holds the thread, and measures another run than the one it is in.",
                ),
        );
        let counted = measure.map_or(0, |measure| measure.polls);
        run.require(
            counted == wanted,
            saw(format!("polls that were counted: {counted}")).expected(wanted.to_string()).because(if counted < wanted {
                "A poll that says `Ready` is a poll too. Count before you poll the future, not only where it is pending."
            } else {
                "Each poll counts once, and only polls count."
            }),
        );
    }
}

/// The waker that the future gets wakes the task.
#[test]
fn hands_the_waker_on() {
    let run = Check::new().by_hand(|| {
        let kept = RefCell::new(None::<Waker>);
        let future = poll_fn(|cx| {
            kept.replace(Some(cx.waker().clone()));
            Poll::<()>::Pending
        });
        let (task, mut wrapper) = (Wakes::new(), pin!(measured(future)));
        let _ = wrapper.as_mut().poll(&mut Context::from_waker(&task.waker()));
        let before = task.count();
        kept.take().expect("the future was polled").wake();
        (before, task.count())
    });
    let (before, after) = *run.value();
    run.require(
        after > 0,
        saw("the future has called the waker that it got, and the task was not woken")
            .expected("the task to be woken")
            .because(
                "The waker goes from the task down to the one who will use it. A wrapper that polls with a waker of its \
                 own has to pass every wake-up on. This one needs none: hand `cx` on.",
            )
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        before == 0,
        saw("the wrapper has woken its task, and the future in it has not")
            .expected("no wake-up of its own")
            .because("A wake-up asks for a poll. The wrapper has nothing to do until the future has.")
            .outcome(Outcome::BusyLoop),
    );
}

/// A call of 2 s takes 2 s, and two polls.
#[test]
fn measures_the_whole_wait() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(2.0))]);
    let expected = Timeline::default().lane(Lane::call("atlas", 0.0, 2.0));
    let run =
        Check::new().draws(&llm).expects(expected).run(async || measured(llm.complete("What is a future?")).await);
    let (reply, Measure { polls, took }) = run.value();
    let because = if took.is_zero() {
        "Most of the time of a future passes between its polls, when nothing of it runs: that is the wait. Measure from \
         the beginning of the first poll to the end of the last one, not inside of the polls."
    } else if *took < secs(1.0) {
        "The clock of `std` does not know of virtual time. `tokio::time::Instant` is the clock that the sleeps of this \
         program go by: on a real clock both show the same."
    } else {
        "The call begins at the first poll and is over 2.000 s later."
    };
    run.require(
        *took == secs(2.0),
        saw(format!("{} are measured", instant(*took))).expected("2.000 s").because(because),
    );
    run.require(
        *polls == 2 && reply.as_ref().is_ok_and(|reply| reply.model == "atlas"),
        saw(format!("{polls} polls, and {reply:?}")).expected("2 polls, and the reply of atlas").because(
            "The first poll starts the call, the second one takes the reply. The output is passed on as it is.",
        ),
    );
    run.takes(secs(2.0), "A future that is measured takes as long as one that is not.");
}

/// Made at 0 s and awaited at 1 s: the clock starts at 1 s.
#[test]
fn the_clock_starts_at_the_first_poll() {
    let run = Check::new().run(async || {
        let nap = measured(sleep(secs(2.0)));
        sleep(secs(1.0)).await;
        let call = measured(async { sleep(secs(2.0)).await });
        let ((), of_the_nap) = nap.await;
        let ((), of_the_call) = call.await;
        (of_the_nap.took, of_the_call.took)
    });
    let (nap, call) = *run.value();
    run.require(
        call == secs(2.0) && nap == secs(1.0),
        saw(format!("{} of a sleep that was polled 1 s late, {} of a call", instant(nap), instant(call)))
            .expected("1.000 s and 2.000 s")
            .because(
                "Before its first poll a future does nothing. How long it lies there is its caller's business: start the clock \
                 in `poll`, once.",
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
            sleep(secs(0.5)).await;
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
