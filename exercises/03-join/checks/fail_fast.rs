use std::time::Duration;

use harness::{Check, Finished, Lane, Outcome, Sorted, Timeline, numbered, saw, secs, test};
use mock_llm::{Call, End, Error, Fault, Journal, MockLlm, Model, Reply, When};
use tokio::time::{Instant, sleep, timeout};

use super::ask_all;

harness::checks!();

/// One page of the document, and what the model does with it.
#[derive(Clone, Copy)]
struct Page {
    number: usize,
    seconds: f64,
    fault: Option<Fault>,
}

/// A page that has its reply after this many seconds.
const fn good(number: usize, seconds: f64) -> Page {
    Page { number, seconds, fault: None }
}

/// A page that fails after this many seconds.
const fn bad(number: usize, seconds: f64, fault: Fault) -> Page {
    Page { number, seconds, fault: Some(fault) }
}

/// The error comes at 2 s, from the third page of four; the first page would take 4 s.
const THIRD_FAILS: [Page; 4] = [good(1, 4.0), good(2, 1.0), bad(3, 2.0, Fault::InternalError), good(4, 3.0)];

/// The same with the error in the first place.
const FIRST_FAILS: [Page; 4] = [bad(1, 2.0, Fault::InternalError), good(2, 1.0), good(3, 4.0), good(4, 3.0)];

/// The same with the error in the last place.
const LAST_FAILS: [Page; 4] = [good(1, 3.0), good(2, 4.0), good(3, 1.0), bad(4, 2.0, Fault::InternalError)];

fn prompt(page: usize) -> String {
    format!("Shorten page {page}")
}

/// The page in one sentence. In the order of the alphabet, the sentences are not in the order of the pages.
fn sentence(page: usize) -> String {
    let when = ["Yesterday", "At night", "Once", "Long ago"][page % 4];
    format!("{when} page {page} was written.")
}

/// What `ask_all` returned, and when.
struct Answer {
    result: Result<Vec<Reply>, Error>,
    returned: Duration,
}

/// Runs `ask_all` for these pages. What is in flight at `until` is expected to end there.
fn ask(pages: &[Page], until: f64) -> Finished<Answer> {
    ask_and_go_on(pages, until, Duration::ZERO)
}

/// The same; then the caller does something else for a while.
fn ask_and_go_on(pages: &[Page], until: f64, afterwards: Duration) -> Finished<Answer> {
    let model = pages.iter().fold(Model::new("atlas"), |model, page| {
        let prompt = prompt(page.number);
        let model = model
            .time_to_first_token_for(prompt.as_str(), secs(page.seconds))
            .reply_to(prompt.as_str(), sentence(page.number));
        page.fault.into_iter().fold(model, |model, fault| model.fault(When::Prompt(prompt.clone()), fault))
    });
    let llm = MockLlm::new([model]);
    let lane = |page: &Page| match page.fault {
        _ if page.seconds > until => Lane::dropped(prompt(page.number), 0.0, until),
        None => Lane::call(prompt(page.number), 0.0, page.seconds),
        Some(_) => Lane::failed(prompt(page.number), 0.0, page.seconds),
    };
    let expected = pages.iter().map(lane).fold(Timeline::default(), Timeline::lane);
    let check = Check::new().draws(&llm).expects(expected).a_panic_means(if pages.is_empty() {
        "A list without prompts is a list too. Some tools panic when there is nothing to wait for."
    } else {
        "A call that fails is no reason to panic: providers fail every day. Its error is a value, and the caller wants \
         to have it."
    });
    let prompts: Vec<String> = pages.iter().map(|page| prompt(page.number)).collect();
    check.run(async || {
        let started = Instant::now();
        let result = ask_all(&llm, &prompts).await;
        let returned = started.elapsed();
        if !afterwards.is_zero() {
            sleep(afterwards).await;
        }
        Answer { result, returned }
    })
}

/// The page that a call asks for; 0 for something else.
fn asked(call: &Call) -> usize {
    (1..=4).find(|&page| call.prompt == prompt(page)).unwrap_or(0)
}

/// The page that a reply is about; 0 for something else.
fn answered(reply: &Reply) -> usize {
    (1..=4).find(|&page| reply.text == sentence(page)).unwrap_or(0)
}

/// The pages, in the order in which their replies came.
fn in_order_of_arrival(journal: &Journal) -> Vec<usize> {
    let calls = journal.in_order_of_end().into_iter().filter(|call| matches!(call.ended, Some((_, End::Finished))));
    calls.map(asked).collect()
}

/// The pages that the replies are about, in a run in which no call failed.
fn pages_of(run: &Finished<Answer>) -> Vec<usize> {
    match &run.value().result {
        Ok(replies) => replies.iter().map(answered).collect(),
        Err(error) => run.fail(
            saw(format!("the error \"{error}\""))
                .expected("all replies")
                .because("No call failed in this run: there is no error to return."),
        ),
    }
}

