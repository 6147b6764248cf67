use std::{
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use futures::{Stream, StreamExt, channel::mpsc::unbounded};
use harness::{Check, Finished, Outcome, Wakes, moved_at, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use tokio::{
    sync::watch,
    task::yield_now,
    time::{Instant, sleep_until, timeout},
};

use super::pausable;

harness::checks!();

const TOKENS: usize = 24;
/// Tokens come 173 ms apart, from `odd(0)` on.
const APART: Duration = Duration::from_millis(173);

fn token(number: usize) -> String {
    format!("{} ", (number * 7) % 5)
}

fn comes_at(number: usize) -> Duration {
    odd(0) + APART * number as u32
}

/// A stream, and when it was polled and gave something.
struct Watched<S> {
    stream: S,
    start: Instant,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Clone, Default)]
struct Seen {
    polls: Vec<Duration>,
    items: Vec<(Duration, String)>,
}

impl<S: Stream<Item = String> + Unpin> Stream for Watched<S> {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        let now = self.start.elapsed();
        self.seen.lock().unwrap().polls.push(now);
        let polled = self.stream.poll_next_unpin(cx);
        if let Poll::Ready(Some(item)) = &polled {
            self.seen.lock().unwrap().items.push((now, item.clone()));
        }
        polled
    }
}

/// What somebody does with the switch, and when; the sender is dropped at the last time.
struct Presses {
    at_first: bool,
    times: Vec<(f64, bool)>,
    dropped: f64,
    moved: Option<f64>,
}

struct Watching {
    /// From the model to the stream.
    taken: Seen,
    /// From the stream to the reader.
    shown: Seen,
}

impl Presses {
    fn new(at_first: bool, times: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let times: Vec<_> = times.into_iter().collect();
        let last = times.last().map_or(0.0, |(at, _)| *at);
        Self { at_first, times, dropped: last + 200.0, moved: None }
    }

    fn run(&self) -> Finished<Watching> {
        let text: String = (0..TOKENS).map(token).collect();
        let model = Model::new("atlas").time_to_first_token(odd(0)).inter_token_latency(APART).reply(text.trim_end());
        let llm = MockLlm::new([model]);
        let (press, switch) = watch::channel(self.at_first);
        let times = self.times.clone();
        let dropped = self.dropped;
        let timers = times.len() + 3;
        let words = "The stream waits, and nothing will wake it. Whoever says `Pending` must have left the waker of \
                     *this* poll with the one who knows when it goes on. A `changed()` or `wait_for()` takes the waker \
                     away when it is dropped.";
        let check = Check::new().draws(&llm).timers(timers).within(secs((dropped - 10.0).max(190.0))).when_stuck(
            move |outcome| {
                Some(saw("no token comes any more").expected("the rest of the tokens").because(words).outcome(outcome))
            },
        );
        check.run(async || {
            let start = Instant::now();
            let taken = Arc::new(Mutex::new(Seen::default()));
            let shown = Arc::new(Mutex::new(Seen::default()));
            let tokens = llm.stream("What is a pause?").map(|token| token.expect("no faults").text);
            let tokens = Watched { stream: tokens, start, seen: taken.clone() };
            let presses = tokio::spawn(async move {
                for (at, is_paused) in times {
                    // Two presses of one instant come together: nobody runs in between.
                    if start + secs(at) > Instant::now() {
                        sleep_until(start + secs(at)).await;
                    }
                    press.send_replace(is_paused);
                }
                sleep_until(start + secs(dropped)).await;
            });
            let stream = Watched { stream: Box::pin(pausable(tokens, switch)), start, seen: shown.clone() };
            let reads = stream.for_each(|_| std::future::ready(()));
            match self.moved {
                Some(after) => moved_at(secs(after), reads).await,
                None => reads.await,
            }
            presses.abort();
            let _ = presses.await;
            Watching { taken: taken.lock().unwrap().clone(), shown: shown.lock().unwrap().clone() }
        })
    }

    /// The pauses, from press to press. Of two presses of one instant only the second can be seen.
    fn pauses(&self) -> Vec<(Duration, Duration)> {
        let mut pauses = Vec::new();
        let mut since = self.at_first.then_some(Duration::ZERO);
        let is_unseen = |place: usize| self.times.get(place + 1).is_some_and(|(next, _)| *next == self.times[place].0);
        let seen = self.times.iter().enumerate().filter(|(place, _)| !is_unseen(*place)).map(|(_, press)| *press);
        for (at, is_paused) in seen {
            match since {
                None if is_paused => since = Some(secs(at)),
                Some(begun) if !is_paused => {
                    pauses.push((begun, secs(at)));
                    since = None;
                }
                _ => {}
            }
        }
        pauses.extend(since.map(|begun| (begun, secs(self.dropped))));
        pauses
    }

