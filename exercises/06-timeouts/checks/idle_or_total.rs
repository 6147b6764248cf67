use std::time::Duration;

use harness::{Check, Finished, Outcome, odd, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, sleep};

use super::{Ended, read};

harness::checks!();

struct Seen {
    text: String,
    ended: Ended,
    shown: String,
    /// How often `show` was called.
    shows: usize,
    /// When the last token had been shown.
    last: Duration,
}

fn answer(count: usize) -> String {
    (0..count).map(|number| format!("{number}")).collect::<Vec<_>>().join(" ")
}

/// An answer of so many tokens.
fn model(count: usize, first: f64, gap: f64) -> Model {
    Model::new("atlas").reply(answer(count)).time_to_first_token(secs(first)).inter_token_latency(secs(gap))
}

fn run(model: Model, idle: f64, pace: impl Fn(usize) -> Duration) -> Finished<Seen> {
    let llm = MockLlm::new([model]);
    // A timer for each token, and one while it is shown.
    watched(Check::new().draws(&llm).timers(1000).within(secs(9000.0)), &llm, idle, pace)
}

#[track_caller]
fn watched(check: Check, llm: &MockLlm, idle: f64, pace: impl Fn(usize) -> Duration) -> Finished<Seen> {
    check.run(async || {
        llm.restart();
        let start = Instant::now();
        let (mut shown, mut shows, mut count, mut last) = (String::new(), 0, 0, Duration::ZERO);
        let show = async |token: &str| {
            shown.push_str(token);
            shows += 1;
            sleep(pace(count)).await;
            count += 1;
            last = start.elapsed();
        };
        let (text, ended) = read(llm, "Write", secs(idle), show).await;
        Seen { text, ended, shown, shows, last }
    })
}

#[track_caller]
fn require_done(run: &Finished<Seen>, count: usize, end: f64, because: &str) {
    let Seen { text, ended, shown, shows, .. } = run.value();
    let words = text.split_whitespace().count();
    run.require(
        *ended != Ended::Done || *text != answer(count) || shown == text,
        saw(format!("the text is right, and what was shown is {}", beginning(shown)))
            .expected(beginning(text))
            .because("`show` gets each token, and each of them once: the page adds it to what stands there."),
    );
    run.require(
        *ended == Ended::Done && *text == answer(count),
        saw(format!("{ended:?} after {:.3} s, with {words} of {count} tokens", run.elapsed().as_secs_f64()))
            .expected(format!("`Done` after {end:.3} s, with all of them"))
            .because(because),
    );
    run.require(
        *shows == count,
        saw(format!("`show` was called {shows} times for {count} tokens"))
            .expected("once for each token")
            .because("Each token has a show of its own, also where several wait while the page is busy."),
    );
    run.require(
        run.elapsed() == secs(end),
        saw(format!("it took {:.3} s", run.elapsed().as_secs_f64()))
            .expected(format!("{end:.3} s"))
            .because(if run.elapsed() > secs(end) {
                "An answer takes as long as its tokens and the reader who looks at them."
            } else {
                "A token is shown when the future of `show` is ready: await it to its end, however long the page takes."
            })
            .outcome(if run.elapsed() > secs(end) { Outcome::TooSlow } else { Outcome::Wrong }),
    );
}

/// So much of a text as fits into a line.
fn beginning(text: &str) -> String {
    if text.len() <= 30 { format!("{text:?}") } else { format!("{:?}…", &text[..30]) }
}

/// An answer may be as long as it likes, if it goes on.
#[test]
fn a_long_answer_is_read_to_its_end() {
    let because = "The answer was never silent for as long as the limit. A limit round the loop, or a timer that is not set again, counts \
                   its length. Only the time since the last token tells whether it still goes on.";
    for (count, gap) in [(200, 1.957), (1000, 0.353), (3, 1.999), (1, 0.0)] {
        let run = run(model(count, 1.423, gap), 2.0, |_| Duration::ZERO);
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let end = 1.423 + gap * (count - 1) as f64;
        require_done(&run, count, end, because);
    }
    // A week, with a token every five minutes. It is not drawn.
    let llm = MockLlm::new([model(2000, 1.423, 299.7)]);
    let week = watched(Check::new().timers(3000).within(secs(700_000.0)), &llm, 300.0, |_| Duration::ZERO);
    require_done(&week, 2000, 1.423 + 299.7 * 1999.0, because);
    // An answer may be short, too: one without a token has ended.
    let empty = run(Model::new("atlas").reply("").time_to_first_token(secs(1.423)), 2.0, |_| Duration::ZERO);
    empty.require(
        empty.value().ended == Ended::Done,
        saw(format!("an answer without a token: {:?}", empty.value().ended))
            .expected("`Done`")
            .because("The stream has ended, and in time. That is no silence."),
    );
}

