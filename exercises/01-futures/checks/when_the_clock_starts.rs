use std::time::Duration;

use harness::{Check, Finished, Lane, MarkKind, Outcome, Timeline, recorder, saw, secs, test};
use timeline::{Recorder, instant};
use tokio::time::{Instant, sleep, timeout};

use super::{Pause, notice, rest};

harness::checks!();

/// When two futures that were made at 0 and awaited one after the other were ready.
struct Ends {
    first: Duration,
    second: Duration,
}

/// Runs: make both, await one, await the other.
#[track_caller]
fn made_first_then_awaited_in_turn(make: [fn(&Recorder) -> Recorded; 2], expected: Timeline) -> Finished<Option<Ends>> {
    let futures = recorder();
    let run = Check::new().draws_futures(&futures).expects(expected).run(async || {
        let start = Instant::now();
        let [first, second] = make.map(|make| make(&futures));
        let in_turn = async {
            first.await;
            let first = start.elapsed();
            second.await;
            Ends { first, second: start.elapsed() }
        };
        timeout(secs(1.0), in_turn).await.ok()
    });
    run.require(
        run.value().is_some() && run.elapsed() < secs(1.0),
        saw("after 1.000 s the pauses are not over").expected("less than a quarter of a second").because(
            "Nobody has woken the task when the time had come. A future that only looks at the clock is looked at once, and \
             never again: it needs a timer. And the timer has to live until it fires: one that is made inside of a poll, and \
             dropped when the poll returns, wakes nobody. Make it once, and keep it from poll to poll: an `async` block does \
             that for its variables.",
        ),
    );
    run.require(
        run.elapsed() > secs(0.0),
        saw("the clock has not moved at all").expected("a pause that lets the clock move on").because(
            // Which of the two it is, only the clock of the machine could tell: a slow machine would be taken for a sleep.
            "Nobody has waited for a timer of tokio's. `sleep(…)` makes a future: without its `.await` it is dropped, and no \
             time passes. In a `select!` whatever is ready first ends the wait.\nOr it was another sleep: `std::thread::sleep` \
             stops a thread, this one or another one, and the clock of the runtime does not see it. On this thread it stops \
             every other future as well. `tokio::time::sleep` returns `Pending`: the thread does other work, and the timer \
             wakes the task.",
        ),
    );
    for lane in ["first", "second", "notice", "rest"] {
        let polls = futures.polls(lane);
        run.require(
            polls <= 2,
            saw(format!("{polls} polls of one pause, `{lane}` in the drawing"))
                .expected("two at most: one to begin, and one when its time has come")
                .because(
                    "A loop that looks at the clock again and again, or a future that wakes itself, uses the processor for \
                     nothing. One timer for the whole pause wakes the task once, at its end.",
                )
                .outcome(Outcome::BusyLoop),
        );
    }
    run
}

type Recorded = timeline::Recorded<Pause>;

fn work_of_60_ms(futures: &Recorder) -> Recorded {
    futures.future("other work", Box::pin(sleep(secs(0.06))))
}

/// A future that is polled at `from`, waits, and is ready at `to`, as a recorder draws it.
fn waits(name: &str, from: f64, to: f64) -> Lane {
    let lane = Lane::new(name).mark(MarkKind::Started, from).mark(MarkKind::Polled, from);
    let lane = lane.span(harness::SpanKind::Waiting, from, to);
    lane.mark(MarkKind::Woken, to).mark(MarkKind::Polled, to).mark(MarkKind::Finished, to)
}

/// Two notices, made first and awaited in turn, take 100 ms, not 200.
#[test]
fn two_notices_made_first_take_100_ms() {
    let run = made_first_then_awaited_in_turn(
        [|futures| futures.future("first", notice(secs(0.1))), |futures| futures.future("second", notice(secs(0.1)))],
        Timeline::default().lane(waits("first", 0.0, 0.1)).lane(
            Lane::new("second").mark(MarkKind::Started, 0.1).mark(MarkKind::Polled, 0.1).mark(MarkKind::Finished, 0.1),
        ),
    );
    run.takes(
        secs(0.1),
        if run.elapsed() == secs(0.2) {
            "The second clock starts when the second future is polled, and that is after the first one has ended. The body \
             of an `async` block runs at the first poll: whatever has to happen at the call stands outside of it. \
             `sleep` looks at the clock when it is *called*."
        } else {
            "Both notices were made at 0 s, so both are due at 100 ms."
        },
    );
}

/// Made at 0 and awaited at 60 ms, a notice of 137 ms is ready at 137 ms.
#[test]
fn a_notice_counts_from_the_call() {
    let run = made_first_then_awaited_in_turn(
        [work_of_60_ms, |futures| futures.future("notice", notice(secs(0.137)))],
        Timeline::default().lane(waits("other work", 0.0, 0.06)).lane(waits("notice", 0.06, 0.137)),
    );
    run.takes(secs(0.137), "The user has clicked at 0 s. What the program did meanwhile does not move the deadline.");
}

