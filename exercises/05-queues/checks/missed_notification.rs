use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use futures::StreamExt;
use harness::{Check, Finished, Outcome, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, sleep, timeout},
};

use super::{Inbox, Page, Store, answer_all, follow};

harness::checks!();

const ANSWER: &str = "Who calls notified before it looks hears of all that changes after the look";

/// A store to which the way is long: the answer stands as it was when `there` had passed, and `back` later it arrives.
struct FarStore {
    tokens: RefCell<Vec<String>>,
    ended: Cell<bool>,
    there: Duration,
    back: Duration,
    reads: Cell<usize>,
}

impl FarStore {
    fn new(there: f64, back: f64) -> Self {
        Self {
            tokens: RefCell::default(),
            ended: Cell::new(false),
            there: secs(there),
            back: secs(back),
            reads: Cell::new(0),
        }
    }
}

impl Store for FarStore {
    async fn read(&self, from: usize) -> Page {
        self.reads.set(self.reads.get() + 1);
        sleep(self.there).await;
        let tokens = self.tokens.borrow().iter().skip(from).cloned().collect();
        let page = Page { tokens, ended: self.ended.get() };
        sleep(self.back).await;
        page
    }
}

/// What a reader saw.
#[derive(Debug, Default)]
struct Seen {
    text: String,
    /// When each token was shown.
    at: Vec<Duration>,
    returned: bool,
}

struct Followed {
    readers: Vec<Seen>,
    /// When each token was written.
    written: Vec<Duration>,
    reads: usize,
    rings: usize,
}

/// An answer with these gaps, followed by readers who take so long for a token.
fn followed(gap: f64, (there, back): (f64, f64), paces: &[f64]) -> Finished<Followed> {
    let llm = MockLlm::new([Model::new("atlas")
        .reply(ANSWER)
        .time_to_first_token(secs(1.423))
        .inter_token_latency(secs(gap))]);
    // Longer than the answer takes, however far apart its tokens are.
    let limit = secs(300.0 + 20.0 * gap);
    Check::new().within(limit * 2).run(async || {
        let start = Instant::now();
        let (store, changed) = (FarStore::new(there, back), Notify::new());
        let (store, changed) = (&store, &changed);
        let (written, rings) = (RefCell::new(Vec::new()), Cell::new(0));
        let write = async {
            let mut tokens = llm.stream("Write");
            while let Some(Ok(token)) = tokens.next().await {
                store.tokens.borrow_mut().push(token.text);
                written.borrow_mut().push(start.elapsed());
                rings.set(rings.get() + 1);
                changed.notify_waiters();
            }
            // A moment passes before the writer knows that it was the last one.
            sleep(secs(0.117)).await;
            store.ended.set(true);
            rings.set(rings.get() + 1);
            changed.notify_waiters();
        };
        let read = paces.iter().map(|&pace| async move {
            let mut seen = Seen::default();
            let show = async |token: String| {
                seen.text.push_str(&token);
                seen.at.push(start.elapsed());
                sleep(secs(pace)).await;
            };
            let returned = timeout(limit, follow(store, changed, show)).await.is_ok();
            Seen { returned, ..seen }
        });
        let ((), readers) = futures::join!(write, futures::future::join_all(read));
        Followed { readers, written: written.take(), reads: store.reads.get(), rings: rings.get() }
    })
}

#[track_caller]
fn require_all(run: &Finished<Followed>, story: &str) {
    for (place, seen) in run.value().readers.iter().enumerate() {
        let words = seen.text.split_whitespace().count();
        let all = ANSWER.split_whitespace().count();
        run.require(
            seen.returned,
            saw(format!("{story}: reader {place} waits for ever, with {words} of {all} tokens shown"))
                .expected("all tokens, and an end")
                .because(
                    "`notify_waiters` wakes those who wait at that moment, and is then forgotten. What changes between your look and \
                     your `notified()` is never heard of. A future that `notified()` has given counts as waiting from the *call* on: \
                     call it before you look, and await it after.",
                )
                .outcome(Outcome::Deadlock),
        );
        run.require(
            seen.text == ANSWER,
            saw(format!("{story}: reader {place} was shown {:?}", seen.text)).expected(format!("{ANSWER:?}")).because(
                if ANSWER.starts_with(&seen.text) {
                    "The last tokens and the end may come in one page. Show the tokens first."
                } else {
                    "Each token is shown once. The store gives what stands there from the place on that you ask for."
                },
            ),
        );
    }
}

