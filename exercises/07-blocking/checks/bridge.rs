use std::{
    cell::Cell,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, ThreadId},
    time::Duration,
};

use futures::{StreamExt, join, poll};
use harness::{
    Check, Message, Outcome, a_moment, counting_polls, more_turns, nothing_happens_for, saw, secs, test,
    with_the_clock_held,
};
use tokio::sync::Notify;

use super::{Next, PATIENCE, Source, bridge};

harness::checks!();

/// What the check knows of its source.
#[derive(Debug, Clone, Default)]
struct Seen {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    asked: usize,
    given: usize,
    read: usize,
    /// The most tokens that were taken and not read, at any time while there was a reader.
    ahead: usize,
    threads: Vec<ThreadId>,
    longest: Duration,
    reader_left: bool,
    asked_after: usize,
    dropped: bool,
    /// It was dropped by a panic of its thread.
    by_a_panic: bool,
    /// It has said `End`, and was asked once more.
    asked_after_the_end: bool,
    ended: bool,
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until this holds.
    async fn until(&self, holds: impl Fn(&State) -> bool) {
        loop {
            let changes = self.changed.notified();
            if holds(&self.lock()) {
                return;
            }
            changes.await;
        }
    }
}

/// The source of a check: it says what it is told to, or else it gives tokens without end.
#[derive(Debug)]
struct Scripted {
    seen: Seen,
    script: Option<mpsc::Receiver<Next>>,
}

impl Source for Scripted {
    fn next_within(&mut self, time: Duration) -> Next {
        let mut state = self.seen.lock();
        state.asked += 1;
        state.longest = state.longest.max(time);
        let this = thread::current().id();
        if !state.threads.contains(&this) {
            state.threads.push(this);
        }
        state.asked_after += usize::from(state.reader_left);
        state.asked_after_the_end |= state.ended;
        let is_over = state.asked_after > 1;
        drop(state);
        self.seen.changed.notify_one();
        let next = match &self.script {
            _ if is_over => Next::End,
            // The check that tells it what to say has ended.
            Some(script) => script.recv().unwrap_or(Next::End),
            None => Next::Token(format!("token {}", self.seen.lock().given)),
        };
        if let Next::Token(_) = next {
            let mut state = self.seen.lock();
            state.given += 1;
            // A reader that leaves makes room, too: one more token may be taken before the thread sees that it has gone.
            if !state.reader_left {
                state.ahead = state.ahead.max(state.given.saturating_sub(state.read));
            }
        }
        self.seen.lock().ended |= next == Next::End;
        self.seen.changed.notify_one();
        next
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        let mut state = self.seen.lock();
        state.dropped = true;
        state.by_a_panic = thread::panicking();
        drop(state);
        self.seen.changed.notify_one();
    }
}

fn token(text: &str) -> Next {
    Next::Token(text.to_owned())
}

/// A source that says what the sender tells it to.
fn scripted() -> (Scripted, Seen, mpsc::Sender<Next>) {
    let (seen, (says, script)) = (Seen::default(), mpsc::channel());
    (Scripted { seen: seen.clone(), script: Some(script) }, seen, says)
}

fn check(seen: &Seen, because: &'static str) -> Check {
    let (seen, event_loop) = (seen.clone(), thread::current().id());
    Check::new()
        .a_panic_means(
            "A call that holds its thread (`blocking_send`, `blocking_recv`, `block_on`) panics on the event loop. It \
             belongs on the thread that asks the source.",
        )
        .when_stuck(move |outcome| {
            let state = seen.lock();
            let on_the_event_loop = state.threads.contains(&event_loop);
            let because = if on_the_event_loop {
                ON_THE_EVENT_LOOP
            } else if state.asked_after_the_end {
                "The source has said `End`, and it is asked again. The thread returns there, and its sender is dropped with \
                 it: that is the end of the stream."
            } else {
                because
            };
            let message: Message = saw(format!(
                "the source asked {} times, tokens given: {}, tokens read: {}; and nothing goes on",
                state.asked, state.given, state.read
            ));
            (outcome == Outcome::Blocked).then(|| message.expected("the run to go on").because(because))
        })
}

const A_PANIC: &str = "A reader that leaves is no error: people close windows. A `send` that fails says so, and the thread \
                       returns. An `unwrap` of it prints a panic for each of them.";

const ON_THE_EVENT_LOOP: &str = "The source was asked on the thread of the event loop, and held it: a task and a \
                                 stream run there as well. Only a thread of the pool, or one of your own, may call it.";

