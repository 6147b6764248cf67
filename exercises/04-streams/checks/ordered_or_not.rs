use std::{panic::AssertUnwindSafe, pin::Pin, time::Duration};

use futures::{FutureExt, Stream, StreamExt};
use harness::{Check, Finished, Outcome, counted, odd, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, timeout};

use super::{Order, summaries};

harness::checks!();

const APART: Duration = Duration::from_millis(53);
const BOTH: [Order; 2] = [Order::AsAsked, Order::AsReady];

/// Each item: the number of its page, and what came of it; and when it came.
type Items = Vec<(Duration, (usize, Result<String, Error>))>;
type Summaries = Pin<Box<dyn Stream<Item = (usize, Result<String, Error>)>>>;

/// Some pages are alike.
fn page(number: usize) -> String {
    format!("Page {}", number % 9)
}

fn text(number: usize) -> String {
    format!("in short: {}", (number % 9) * 4 % 9)
}

/// How long the call for a page takes: the last of three tokens.
fn own_time(number: usize) -> Duration {
    odd(number % 9) + APART * 2
}

fn book(faulty: Option<(usize, Fault)>) -> MockLlm {
    let model = (0..9).fold(Model::new("atlas").inter_token_latency(APART), |model, number| {
        model.time_to_first_token_for(page(number), odd(number)).reply_to(page(number), text(number))
    });
    // A second try would succeed: nobody asked for one.
    let add = |model: Model, (number, fault)| model.fault(When::PromptAttempt(page(number), 1), fault);
    MockLlm::new([faulty.into_iter().fold(model, add)])
}

/// Reads `take` summaries of so many pages, and then drops the stream.
fn read(pages: usize, at_once: usize, order: Order, take: usize, faulty: Option<usize>) -> Finished<Items> {
    let llm = book(faulty.map(|number| (number, Fault::CutAfter(1))));
    let run = Check::new().draws(&llm).run(async || {
        let start = Instant::now();
        let pages = (0..pages).map(page).collect();
        let mut items = Vec::new();
        let mut summaries: Summaries = Box::pin(summaries(&llm, pages, at_once, order));
        while items.len() < take {
            // Far longer than all calls in turn.
            let Ok(item) = timeout(secs(300.0), summaries.next()).await else { return None };
            let Some(item) = item else { break };
            items.push((start.elapsed(), item));
        }
        Some(items)
    });
    run.require(
        run.value().is_some(),
        saw(format!("nothing comes, and no call is in flight: {pages} pages, `at_once` is {at_once}, {order:?}"))
            .expected(if pages == 0 { "the end, at once" } else { "the next summary" })
            .because(
                "A buffer that holds no future polls no future, and not even the stream in front of it: `buffered(0)` and \
                 `buffer_unordered(0)` wait for ever, also for the end of an empty list. 0 is no limit only where somebody says \
                 so: here, the task.",
            )
            .outcome(Outcome::Deadlock),
    );
    run.map(|items| items.expect("it was looked at above"))
}

/// When each call would begin and end with so many at a time, each begun when a place is free: (begin, end) by page.
fn schedule(pages: usize, at_once: usize, order: Order) -> Vec<(Duration, Duration)> {
    let limit = if at_once == 0 { pages.max(1) } else { at_once };
    let mut calls: Vec<(Duration, Duration)> = Vec::new();
    for number in 0..pages {
        let begin = match order {
            // A place is free when an earlier call has ended.
            Order::AsReady if number >= limit => {
                let mut ends: Vec<Duration> = calls.iter().map(|call| call.1).collect();
                ends.sort();
                ends[number - limit]
            }
            // A place is free when the summary that stood first has been given out.
            Order::AsAsked if number >= limit => {
                calls[..=number - limit].iter().map(|call| call.1).max().unwrap_or_default()
            }
            _ => Duration::ZERO,
        };
        calls.push((begin, begin + own_time(number)));
    }
    calls
}

fn numbers(items: &Items) -> Vec<usize> {
    items.iter().map(|(_, (number, _))| *number).collect()
}

/// No more calls at a time than the caller has said.
#[track_caller]
fn require_limit<T>(run: &Finished<T>, order: Order, at_once: usize) {
    let seen = run.journal().high_water();
    run.require(
        at_once == 0 || seen <= at_once,
        saw(format!("{order:?}: {seen} calls in flight together"))
            .expected(format!("{at_once} at most, because `at_once` is {at_once}"))
            .because(
                "That is more than the limit, and the provider turns you away. A call is in flight from its first poll on, whoever polls \
                 it: a task, a list of futures, a buffer that holds one more.",
            ),
    );
}

