use std::{cell::Cell, future::pending, time::Duration};

use harness::{Check, Finished, saw, secs, test};
use mock_llm::{Fault, MockLlm, Model, When};
use tokio::time::{Instant, sleep, timeout};

use super::{Event, read};

harness::checks!();

/// What the page showed, and when each show began.
struct Page {
    events: Vec<(Duration, Event)>,
    /// Shows that were begun, and not ended.
    cut_off: usize,
    returned: Option<Duration>,
}

fn model(count: usize, first: f64, gap: f64) -> Model {
    let text: Vec<String> = (0..count).map(|number| format!("{number}")).collect();
    Model::new("atlas").reply(text.join(" ")).time_to_first_token(secs(first)).inter_token_latency(secs(gap))
}

/// Each show takes `pace`.
fn run(model: Model, patience: f64, pace: f64) -> Finished<Page> {
    let llm = MockLlm::new([model]);
    Check::new().draws(&llm).timers(400).within(secs(9000.0)).run(async || {
        let start = Instant::now();
        let mut events = Vec::new();
        let (begun, ended, slow) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let show = async |event: Event| {
            if event == Event::Slow {
                slow.set(slow.get() + 1);
            }
            // A page that was told fifty times has seen enough.
            if slow.get() > 50 {
                pending::<()>().await;
            }
            events.push((start.elapsed(), event));
            begun.set(begun.get() + 1);
            sleep(secs(pace)).await;
            ended.set(ended.get() + 1);
        };
        let returned = timeout(secs(4000.0), read(&llm, "Write", secs(patience), show)).await;
        Page { events, cut_off: begun.get() - ended.get(), returned: returned.ok().map(|()| start.elapsed()) }
    })
}

fn slow_at(page: &Page) -> Vec<Duration> {
    page.events.iter().filter(|(_, event)| *event == Event::Slow).map(|(at, _)| *at).collect()
}

fn listed(times: &[Duration]) -> String {
    match times {
        [] => "never".to_owned(),
        times if times.len() > 4 => format!("{} times, first at {:.3} s", times.len(), times[0].as_secs_f64()),
        times => times.iter().map(|at| format!("at {:.3} s", at.as_secs_f64())).collect::<Vec<_>>().join(", "),
    }
}

/// That it takes long is shown once, at its instant, whatever the model does.
#[test]
fn slow_is_shown_once_at_its_instant() {
    for (count, first, gap, patience, story) in [
        (10, 1.0, 1.0, 3.5, "ten tokens, one a second"),
        (300, 0.353, 0.05, 3.517, "three hundred tokens, twenty a second"),
        (4, 30.0, 1.0, 3.5, "a model that thinks for 30 s"),
        (6, 1.0, 10.0, 3.5, "six tokens, 10 s apart"),
        (3, 1.423, 0.811, 2.0, "three tokens until 3.045 s"),
    ] {
        let run = run(model(count, first, gap), patience, 0.0);
        let seen = slow_at(run.value());
        let because = match &seen[..] {
            [] => {
                "`select!` makes its branches anew in each turn: a `sleep` that is made in the loop begins anew with each token, and so \
                 does one that is reset. This timer measures from the start: make it before the loop."
            }
            [one] if *one == secs(patience) => "",
            [one] if *one == secs(first + patience) => {
                "The time of the answer begins when `read` is called, and not with the first token: make the timer before anything is \
                 waited for."
            }
            [one] if *one > secs(patience) => {
                "The notice comes when its time has come, and not when the next token does. A timer of the whole answer wakes `read` at \
                 that instant; who looks at the clock when a token comes looks too late."
            }
            [_] => "It is too early: `patience` is not over yet.",
            [first, second, ..] if second == first => {
                "A `Sleep` that is over is over at each further poll: the branch is ready in each turn, and the loop spins. Switch the \
                 branch off when it has fired."
            }
            _ => "Once is enough. A timer that is made anew, or set again, ends again.",
        };
        run.require(
            seen == [secs(patience)],
            saw(format!("{story}: `Slow` is shown {}", listed(&seen)))
                .expected(format!("once, at {patience:.3} s"))
                .because(because),
        );
        run.require(
            run.value().returned.is_some(),
            saw(format!("{story}: `read` never returns"))
                .expected("it returns when the answer is over")
                .because("The end of the stream is the end of `read`."),
        );
        run.only_looks_when_woken(2 + run.value().events.len());
    }
}

