use std::time::Duration;

use harness::{Check, Finished, Outcome, counted, odd, saw, secs, test};
use mock_llm::{Call, End, Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, timeout};

use super::{AT_ONCE, ON_THEIR_WAY, Printer, print_all};

harness::checks!();

/// How many tokens an answer has, and how far apart they come.
const TOKENS: usize = 4;
const APART: Duration = Duration::from_millis(61);

fn question(number: usize) -> String {
    format!("Question {number}")
}

fn answer(number: usize) -> String {
    format!("page {} answers {number}", (number * 7) % 10)
}

/// How long the call for a question takes, if somebody reads it all the time.
fn own_time(number: usize) -> Duration {
    odd(number) + APART * (TOKENS as u32 - 1)
}

/// What a run left: the result, and the pages.
struct Printed {
    result: Option<Result<(), Error>>,
    pages: Vec<(Duration, String)>,
}

/// A night: these questions, a printer of this speed, a fault for one question, and a caller who leaves.
struct Night {
    questions: Vec<usize>,
    page: f64,
    fault: Option<(usize, Fault)>,
    leaves_after: Option<f64>,
}

impl Night {
    fn new(questions: impl IntoIterator<Item = usize>, page: f64) -> Self {
        Self { questions: questions.into_iter().collect(), page, fault: None, leaves_after: None }
    }

    fn run(&self) -> Finished<Printed> {
        let model = self.questions.iter().fold(Model::new("atlas").inter_token_latency(APART), |model, &number| {
            model.time_to_first_token_for(question(number), odd(number)).reply_to(question(number), answer(number))
        });
        let model = self
            .fault
            .iter()
            .fold(model, |model, (number, fault)| model.fault(When::Prompt(question(*number)), *fault));
        let llm = MockLlm::new([model]);
        let questions: Vec<String> = self.questions.iter().map(|&number| question(number)).collect();
        let mut printer = Printer { takes: secs(self.page), pages: Vec::new() };
        let run = Check::new().draws(&llm).timers(1000).run(async || {
            let start = Instant::now();
            let all = print_all(&llm, &questions, &mut printer);
            let result = match self.leaves_after {
                None => Some(all.await),
                Some(seconds) => timeout(secs(seconds), all).await.ok(),
            };
            (result, start)
        });
        let start = run.value().1;
        let pages = printer.pages.into_iter().map(|(at, text)| (at - start, text)).collect();
        run.map(|(result, _)| Printed { result, pages })
    }

    fn wanted(&self, number: usize) -> Vec<String> {
        self.questions.iter().take(number).map(|&number| answer(number)).collect()
    }
}

fn texts(printed: &Printed) -> Vec<&str> {
    printed.pages.iter().map(|(_, text)| text.as_str()).collect()
}

/// Each answer is printed once, whole, in the order of the list, whichever call is the fastest.
#[test]
fn prints_every_answer_in_the_order_of_the_list() {
    for night in [Night::new([0, 1, 2, 3, 4, 5, 1, 0, 6], 0.3), Night::new([7, 3, 3, 3, 9, 1, 2], 4.1)] {
        let run = night.run();
        let (wanted, seen) = (night.wanted(usize::MAX), texts(run.value()));
        let is_sorted_otherwise = seen.len() == wanted.len() && wanted.iter().all(|page| seen.contains(&page.as_str()));
        run.require(
            seen == wanted,
            saw(format!("the pages {seen:?}")).expected(format!("{wanted:?}")).because(if is_sorted_otherwise {
                "All pages are there, in the order in which the calls ended. The reader of the paper takes the first page \
                 for the first question."
            } else {
                "Each place in the list is a question of its own, also where two are alike: it has one page, with all of \
                 its tokens."
            }),
        );
        run.leaves_nothing_behind();
    }
}

/// The time from its first poll to its last token, of a call that has come to its last token.
fn took(call: &Call) -> Option<Duration> {
    call.ended.as_ref().filter(|(_, end)| *end == End::Finished).map(|(at, _)| *at - call.started)
}