/// All tokens come, in their order, and the source is never asked on the event loop.
#[test]
fn all_tokens_in_their_order() {
    // Many more than once, and two alike in a row; some have no text.
    let texts: Vec<String> = (0..300)
        .map(|number| if number % 50 == 7 { String::new() } else { format!("{} ", number / 2 * 37 % 100) })
        .collect();
    for (count, capacity) in [(300, 7), (1, 1), (0, 3)] {
        let (source, seen, says) = scripted();
        for text in &texts[..count] {
            // A silence after each third token.
            let _ = says.send(token(text));
            if says.send(Next::Nothing).is_ok() && count % 3 == 0 {
                let _ = says.send(Next::Nothing);
            }
        }
        let _ = says.send(Next::End);
        let because = "The source has more to say or has said `End`, and nothing moves. Where tokens were read, the stream \
                       ends when the sender is dropped: with the thread that asks the source. Where none was: a stream \
                       that is `Pending` has left its waker with the one who brings the next token (a channel of `std` \
                       wakes no task, and a timer is late), and a poll that waits for it on the spot, by `recv` or \
                       `block_on`, holds the event loop.";
        let run = check(&seen, because)
            .run(async || with_the_clock_held(bridge(source, capacity).collect::<Vec<String>>()).await);
        let on_the_event_loop = seen.lock().threads.contains(&thread::current().id());
        run.require(
            !on_the_event_loop,
            saw("the source asked on the thread of the event loop")
                .expected("another thread")
                .because(ON_THE_EVENT_LOOP)
                .outcome(Outcome::Blocked),
        );
        let got = run.value();
        run.require(
            *got == texts[..count],
            saw(format!("{} tokens of {count}", got.len())).expected("all of them, in their order").because(
                if got.len() < count {
                    "Tokens are lost. A queue that is full is no reason to drop one (`try_send`): the thread waits for \
                     room, and it may. Nor is `Nothing` the end: the model thinks, and goes on. A token without a text, \
                     or with that of the one before it, is a token; and those that wait in the queue when the source \
                     ends are still to be read."
                } else {
                    "A token is shown as it was given, once, and after the one that came before it."
                },
            ),
        );
    }
}

/// Each token comes when it is there, also after a silence.
#[test]
fn each_token_when_it_is_there() {
    let (source, seen, says) = scripted();
    let because = "The source has given a token, and the stream has not. It waits for more, or for the end: the reader \
                   looks at an empty page up to then.";
    let run = check(&seen, because).run(async || {
        with_the_clock_held(async {
            let (polls, mut got) = (Cell::new(0), Vec::new());
            let mut tokens = bridge(source, 5);
            for text in ["one", "two", "three"] {
                let _ = says.send(Next::Nothing);
                let _ = says.send(token(text));
                got.extend(counting_polls(&polls, tokens.next()).await);
            }
            // A long silence in which the reader waits.
            let says_late = async {
                a_moment().await;
                nothing_happens_for(secs(10.0)).await;
                says.send(token("four"))
            };
            got.extend(join!(counting_polls(&polls, tokens.next()), says_late).0);
            // No number of `Nothing` is the end. Who asks once in each job is polled for each of them.
            for _ in 0..1000 {
                let _ = says.send(Next::Nothing);
            }
            let _ = says.send(token("five"));
            got.extend(tokens.next().await);
            let _ = says.send(Next::End);
            let after = counting_polls(&polls, tokens.next()).await;
            (got, after, polls.get())
        })
        .await
    });
    let (got, after, polls) = run.value();
    run.require(
        *got == ["one", "two", "three", "four", "five"] && after.is_none(),
        saw(format!("{got:?}, and then {after:?}"))
            .expected("the five tokens, and the end")
            .because("`Nothing` is no end and no token: the model thinks, and the answer goes on."),
    );
    run.require(
        *polls <= 30,
        saw(format!("{polls} polls for four tokens"))
            .expected("a poll when there is a token, and few others")
            .because(
                "The stream is polled again and again while there is nothing to read, and the processor works for \
                 nothing. What waits for a channel is woken by it.",
            )
            .outcome(Outcome::BusyLoop),
    );
}

