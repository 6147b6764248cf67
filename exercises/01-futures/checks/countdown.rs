use std::{
    pin::{Pin, pin},
    task::Poll,
};

use harness::{Check, Finished, Message, Outcome, Wakes, more_turns, recorder, saw, secs, test};

use super::{Replay, Screen};

harness::checks!();

/// All tokens have as many characters, so the length of the text says how many there are.
const WIDTH: usize = 6;

/// A reply says some words again and again.
fn tokens(count: usize) -> impl Iterator<Item = String> {
    ["a", "model", "says", "a", "word", "again", "again"]
        .into_iter()
        .cycle()
        .take(count)
        .map(|word| format!("{word:>5} "))
}

/// One poll by hand: how many tokens were on the screen after it, what it returned, and how often its waker was used.
struct Polled {
    written: usize,
    poll: Poll<usize>,
    wakes: usize,
    elsewhere: usize,
    /// How often it has used wakers of the polls before it.
    earlier: usize,
}

struct Replayed {
    polls: Vec<Polled>,
    text: String,
}

/// Polls a replay until it is ready, whether or not it asks for it, and no more than twice as often as it needs.
fn polled_by_hand(count: usize) -> Finished<Replayed> {
    Check::new().when_stuck(does_not_return).by_hand(|| {
        let screen = Screen::default();
        let mut replay = pin!(Replay::new(tokens(count), &screen));
        let (mut polls, mut earlier): (Vec<Polled>, Vec<Wakes>) = (Vec::new(), Vec::new());
        while polls.len() < 2 * turns(count) + 2 && !polls.last().is_some_and(|polled| polled.poll.is_ready()) {
            polls.push(poll(replay.as_mut(), &screen, &mut earlier));
        }
        Replayed { polls, text: screen.text() }
    })
}

/// A new waker for each poll, as a future may get one: only the newest counts.
fn poll(replay: Pin<&mut Replay>, screen: &Screen, earlier: &mut Vec<Wakes>) -> Polled {
    let used = |earlier: &[Wakes]| -> usize { earlier.iter().map(Wakes::count).sum() };
    let (wakes, before) = (Wakes::new(), used(earlier));
    let poll = wakes.poll(replay);
    let written = screen.0.borrow().len() / WIDTH;
    let (count, elsewhere, after) = (wakes.count(), wakes.count_elsewhere(), used(earlier));
    // A few are enough to see that a waker was kept.
    if earlier.len() < 3 {
        earlier.push(wakes);
    }
    Polled { written, poll, wakes: count, elsewhere, earlier: after - before }
}

/// How many polls so many tokens take. Without a token there is one poll, too: it finds that nothing is left.
fn turns(count: usize) -> usize {
    count.div_ceil(10).max(1)
}