/// A call takes its own time: it does not stand still while the printer works.
#[test]
fn a_call_that_has_begun_is_read_without_a_stop() {
    // The second half of the list is where a queue between calls and printer has become full.
    for night in [Night::new(0..14, 5.3), Night::new((0..14).rev(), 2.9)] {
        let run = night.run();
        for call in run.journal().calls() {
            let number = night.questions.iter().copied().find(|&number| question(number) == call.prompt).unwrap_or(0);
            let Some(seen) = took(call) else {
                run.fail(
                    saw(format!("the call for \"{}\" was begun, and not read to its end", call.prompt))
                        .expected("its last token, and its page")
                        .because(
                            "To drop the future of a call is to cancel it: its answer is lost, and it is paid for. A call that \
                             has begun is kept, and polled, until it is done.",
                        ),
                )
            };
            run.require(
                seen == own_time(number),
                saw(format!("the call for \"{}\" took {:.3} s", call.prompt, seen.as_secs_f64()))
                    .outcome(Outcome::TooSlow)
                    .expected(format!("{:.3} s: what the model takes to write it", own_time(number).as_secs_f64()))
                    .because(
                        "A future in a buffer is polled only while somebody waits for the buffer. Whoever waits for \
                         something else meanwhile, for the printer or for a place in a full queue, polls no call: tokens \
                         come, and nobody takes them. Either something polls the calls all the time, or a call must not \
                         begin before there is room for its answer.",
                    ),
            );
        }
    }
}

/// Three in flight, six asked and not printed: whatever the speed of the printer, and however long the list.
#[test]
fn three_in_flight_and_six_on_their_way() {
    for night in
        [Night::new(0..40, 5.3), Night::new((0..40).map(|number| number * 3 % 10), 0.011), Night::new(5..17, 1.1)]
    {
        let run = night.run();
        let high_water = run.journal().high_water();
        run.require(
            high_water <= AT_ONCE,
            saw(format!("{high_water} calls in flight together"))
                .expected(format!("{AT_ONCE} at most"))
                .because("Providers count: whoever has more calls in flight than agreed is turned away."),
        );
        let pages = &run.value().pages;
        for (before, call) in run.journal().calls().iter().enumerate() {
            let printed = pages.iter().filter(|(at, _)| *at <= call.started).count();
            let on_their_way = before + 1 - printed;
            run.require(
                on_their_way <= ON_THEIR_WAY,
                saw(format!(
                    "at {:.3} s, with the call for \"{}\", {on_their_way} questions asked and not printed",
                    call.started.as_secs_f64(),
                    call.prompt
                ))
                .expected(format!("{ON_THEIR_WAY} at most"))
                .because(
                    "The calls are faster than the printer, and their answers pile up: with a longer list, in memory \
                     without end. A call that would have no room for its answer begins later.",
                ),
            );
        }
    }
}

/// The first page that came later than the printer needs, though its answer was there when the page before it was out.
fn begun_again(run: &Finished<Printed>) -> Option<usize> {
    let pages = &run.value().pages;
    let answered = |number: usize| {
        let call = run.journal().calls().iter().find(|call| call.prompt == question(number))?;
        call.ended.as_ref().map(|(at, _)| *at)
    };
    (1..pages.len()).find(|&page| {
        let before = pages[page - 1].0;
        answered(page).is_some_and(|at| at <= before) && pages[page].0 > before + secs(5.3)
    })
}

/// With a slow printer the paper decides: the first answer, and then page after page.
#[test]
fn takes_as_long_as_the_printer() {
    let night = Night::new(0..9, 5.3);
    let run = night.run();
    let wanted = own_time(0) + secs(5.3) * 9;
    let because = match begun_again(&run) {
        Some(page) => format!(
            "The answer for page {page} was there when page {} was out, and all the same that page took longer than 5.3 s: a `print` \
             was dropped before its end, and the page was begun anew. A `select!` drops the futures that lose: make the future \
             of a page once, outside of the loop, and poll it there until it is ready.",
            page - 1
        ),
        None if run.elapsed() > wanted => "The calls are short. From the first answer on, the printer has always something to \
                                           print, if the next answers come while it works."
            .to_owned(),
        None => "Nine pages take their time, each of them, and `print` is over when its future is ready: await it to its end. \
                 Was a page left out, or dropped before it was printed?"
            .to_owned(),
    };
    run.require(
        run.elapsed() == wanted,
        saw(format!("{:.3} s for nine pages", run.elapsed().as_secs_f64()))
            .expected(format!("{:.3} s: the first answer, and nine pages of 5.3 s", wanted.as_secs_f64()))
            .because(because)
            .outcome(if run.elapsed() > wanted { Outcome::TooSlow } else { Outcome::Wrong }),
    );
    // And with a quick one the calls do: three at a time.
    let run = Night::new([0; 12], 0.007).run();
    let longest = own_time(0) * 4 + secs(0.007) * 12;
    run.require(
        run.elapsed() <= longest && run.journal().high_water() == AT_ONCE,
        saw(format!(
            "{:.3} s, {} in flight at most",
            run.elapsed().as_secs_f64(),
            counted(run.journal().high_water(), "call")
        ))
        .expected(format!("{AT_ONCE} calls in flight, and {:.3} s at most", longest.as_secs_f64()))
        .because(
            "Twelve equal calls, three at a time, are four rounds. Whoever waits for a page before the next call \
                 begins has fewer of them in flight.",
        ),
    );
}