/// The summaries stand in the order of the pages, whichever call is the fastest.
#[test]
fn as_asked_keeps_the_order_of_the_pages() {
    for (pages, at_once) in [(9, 3), (31, 4), (5, 1)] {
        let run = read(pages, at_once, Order::AsAsked, usize::MAX, None);
        let wanted: Vec<_> = (0..pages).map(|number| (number, Ok(text(number)))).collect();
        let seen: Vec<_> = run.value().iter().map(|(_, item)| item.clone()).collect();
        run.require(
            seen == wanted,
            saw(format!("pages {:?}", numbers(run.value())))
                .expected(format!("pages 0 to {}, each with its summary", pages - 1))
                .because(if seen.iter().map(|(_, summary)| summary).eq(wanted.iter().map(|(_, summary)| summary)) {
                    "The summaries stand in the right order, and some have the number of another page. Two pages may be alike, so the \
                     text of a page does not say which one it is: count the pages before you ask (`enumerate`)."
                } else {
                    "The printer takes the first summary for the first page. A summary that comes early keeps its place until \
                     those before it have come."
                }),
        );
        let end = schedule(pages, at_once, Order::AsAsked).iter().map(|call| call.1).max().unwrap_or_default();
        run.require(
            run.elapsed() <= end,
            saw(format!("{:.3} s for {pages} pages, {at_once} at a time", run.elapsed().as_secs_f64()))
                .expected(format!("{:.3} s at most", end.as_secs_f64()))
                .because(match run.journal().high_water() {
                    1 => "The calls run one after another: each has ended before the next one begins.",
                    _ => {
                        "A new call begins when a place becomes free, and not when all of them are: who waits for a whole batch \
                         has places that stand empty."
                    }
                })
                .outcome(Outcome::TooSlow),
        );
    }
}

/// Each summary is given when its call ends, with the number of its page.
#[test]
fn as_ready_waits_for_nobody() {
    for (pages, at_once) in [(9, 3), (31, 4), (5, 1), (31, 0)] {
        let run = read(pages, at_once, Order::AsReady, usize::MAX, None);
        require_limit(&run, Order::AsReady, at_once);
        let mut wanted: Vec<_> = schedule(pages, at_once, Order::AsReady)
            .iter()
            .enumerate()
            .map(|(number, call)| (call.1, number))
            .collect();
        wanted.sort();
        let mut seen: Vec<_> = run.value().iter().map(|(at, (number, _))| (*at, *number)).collect();
        seen.sort();
        let wrong = seen.iter().zip(&wanted).find(|(seen, wanted)| seen != wanted);
        run.require(
            seen == wanted,
            saw(match wrong {
                Some(((at, number), _)) => format!("the summary of page {number} at {:.3} s", at.as_secs_f64()),
                None => counted(seen.len(), "summary"),
            })
            .expected(match wrong {
                Some((_, (at, number))) => format!("that of page {number} at {:.3} s", at.as_secs_f64()),
                None => counted(wanted.len(), "summary"),
            })
            .because(if numbers(run.value()).is_sorted() {
                "The numbers count up: they are those of the arrivals, or the summaries wait for each other. The index takes what \
                 is there, nobody waits for a slower page, and each number belongs to its call."
            } else {
                "The index takes what is there: nobody waits for a slower page. And when a call ends, the next one begins, so \
                 the limit is used."
            }),
        );
        let mixed = run.value().iter().find(|(_, (number, summary))| *summary != Ok(text(*number)));
        run.require(
            mixed.is_none(),
            saw(format!("{mixed:?}"))
                .expected("each summary with the number of its own page")
                .because("Without the order, the number is all that says whose summary it is: it belongs to the call."),
        );
    }
}

/// So many calls at a time, no more, and no fewer where there are pages left.
#[test]
fn the_limit_is_kept_and_used() {
    for order in BOTH {
        for at_once in [1, 2, 5, 40] {
            let run = read(31, at_once, order, usize::MAX, None);
            let (seen, wanted) = (run.journal().high_water(), at_once.min(31));
            require_limit(&run, order, at_once);
            run.require(
                seen == wanted,
                saw(format!("{order:?}: {} in flight together at most, of 31", counted(seen, "call")))
                    .expected(format!("{wanted}, because `at_once` is {at_once}"))
                    .because(
                        "That is fewer than the limit, and you wait for nothing: there are pages left, and a place stands empty.",
                    ),
            );
        }
    }
}