fn count_of(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The words for a poll that does not return.
fn does_not_return(outcome: Outcome) -> Option<Message> {
    let how = if outcome == Outcome::BusyLoop { "the processor is busy" } else { "the thread sleeps" };
    let because = "A poll takes one step and returns. A loop inside of it that does not end holds the thread, and so does a pause, \
                   even a short one in each of many polls: a poll must not wait. It says `Pending`, and that hands the \
                   thread to the others. What is left to do is for the next poll.";
    let seen = format!("polls that do not return, or take two seconds together; {how}");
    Some(saw(seen).expected("every poll to return soon, with `Ready` or `Pending`").because(because).outcome(outcome))
}

/// The first polls, as a reader writes them.
fn told(polls: &[Polled]) -> String {
    const SHOWN: usize = 5;
    let line = |polled: &Polled| {
        let word = if polled.poll.is_ready() { "Ready" } else { "Pending" };
        format!("{} on the screen, {word}", count_of(polled.written, "token"))
    };
    let mut lines: Vec<String> = polls.iter().take(SHOWN).map(line).collect();
    if polls.len() > SHOWN {
        lines.push("and so on".to_owned());
    }
    lines.join("\n")
}

/// 25 tokens: 10, then 10, then 5 and `Ready`.
#[test]
fn writes_ten_tokens_with_each_poll() {
    let run = polled_by_hand(25);
    let polls = &run.value().polls;
    let first = &polls[0];
    let because = if first.written == 25 {
        "The whole reply was written within one poll. A poll takes one step and returns: `Pending` is the word that gives the \
         others their turn. A loop inside of `poll` that goes on to the end holds the thread until then."
    } else if first.written == 1 {
        "This writes one token with each poll, like the countdown of the chapter takes one off. A poll and a wake-up for every \
         single token cost more than the writing does. Here one step is ten tokens."
    } else if first.written == 0 && polls.last().is_some_and(|last| last.written == 0) {
        "Nothing is ever written, so nothing is ever over. Each poll has to go one step on: what it takes out of `self.left` \
         is not there any more at the next poll."
    } else if polls.iter().any(|polled| polled.written > 25) {
        "Tokens were written twice. A token that was written has to leave `self.left`: what `poll` changes in `self` is the \
         only memory that a future has."
    } else if polls.iter().any(|polled| polled.poll.is_ready() && polled.written < 25) {
        "`Ready` says that all is done, and tokens are left."
    } else if polls.len() > 3 && polls[2].written == 25 {
        "After the third poll nothing is left. It knows that itself: a fourth poll, that finds nothing to do, is a turn for \
         nothing. Look after you have written, not before."
    } else {
        "Ten tokens with the first poll, ten with the second, and the five that are left with the third, which says `Ready`."
    };
    let expected = "10 tokens on the screen, Pending\n20 tokens on the screen, Pending\n25 tokens on the screen, Ready";
    run.require(told(polls) == expected, saw(told(polls)).expected(expected).because(because));
    // Every other token is empty: of the first ten the screen shows five.
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (screen, task) = (Screen::default(), Wakes::new());
        let tokens = tokens(7).flat_map(|token| [String::new(), token]);
        let mut replay = pin!(Replay::new(tokens, &screen));
        let first = task.poll(replay.as_mut());
        (first, screen.text().len() / WIDTH)
    });
    let (first, written) = *run.value();
    run.require(
        first.is_pending() && written == 5,
        saw(format!("of fourteen tokens every other one is empty: {first:?} after the first poll, with {written} words on the screen"))
            .expected("Pending, with 5 words on the screen")
            .because("An empty token is a token, and one of the ten: models do send some."),
    );
}

/// Each poll that says `Pending` has woken its task, once.
#[test]
fn asks_for_the_next_poll() {
    let run = polled_by_hand(25);
    for (number, polled) in (1..).zip(&run.value().polls) {
        let pending = polled.poll.is_pending();
        run.require(
            !pending || polled.wakes > 0 || polled.earlier == 0,
            saw(format!("poll {number} returned `Pending`, and has called the waker of an earlier poll, not its own"))
                .expected("a call of the waker in `cx`, before `Pending` is returned")
                .because(
                    "Each poll brings a waker along, and it may be another one: the replay may have moved to another task. \
                     Whoever was woken has given the replay away. Call the waker of this poll, and keep none.",
                )
                .outcome(Outcome::LostWakeUp),
        );
        run.require(
            !pending || polled.wakes > 0,
            saw(format!("poll {number} returned `Pending`, and nobody has been woken before it returned"))
                .expected("a call of the waker in `cx`, before `Pending` is returned")
                .because(
                    "`Pending` is a promise: \"my waker will be called when it is worth polling me again\". A runtime does \
                     not ask again by itself. Nobody else knows of this replay, so it has to call the waker itself, and at \
                     once: it need not wait for anything. (A thread or a timer that calls it later is a detour.)",
                )
                .outcome(Outcome::LostWakeUp),
        );
        run.require(
            pending || polled.wakes == 0,
            saw(format!("poll {number} returned `Ready`, and has woken its task"))
                .expected("a wake-up only where another poll is wanted")
                .because("A wake-up asks for a poll. After `Ready` there is nothing left to poll."),
        );
        run.require(
            polled.wakes <= 1,
            saw(format!("poll {number} has woken its task {} times", polled.wakes)).expected("once").because(
                "A wake-up asks for one more poll of this task. Several of them before that poll ask for the same one: they \
                 are work for nothing.",
            ),
        );
        run.require(
            polled.elsewhere == 0,
            saw(format!("poll {number} was woken from another thread"))
                .expected("a call of the waker by the poll itself")
                .because("There is nothing to wait for, so nobody has to watch: the poll itself knows already."),
        );
    }
}