/// An answer that is over by then is not slow, nor is one that is over at that instant.
#[test]
fn an_answer_that_is_over_is_not_slow() {
    for (count, first, gap, pace, patience, story) in [
        (3, 1.0, 1.0, 0.0, 3.5, "an answer of 3 s, a patience of 3.5 s"),
        (3, 1.0, 1.0, 0.0, 3.0, "an answer of 3 s, a patience of 3 s"),
        (2, 1.0, 1.0, 0.0, 2.0, "an answer of 2 s, a patience of 2 s"),
        (5, 0.5, 0.25, 0.0, 1.5, "an answer of 1.5 s, a patience of 1.5 s"),
        (12, 0.25, 0.25, 0.0, 3.0, "an answer of twelve tokens and 3 s, a patience of 3 s"),
        (1, 3.5, 1.0, 0.0, 3.5, "an answer of one token at the last instant"),
        (1, 0.5, 1.0, 0.0, 0.5, "an answer of one token after 0.5 s, a patience of 0.5 s"),
        (3, 0.5, 0.2, 0.3, 1.5, "an answer that has been shown to its end at 1.4 s, a patience of 1.5 s"),
        (3, 0.5, 0.2, 0.3, 1.4, "an answer that has been shown to its end at 1.4 s, a patience of 1.4 s"),
    ] {
        let run = run(model(count, first, gap), patience, pace);
        let seen = slow_at(run.value());
        run.require(
            seen.is_empty(),
            saw(format!("{story}: `Slow` is shown {}", listed(&seen))).expected("never").because(
                "Both are ready at this instant, the last token and the timer: ask the model first. `select!` takes one of them by \
                 chance, unless it is `biased`: then the first in the list. And who looks at the clock before the model has been asked \
                 finds that the time is over, though the answer is, too.",
            ),
        );
        run.leaves_nothing_behind();
    }
    // An error is an end, and one that comes early is not slow.
    let broken = run(model(9, 1.0, 1.0).fault(When::Always, Fault::CutAfter(1)), 3.5, 0.0);
    run_ends_at(&broken, "a connection that breaks after one token, at 2 s", 1, 2.0);
    let refused = run(model(9, 1.0, 1.0).fault(When::Always, Fault::Refused), 3.5, 0.0);
    run_ends_at(&refused, "a model that nobody reaches", 0, 0.0);
    // A token of that instant is shown first.
    let run = run(model(6, 1.0, 1.0), 3.0, 0.0);
    let order: Vec<&Event> = run.value().events.iter().map(|(_, event)| event).take(4).collect();
    run.require(
        order.last() == Some(&&Event::Slow),
        saw(format!("a token at 3 s, a patience of 3 s: {order:?}"))
            .expected("three tokens, and then `Slow`")
            .because("The token was there. `biased;` in `select!` makes the order of the branches count."),
    );
}

