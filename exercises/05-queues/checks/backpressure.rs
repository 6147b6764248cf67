use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::{Stream, StreamExt, stream::BoxStream};
use harness::{Check, Finished, Outcome, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use tokio::time::{Instant, sleep, timeout};

use super::relay;

harness::checks!();

/// A stream that counts what is taken out of it.
struct Counted {
    tokens: BoxStream<'static, String>,
    taken: Arc<AtomicUsize>,
}

impl Stream for Counted {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        let token = ready!(self.tokens.as_mut().poll_next(cx));
        if token.is_some() {
            self.taken.fetch_add(1, Ordering::SeqCst);
        }
        Poll::Ready(token)
    }
}

/// An answer of so many tokens.
fn model(count: usize, first: f64, gap: f64) -> MockLlm {
    let text: Vec<String> = (0..count).map(|number| format!("{number}")).collect();
    MockLlm::new([Model::new("atlas")
        .reply(text.join(" "))
        .time_to_first_token(secs(first))
        .inter_token_latency(secs(gap))])
}

fn counted(llm: &MockLlm) -> (Counted, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let tokens = llm.stream("Write").filter_map(async |token| token.ok().map(|token| token.text)).boxed();
    (Counted { tokens, taken: Arc::clone(&taken) }, taken)
}

/// What a reader saw.
struct Read {
    text: String,
    /// When each token was received.
    at: Vec<Duration>,
    /// The most tokens that had been taken and were not received.
    most_ahead: usize,
    /// How many were ahead when the reader came back from its longest pause.
    after_the_pause: usize,
    ended: bool,
}

