//! What the harness itself says of a run: that it reached a `todo!`, that it never ends, that a poll never returns.

use std::time::Duration;

use mock_llm::Journal;
use verdict::Outcome;

use crate::{
    check_function::Reporter,
    finished::seconds,
    message::{Message, saw},
    pulse::{Pulse, Who},
    report::Failure,
    supervise::{Never, Reason},
};

/// The failure of code that has reached a `todo!`.
pub(crate) fn not_started(check: &Reporter, pulse: &Pulse) -> Option<Failure> {
    let panics = pulse.panics();
    let (panic, todo) = panics.iter().find_map(|panic| Some((panic, panic.todo()?)))?;
    let place = panic.place.clone();
    let message = match &place {
        Some(place) => saw(format!("the `todo!` at {place}")).expected(todo),
        None => saw("a `todo!`").expected(todo),
    };
    let message = message.outcome(Outcome::NotStarted);
    Some(Failure { check: check.clone(), message, yours: None, expected: None, place, place_sought: false })
}

/// More lines than that nobody reads.
const MOST_LINES: usize = 6;

/// The words for a run that never ends.
pub(crate) fn why_never(never: &Never, pulse: &Pulse, journals: &[Journal], limit: Duration) -> Message {
    if never.reason == Reason::Spins {
        return why_spins(never);
    }
    // Where other things go on, it is the future for which nothing happens.
    let nothing_happens = match never.stood.waits_since {
        Some(since) => format!("your future waits since {}, while other things go on", seconds(since)),
        None => format!("nothing happens after {}", seconds(never.stood.since)),
    };
    let mut waits: Vec<String> = Vec::new();
    waits.extend(never.places.iter().flatten().map(|place| match place.wait {
        Some(wait) => format!("your code waits at {}, in {}", place.line, wait.name),
        None => format!("your code waits at {}", place.line),
    }));
    waits.extend(never.stood.tasks.iter().map(|(_, task)| format!("{task}, has not ended")));
    let in_flight = journals.iter().flat_map(Journal::calls).filter(|call| call.ended.is_none());
    waits.extend(in_flight.map(|call| format!("the call to `{}` has no answer yet", call.model)));
    let panics = pulse.panics();
    waits.extend(panics.iter().map(|panic| {
        let at = panic.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        format!("a panic {}{at}: {}", panic.on.words(), panic.message)
    }));
    let more = waits.len().saturating_sub(MOST_LINES);
    waits.truncate(MOST_LINES);
    if more > 0 {
        waits.push(format!("and {more} more"));
    }
    let waits = waits.iter().map(|line| format!("\n- {line}")).collect::<String>();
    let waits = if waits.is_empty() { waits } else { format!(":{waits}") };
    let wait = never.places.iter().flatten().last().and_then(|place| place.wait);
    let who_ends_it =
        wait.map_or("Ask of each line above: who ends this wait, and is it itself waiting?", |wait| wait.ends);
    let (seen, why) = match never.reason {
        Reason::NothingLeft => (
            format!("{nothing_happens}, and the run has not ended{waits}"),
            format!(
                "Everything waits for something else, and nothing is left that could wake anything: no timer, no call \
                 that will be answered. On a real clock this program would hang for ever. {who_ends_it}"
            ),
        ),
        Reason::NobodyHoldsTheWaker => (
            format!("{nothing_happens}, and nobody holds the waker of your future{waits}"),
            "A future that returns `Poll::Pending` promises that somebody will call its waker. Nobody has a clone of the \
             waker of the last poll, so nobody can: the future is never polled again. Either your code awaits what never \
             comes (`std::future::pending()`, `futures::pending!()`), or a `poll` of yours returns `Pending` and has not \
             given `cx.waker()` to anybody.".to_owned(),
        ),
        Reason::OneMorePollHelped => (
            format!("{nothing_happens}; yet when the future is polled once more, it goes on{waits}"),
            "What the future waited for had come, and nobody called its waker. Whoever changes what a future waits for \
             must wake it, and must wake the waker of its *last* poll.".to_owned(),
        ),
        Reason::OneMorePollHelpedAndNobodyHoldsTheWaker => (
            format!("{nothing_happens}; yet when the future is polled once more, it goes on{waits}"),
            "What the future waited for had come, and nobody could tell it: the waker of its last poll was given to \
             nobody who still has it. Whoever polls a future by hand gives it the `cx` of its own poll, and keeps it until it \
             is ready: a future that is dropped takes the waker along, and one that each poll makes anew (a `changed()`, a \
             `notified()`) calls nobody between two polls. One that is polled with another waker (`Waker::noop()`) wakes that \
             one, and `futures::pending!()` gives its waker to nobody: in `loop { … pending!() }` there is no second \
             round.".to_owned(),
        ),
        Reason::StillGoing => match never.stood.waits_since {
            Some(since) => (
                format!(
                    "after {} the run still goes on, and your future waits since {}{waits}",
                    seconds(limit),
                    seconds(since)
                ),
                format!(
                    "Something happens again and again, and nothing of it wakes your future. Either it waits for the end of a \
                     task that has none (a loop that sleeps and looks, a retry without a limit), or for what nobody brings. \
                     {who_ends_it}"
                ),
            ),
            None => (
                format!("after {} the run still goes on{waits}", seconds(limit)),
                "Something happens again and again, and the end never comes: a loop that sleeps and looks, or a retry \
                 without a limit.".to_owned(),
            ),
        },
        Reason::Spins => unreachable!("it has words of its own"),
    };
    saw(seen).expected("the run to end").because(why).outcome(never.outcome)
}