/// Nothing is missed that changes while the store is asked.
#[test]
fn nothing_is_missed_while_the_store_is_asked() {
    for (gap, way, story) in [
        (0.353, (0.0, 0.457), "the answer of the store takes 0.457 s to arrive"),
        (0.353, (0.2, 0.3), "the store is far away"),
        (0.811, (0.587, 0.0), "the question to the store takes 0.587 s to arrive"),
        (0.011, (0.001, 0.052), "the tokens come every 11 ms"),
    ] {
        require_all(&followed(gap, way, &[0.0]), story);
    }
}

/// Nothing is missed that changes while a token is shown, whoever reads, and however slowly.
#[test]
fn nothing_is_missed_while_a_token_is_shown() {
    require_all(&followed(0.353, (0.0, 0.0), &[0.433]), "a slow reader");
    require_all(&followed(0.353, (0.05, 0.07), &[0.0, 0.211, 1.709, 0.353, 0.06, 9.0]), "six readers");
}

/// The store is asked when something has changed, and not again and again.
#[test]
fn the_store_is_asked_when_something_has_changed() {
    for (gap, way) in [(0.811, (0.05, 0.07)), (17.0, (0.05, 0.07)), (0.353, (0.2, 0.3)), (5000.0, (0.05, 0.07))] {
        let run = followed(gap, way, &[0.0]);
        require_all(&run, "one reader");
        let Followed { reads, rings, .. } = *run.value();
        let most = 2 * (rings + 1);
        run.require(
            reads <= most,
            saw(format!("the store was asked {reads} times for {rings} notifications, {gap} s apart"))
                .expected(format!("at most {most} times: at the start and after a notification, twice at most"))
                .because(
                    "A waiter that wakes by itself asks for nothing, all night: a time limit as a safety net is such a one. And a `Notified` that has ended says \"now\" at each \
                     further poll: make a new one for each turn.",
                ),
        );
    }
}

/// A token is shown as soon as the store can give it.
#[test]
fn a_token_is_shown_as_soon_as_it_can_be() {
    let run = followed(0.811, (0.05, 0.07), &[0.0]);
    require_all(&run, "one reader");
    let Followed { readers, written, .. } = run.value();
    for (token, (shown, written)) in readers[0].at.iter().zip(written).enumerate() {
        let wanted = *written + secs(0.12);
        run.require(
            *shown == wanted,
            saw(format!("token {token} was written at {:.3} s, and shown at {:.3} s", written.as_secs_f64(), shown.as_secs_f64()))
                .expected(format!("at {:.3} s: the way to the store and back takes 0.120 s", wanted.as_secs_f64()))
                .because(
                    "Between two tokens `follow` sleeps in `notified()`, and the notification wakes it. Whoever looks again after a \
                     time is late by a part of that time; who drops a look that is under way, or collects before it shows, is late, too.",
                ),
        );
    }
}

/// What came of the questions that were put at these times.
struct Answered {
    at: Vec<Option<Duration>>,
    returned: Option<Duration>,
}