/// Each token is shown as soon as it comes, and to its end.
#[test]
fn no_token_is_lost_or_late() {
    for (count, first, gap, patience, pace, story) in [
        (10, 1.0, 1.0, 3.5, 0.0, "ten tokens, one a second"),
        (10, 1.0, 1.0, 3.5, 0.7, "a page that shows a token for 0.7 s"),
        (20, 0.353, 0.05, 2.0, 0.3, "a page that is slower than the model"),
        (4, 9.0, 1.0, 3.5, 0.2, "a model that thinks for 9 s"),
    ] {
        let run = run(model(count, first, gap), patience, pace);
        let Page { events, cut_off, returned } = run.value();
        let tokens: String = events
            .iter()
            .filter_map(|(_, event)| match event {
                Event::Token(text) => Some(text.as_str()),
                Event::Slow => None,
            })
            .collect();
        let wanted = (0..count).map(|number| format!("{number}")).collect::<Vec<_>>().join(" ");
        run.require(
            tokens == wanted && *cut_off == 0,
            saw(if *cut_off > 0 { format!("{story}: a show was begun and dropped before its end") } else { format!("{story}: {tokens:?}") })
                .expected(format!("{wanted:?}, each shown to its end"))
                .because(if *cut_off > 0 {
                    "A `timeout`, and a branch of `select!`, drop what they hold when the other side wins: here a page that was half \
                     written. Hold only the wait for a token in there, and show in the arm."
                } else {
                    "The notice changes nothing for the tokens: the same stream goes on, from the token where it was."
                }),
        );
        // Each show begins when the token is there and the page is free.
        let mut free = Duration::ZERO;
        for (at, event) in events {
            let due = match event {
                Event::Slow => secs(patience),
                Event::Token(text) => {
                    let number: u32 = text.trim().parse().unwrap_or_default();
                    secs(first) + secs(gap) * number
                }
            };
            let wanted = due.max(free);
            run.require(
                *at == wanted,
                saw(format!("{story}: {event:?} is shown at {:.3} s", at.as_secs_f64()))
                    .expected(format!("at {:.3} s", wanted.as_secs_f64()))
                    .because(match event {
                        Event::Token(_) => {
                            "A token is shown when it comes, or when the page is free. Nothing is collected before it is shown, and the \
                             model does not begin anew."
                        }
                        Event::Slow => {
                            "The notice comes at its instant, or when the page is free. The time that `show` takes counts: it is one \
                             instant, measured from the call of `read`, and not a sum of waits."
                        }
                    }),
            );
            free = wanted + secs(pace);
        }
        run.require(
            *returned == Some(free),
            saw(format!(
                "{story}: `read` returned {}",
                returned.map_or("never".to_owned(), |at| format!("at {:.3} s", at.as_secs_f64()))
            ))
            .expected(format!("at {:.3} s, when the last token had been shown", free.as_secs_f64()))
            .because("When the answer is over there is nothing to wait for, not even the timer."),
        );
        run.require(
            run.journal().calls().len() == 1,
            saw(format!("the model was asked {} times", run.journal().calls().len()))
                .expected("once")
                .because("A second call is paid for once more, and begins at the first token."),
        );
        run.leaves_nothing_behind();
    }
    // An error is the end.
    let run = run(model(9, 1.0, 1.0).fault(When::Always, Fault::CutAfter(5)), 3.5, 0.0);
    run_ends_at(&run, "a connection that breaks after five tokens, at 6 s", 6, 6.0);
}

/// The notice comes next when something is being shown, before the tokens that wait.
#[test]
fn slow_does_not_wait_behind_the_tokens() {
    // A token each 0.2 s, and 0.3 s to show it: from the third on there is always one that waits.
    for patience in [1.1, 1.5, 2.1, 2.6, 2.9, 3.3, 3.8, 4.1, 4.7, 5.3, 5.6, 5.9] {
        let run = run(model(40, 0.4, 0.2), patience, 0.3);
        let events = &run.value().events;
        let shown_before = events.iter().take_while(|(_, event)| *event != Event::Slow).count();
        let due = events.iter().filter(|(at, _)| *at < secs(patience)).count();
        let late = match shown_before {
            all if all == events.len() => "it is never told".to_owned(),
            _ => format!(
                "`Slow` is shown {}, behind {} tokens that waited",
                listed(&slow_at(run.value())),
                shown_before.saturating_sub(due)
            ),
        };
        run.require(
            shown_before == due,
            saw(format!("a page that is slower than the model, a patience of {patience:.1} s: {late}"))
                .expected(format!("it comes next, after the {due} tokens that were begun before that"))
                .because(
                    "A token is ready in each turn here, and so is the timer. In a `biased` `select!` the first branch wins each time, and the \
                     one below never has its turn; without `biased` it is a matter of chance. Look at the clock when a show has ended.",
                ),
        );
    }
}

/// An error is the end of the answer: so many events, and `read` returns then.
#[track_caller]
fn run_ends_at(run: &Finished<Page>, story: &str, events: usize, end: f64) {
    let Page { events: seen, returned, .. } = run.value();
    run.require(
        *returned == Some(secs(end)) && seen.len() == events,
        saw(format!(
            "{story}, a patience of 3.5 s: {}, and `read` {}",
            match seen.len() {
                1 => "one event".to_owned(),
                count => format!("{count} events"),
            },
            returned.map_or("does not return".to_owned(), |at| format!("returns at {:.3} s", at.as_secs_f64()))
        ))
        .expected(format!("{events}, and it returns at {end:.3} s"))
        .because("An error is the end of the answer: nothing more is waited for, and nothing more is shown."),
    );
    run.leaves_nothing_behind();
}