/// 0 means that there is no limit.
#[test]
fn zero_is_no_limit() {
    for order in BOTH {
        let run = read(300, 0, order, usize::MAX, None);
        let seen = run.journal().high_water();
        run.require(
            seen == 300 && run.value().len() == 300,
            saw(format!(
                "{order:?}: {} in flight together, {}",
                counted(seen, "call"),
                counted(run.value().len(), "summary")
            ))
            .expected("all 300")
            .because("The task says what 0 means: no limit."),
        );
    }
}

/// A book without pages is done at once.
#[test]
fn no_pages_end_at_once() {
    for order in BOTH {
        for at_once in [3, 0] {
            let run = read(0, at_once, order, usize::MAX, None);
            run.require(
                run.value().is_empty(),
                saw(format!("{} of no pages", counted(run.value().len(), "summary")))
                    .expected("none")
                    .because("There is nothing to ask."),
            );
            run.takes(Duration::ZERO, "The end of an empty list is there at once.");
        }
    }
}

/// A call that fails is the item of its page, and one that panics is not passed over.
#[test]
fn an_error_is_the_item_of_its_page() {
    for order in BOTH {
        let run = read(9, 3, order, usize::MAX, Some(4));
        let seen = run.value().iter().find(|(_, (number, _))| *number == 4).map(|(_, (_, summary))| summary.clone());
        run.require(
            seen == Some(Err(Error::Cut { tokens: 1 })) && run.value().len() == 9,
            saw(format!("{order:?}: {seen:?} for page 4, {} of 9", counted(run.value().len(), "item")))
                .expected(format!("{}, and all others", Error::Cut { tokens: 1 }))
                .because("One page that failed is no reason to lose the others; and whoever prints must know which one it is."),
        );
        if order == Order::AsReady {
            let begins = schedule(9, 3, order)[4].0;
            let seen = run.value().iter().find(|(_, (number, _))| *number == 4).map(|(at, _)| *at);
            let wanted = begins + odd(4) + APART;
            run.require(
                seen == Some(wanted),
                saw(format!("the error of page 4 at {seen:?}"))
                    .expected(format!("at {wanted:?}, when its call ended"))
                    .because("An error is ready like a summary. Nobody holds it back."),
            );
        }
        let llm = book(Some((4, Fault::Panic)));
        let run = Check::new().draws(&llm).run(async || {
            let summaries: Summaries = Box::pin(summaries(&llm, (0..9).map(page).collect(), 3, order));
            AssertUnwindSafe(summaries.count()).catch_unwind().await.ok()
        });
        run.require(
            run.value().is_none(),
            saw(format!(
                "{order:?}: the call of page 4 panicked, and the reader got {} of 9, and then the end",
                counted(run.value().unwrap_or_default(), "summary")
            ))
            .expected("the panic, at the reader")
            .because(
                "Pages are missing, and nobody hears of it. The panic of a task is an `Err` of its handle and of `join_next`, and whoever \
                 passes it over loses the page: `unwrap` it, or hand its panic on with `resume_unwind`.",
            ),
        );
    }
}

/// Nothing is asked in advance, and a reader who stops takes the calls along.
#[test]
fn a_reader_who_stops_takes_the_calls_along() {
    for order in BOTH {
        for take in [0, 1, 4] {
            let run = read(31, 3, order, take, None);
            let begun = run.journal().calls().len();
            // In the order of the pages, calls may go on while an early summary keeps its place. Not to the end of the book.
            let most = match order {
                _ if take == 0 => 0,
                Order::AsReady => take + 3 - 1,
                Order::AsAsked => 15,
            };
            run.require(
                begun <= most,
                saw(format!(
                    "{order:?}: {} for a reader who took {}",
                    counted(begun, "call"),
                    counted(take, "summary")
                ))
                    .expected(format!("{most} at most"))
                    .because(
                        "A stream is asked for each item: what nobody will read is not begun. Only the calls in the buffer are \
                         ahead of the reader.",
                    ),
            );
            run.leaves_nothing_behind();
        }
    }
}