/// Puts questions into an inbox: at each time, so many. It is closed `then` after the last of them.
fn answered(groups: &[(f64, usize)], then: f64) -> Finished<Answered> {
    let model = (0..40).fold(Model::new("atlas"), |model, number| {
        model.time_to_first_token_for(format!("Question {number}"), odd(number % 10))
    });
    let llm = MockLlm::new([model]);
    let groups = groups.to_vec();
    Check::new()
        .a_panic_means("A ring may be left over from a question that was taken already: look, and it is no mistake to find nothing.")
        .draws(&llm).within(secs(900.0)).timers(20).run(async || {
        let start = Instant::now();
        let inbox = Inbox::default();
        let ask = async {
            let mut answers = Vec::new();
            for (at, count) in groups {
                tokio::time::sleep_until(start + secs(at)).await;
                for _ in 0..count {
                    let (asker, answer) = oneshot::channel();
                    inbox.put((format!("Question {}", answers.len()), asker));
                    answers.push(tokio::spawn(async move { answer.await.ok().map(|_| start.elapsed()) }));
                }
            }
            if then > 0.0 {
                sleep(secs(then)).await;
            }
            inbox.close();
            answers
        };
        let work = async {
            let returned = timeout(secs(300.0), answer_all(&llm, &inbox)).await;
            returned.ok().map(|()| start.elapsed())
        };
        let (answers, returned) = tokio::join!(ask, work);
        // Whoever is left in the inbox gets no answer.
        while inbox.take().is_some() {}
        let mut at = Vec::new();
        for answer in answers {
            at.push(answer.await.ok().flatten());
        }
        Answered { at, returned }
    })
}

/// All questions are answered, however often the bell rang.
#[test]
fn two_questions_may_ring_once() {
    for (groups, then) in [
        (vec![(0.0, 2)], 0.0),
        (vec![(0.0, 1), (5.0, 3), (5.5, 4), (60.0, 2)], 30.0),
        (vec![(0.3, 1), (0.4, 1), (0.5, 1), (0.6, 1), (3.1, 1)], 0.0),
        (vec![(1.0, 1), (20.0, 1), (40.0, 1)], 0.1),
        (vec![(0.0, 0)], 7.0),
    ] {
        let run = answered(&groups, then);
        let Answered { at, returned } = run.value();
        let closes_at = groups.last().map_or(Duration::ZERO, |&(at, _)| secs(at)) + secs(then);
        let mut free = Duration::ZERO;
        let mut closed = Duration::ZERO;
        let mut number = 0;
        for &(time, count) in &groups {
            closed = secs(time);
            for _ in 0..count {
                free = free.max(secs(time)) + odd(number % 10);
                let seen = at[number];
                run.require(
                    seen == Some(free),
                    saw(match seen {
                        None => format!("question {number} is never answered; they were put at {}", times(&groups)),
                        Some(seen) => format!("question {number} is answered at {:.3} s", seen.as_secs_f64()),
                    })
                    .expected(format!("at {:.3} s", free.as_secs_f64()))
                    .because(match seen {
                        None if returned.is_some_and(|at| at < closes_at) => {
                            "`answer_all` had returned, and the inbox was not closed yet. An empty inbox means that there is nothing to do \
                             now: go back to the bell."
                        }
                        None if returned.is_some() => {
                            "`answer_all` had returned. Closed means that no more questions come; what is in the inbox is answered."
                        }
                        None => {
                            "`notify_one` leaves one permit when nobody waits, however often it is called: two questions may ring \
                             once. So a ring says \"look\", and not \"there is one\": take until the inbox is empty."
                        }
                        Some(_) => "One after another, in the order of the inbox, and at once when the clerk is free.",
                    })
                    .outcome(if seen.is_none() && returned.is_none() { Outcome::Deadlock } else { Outcome::Wrong }),
                );
                number += 1;
            }
        }
        let end = free.max(closed + secs(then));
        run.require(
            *returned == Some(end),
            saw(match returned {
                None => format!("`answer_all` never returns; questions were put at {}", times(&groups)),
                Some(at) => format!("`answer_all` returned at {:.3} s", at.as_secs_f64()),
            })
            .expected(format!("at {:.3} s, when the inbox is closed and empty", end.as_secs_f64()))
            .because(
                "The bell for the end may ring while the clerk works, together with others. Look whether the inbox is closed each time \
                 it is empty, *before* you wait.",
            )
            .outcome(if returned.is_none() { Outcome::Deadlock } else { Outcome::Wrong }),
        );
        run.only_looks_when_woken(20);
    }
    // A clerk is sent home in the middle of the first question. What rang has rung by then.
    let run = sent_home();
    let SentHome { at, left } = run.value();
    let wanted = [odd(1), odd(1) + odd(2), odd(1) + odd(2) + odd(3)].map(|after| Some(secs(0.5) + after));
    run.require(
        at[..] == wanted,
        saw(format!(
            "four questions, and the clerk is sent home at 0.5 s, while the first is answered. The next clerk answers the \
             others at: {}",
            instants(at)
        ))
        .expected(instants(&wanted))
        .because(match left {
            0 if at.contains(&None) => {
                "They went home with the first clerk, who had taken them all, and nobody else can answer them. Take a question out of the \
                 inbox when you begin to answer it."
            }
            0 => "The next clerk finds the others in the inbox, and answers them at once, one after another.",
            _ => {
                "They lie in the inbox, and the next clerk waits for a ring. The ring for them is used up: the first clerk has heard it. A \
                 permit is kept until somebody takes it, and that says nothing about the inbox. So look first, and wait then."
            }
        })
        .outcome(if *left > 0 { Outcome::Deadlock } else { Outcome::Wrong }),
    );
}