    /// When something was sent in the middle of this pause: each time wakes whoever waits for the switch.
    fn again(&self, (begun, over): (Duration, Duration)) -> Vec<Duration> {
        let mut again: Vec<Duration> = self.times.iter().map(|(at, _)| secs(*at)).collect();
        again.retain(|at| begun < *at && *at < over);
        again.dedup();
        again
    }
}

/// Short and long pauses, one before the first token, one with nothing in it, two in which `true` is sent again, once
/// behind a `false` of the same instant.
fn nights() -> Vec<Presses> {
    vec![
        Presses::new(false, [(2.6, true), (31.7, false)]),
        Presses::new(true, [(0.7, false), (2.31, true), (2.35, false), (3.0, true), (3.01, true), (47.0, false)]),
        Presses::new(true, [(21.9, false), (24.1, true), (43.3, false)]),
        Presses::new(false, (0..14).map(|press| (1.95 + 0.29 * f64::from(press), press % 2 == 0))),
        Presses { moved: Some(9.1), ..Presses::new(false, [(2.6, true), (31.7, false)]) },
        Presses::new(false, [(2.6, true), (9.3, true), (14.9, false), (14.9, true), (31.7, false)]),
        // A reader who comes back the next day.
        Presses::new(false, [(2.6, true), (86_431.7, false)]),
    ]
}

fn texts(seen: &Seen) -> String {
    seen.items.iter().map(|(_, text)| text.as_str()).collect()
}

#[track_caller]
fn all_tokens<T>(run: &Finished<T>, shown: &str) {
    let wanted: String = (0..TOKENS).map(token).collect();
    run.require(
        shown.trim_end() == wanted.trim_end(),
        saw(format!("the text \"{shown}\"")).expected(format!("\"{}\"", wanted.trim_end())).because(
            "A token that has been taken from the model comes a second time from nobody. Whoever has it in the hand \
             when the switch is pressed must keep it for later.",
        ),
    );
}

/// Each token comes out once and in order, however often somebody presses the switch.
#[test]
fn every_token_comes_out_once() {
    for night in nights() {
        let run = night.run();
        all_tokens(&run, &texts(&run.value().shown));
        run.leaves_nothing_behind();
    }
    let run = Presses::new(false, []).run();
    all_tokens(&run, &texts(&run.value().shown));
    run.takes(comes_at(TOKENS - 1), "Nobody pauses. The stream has nothing to wait for but the model.");
}

/// Nothing comes out during a pause, and one token at most is taken from the model.
#[test]
fn a_pause_holds_the_tokens_back() {
    for night in nights() {
        let run = night.run();
        for (begun, over) in night.pauses() {
            let within = |at: Duration| begun < at && at < over;
            let between = format!("between {:.3} s and {:.3} s, paused", begun.as_secs_f64(), over.as_secs_f64());
            let shown: Vec<Duration> =
                run.value().shown.items.iter().map(|(at, _)| *at).filter(|at| within(*at)).collect();
            let again = night.again((begun, over));
            let because = match shown.first() {
                Some(first) if again.iter().any(|at| at <= first) => {
                    "In this pause `true` was sent once more, and later `false` and `true` in one instant. A watch channel \
                     reports that something was sent, not that it is another value. So a change alone does not end a pause: \
                     look at what the switch says, after every change."
                }
                _ => "The reader has pressed pause, and the text goes on under the eyes.",
            };
            run.require(
                shown.is_empty(),
                saw(format!("{} tokens came out {between}", shown.len())).expected("none").because(because),
            );
            let taken = run.value().taken.items.iter().filter(|(at, _)| within(*at)).count();
            run.require(
                taken <= 1,
                saw(format!("{taken} tokens were taken from the model {between}")).expected("one at most").because(
                    "A stream that reads on and keeps what it reads is a queue without a bound. Not to poll the tokens \
                     is what holds the sender back.",
                ),
            );
        }
    }
    // The same where the reader is slower than the tokens: they lie there, and the switch is pressed between two of its
    // looks.
    let run = slow_reader();
    for (pause, Slow { out, taken }) in run.value().0.iter().enumerate() {
        let pressed =
            format!("the reader is slower than the tokens, and the switch is pressed after token {}", 2 * pause + 1);
        run.require(
            out.is_empty(),
            saw(format!("{pressed}: then {} tokens come out", out.len())).expected("none").because(
                "The stream had them in its hands before the pause: in a queue between two of its parts, or as a chunk. That \
                 the switch was asked when they were taken does not help: ask it where a token goes out, at each poll.",
            ),
        );
        run.require(
            *taken <= 1,
            saw(format!("{pressed}: then {taken} tokens are taken")).expected("one at most").because(
                "A task reads on during the pause, until its queue is full. Not to poll the tokens is what holds the sender \
                 back.",
            ),
        );
    }
    all_tokens(&run, &run.value().1);
}