/// A failed call ends the job, after the pages before it, and leaves no call in flight.
#[test]
fn an_error_comes_after_the_pages_before_it() {
    for (failing, fault) in
        [(4, Fault::CutAfter(2)), (0, Fault::Overloaded), (5, Fault::RateLimited { retry_after: None })]
    {
        let night = Night { fault: Some((failing, fault)), ..Night::new(0..11, 3.7) };
        let error = match fault {
            Fault::CutAfter(tokens) => Error::Cut { tokens },
            Fault::Overloaded => Error::Status(503),
            _ => Error::RateLimited { retry_after: None },
        };
        let run = night.run();
        let (wanted, seen) = (night.wanted(failing), texts(run.value()));
        run.require(
            seen == wanted,
            saw(format!("the pages {seen:?}; question {failing} fails")).expected(format!("{wanted:?}")).because(
                if seen.len() < wanted.len() {
                    "The error came before pages whose answers had come or were on their way: they are paid for, and stand \
                     before it in the list."
                } else {
                    "After the failed question nothing is printed: the reader would miss a page and not know it."
                },
            ),
        );
        run.require(
            run.value().result == Some(Err(error.clone())),
            saw(format!("{:?}", run.value().result))
                .expected(format!("the error of question {failing}: {error}"))
                .because("The caller decides what to do about an error, and must hear of it."),
        );
        let failed = run.journal().calls().iter().find(|call| call.prompt == question(failing));
        let failed = failed.and_then(|call| call.ended.as_ref()).map_or(Duration::ZERO, |(at, _)| *at);
        let known = run.value().pages.last().map_or(failed, |(at, _)| failed.max(*at));
        let later = run.journal().calls().iter().filter(|call| call.started > known).count();
        run.require(
            run.elapsed() == known,
            saw(format!(
                "the error was returned at {:.3} s{}",
                run.elapsed().as_secs_f64(),
                match later {
                    0 => String::new(),
                    1 => ", after one call more".to_owned(),
                    later => format!(", after {later} calls more"),
                }
            ))
            .outcome(Outcome::TooSlow)
            .expected(format!(
                "at {:.3} s: question {failing} had failed, and the pages before it were out",
                known.as_secs_f64()
            ))
            .because(
                "Nothing is printed any more. Whoever goes on to ask, or waits for the calls that are in flight, pays for answers that \
                 nobody will read. `join!` ends when both of its futures have ended; `try_join!` ends with the first error, and \
                 drops the other one.",
            ),
        );
        run.leaves_nothing_behind();
    }
}

/// A caller who goes away takes the calls along.
#[test]
fn a_caller_who_leaves_takes_the_calls_along() {
    for seconds in [0.5, 4.4, 12.0] {
        let night = Night { leaves_after: Some(seconds), ..Night::new(0..14, 2.3) };
        night.run().leaves_nothing_behind();
    }
}

/// No questions, no pages, no time.
#[test]
fn an_empty_list_is_done_at_once() {
    let run = Night::new([], 5.3).run();
    run.require(
        run.value().result == Some(Ok(())) && run.value().pages.is_empty(),
        saw(format!("{:?}, {}", run.value().result, counted(run.value().pages.len(), "page")))
            .expected("Ok, and no page")
            .because("There is nothing to ask."),
    );
    run.takes(Duration::ZERO, "To print nothing takes no time.");
}