/// A notice that is due already is ready at its first poll.
#[test]
fn a_notice_that_is_due_is_ready_at_once() {
    let run = made_first_then_awaited_in_turn(
        [work_of_60_ms, |futures| futures.future("notice", notice(secs(0.05)))],
        Timeline::default().lane(waits("other work", 0.0, 0.06)).lane(
            Lane::new("notice")
                .mark(MarkKind::Started, 0.06)
                .mark(MarkKind::Polled, 0.06)
                .mark(MarkKind::Finished, 0.06),
        ),
    );
    run.takes(secs(0.06), "The notice was due at 50 ms, and somebody begins to wait for it at 60 ms: no wait is left.");
}

/// Two rests, made first and awaited in turn, take 200 ms.
#[test]
fn two_rests_in_turn_take_200_ms() {
    let run = made_first_then_awaited_in_turn(
        [|futures| futures.future("first", rest(secs(0.1))), |futures| futures.future("second", rest(secs(0.1)))],
        Timeline::default().lane(waits("first", 0.0, 0.1)).lane(waits("second", 0.1, 0.2)),
    );
    let Some(Ends { first, second }) = *run.value() else { unreachable!("a run without an end has failed above") };
    run.require(
        second != secs(0.1),
        saw(format!("the first rest is over at {}, the second one at {}", instant(first), instant(second)))
            .expected("100 ms and 200 ms")
            .because(
                "Both clocks have started when the futures were made: `sleep` looks at the clock when it is *called*. \
                 Nobody has rested for the second time. Call it where the first poll finds it: inside an `async` block.",
            ),
    );
    run.takes(secs(0.2), "The second rest begins when the first one is over.");
}

/// Made at 0 and awaited at 60 ms, a rest of 113 ms is over at 173 ms.
#[test]
fn a_rest_counts_from_its_first_poll() {
    let run = made_first_then_awaited_in_turn(
        [work_of_60_ms, |futures| futures.future("rest", rest(secs(0.113)))],
        Timeline::default().lane(waits("other work", 0.0, 0.06)).lane(waits("rest", 0.06, 0.173)),
    );
    run.takes(secs(0.173), "Somebody begins to wait at 60 ms, and a rest of 113 ms is over 113 ms later.");
}

/// Polled again and again meanwhile, a rest ends at the same instant.
#[test]
fn more_polls_do_not_make_a_rest_longer() {
    let run = Check::new().run(async || {
        let (mut rest, mut ticks) = (rest(secs(0.1)), tokio::time::interval(secs(0.04)));
        // The ticks are not what ends the rest: they poll it again. Ten of them are 360 ms.
        for _ in 0..10 {
            tokio::select! {
                biased;
                () = &mut rest => break,
                _ = ticks.tick() => {}
            }
        }
    });
    run.takes(
        secs(0.1),
        if run.elapsed() < secs(0.1) {
            "It was ready before its time. A poll does not mean that the timer has fired: a task is woken for other things, \
             too, here by a tick every 40 ms. Keep the timer, poll it at each poll, and pass on what it says."
        } else {
            "A future is polled as often as its task is woken, here every 40 ms. Only its first poll starts the clock."
        },
    );
}

/// Polled by one task first and then by another one, a pause ends at the same instant.
#[test]
fn a_pause_may_move_to_another_task() {
    for make in [notice as fn(Duration) -> Pause, rest] {
        let run = Check::new().run(async || {
            let mut pause = make(secs(0.1));
            let _ = timeout(secs(0.037), &mut pause).await;
            timeout(secs(1.0), tokio::spawn(pause)).await.is_ok()
        });
        run.takes(
            secs(0.1),
            "The pause was polled here for 37 ms, and given to a task. A timer wakes the task that has polled it last: keep no \
             waker of your own, poll the timer.",
        );
    }
}

/// A pause of no time at all ends like every other one.
#[test]
fn a_pause_may_be_of_no_time() {
    for (name, make) in [("notice", notice as fn(Duration) -> Pause), ("rest", rest)] {
        // In a task: there a panic ends the task, and no more than that.
        let run = Check::new().run(async || {
            let pause = tokio::spawn(async move { make(Duration::ZERO).await });
            timeout(secs(1.0), pause).await.is_ok_and(|ended| ended.is_ok())
        });
        run.require(
            *run.value(),
            saw(format!("`{name}(Duration::ZERO)` does not end, or it panics")).expected("a future that is ready").because(
                "A pause of no time is a pause like every other one: a click may be answered at once. `sleep` takes it as it \
                 is. An `interval` does not: it panics for a period of zero, as it would tick without end.",
            ),
        );
    }
}