/// What one pause of a slow reader has let through.
struct Slow {
    out: Vec<String>,
    taken: usize,
}

/// All tokens lie there from the beginning. The reader takes two, presses pause, asks a few times, and goes on.
fn slow_reader() -> Finished<(Vec<Slow>, String)> {
    let task = Wakes::new();
    Check::new().run(async || {
        let (press, switch) = watch::channel(false);
        let (model, tokens) = unbounded();
        (0..TOKENS).for_each(|number| model.unbounded_send(token(number)).expect("the stream holds the other end"));
        drop(model);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let tokens = Watched { stream: tokens, start: Instant::now(), seen: seen.clone() };
        let mut stream = pin!(pausable(tokens, switch).fuse());
        let mut text = String::new();
        let mut pauses = Vec::new();
        for _ in 0..TOKENS / 3 {
            for _ in 0..2 {
                text.extend(stream.next().await);
            }
            others().await;
            press.send_replace(true);
            let before = seen.lock().unwrap().items.len();
            let mut out = Vec::new();
            for _ in 0..4 {
                if let Poll::Ready(Some(token)) = task.poll(pin!(stream.next())) {
                    out.push(token);
                }
                others().await;
            }
            text.extend(out.iter().cloned());
            pauses.push(Slow { out, taken: seen.lock().unwrap().items.len() - before });
            press.send_replace(false);
        }
        while let Some(token) = stream.next().await {
            text.push_str(&token);
        }
        (pauses, text)
    })
}

/// A task of the stream's own gets its turn before the stream is asked.
async fn others() {
    for _ in 0..4 {
        yield_now().await;
    }
}

/// During a pause the stream is polled twice at most, and once for each `true` that is sent again.
#[test]
fn a_pause_costs_two_polls_at_most() {
    for night in nights() {
        let run = night.run();
        for (begun, over) in night.pauses() {
            // A task that is moved is polled there once more.
            let moved = usize::from(night.moved.is_some_and(|at| begun < secs(at) && secs(at) < over));
            let most = 2 + moved + night.again((begun, over)).len();
            let polls = run.value().shown.polls.iter().filter(|&&at| begun < at && at < over).count();
            run.require(
                polls <= most,
                saw(format!(
                    "{polls} polls between {:.3} s and {:.3} s, paused",
                    begun.as_secs_f64(),
                    over.as_secs_f64()
                ))
                .expected(format!("{most} at most"))
                .because(
                    "A waker is not a button for \"try again\", and a sleep only makes the circles longer. Leave the \
                     waker with the switch: it calls when it is pressed.",
                )
                .outcome(Outcome::BusyLoop),
            );
        }
    }
    // A task of the stream's own does not look again and again, either. Few tokens are left when this pause ends: a
    // stream whose parts wake each other for each of them is right.
    let night = Presses::new(false, [(comes_at(TOKENS - 4).as_secs_f64() + 0.05, true), (31.7, false)]);
    night.run().only_looks_when_woken(night.times.len() + 3);
}

/// The switch wakes the stream: the next token comes out in the instant in which the pause ends.
#[test]
fn goes_on_in_the_instant_in_which_the_pause_ends() {
    for night in nights() {
        let run = night.run();
        for (begun, over) in night.pauses() {
            // Only where a token has been waiting for sure: the call had begun, and not all was out.
            let before = run.value().shown.items.iter().filter(|(at, _)| *at <= begun).count();
            if over < secs(10.0) || begun < secs(1.0) || before == TOKENS {
                continue;
            }
            let next = run.value().shown.items.iter().map(|(at, _)| *at).find(|at| *at > begun);
            let is_early = next.is_some_and(|next| next < over);
            run.require(
                next == Some(over),
                saw(match next {
                    Some(next) => {
                        format!("the next token after {:.3} s at {:.3} s", begun.as_secs_f64(), next.as_secs_f64())
                    }
                    None => format!("no token any more after {:.3} s", begun.as_secs_f64()),
                })
                .expected(format!("at {:.3} s, when the pause ended", over.as_secs_f64()))
                .because(if is_early {
                    "The switch holds the tokens back until it is pressed again."
                } else {
                    "A token had come long before. Only the switch held it back, and the switch can wake."
                })
                .outcome(if next > Some(over) { Outcome::TooSlow } else { Outcome::Wrong }),
            );
        }
    }
}