/// A slow reader slows the source, whatever the capacity.
#[test]
fn a_slow_reader_slows_the_source() {
    for capacity in [1, 3, 10] {
        let seen = Seen::default();
        let source = Scripted { seen: seen.clone(), script: None };
        let because =
            "The reader has left, and the source is neither asked nor dropped: its thread waits for somebody to read.";
        let run = check(&seen, because).run(async || {
            let reads = async {
                let mut tokens = pin!(bridge(source, capacity));
                for read in 0..50 {
                    // Before the first token and after the second, the reader gives the thread the time to run ahead.
                    for _ in 0..if read == 0 || read == 2 { 10 } else { 0 } {
                        let is_full = seen.lock().given > read + capacity;
                        a_moment().await;
                        if is_full {
                            break;
                        }
                    }
                    // Counted first: the thread goes on before `next` returns.
                    seen.lock().read += 1;
                    let _ = tokens.next().await;
                }
                seen.lock().reader_left = true;
            };
            with_the_clock_held(async {
                reads.await;
                seen.until(|state| state.dropped).await;
            })
            .await;
        });
        let State { ahead, given, .. } = *seen.lock();
        run.require(
            ahead <= capacity + 1,
            saw(format!("capacity {capacity}: {ahead} tokens were taken from the source that nobody had read"))
                .expected(format!(
                    "at most {}: {capacity} in the queue, and one in the hand of the thread",
                    capacity + 1
                ))
                .because(if given > 1000 {
                    "Nothing slows the source: the queue has no limit, and it grows for as long as the reader is \
                     slower than the model. A thread may wait for room in a queue: the bounded channel of tokio has a \
                     form of `send` for it."
                } else {
                    "The queue is longer than `capacity` says, or there is a second one behind it."
                }),
        );
    }
}

/// The reader leaves while tokens come: the source is dropped.
#[test]
fn a_reader_that_leaves_ends_the_source() {
    for (capacity, reads) in [(1, 0), (4, 3), (2, 20)] {
        let seen = Seen::default();
        let source = Scripted { seen: seen.clone(), script: None };
        let because =
            "The reader has left, and the source is neither asked nor dropped: its thread waits for somebody to read.";
        let run = check(&seen, because).run(async || {
            with_the_clock_held(async {
                {
                    let mut tokens = pin!(bridge(source, capacity));
                    for _ in 0..reads {
                        seen.lock().read += 1;
                        let _ = tokens.next().await;
                    }
                    a_moment().await;
                }
                seen.lock().reader_left = true;
                seen.until(|state| state.dropped).await;
            })
            .await;
        });
        let state = seen.lock();
        run.require(
            !state.by_a_panic,
            saw("the reader left, and the thread panicked").expected("the thread to end").because(A_PANIC),
        );
        run.require(
            state.asked_after <= 1,
            saw("the reader left, and the source was asked again and again")
                .expected("the source asked at most once more")
                .because(
                    "Nobody reads any more, and the model is paid for each token: `send` says that the receiver \
                          is gone.",
                ),
        );
    }
}

/// The reader leaves while no token comes: the source is dropped at its next `Nothing`.
#[test]
fn a_reader_that_leaves_in_silence_ends_it_too() {
    for tokens_before in [0, 2] {
        let (source, seen, says) = scripted();
        let because = "The reader has left, and the source is not dropped. Who has it then? Where the end of the stream \
                       waits for the thread (a `join()` in a `drop`), it holds the event loop for as long as the source \
                       thinks: let the thread go, it ends by itself.";
        let run = check(&seen, because).run(async || {
            with_the_clock_held(async {
                {
                    let mut tokens = pin!(bridge(source, 4));
                    for _ in 0..tokens_before {
                        let _ = says.send(token("one"));
                        seen.lock().read += 1;
                        let _ = tokens.next().await;
                    }
                    // The reader waits for a token, the thread waits in the source, and no token comes.
                    let _ = poll!(tokens.next());
                    seen.until(|state| state.asked > tokens_before).await;
                }
                more_turns(3).await;
                seen.lock().reader_left = true;
                for _ in 0..2 {
                    let _ = says.send(Next::Nothing);
                }
                seen.until(|state| state.dropped).await;
            })
            .await;
        });
        let State { asked_after, longest, by_a_panic, .. } = *seen.lock();
        run.require(
            !by_a_panic,
            saw("the reader left, and the thread panicked").expected("the thread to end").because(A_PANIC),
        );
        run.require(
            longest <= PATIENCE,
            saw(format!("the source asked to wait for {longest:?}")).expected(format!("{PATIENCE:?} at most")).because(
                "While the source waits, nobody can stop it: the thread sees that the reader has left when the \
                     call comes back, and no sooner.",
            ),
        );
        run.require(
            asked_after <= 1,
            saw("the reader left, the source said `Nothing`, and it was asked again and again")
                .expected("the source asked at most once more, and dropped")
                .because(
                    "The thread learns that the reader is gone when it sends, and in silence there is nothing to send. \
                     A model that thinks for ten minutes holds a thread and a paid call for nobody, and one that has \
                     stalled holds them for ever. The sender can be asked without a token.",
                ),
        );
    }
}
