use std::{
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use futures::{FutureExt, Stream, StreamExt, future::BoxFuture};
use harness::{Check, Finished, Gate, Wakes, counted, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, Reply, When};
use tokio::time::{Instant, sleep};

use super::{Typed, typed};

harness::checks!();

const TEXT: &str = "Nothing  runs until\nsomebody polls it.";
const WORDS: [&str; 6] = ["Nothing", "  runs", " until", "\nsomebody", " polls", " it."];
const PACE: Duration = Duration::from_millis(43);

/// When each item came, and what.
type Seen = Vec<(Duration, Result<String, Error>)>;

fn cellar() -> Model {
    Model::new("cellar").time_to_first_token(secs(1.937)).reply(TEXT)
}

fn call(llm: &MockLlm) -> BoxFuture<'static, Result<Reply, Error>> {
    llm.complete("What is lazy?").boxed()
}

/// Reads the reply of this model. The reader is busy for `pause` after each item, and asks until it has heard of the end so many
/// times.
fn read(model: Model, pause: Duration, until: usize) -> Finished<(Seen, usize)> {
    let llm = MockLlm::new([model]);
    let check = Check::new().draws(&llm).timers(20).a_panic_means(
        "A stream may be asked again after its end, and a future must not be polled after it was ready: what it waited for has to \
         leave the state.",
    );
    check.run(async || {
        let start = Instant::now();
        let mut stream = Box::pin(typed(call(&llm), PACE));
        let mut seen = Vec::new();
        let mut ends = 0;
        while ends < until && seen.len() < 20 {
            match stream.next().await {
                Some(item) => seen.push((start.elapsed(), item)),
                None => ends += 1,
            }
            sleep(pause).await;
        }
        (seen, ends)
    })
}

fn words() -> Vec<Result<String, Error>> {
    WORDS.iter().map(|word| Ok((*word).to_owned())).collect()
}

/// The first word comes with the reply, and each other one a pace after the one before.
#[test]
fn a_word_every_pace() {
    let run = read(cellar(), Duration::ZERO, 1);
    let (seen, _) = run.value();
    let items: Vec<_> = seen.iter().map(|(_, item)| item.clone()).collect();
    run.require(
        items == words(),
        saw(format!("{items:?}"))
            .expected(format!("{:?}", words()))
            .because("Joined, the words are the reply: none is lost, and the white space stands before its word."),
    );
    for (place, (at, _)) in seen.iter().enumerate() {
        let wanted = secs(1.937) + PACE * place as u32;
        run.require(
            *at == wanted,
            saw(format!("word {} at {:.3} s", place + 1, at.as_secs_f64()))
                .expected(format!("at {:.3} s", wanted.as_secs_f64()))
                .because(match place {
                    0 => {
                        "The reply comes after 1.937 s, and the first word with it: the pace is the time *between* two \
                         words."
                    }
                    _ if *at < wanted => {
                        "Between two words lies a wait. A timer that has fired is ready for ever: each word needs a timer \
                         of its own, or the old one set anew. (A sleep of the thread is no wait: it holds up everybody, and \
                         the clock of the runtime does not see it.)"
                    }
                    _ => "The wait begins when the word before is given, and not later.",
                }),
        );
    }
    run.only_looks_when_woken(WORDS.len());
}

/// Who asks later than a pace gets the next word at once.
#[test]
fn a_slow_reader_waits_for_nothing() {
    let pause = secs(0.811);
    let run = read(cellar(), pause, 1);
    let (seen, _) = run.value();
    for (place, (at, _)) in seen.iter().enumerate() {
        let wanted = secs(1.937) + pause * place as u32;
        run.require(
            *at == wanted,
            saw(format!(
                "word {} at {:.3} s, to a reader who takes {:.3} s for each",
                place + 1,
                at.as_secs_f64(),
                0.811
            ))
            .expected(format!("at {:.3} s", wanted.as_secs_f64()))
            .because(
                "The pace runs from the moment at which a word is given. Its timer must begin there, and not when the \
                     reader comes back: by then it is over.",
            ),
        );
    }
}