/// A reader that sleeps so long before it receives token `n`.
fn read(llm: &MockLlm, capacity: usize, pace: impl Fn(usize) -> f64) -> Finished<Read> {
    Check::new().within(secs(9000.0)).run(async || {
        let start = Instant::now();
        let (tokens, taken) = counted(llm);
        let mut receiver = relay(tokens, capacity);
        let (mut text, mut at) = (String::new(), Vec::new());
        let (mut most_ahead, mut after_the_pause, mut longest) = (0, 0, 0.0);
        let ended = loop {
            let pause = pace(at.len());
            // In steps, so that the relay is seen at any time of the pause.
            for _ in 0..8 {
                sleep(secs(pause / 8.0)).await;
                most_ahead = most_ahead.max(taken.load(Ordering::SeqCst) - at.len());
            }
            if pause > longest {
                (longest, after_the_pause) = (pause, taken.load(Ordering::SeqCst) - at.len());
            }
            match timeout(secs(500.0), receiver.recv()).await {
                Ok(Some(token)) => {
                    text.push_str(&token);
                    at.push(start.elapsed());
                    most_ahead = most_ahead.max(taken.load(Ordering::SeqCst) - at.len());
                }
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        Read { text, at, most_ahead, after_the_pause, ended }
    })
}

#[track_caller]
fn require_all(run: &Finished<Read>, count: usize, story: &str) {
    let read = run.value();
    let text: Vec<String> = (0..count).map(|number| format!("{number}")).collect();
    run.require(
        read.text == text.join(" "),
        saw(format!("{story}: {} of {count} tokens, {:?} at the end", read.at.len(), read.text.chars().rev().take(20).collect::<Vec<_>>().iter().rev().collect::<String>()))
            .expected("each token once, in the order of the model")
            .because(
                "A full queue is no reason to lose a token, or to let one overtake another. Whoever finds no room waits, and the \
                 one behind waits with it.",
            ),
    );
    run.require(
        read.ended,
        saw(format!("{story}: after the last token the receiver waits for ever"))
            .expected("`recv` gives `None`")
            .because("A queue ends when its last sender is dropped. One is still alive: look for a clone, in a task that does not end.")
            .outcome(Outcome::Deadlock),
    );
}

/// Each token comes, in order, as soon as the model has it.
#[test]
fn each_token_as_soon_as_it_comes() {
    for (capacity, gap) in [(1, 0.353), (3, 0.353), (64, 0.011)] {
        let run = read(&model(23, 1.423, gap), capacity, |_| 0.0);
        require_all(&run, 23, "a quick reader");
        // The spaces between the numbers are part of the tokens, so a number is a token.
        for (number, at) in run.value().at.iter().enumerate() {
            let wanted = secs(1.423) + secs(gap) * u32::try_from(number).unwrap_or(0);
            run.require(
                *at == wanted,
                saw(format!("token {number} at {:.3} s, with a reader who always waits for it", at.as_secs_f64()))
                    .expected(format!("at {:.3} s, when the model has it", wanted.as_secs_f64()))
                    .because("A relay hands each token on when it comes. Whoever collects first, or looks from time to time, is late."),
            );
        }
    }
    let run = read(&model(41, 0.353, 0.001), 3, |number| odd(number % 7).as_secs_f64());
    require_all(&run, 41, "a slow reader");
    let run = read(&model(300, 0.353, 0.0), 5, |number| if number % 50 == 49 { 9.0 } else { 0.003 });
    require_all(&run, 300, "tokens that are all there at once");
    // A relay that has no room sleeps.
    run.require(
        run.polls_of_tasks() < 1500,
        saw(format!("{} polls of tasks for 300 tokens and 8 pauses of the reader", run.polls_of_tasks()))
            .expected("about one for each token: when there is room, or when a token comes")
            .because("`reserve` sleeps until there is room, and is woken by the receiver. A look from time to time costs polls all night."),
    );
}

/// No more is taken than there is room for, and all of the room is used.
#[test]
fn never_more_than_the_capacity() {
    for capacity in [1, 2, 3, 7, 64, 150] {
        // The reader pauses long after the fifth token.
        let run = read(&model(400, 0.353, 0.011), capacity, |number| match number {
            5 => 1000.0,
            _ => odd(number % 5).as_secs_f64() / 50.0,
        });
        require_all(&run, 400, "a reader who pauses");
        let Read { most_ahead, after_the_pause, .. } = *run.value();
        run.require(
            most_ahead <= capacity,
            saw(format!("with a capacity of {capacity}, {most_ahead} tokens were taken out of the stream and not received"))
                .expected(format!("{capacity} at most"))
                .because(if most_ahead == capacity + 1 {
                    "One more than the capacity: the queue is full, and the relay waits with a token in its hand, which is taken and \
                     paid for. Look for room first (`reserve`), and take the token then."
                } else {
                    "What the reader has not asked for yet is paid for, and kept in memory. The bound must hold for all that is \
                     taken, wherever it waits: in the channel, in a list, or in a task."
                }),
        );
        run.require(
            after_the_pause == capacity,
            saw(format!("with a capacity of {capacity}, {after_the_pause} tokens were ready after a pause of 1000 s"))
                .expected(format!("{capacity}: as many as there is room for"))
                .because("A queue evens out the pace of two sides. Room that is not used does not."),
        );
    }
    // The room that the reader makes is used at once.
    let run = read(&model(60, 0.353, 0.011), 10, |number| if number < 20 { 50.0 } else { 0.0 });
    let ahead = run.value().after_the_pause;
    run.require(
        ahead == 10,
        saw(format!("{ahead} tokens were ready, 50 s after the reader had received one of 10"))
            .expected("10: a place that is free is filled again")
            .because("Each receive makes room for one token. Who waits until all places are free uses half of them."),
    );
    let run =
        read(&model(60, 0.353, 0.011), 10, |number| [50.0, 70.0, 140.0, 210.0].get(number).copied().unwrap_or(0.0));
    let ahead = run.value().after_the_pause;
    run.require(
        ahead == 10,
        saw(format!("{ahead} tokens were ready, 210 s after the reader had received the third of 10"))
            .expected("10: a place that is free is filled again")
            .because("Each receive makes room for one token. Who waits until all places are free uses half of them."),
    );
}

/// When the reader leaves, nothing more is taken, and no task is left.
#[test]
fn the_relay_ends_with_its_reader() {
    // A full queue; between two tokens; before the first token; at once.
    for (gap, received, pause, story) in [
        (0.011, 3, 50.0, "while the queue was full"),
        (60.0, 2, 7.3, "between two tokens that come 60 s apart"),
        (60.0, 0, 0.7, "before the first token"),
        (60.0, 0, 0.0, "at once"),
    ] {
        let llm = model(40, 30.0, gap);
        let run = Check::new().draws(&llm).timers(20).run(async || {
            let (tokens, taken) = counted(&llm);
            let mut receiver = relay(tokens, 4);
            for _ in 0..received {
                receiver.recv().await;
            }
            sleep(secs(pause)).await;
            drop(receiver);
            let left_at = taken.load(Ordering::SeqCst);
            sleep(secs(0.3)).await;
            (left_at, taken.load(Ordering::SeqCst))
        });
        let (before, after) = *run.value();
        run.require(
            before == after,
            saw(format!("the reader left {story}, and {} more tokens were taken", after - before))
                .expected("none")
                .because("Nobody will read them, and they are paid for."),
        );
        run.require(
            run.tasks_left() == 0 && run.calls_left() == 0,
            saw(format!("the reader left {story}; 0.3 s later, {} and {} of the model",
                counted_words(run.tasks_left(), "task is alive", "tasks are alive"), counted_words(run.calls_left(), "call", "calls")))
                .expected("nothing is left: the relay ends when its reader leaves")
                .because(
                    "A relay that waits for the next token hears nothing of its reader: `send` and `reserve` tell it only when they are \
                     called. Wait for both at the same time: for the token, and for `Sender::closed`. And when the reader has left, let go \
                     of the stream: whoever reads on, or waits on, pays for it.",
                ),
        );
        run.only_looks_when_woken(20);
    }
    // The reader leaves at the instant at which a token comes, and before the relay has seen it.
    for received in 0..12 {
        let llm = model(40, 2.0, 0.5);
        let run = Check::new().draws(&llm).timers(40).run(async || {
            let (tokens, taken) = counted(&llm);
            let mut receiver = relay(tokens, 4);
            for _ in 0..received {
                receiver.recv().await;
            }
            // The relay waits for its token by now.
            sleep(secs(0.1)).await;
            let at = received_at(received) - secs(0.1);
            sleep(at).await;
            drop(receiver);
            let left_at = taken.load(Ordering::SeqCst);
            sleep(secs(0.3)).await;
            (left_at, taken.load(Ordering::SeqCst))
        });
        let (before, after) = *run.value();
        run.require(
            before == after,
            saw(format!("the reader left at the instant at which token {before} came, and the relay took it"))
                .expected("nothing more is taken")
                .because(
                    "Both are ready then: the reader has left, and the token is there. `select!` takes one of them by chance, unless it is \
                     `biased`: look at the reader first.",
                ),
        );
    }
}

/// How long after the last of so many tokens the next one comes, in a model of 2 s and then a token each 0.5 s.
fn received_at(received: usize) -> Duration {
    if received == 0 { secs(2.0) } else { secs(0.5) }
}

fn counted_words(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