/// A token and a pause come together, hundreds of times: the switch decides, and no token is lost.
#[test]
fn hundreds_of_pauses_lose_nothing() {
    const PAUSES: usize = 300;
    let task = Wakes::new();
    let run = Check::new().run(async || {
        let (press, switch) = watch::channel(false);
        let (model, tokens) = unbounded();
        let mut stream = pin!(pausable(tokens, switch));
        for number in 0..PAUSES {
            let nothing_there = task.poll(pin!(stream.next()));
            if nothing_there.is_ready() {
                return Err((number, format!("{nothing_there:?} before there was a token")));
            }
            press.send_replace(true);
            let _ = model.unbounded_send(number.to_string());
            others().await;
            let paused = task.poll(pin!(stream.next()));
            if paused.is_ready() {
                return Err((number, format!("{paused:?} while paused")));
            }
            let before = task.count();
            press.send_replace(false);
            others().await;
            if task.count() == before {
                return Err((number, "no wake when the pause ended".to_owned()));
            }
            // Parts of the stream may hand the token on, and wake each other for it.
            let mut open = Poll::Pending;
            for _ in 0..4 {
                let wakes = task.count();
                open = task.poll(pin!(stream.next()));
                if open.is_ready() || task.count() == wakes {
                    break;
                }
            }
            if open != Poll::Ready(Some(number.to_string())) {
                return Err((number, format!("{open:?} when the pause was over")));
            }
            // A new turn: what tokio allows a task in one turn is not what is checked here.
            yield_now().await;
        }
        Ok(())
    });
    if let Err((number, what)) = run.value() {
        run.fail(
            saw(format!("in pause number {number}: {what}"))
                .expected(format!("Pending while paused, then a wake, then token {number}"))
                .because(
                    "Here the switch is pressed and a token comes before the stream is polled again. What the switch \
                     says comes first, at each poll; the token is kept, and the switch has the waker of the last poll.",
                ),
        );
    }
}

/// A switch that has been dropped holds nothing back: in a pause, between pauses, and before the first token.
#[test]
fn a_dropped_switch_lets_all_tokens_out() {
    let nights = [
        Presses { dropped: 17.3, ..Presses::new(false, [(2.6, true)]) },
        Presses { dropped: 2.7, ..Presses::new(false, []) },
        Presses { dropped: 0.2, ..Presses::new(true, []) },
        Presses { dropped: 3.1, ..Presses::new(false, [(2.2, true), (2.5, false)]) },
    ];
    for night in nights {
        let run = night.run();
        all_tokens(&run, &texts(&run.value().shown));
        let last = run.value().shown.items.last().map(|(at, _)| *at).unwrap_or_default();
        let wanted = secs(night.dropped).max(comes_at(TOKENS - 1));
        run.require(
            last <= wanted + comes_at(TOKENS - 1),
            saw(format!("the last token at {:.3} s", last.as_secs_f64()))
                .expected(format!("at {:.3} s", wanted.as_secs_f64()))
                .because("Nobody can press the switch any more.")
                .outcome(Outcome::TooSlow),
        );
        let polls = run.value().shown.polls.len();
        run.require(
            polls <= 3 * TOKENS + 8,
            saw(format!("{polls} polls for {TOKENS} tokens"))
                .expected("about one or two for each")
                .because(
                    "`changed()` fails at once when the sender is gone, every time: who waits for it runs in circles.",
                )
                .outcome(Outcome::BusyLoop),
        );
    }
}

/// A reader who leaves in a pause takes the call along.
#[test]
fn a_reader_who_leaves_takes_the_call_along() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(odd(0)).inter_token_latency(APART)]);
    let run = Check::new().draws(&llm).timers(9).run(async || {
        let (press, switch) = watch::channel(false);
        let tokens = llm.stream("What is a pause?").map(|token| token.expect("no faults").text);
        let reads = Box::pin(pausable(tokens, switch)).for_each(|_| {
            press.send_replace(true);
            std::future::ready(())
        });
        let _ = timeout(secs(5.3), reads).await;
        // The switch outlives the reader.
        press
    });
    run.leaves_nothing_behind();
}
