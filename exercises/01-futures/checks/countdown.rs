use std::{
    pin::pin,
    task::{Context, Poll},
};

use harness::{Check, Finished, Message, Outcome, Wakes, recorder, saw, secs, test};

use super::Countdown;

harness::checks!();

/// One poll by hand: what it returned, and how often the waker was used meanwhile.
#[derive(Debug, PartialEq)]
struct Polled {
    poll: Poll<u32>,
    wakes: usize,
}

/// Polls a countdown until it is ready, at most ten times, whether or not it asks for it.
fn polled_by_hand(number: u32) -> Finished<Vec<Polled>> {
    Check::new().when_stuck(does_not_return).by_hand(|| {
        let mut countdown = pin!(Countdown::from(number));
        let mut polls = Vec::new();
        while polls.len() < 10 {
            // A new waker for each poll, as a future may get one: only the newest counts.
            let wakes = Wakes::new();
            let poll = countdown.as_mut().poll(&mut Context::from_waker(&wakes.waker()));
            let is_ready = poll.is_ready();
            polls.push(Polled { poll, wakes: wakes.count() });
            if is_ready {
                break;
            }
        }
        polls
    })
}

/// The words for a poll that does not return.
fn does_not_return(outcome: Outcome) -> Option<Message> {
    let (seen, because) = match outcome {
        Outcome::BusyLoop => (
            "a poll that does not return; the processor is busy",
            "A poll takes one step and returns. A loop inside of it holds the thread: nobody else gets a turn, and nobody \
             can end the loop. What is left to do is for the next poll.",
        ),
        _ => (
            "a poll that does not return; the thread sleeps",
            "A poll must not wait. It says `Pending`, and that hands the thread to the others.",
        ),
    };
    Some(saw(seen).expected("every poll to return soon, with `Ready` or `Pending`").because(because).outcome(outcome))
}

/// The polls, as a reader writes them: `Pending, Pending, Ready`.
fn told(polls: &[Polled]) -> String {
    let words = polls.iter().map(|polled| if polled.poll.is_ready() { "Ready" } else { "Pending" });
    words.collect::<Vec<_>>().join(", ")
}

/// A countdown from 3 says Pending, Pending, Pending, Ready.
#[test]
fn is_ready_at_the_fourth_poll() {
    let run = polled_by_hand(3);
    let polls = run.value();
    let because = if polls.len() == 1 {
        "The whole countdown has run within one poll. A poll does one step and returns: `Pending` is the word that gives \
         the others their turn. A loop inside of `poll` holds the thread until it ends."
    } else if polls.len() == 10 && !polls[9].poll.is_ready() {
        "Each poll has to bring the countdown one step on. What `poll` changes in `self` is there at the next poll; that \
         is the only memory that a future has. Does `left` ever reach 0?"
    } else {
        "From 3: three polls that are not ready, then one that is. Look at `left` before you take one off, not after."
    };
    run.require(
        told(polls) == "Pending, Pending, Pending, Ready",
        saw(told(polls)).expected("Pending, Pending, Pending, Ready").because(because),
    );
}

/// Each poll that says `Pending` has woken its task.
#[test]
fn asks_for_the_next_poll() {
    let run = polled_by_hand(3);
    for (number, polled) in (1..).zip(run.value()) {
        run.require(
            polled.poll.is_ready() || polled.wakes > 0,
            saw(format!("poll {number} returned `Pending`, and nobody has been woken"))
                .expected("a call of the waker in `cx`, before `Pending` is returned")
                .because(
                    "`Pending` is a promise: \"my waker will be called when it is worth polling me again\". A runtime does \
                     not ask again by itself. Nobody else knows of this countdown, so it has to call the waker itself.",
                )
                .outcome(Outcome::LostWakeUp),
        );
        run.require(
            !polled.poll.is_ready() || polled.wakes == 0,
            saw(format!("poll {number} returned `Ready`, and has woken its task"))
                .expected("a wake-up only where another poll is wanted")
                .because("A wake-up asks for a poll. After `Ready` there is nothing left to poll."),
        );
    }
}

/// The output is the number of polls.
#[test]
fn its_output_is_the_number_of_polls() {
    for number in [0, 1, 3, 7] {
        let run = polled_by_hand(number);
        let polls = run.value();
        let output = polls.iter().find_map(|polled| match polled.poll {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        });
        let wanted = number + 1;
        run.require(
            output == Some(wanted) && polls.len() == wanted as usize,
            saw(format!("from {number}: {}, and the output is {output:?}", told(polls)))
                .expected(format!("`Ready({wanted})` at poll {wanted}"))
                .because(
                    "The last poll, which says `Ready`, is a poll too. A countdown from 0 is ready at its first poll.",
                ),
        );
    }
}

/// Two countdowns count each for itself.
#[test]
fn each_countdown_has_its_own_state() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (mut one, mut other) =
            (tokio_test::task::spawn(Countdown::from(1)), tokio_test::task::spawn(Countdown::from(1)));
        [one.poll(), other.poll(), one.poll(), other.poll()]
    });
    let expected = [Poll::Pending, Poll::Pending, Poll::Ready(2), Poll::Ready(2)];
    run.require(
        *run.value() == expected,
        saw(format!("two countdowns from 1, polled in turn: {:?}", run.value()))
            .expected(format!("{expected:?}"))
            .because("What a future knows is in its own fields. Nothing is shared between two of them."),
    );
}

/// On a runtime it ends by itself, and its neighbour has turns in between.
#[test]
fn lets_its_neighbours_have_their_turns() {
    let futures = recorder();
    let run = Check::new().draws_futures(&futures).run(async || {
        let countdown = futures.future("countdown", Countdown::from(3));
        let neighbour = futures.future("neighbour", async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        });
        futures::join!(countdown, neighbour).0
    });
    run.require(
        *run.value() == 4 && futures.polls("neighbour") == 4,
        saw(format!("{} polls of the countdown, {} of its neighbour", run.value(), futures.polls("neighbour")))
            .expected("4 and 4")
            .because("Each `Pending` hands the thread back, and the neighbour is polled."),
    );
    run.takes(secs(0.0), "A countdown does not wait for time to pass. It waits for its turn.");
}