/// The words for a run that polls without end: who it is, and not who else is there.
fn why_spins(never: &Never) -> Message {
    let at = format!("polls without end at {}, and the clock stands still", seconds(never.stood.since));
    let seen = match never.spinner {
        Some(Who::Task(id)) => match never.stood.tasks.iter().find(|(task, _)| *task == id) {
            Some((_, task)) => format!("{at}: it is a task that is polled\n- {task}"),
            None => format!("{at}: it is a task that is polled, each time another one"),
        },
        _ => {
            let lines = never.places.iter().flatten().take(MOST_LINES);
            let lines: String = lines.map(|place| format!("\n- it asks for the next poll at {}", place.line)).collect();
            format!("{at}: it is your future that is polled{lines}")
        }
    };
    let because = "It wakes itself, or is ready again and again, and never waits. The processor works at full load, and no \
                   timer and no call ever gets its turn.";
    saw(seen).expected("the run to end").because(because).outcome(never.outcome)
}

/// The words for a poll that never returns.
pub(crate) fn why_stuck(outcome: Outcome, pulse: &Pulse) -> Message {
    if let Some(moment) = pulse.waker() {
        // Who waits for a lock sleeps. Who is busy goes round in a loop, and that may be any loop.
        let (how, why) = match outcome {
            Outcome::BusyLoop => (
                "the processor is busy",
                "A waker may do anything, and poll on the spot. What runs in there goes round and round without an end: a poll \
                 that looks again and again for what it waits for, in place of `Pending`, or somebody who tries again and \
                 again to get what your code holds while it calls the waker.",
            ),
            _ => ("the thread sleeps", moment.why()),
        };
        return saw(format!("{}, and the call does not return; {how}", moment.words()))
            .expected("every call of a waker to return")
            .because(why)
            .outcome(outcome);
    }
    // With tokio's hooks every poll is seen, so a thread that sleeps in none of them waits for the pool.
    let is_the_pool = pulse.polling().is_none() && cfg!(tokio_unstable) && outcome == Outcome::Blocked;
    let began = format!("began at {} and does not return", seconds(pulse.now()));
    let who = match pulse.polling() {
        Some(Who::Root) => format!("the poll of your future {began}"),
        Some(Who::Caller) => "your code was called and does not return".to_owned(),
        Some(Who::Task(id)) => match pulse.tasks().into_iter().find(|(task, _)| *task == id) {
            Some((_, task)) => format!("the poll of {task}, {began}"),
            None => format!("the poll of a task {began}"),
        },
        None if is_the_pool => {
            format!("since {} the runtime waits for a thread of its pool, which does not end", seconds(pulse.now()))
        }
        None => format!("since {} a task, or a thread of the pool, does not come back", seconds(pulse.now())),
    };
    let by_hand = pulse.polling() == Some(Who::Caller);
    let (seen, why) = match outcome {
        Outcome::BusyLoop if by_hand => (
            format!("{who}; the processor is busy"),
            "A loop goes round and round without an end. Who waits for a wake-up must sleep until it comes, and who polls \
             must stop when the answer is there.",
        ),
        _ if is_the_pool => (
            format!("{who}; the thread sleeps"),
            "As long as a task of `spawn_blocking` runs, the clock of this run stands still. A task that waits for a call, \
             or for a sleep, waits for the clock that it holds (`block_on` in `spawn_blocking`); a `std::thread::sleep` in it \
             takes real time. A call needs no thread while it waits: `.await` it in your function. The pool is for code that \
             cannot be awaited.",
        ),
        Outcome::BusyLoop => (
            format!("{who}; the processor is busy"),
            "A loop without an `.await` that really waits holds the thread. While it runs, no other future on this thread \
             is polled: not the one that would end the loop, and no timeout either.",
        ),
        _ if by_hand => (
            format!("{who}; the thread sleeps"),
            "The thread waits, and nobody wakes it. Either the wake-up never came, or it came before the thread went to \
             sleep and was not kept.",
        ),
        _ => (
            format!("{who}; the thread sleeps"),
            "A blocking call (`std::thread::sleep`, a lock of `std::sync`, `recv()` of a `std` channel, a synchronous \
             client, a nested `block_on`) stops the thread, and with it every future on it. Use the async form, and \
             `.await` it, or move the call to a thread of its own.",
        ),
    };
    let expected = if by_hand { "the call to return" } else { "every poll to return soon, with `Ready` or `Pending`" };
    saw(seen).expected(expected).because(why).outcome(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without tokio's hooks, and where the system does not tell what one thread does, nobody knows whose code it is.
    #[test]
    fn a_loop_outside_of_all_known_polls_is_not_taken_for_the_pool() {
        let message = why_stuck(Outcome::BusyLoop, &Pulse::default());
        let text = message.text(None, None, &timeline::TextStyle { width: 10_000, ascii: true });
        assert!(text.contains("since 0.000 s a task, or a thread of the pool, does not come back"), "{text}");
        assert!(text.contains("the processor is busy") && !text.contains("sleeps"), "{text}");
        assert!(!text.contains("spawn_blocking"), "{text}");
    }
}