struct SentHome {
    /// When the questions behind the first one were answered.
    at: Vec<Option<Duration>>,
    /// How many lay in the inbox at the end.
    left: usize,
}

/// Four questions, and the first clerk has begun one of them. Nobody rings any more, and nobody closes.
fn sent_home() -> Finished<SentHome> {
    let model = (0..4).fold(Model::new("atlas"), |model, number| {
        model.time_to_first_token_for(format!("Question {number}"), odd(number))
    });
    let llm = MockLlm::new([model]);
    Check::new().draws(&llm).within(secs(900.0)).timers(20).run(async || {
        let start = Instant::now();
        let inbox = Inbox::default();
        let answers: Vec<_> = (0..4)
            .map(|number| {
                let (asker, answer) = oneshot::channel();
                inbox.put((format!("Question {number}"), asker));
                tokio::spawn(async move { answer.await.ok().map(|_| start.elapsed()) })
            })
            .collect();
        let _ = timeout(secs(0.5), answer_all(&llm, &inbox)).await;
        let _ = timeout(secs(100.0), answer_all(&llm, &inbox)).await;
        // Whoever is left in the inbox gets no answer.
        let left = std::iter::from_fn(|| inbox.take()).count();
        let mut at = Vec::new();
        for answer in answers.into_iter().skip(1) {
            at.push(answer.await.ok().flatten());
        }
        SentHome { at, left }
    })
}

fn instants(times: &[Option<Duration>]) -> String {
    let times = times.iter().map(|at| at.map_or("never".to_owned(), |at| format!("{:.3} s", at.as_secs_f64())));
    times.collect::<Vec<_>>().join(", ")
}

/// An asker may have gone: the others are answered all the same.
#[test]
fn the_asker_may_have_gone() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.0))]);
    let run = Check::new()
        .a_panic_means("An asker may have gone. Then `send` gives the answer back: that is no mistake of the clerk's.")
        .draws(&llm)
        .timers(10)
        .run(async || {
            let inbox = Inbox::default();
            let mut answers = Vec::new();
            for number in 0..4 {
                let (asker, answer) = oneshot::channel();
                inbox.put((format!("Question {number}"), asker));
                // The first one leaves while its answer is made, the third one at once.
                match number {
                    2 => drop(answer),
                    _ => answers.push(answer),
                }
            }
            inbox.close();
            let first = answers.remove(0);
            let leaves = async {
                sleep(secs(0.5)).await;
                drop(first);
            };
            let work = timeout(secs(60.0), answer_all(&llm, &inbox));
            let ((), returned) = tokio::join!(leaves, work);
            let answered = answers.iter_mut().filter_map(|answer| answer.try_recv().ok()).count();
            (returned.is_ok(), answered)
        });
    let (returned, answered) = *run.value();
    run.require(
        returned && answered == 2,
        saw(format!(
            "two of four askers have gone; {answered} of the other two are answered, and `answer_all` {}",
            if returned { "has returned" } else { "does not return" }
        ))
        .expected("both are answered, and it returns")
        .because("One asker who has gone says nothing about the others: go on with the next question."),
    );
}

fn times(groups: &[(f64, usize)]) -> String {
    let times: Vec<String> = groups.iter().map(|(at, count)| format!("{at} s ({count})")).collect();
    times.join(", ")
}
