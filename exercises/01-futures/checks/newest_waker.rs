use std::{
    pin::{Pin, pin},
    task::{Context, Poll},
};

use harness::{Check, Lane, MarkKind, Message, Outcome, SpanKind, Timeline, Wakes, recorder, saw, secs, test};
use tokio::time::{sleep, timeout};

use super::{Reply, Sender, reply};

harness::checks!();

const TEXT: &str = "A value that is not there yet.";

/// Polls with the waker of this task.
fn poll_as(task: &Wakes, reply: Pin<&mut Reply>) -> Poll<String> {
    reply.poll(&mut Context::from_waker(&task.waker()))
}

/// A text that is there already is the result of the first poll.
#[test]
fn takes_a_text_that_is_there() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (sender, reply): (Sender, Reply) = reply();
        sender.put(TEXT);
        poll_as(&Wakes::new(), pin!(reply))
    });
    run.require(
        *run.value() == Poll::Ready(TEXT.to_owned()),
        saw(format!("{:?}", run.value())).expected(format!("Ready({TEXT:?})")).because(
            "The text may come before anybody has polled. Then nobody is woken: `poll` has to look before it waits.",
        ),
    );
}

/// Without a text it is pending; `put` wakes the task, which polls again.
#[test]
fn waits_until_it_is_woken() {
    struct Seen {
        first: Poll<String>,
        wakes_before: usize,
        wakes_after: usize,
        last: Poll<String>,
    }
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (sender, reply) = reply();
        let (task, mut reply) = (Wakes::new(), pin!(reply));
        let first = poll_as(&task, reply.as_mut());
        let wakes_before = task.count();
        sender.put(TEXT);
        let wakes_after = task.count();
        let last = if first.is_pending() { poll_as(&task, reply) } else { Poll::Pending };
        Seen { first, wakes_before, wakes_after, last }
    });
    let Seen { first, wakes_before, wakes_after, last } = run.value();
    run.require(
        first.is_pending(),
        saw(format!("{first:?} before there was a text"))
            .expected("Pending")
            .because("There is nothing to return yet."),
    );
    run.require(
        *wakes_before == 0,
        saw("the poll has woken its own task, and the text is not there yet")
            .expected("no wake-up before `put`")
            .because(
                "A future that wakes itself whenever it is not ready is polled again at once, and again, without end: the \
                 processor works at full load to learn that there is nothing. Keep the waker; `put` will use it.",
            )
            .outcome(Outcome::BusyLoop),
    );
    run.require(
        *wakes_after > 0,
        saw("`put` has brought the text, and nobody was woken")
            .expected("the task that has polled to be woken")
            .because(
                "`Pending` is a promise that the waker of this poll will be called. `put` can only call a waker that \
                 `poll` has kept: put a clone of `cx.waker()` into the shared state.",
            )
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        *last == Poll::Ready(TEXT.to_owned()),
        saw(format!("{last:?} after `put`"))
            .expected(format!("Ready({TEXT:?})"))
            .because("The text is there now, and this is the poll that the wake-up has asked for."),
    );
}

/// Two tasks have polled, one after the other: only the second one is woken.
#[test]
fn wakes_only_the_task_that_polled_last() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (sender, reply) = reply();
        let (first, second, mut reply) = (Wakes::new(), Wakes::new(), pin!(reply));
        let _ = poll_as(&first, reply.as_mut());
        let _ = poll_as(&second, reply.as_mut());
        let kept = first.kept();
        sender.put(TEXT);
        (first.count(), second.count(), kept)
    });
    let (first, second, kept) = *run.value();
    run.require(
        second > 0,
        saw(format!("the first task was woken {} and the second one, which polled last, was not", times(first)))
            .expected("the second one to be woken")
            .because(
                "A future can move: from one task to another, or into a `select!` that polls it with a waker of its own. \
                 The waker of the first poll then wakes somebody who does not wait any more. Each poll replaces the waker \
                 of the one before.",
            )
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        first == 0 && kept == 0,
        saw(format!(
            "the first task was woken {}, and {} of its waker was kept",
            times(first),
            if kept == 0 { "no clone" } else { "a clone" }
        ))
        .expected("only the newest waker to be kept and used")
        .because(
            "The first task has given the future away. Whoever wakes it makes it poll for nothing, and a list of all \
                 wakers grows with every poll.",
        ),
    );
}

/// Moved to another task, it is ready as soon as the text is there.
#[test]
fn survives_a_move_to_another_task() {
    let futures = recorder();
    let waits = Lane::new("moved to a task").mark(MarkKind::Started, 0.1).mark(MarkKind::Polled, 0.1);
    let waits = waits.span(SpanKind::Waiting, 0.1, 0.5).mark(MarkKind::Woken, 0.5).mark(MarkKind::Polled, 0.5);
    let run = Check::new()
        .draws_futures(&futures)
        .expects(Timeline::default().lane(waits.mark(MarkKind::Finished, 0.5)))
        .run(async || {
            let (sender, mut reply) = reply();
            // Polled here first, and given up after 100 ms.
            let _ = timeout(secs(0.1), &mut reply).await;
            let moved = tokio::spawn(futures.future("moved to a task", timeout(secs(60.0), reply)));
            sleep(secs(0.4)).await;
            sender.put(TEXT);
            moved.await.ok()?.ok()
        });
    run.takes(
        secs(0.5),
        "The text came at 500 ms. The task that waits for it has to be woken at that instant, not when something else \
         happens to poll it.",
    );
    run.require(
        run.value().as_deref() == Some(TEXT),
        saw(format!("{:?}", run.value())).expected(format!("{TEXT:?}")).because("The text that was put is the reply."),
    );
}

/// The words for a poll that does not return.
fn does_not_return(outcome: Outcome) -> Option<Message> {
    let (seen, because) = match outcome {
        Outcome::BusyLoop => (
            "a poll that does not return; the processor is busy",
            "A loop that looks for the text holds the thread, and `put` does not get its turn. Look once. If the text is not \
             there, keep the waker and return `Pending`: `put` will ask for the next poll.",
        ),
        _ => (
            "a poll that does not return; the thread sleeps",
            "A poll must not wait: `Pending` is how a future waits. If you use a lock, take it once: a thread that locks a \
             `Mutex` of `std` for the second time waits for itself.",
        ),
    };
    Some(saw(seen).expected("every poll to return soon, with `Ready` or `Pending`").because(because).outcome(outcome))
}

fn times(count: usize) -> String {
    match count {
        0 => "not at all".to_owned(),
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    }
}