/// The pace begins anew with each word that is given: who was late once gets no words in a hurry.
#[test]
fn one_pause_is_not_made_up_for() {
    // By how much the reader comes too late for the third word.
    for late in [PACE * 9, Duration::from_millis(3)] {
        let llm = MockLlm::new([cellar()]);
        let run = Check::new().draws(&llm).timers(20).run(async || {
            let start = Instant::now();
            let mut stream = Box::pin(typed(call(&llm), PACE));
            let mut seen = Vec::new();
            while let Some(word) = stream.next().await {
                seen.push((start.elapsed(), word));
                if seen.len() == 2 {
                    sleep(PACE + late).await;
                }
            }
            seen
        });
        for (place, (at, _)) in run.value().iter().enumerate() {
            let wanted = secs(1.937) + PACE * place as u32 + if place < 2 { Duration::ZERO } else { late };
            run.require(
                *at == wanted,
                saw(format!(
                    "word {} at {:.3} s, to a reader who came {:.3} s late for the third",
                    place + 1,
                    at.as_secs_f64(),
                    late.as_secs_f64()
                ))
                .expected(format!("at {:.3} s", wanted.as_secs_f64()))
                .because(if late < PACE {
                    "Each other word comes at the earliest a pace after the one before was *given*, also where that one was only a \
                     little late. An `Interval` keeps its beat when a tick is late by 5 ms or less, whatever its \
                     `MissedTickBehavior` is: take a `Sleep`, and set it when you give a word."
                } else {
                    "Each other word comes at the earliest a pace after the one before was *given*. Timers that are set in advance, \
                     or from the last deadline, hurry to catch up."
                }),
            );
        }
    }
}

/// What comes after the end is the end, as often as somebody asks.
#[test]
fn after_the_end_always_the_end() {
    for model in [cellar(), cellar().reply(""), cellar().fault(When::Always, Fault::Overloaded)] {
        let run = read(model, secs(0.3), 4);
        let (seen, ends) = run.value();
        run.require(
            *ends == 4,
            saw(format!("{} and then {}, asked four times", counted(seen.len(), "item"), counted(*ends, "end")))
                .expected("the end, four times")
                .because(
                    "Who reads a stream may ask again after `None`: a `select!` in a loop does, for one. Nothing in the \
                     trait keeps the end for you. It is a state of its own.",
                ),
        );
        run.leaves_nothing_behind();
    }
}

/// An error is an item like any other, and the last one. An empty reply has no item.
#[test]
fn an_error_is_the_last_item() {
    let faulty = [
        (Fault::Overloaded, Error::Status(503)),
        (Fault::RateLimited { retry_after: None }, Error::RateLimited { retry_after: None }),
    ];
    for (fault, error) in faulty {
        let run = read(cellar().fault(When::Always, fault), Duration::ZERO, 1);
        let items: Vec<_> = run.value().0.iter().map(|(_, item)| item.clone()).collect();
        run.require(
            items == [Err(error.clone())],
            saw(format!("{items:?} from a call that fails"))
                .expected(format!("one item: {error}"))
                .because("The reader must hear of it, once: an error that comes again and again has no end."),
        );
    }
    let run = read(cellar().reply(""), Duration::ZERO, 1);
    let items = run.value().0.len();
    run.require(
        items == 0,
        saw(format!("{} of an empty reply", counted(items, "item")))
            .expected("none")
            .because("No words, no items: only the end."),
    );
}

/// Nothing happens before the first poll, and a stream that is dropped takes its call along.
#[test]
fn it_asks_when_it_is_asked_and_ends_when_it_is_dropped() {
    let llm = MockLlm::new([cellar()]);
    let run = Check::new().draws(&llm).timers(20).run(async || {
        let stream = typed(call(&llm), PACE);
        sleep(secs(0.5)).await;
        let early = llm.journal().calls().len();
        let mut stream = Box::pin(stream);
        let _ = stream.next().now_or_never();
        sleep(secs(0.5)).await;
        drop(stream);
        early
    });
    let early = *run.value();
    run.require(
        early == 0,
        saw(format!("{} before the first poll", counted(early, "call"))).expected("none").because(
            "A stream does nothing until it is polled: who makes one and never reads it must not pay for a call.",
        ),
    );
    let dropped = run.journal().dropped().count();
    run.require(
        dropped == 1,
        saw(format!("{} dropped with the stream", counted(dropped, "call")))
            .expected("one: the call that was in flight")
            .because("The reader has gone. Work that goes on elsewhere, in a task, is paid for and read by nobody."),
    );
    run.leaves_nothing_behind();
    // And the same between two words: what waits for the pace goes with the stream.
    let run = Check::new().draws(&llm).timers(20).run(async || {
        let mut stream = Box::pin(typed(call(&llm), PACE));
        let _ = stream.next().await;
        let _ = stream.next().now_or_never();
    });
    run.leaves_nothing_behind();
}