/// The error of a run in which a call failed.
fn error_of(run: &Finished<Answer>) -> &Error {
    match &run.value().result {
        Err(error) => error,
        Ok(replies) => run.fail(
            saw(format!(
                "`Ok`, with the replies for {}",
                numbered("page", &replies.iter().map(answered).collect::<Vec<_>>())
            ))
            .expected("`Err`, with the error of the call that failed")
            .because(
                "An error was swallowed. The caller gets a list with a hole in it, believes that it is whole, and \
                     pairs replies with the wrong prompts.",
            ),
        ),
    }
}

/// Each prompt is asked once.
#[test]
fn asks_every_prompt_once() {
    let run = ask(&[good(1, 1.0), good(2, 1.0), good(3, 1.0), good(4, 1.0)], 1.0);
    let pages: Vec<usize> = run.journal().calls().iter().map(asked).collect();
    let pages = pages.sorted();
    run.require(
        pages == [1, 2, 3, 4],
        saw(format!("calls for {}", numbered("page", &pages)))
            .expected("one call for each of pages 1, 2, 3, 4")
            .because("Every call costs money: none is repeated, and none is left out."),
    );
}

/// Without an error it is like `gather`: as long as the slowest, and in order.
#[test]
fn without_an_error_all_replies_come_in_order() {
    let run = ask(&[good(3, 0.9), good(1, 0.3), good(4, 0.6), good(2, 0.1)], 0.9);
    let pages = pages_of(&run);
    if run.journal().high_water() == 4 {
        run.takes_each_reply_when_it_is_there();
    }
    run.takes(
        secs(0.9),
        match run.journal().high_water() {
            1 => {
                "The calls run one after another: each is awaited before the next one begins. To fail fast is about \
                 the time after the first error. Before it, all calls are in flight together."
            }
            2..=3 => "Not all calls are in flight together: some wait for others. Start all four, then wait.",
            _ if run.elapsed() < secs(0.9) => {
                "`ask_all` returned before the slowest reply was there. Only an error ends the wait so soon."
            }
            _ => "The calls overlap, but something else takes time. Four calls together take as long as the slowest.",
        },
    );
    run.require(
        pages == [3, 1, 4, 2],
        saw(format!("the replies for {}, in this order", numbered("page", &pages)))
            .expected("pages 3, 1, 4, 2: the order of the prompts")
            .because(if pages == in_order_of_arrival(run.journal()) {
                "The replies are in the order in which they came. The caller puts them together in the order of the \
                 prompts: which page is the fastest today must not change the text."
            } else {
                "The caller puts the replies together in the order of the prompts."
            }),
    );
}

/// `ask_all` returns at the instant of the first error, wherever in the list it is.
#[test]
fn the_first_error_ends_the_wait() {
    for pages in [THIRD_FAILS, FIRST_FAILS, LAST_FAILS] {
        let run = ask(&pages, 2.0);
        error_of(&run);
        if run.elapsed() != secs(2.0) {
            let because = why_at_another_time(&run);
            run.takes(secs(2.0), &because);
        }
    }
}

/// The mistake behind an error that is returned too late, or too soon.
fn why_at_another_time(run: &Finished<Answer>) -> String {
    if run.elapsed() < secs(2.0) {
        return "The call that fails does so at 2.000 s: nobody can know it before.".to_owned();
    }
    if let Some(again) = run.journal().calls().iter().find(|call| call.attempt > 1) {
        return format!(
            "{:?} was asked again after its error. To try again can be right (that is lesson 10), but the task here is \
             to return the first error.",
            again.prompt
        );
    }
    // Where the first page fails, code that looks at the calls in the order of the list sees the error in time; code
    // that waits for all calls does not.
    let looks_in_order = ask(&FIRST_FAILS, 2.0).elapsed() == secs(2.0);
    let has_tasks = run.tasks_spawned() > 0;
    match (looks_in_order, has_tasks) {
        (true, _) => {
            "The error was there at 2.000 s, and nobody looked. Your code looks at the calls in the order of the list: \
             as long as it waits for an earlier one, the error of a later one goes unseen. Wait for whichever call \
             ends next."
        }
        (false, false) => {
            "The error was there at 2.000 s, and your code went on waiting for the other calls. Nothing that they \
             bring can change the result: one page is missing. Look at each result when it comes, not at all of them \
             at the end."
        }
        (false, true) => {
            "The error was there at 2.000 s, and your code went on waiting for the other calls. You spawned tasks: a \
             `JoinHandle` gives a `Result` of its own, and it is `Err` only for a task that panicked or was aborted. \
             The error of the call is a second `Result`, inside an `Ok`. Which of the two does your code look at, and \
             when?"
        }
    }
    .to_owned()
}