/// Silence ends it: at that instant, with the text so far.
#[test]
fn silence_ends_it() {
    for (tokens, idle) in [(0, 2.0), (1, 2.0), (7, 1.709), (7, 30.5)] {
        let run = run(model(20, 1.423, 0.587).fault(When::Always, Fault::StallAfter(tokens)), idle, |_| Duration::ZERO);
        let Seen { text, ended, last, .. } = run.value();
        let words = text.split_whitespace().count();
        let came = match tokens {
            0 => Duration::ZERO,
            tokens => secs(1.423) + secs(0.587) * u32::try_from(tokens - 1).unwrap_or_default(),
        };
        let end = came + secs(idle);
        run.require(
            *ended == Ended::Stalled && run.elapsed() == end,
            saw(format!("a model that is silent after {tokens} tokens, a limit of {idle:.3} s: {ended:?} after {:.3} s", run.elapsed().as_secs_f64()))
                .expected(format!("`Stalled` after {:.3} s", end.as_secs_f64()))
                .because(match ended {
                    Ended::Stalled if run.elapsed() > end => {
                        "The limit was over before: `idle` is the caller's number, and it is counted from the last token, or from the call. \
                         Nothing of an earlier wait is left for this one, and there is no second try. A timer that is set when the wait \
                         begins ends it at that instant; nobody has to look."
                    }
                    Ended::Stalled => "The model had more time: `idle` from the last token on, to its last instant.",
                    _ => "Silence is neither the end of the answer nor an error. Whoever asked wants to know that something is missing.",
                }),
        );
        run.require(
            words == tokens && answer(20).starts_with(text.as_str()),
            saw(format!("a model that is silent after {tokens} tokens: the text is {text:?}"))
                .expected("the tokens that came")
                .because("They are there, and paid for. Half an answer may be all that somebody needs."),
        );
        run.require(
            *last == came,
            saw(format!("the last token came at {:.3} s, and had been shown at {:.3} s", came.as_secs_f64(), last.as_secs_f64()))
                .expected("a token is shown when it comes")
                .because("Showing takes no time here. Who collects the tokens and shows them later leaves the reader before an empty page."),
        );
        run.require(
            run.calls_left() == 0,
            saw("the call still goes on")
                .expected("the stream is dropped")
                .because("A connection that has stalled holds a place until somebody drops its stream."),
        );
        run.leaves_nothing_behind();
    }
}

/// Only waiting for the model counts; showing does not.
#[test]
fn showing_is_not_silence() {
    let because = "The limit is on the model, and the reader was at work. A timer that runs while a token is shown takes a slow page for a \
                   dead connection: set it when the wait begins.";
    // Each token is shown for longer than the limit; the next one comes 0.7 s after that.
    let run_slow = run(model(9, 1.423, 6.0), 2.0, |_| secs(5.3));
    require_done(&run_slow, 9, 1.423 + 8.0 * 6.0 + 5.3, because);
    // The tokens are there long before they are shown.
    let run_fast = run(model(30, 0.353, 0.011), 2.0, |number| secs(3.0) + odd(number % 7));
    let shown: Duration = (0..30).map(|number| secs(3.0) + odd(number % 7)).sum();
    require_done(&run_fast, 30, 0.353 + shown.as_secs_f64(), because);
    // And the silence after a slow token is as long as any.
    let run = run(model(9, 1.423, 0.587).fault(When::Always, Fault::StallAfter(4)), 2.0, |_| secs(5.3));
    let end = run.value().last + secs(2.0);
    run.require(
        run.value().ended == Ended::Stalled && run.elapsed() == end,
        saw(format!(
            "silence after a token that is shown for 5.300 s: {:?} after {:.3} s",
            run.value().ended,
            run.elapsed().as_secs_f64()
        ))
        .expected(format!("`Stalled` after {:.3} s: 2 s from when `read` waits for the model", end.as_secs_f64()))
        .because("Each wait is as long as any other, whatever was done before it."),
    );
}

/// An error of the model is told as it came, with the text so far.
#[test]
fn an_error_is_told_as_it_came() {
    for (fault, error, words, end) in [
        (Fault::CutAfter(3), Error::Cut { tokens: 3 }, 3, 1.423 + 3.0 * 0.587),
        (Fault::Overloaded, Error::Status(503), 0, 1.423),
        (Fault::RateLimited { retry_after: None }, Error::RateLimited { retry_after: None }, 0, 0.0),
    ] {
        let run = run(model(9, 1.423, 0.587).fault(When::Always, fault), 2.0, |_| Duration::ZERO);
        let Seen { text, ended, .. } = run.value();
        run.require(
            *ended == Ended::Failed(error.clone()) && text.split_whitespace().count() == words && run.elapsed() <= secs(end),
            saw(format!("{ended:?} after {:.3} s, with the text {text:?}", run.elapsed().as_secs_f64()))
                .expected(format!("`Failed({error:?})` with {words} tokens"))
                .because(
                    "Silence, an error and the end are three things. Who takes one for another tells the reader something false, and retries \
                     what should not be retried.",
                ),
        );
    }
}

/// A token at exactly the last instant is in time.
#[test]
fn a_token_at_the_last_instant_is_in_time() {
    let run = run(model(12, 1.709, 1.709), 1.709, |_| Duration::ZERO);
    require_done(
        &run,
        12,
        1.709 * 12.0,
        "Token and timer are ready at the same instant, and whoever is polled first wins. `timeout` polls what it holds first. That must be \
         the stream itself: a task that hands its tokens on has its turn later than the timer.",
    );
}