fn poll(task: &Wakes, stream: &mut Pin<Box<Typed>>) -> Poll<Option<Result<String, Error>>> {
    task.poll(pin!(stream.next()))
}

fn reply(text: &str) -> Result<Reply, Error> {
    Ok(Reply { model: "cellar".to_owned(), text: text.to_owned(), tokens: 2 })
}

/// Two tasks ask in turn: only the call and the timer say `Pending`, and they wake the one that asked last.
#[test]
fn the_one_that_asked_last_is_woken() {
    let run = Check::new().timers(20).run(async || {
        let gate = Gate::new();
        let (first, second) = (Wakes::new(), Wakes::new());
        let wait = gate.wait();
        let mut stream = Box::pin(typed(
            async move {
                wait.await;
                reply("one two")
            }
            .boxed(),
            PACE,
        ));
        let asking = [poll(&first, &mut stream).is_pending(), poll(&second, &mut stream).is_pending()];
        gate.open();
        let by_the_reply = [first.count(), second.count()];
        let one = poll(&second, &mut stream);
        let typing = [poll(&second, &mut stream).is_pending(), poll(&first, &mut stream).is_pending()];
        let before = [first.count(), second.count()];
        sleep(PACE * 2).await;
        let by_the_timer = [first.count() - before[0], second.count() - before[1]];
        (asking, typing, by_the_reply, by_the_timer, one, poll(&first, &mut stream))
    });
    let (asking, typing, by_the_reply, by_the_timer, one, two) = run.value();
    run.require(
        asking == &[true; 2],
        saw(format!("Pending before the reply: {asking:?}"))
            .expected("true, both times")
            .because("There is nothing to give yet."),
    );
    run.require(
        one.is_ready(),
        saw("the reply had come, and the next poll said `Pending`").expected("the first word").because(
            "There was something to give. `Pending` is said only by the call or the timer: when one of them is ready, go on to what \
             comes next, in the same poll. Whoever says `Pending` and wakes the task itself sends it round once more for nothing.",
        ),
    );
    run.require(
        typing == &[true; 2],
        saw(format!("Pending between two words: {typing:?}"))
            .expected("true, both times")
            .because("The pace is not over, so there is nothing to give yet."),
    );
    // Before the reply the second task asks last, and between the two words the first.
    let [by_reply, by_timer] = [by_the_reply, by_the_timer];
    for (by, [earlier, later]) in [("reply", *by_reply), ("timer", [by_timer[1], by_timer[0]])] {
        let (seen, because) = match (earlier, later) {
            (0, 0) => (
                "woke neither of them",
                "Nobody has kept a waker. It is the call, or the timer, that keeps one, when it is polled with the context of this \
                 poll. A `Pending` without such a poll is a promise that nobody can keep.",
            ),
            (_, 0) => (
                "woke the one that had asked before, and not the one that asked last",
                "The waker of an earlier poll was kept, and that of the last poll was not. `Pending` is a promise to the task of *this* \
                 poll, and the one before may be gone. Poll the call and the timer with the context of each poll: they put the \
                 new waker in the place of the old one.",
            ),
            (0, 1) => ("woke the one that asked last", ""),
            (0, _) => (
                "woke the one that asked last, more than once",
                "One thing has happened, and one wake is enough for it. Whoever wakes the task from inside of a poll makes a loop of a \
                 wait.",
            ),
            _ => (
                "woke both of them",
                "All wakers were kept. Only the task that asked last waits now; the other one is woken for nothing, and a list of wakers \
                 grows with every poll. The call and the timer keep one waker, the last, if they are polled with the context of each \
                 poll.",
            ),
        };
        run.require(
            (earlier, later) == (0, 1),
            saw(format!("two tasks asked in turn, and the {by} {seen}"))
                .expected("one wake, of the task that asked last")
                .because(because),
        );
    }
    run.require(
        *one == Poll::Ready(Some(Ok("one".to_owned()))) && *two == Poll::Ready(Some(Ok(" two".to_owned()))),
        saw(format!("{one:?} and {two:?}")).expected("the two words").because("Each poll after the wake gives one."),
    );
}

/// Compiles only if the stream can be sent to another task.
fn _is_a_stream_that_may_move(stream: Typed) -> impl Stream<Item = Result<String, Error>> + Send + Unpin {
    stream
}