/// Of several errors, the first in time is returned, as it is.
#[test]
fn returns_the_error_that_came_first() {
    let pages = [
        bad(1, 3.0, Fault::InternalError),
        good(2, 4.0),
        bad(3, 1.0, Fault::Overloaded),
        bad(4, 2.0, Fault::CutAfter(2)),
    ];
    let run = ask(&pages, 1.0);
    let error = error_of(&run);
    let is_of_another_call = matches!(error, Error::Status(500) | Error::Cut { tokens: 2 });
    run.require(
        *error == Error::Status(503),
        saw(format!("the error \"{error}\""))
            .expected(format!("\"{}\", which came first", Error::Status(503)))
            .because(if is_of_another_call {
                "Another call fails with this error, and later. The first error is the one that ends the work."
            } else {
                "No call failed with this error. The caller decides by the kind of error what to do next (to wait \
                 after a 429, to try again after a 503): it needs the error as the call returned it."
            }),
    );
    run.takes(secs(1.0), "The first error comes at 1.000 s, and nothing after it matters.");
}

/// After the error nothing is left: the other calls are dropped at that instant, and no more tokens are written for
/// nobody.
#[test]
fn drops_the_calls_in_flight() {
    let run = ask_and_go_on(&THIRD_FAILS, 2.0, secs(4.0));
    error_of(&run);
    let returned = run.value().returned;
    let goes_on = |call: &&Call| call.ended.as_ref().is_none_or(|(at, _)| *at > returned);
    let left: Vec<&Call> = run.journal().calls().iter().filter(goes_on).collect();
    let tokens = left.iter().flat_map(|call| &call.produced).filter(|&&at| at > returned).count();
    let for_nobody = match tokens {
        0 => String::new(),
        tokens => format!(", and then the model wrote {tokens} tokens for nobody"),
    };
    let pages: Vec<usize> = left.iter().copied().map(asked).collect();
    run.require(
        left.is_empty(),
        saw(format!(
            "`ask_all` had returned, and the calls for {} were still in flight{for_nobody}",
            numbered("page", &pages)
        ))
        .expected("no call in flight")
        .because(if run.tasks_spawned() > 0 {
            "You spawned tasks, and a task does not end when its `JoinHandle` is dropped: it is detached, and runs \
                 on, unseen. Futures that live inside `ask_all` are dropped when it returns, and to drop a future is \
                 to cancel it. Tasks have to be aborted, by you or by what holds them."
        } else {
            "Something keeps the futures of the other calls alive. To drop a future is to cancel it."
        }),
    );
    let dropped = run.journal().dropped().map(asked).collect::<Vec<usize>>().sorted();
    let at_once = run.journal().dropped().all(|call| call.ended == Some((secs(2.0), End::Dropped)));
    run.require(
        dropped == [1, 4] && at_once,
        saw(format!("the calls for {} dropped", numbered("page", &dropped)))
            .expected("the calls for pages 1, 4 dropped at 2.000 s: they were in flight when the error came")
            .because("An error does not undo what came before it, and ends all that would come after it."),
    );
}

/// When the caller gives up, the calls end with `ask_all`.
#[test]
fn a_caller_who_gives_up_leaves_no_call_behind() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.937))]);
    let prompts: Vec<String> = (1..=40).map(prompt).collect();
    let run = Check::new().run(async || {
        let given_up = timeout(secs(1.087), ask_all(&llm, &prompts)).await.is_err();
        // An aborted task ends in the next turn of the runtime.
        sleep(secs(0.01)).await;
        let in_flight = llm.journal().in_flight();
        sleep(secs(5.0)).await;
        (given_up, in_flight, llm.journal())
    });
    let (given_up, in_flight, journal) = run.value();
    run.premise(*given_up, "`ask_all` had returned before its calls had ended.");
    let after = journal.finished().count();
    run.require(
        *in_flight == 0 && after == 0,
        saw(format!("the caller gave up, and {in_flight} calls went on; {after} of them to their end"))
            .expected("no call in flight")
            .because(
                "A future that is dropped drops what it owns, and nothing else. A task goes on when its `JoinHandle` is \
                 dropped, and an `abort` at the end of `ask_all` is never reached by a caller who has gone. What ends the \
                 tasks must be in a `Drop`: that of a `JoinSet`, for one.",
            ),
    );
}

/// With nothing to ask, nothing can fail.
#[test]
fn no_prompts_no_replies() {
    let run = ask(&[], 0.0);
    let pages = pages_of(&run);
    run.require(
        pages.is_empty(),
        saw(format!("{} replies", pages.len())).expected("none").because("There is nothing to ask."),
    );
    run.takes(secs(0.0), "To wait for all of nothing takes no time.");
}