/// The poll that writes the last token is ready, be they none, ten, or seventy thousand.
#[test]
fn is_ready_with_the_last_token() {
    // The last one is long enough to tell a counter that is too small, and a pause in each poll.
    for count in [0, 1, 9, 10, 11, 20, 70_003] {
        let run = polled_by_hand(count);
        let Replayed { polls, text } = run.value();
        let output = polls.last().map_or(Poll::Pending, |last| last.poll);
        let (wanted, tokens_are) = (turns(count), count_of(count, "token"));
        let written = text.len() / WIDTH;
        run.require(
            output.is_ready() && polls.len() == wanted,
            saw(format!(
                "{tokens_are}: {output:?} after {}, with {written} on the screen",
                count_of(polls.len(), "poll")
            ))
            .expected(format!("Ready({wanted}) after {}", count_of(wanted, "poll")))
            .because(if count > 0 && count % 10 == 0 && polls.len() > wanted {
                "When the last token is written nothing is left, also where it is the tenth of its poll. Then this poll is \
                 ready: no further one is needed to find that out."
            } else if count == 0 {
                "A replay of no tokens has nothing to write, and nothing to wait for: it is ready at its first poll. Nothing \
                 is left, so `Ready`: this question comes after the writing, whether or not something was written."
            } else {
                "Ten tokens a poll, and `Ready` when none is left."
            }),
        );
        run.require(
            output == Poll::Ready(wanted),
            saw(format!("{tokens_are}: {output:?} at poll {}", polls.len()))
                .expected(format!("Ready({wanted})"))
                .because("The output is the number of polls. The one that says `Ready` is a poll too."),
        );
        run.require(
            *text == tokens(count).collect::<String>(),
            saw(format!("{tokens_are} were to be written, and the screen shows another text ({written} of them)"))
                .expected("every token once, in their order")
                .because("The first token that is left is the next one to be written."),
        );
    }
}

/// Two replays count each for itself.
#[test]
fn each_replay_has_its_own_state() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let replay = || tokio_test::task::spawn(Replay::new(tokens(15), &Screen::default()));
        let (mut one, mut other) = (replay(), replay());
        [one.poll(), other.poll(), one.poll(), other.poll()]
    });
    let expected = [Poll::Pending, Poll::Pending, Poll::Ready(2), Poll::Ready(2)];
    run.require(
        *run.value() == expected,
        saw(format!("two replays of 15 tokens, polled in turn: {:?}", run.value()))
            .expected(format!("{expected:?}"))
            .because("What a future knows is in its own fields. Nothing is shared between two of them."),
    );
}

/// On a runtime it ends by itself, and its neighbour has turns in between.
#[test]
fn lets_its_neighbours_have_their_turns() {
    let futures = recorder();
    let screen = Screen::default();
    let run = Check::new().draws_futures(&futures).run(async || {
        let replay = futures.future("replay", Replay::new(tokens(35), &screen));
        let neighbour = futures.future("neighbour", more_turns(3));
        futures::join!(replay, neighbour).0
    });
    run.require(
        *run.value() == 4 && futures.polls("neighbour") == 4,
        saw(format!("{} polls of the replay, {} of its neighbour", run.value(), futures.polls("neighbour")))
            .expected("4 and 4")
            .because("Each `Pending` hands the thread back, and the neighbour is polled."),
    );
    run.takes(secs(0.0), "A replay does not wait for time to pass. It waits for its turn.");
}