/// Three hundred pages, each prompt three times in the list: every place has its own call, all in flight together.
#[test]
fn three_hundred_prompts_and_each_three_times() {
    let page = |place: usize| place * 7 % 100 + 1;
    let prompts: Vec<String> = (0..300).map(|place| prompt(page(place))).collect();
    let model = Model::new("atlas").time_to_first_token(secs(1.937));
    let llm = MockLlm::new([(1..=100).fold(model, |model, page| model.reply_to(prompt(page), sentence(page)))]);
    let run = Check::new().draws(&llm).run(async || ask_all(&llm, &prompts).await);
    let calls = run.journal().calls().len();
    let replies: Vec<&str> = run.value().iter().flatten().map(|reply| reply.text.as_str()).collect();
    run.require(
        calls == 300 && replies.len() == 300,
        saw(format!("{calls} calls and {} replies for 300 prompts", replies.len()))
            .expected("300 calls and 300 replies: one for each place in the list")
            .because(
                "Each prompt stands in the list three times. The place in the list says whose a reply is, and not the text \
                 of the prompt.",
            ),
    );
    run.require(
        (0..300).all(|place| replies[place] == sentence(page(place))),
        saw("replies at places of other prompts")
            .expected("300 replies, in the order of the prompts")
            .because("The caller puts the replies together in the order of the prompts."),
    );
    run.takes(
        secs(1.937),
        "Nobody asked for a limit: a call that waits needs no processor and no thread. What is not started is not being \
         waited for.",
    );
    run.leaves_nothing_behind();
}

/// Also among hundreds of calls, an error is returned at the instant at which it comes, and nothing is left in flight.
#[test]
fn among_hundreds_the_first_error_ends_the_wait() {
    for (pages, fails) in [(200, 140), (31, 17), (1100, 1093), (500, 0)] {
        let prompts: Vec<String> = (0..pages).map(|place| prompt(place * 77 % pages)).collect();
        let slow = Model::new("atlas").time_to_first_token(secs(1.937));
        // One page is quicker than the error, and another fails too, later.
        let model = slow
            .time_to_first_token_for(prompts[5].as_str(), secs(0.353))
            .time_to_first_token_for(prompts[fails].as_str(), secs(1.087))
            .fault(When::Prompt(prompts[fails].clone()), Fault::Overloaded)
            .fault(When::Prompt(prompts[9].clone()), Fault::InternalError);
        let llm = MockLlm::new([model]);
        let run = Check::new().draws(&llm).run(async || ask_all(&llm, &prompts).await);
        let because = if run.journal().high_water() < pages {
            "Before the first error, all calls are in flight together, however many there are: your code lets some \
             wait for others."
        } else {
            "The error was there at 1.087 s, and your code went on waiting for other calls. Some tools look at short \
             lists as a whole and at long ones in order: `try_join_all` does so with more than 30 futures. Take a tool \
             that hands on whichever result comes next, however many there are."
        };
        // Tasks that are aborted are polled once more, all at one instant: `takes` would call that a busy loop.
        let late = if run.elapsed() > secs(1.087) { Outcome::TooSlow } else { Outcome::Wrong };
        run.require(
            run.elapsed() == secs(1.087),
            saw(format!("the run took {:.3} s", run.elapsed().as_secs_f64()))
                .expected("1.087 s: the instant of the first error")
                .because(because)
                .outcome(late),
        );
        run.require(
            *run.value() == Err(Error::Status(503)),
            saw(match run.value() {
                Ok(replies) => format!("`Ok`, with {} replies", replies.len()),
                Err(error) => format!("the error \"{error}\""),
            })
            .expected(format!("\"{}\", which came first", Error::Status(503)))
            .because("The first error in time is the one that ends the work."),
        );
        run.leaves_nothing_behind();
    }
}

/// A 429 is an error like any other: it comes at once, and ends the wait.
#[test]
fn a_429_is_not_asked_again() {
    let too_many = Fault::RateLimited { retry_after: None };
    let busy = Model::new("atlas").time_to_first_token(secs(1.937));
    let llm = MockLlm::new([busy.fault(When::PromptAttempt(prompt(2), 1), too_many)]);
    let prompts = [1, 2, 3].map(prompt);
    let run = Check::new().draws(&llm).run(async || ask_all(&llm, &prompts).await);
    let again = run.journal().calls().iter().any(|call| call.attempt > 1);
    run.require(
        !again && *run.value() == Err(Error::RateLimited { retry_after: None }),
        saw(if again { "a second call after a 429" } else { "another result than the 429" })
            .expected("the 429, as the call returned it, and no second call")
            .because(
                "To try again can be right (lesson 10 is about it), but the task here is to return the first error.",
            ),
    );
    run.takes(secs(0.0), "A 429 comes at once, and the first error ends the wait.");
}
