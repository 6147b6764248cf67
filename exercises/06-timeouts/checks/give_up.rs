use std::time::Duration;

use harness::{Check, Finished, Outcome, odd, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::{sleep, timeout};

use super::{Failed, ask_each};

harness::checks!();

type Told = Result<String, Failed>;

/// Models `m0`, `m1`, … that need odd times.
fn models(count: usize) -> MockLlm {
    MockLlm::new((0..count).map(|number| {
        Model::new(format!("m{number}")).time_to_first_token(odd(number)).reply(format!("Answer of m{number}"))
    }))
}

fn ask(llm: &MockLlm, numbers: &[usize], limit: Duration) -> Finished<Vec<Told>> {
    let names: Vec<String> = numbers.iter().map(|number| format!("m{number}")).collect();
    let check = if numbers.len() <= 12 { Check::new().draws(llm) } else { Check::new() };
    check.timers(numbers.len() + 1).run(async || {
        llm.restart();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let answers = ask_each(llm, &names, "What is a future?", limit).await;
        answers.into_iter().map(|answer| answer.map(|reply| reply.text)).collect()
    })
}

#[track_caller]
fn require_each(run: &Finished<Vec<Told>>, numbers: &[usize], limit: Duration) {
    let wanted: Vec<Told> = numbers
        .iter()
        .map(|&number| if odd(number) <= limit { Ok(format!("Answer of m{number}")) } else { Err(Failed::TooLate) })
        .collect();
    let seen = run.value();
    run.require(
        seen.len() == wanted.len(),
        saw(format!("{} results for {} models", seen.len(), wanted.len())).expected("one for each, whichever way it ended").because(
            "Each model of the list has a place in the result, the one that is asked twice and the one that is too late as well.",
        ),
    );
    for (place, (seen, wanted)) in seen.iter().zip(&wanted).enumerate() {
        run.require(
            seen == wanted,
            saw(format!("place {place}, a model that needs {:.3} s, with a limit of {:.3} s: {seen:?}", odd(numbers[place]).as_secs_f64(), limit.as_secs_f64()))
                .expected(format!("{wanted:?}"))
                .because(match (seen, wanted) {
                    (Err(Failed::TooLate), Ok(_)) => {
                        "Its answer came in time. A limit round all of the calls throws away what is there when the slowest is too late: \
                         each call needs a limit of its own."
                    }
                    (Ok(_), Err(_)) => "The limit was over long before. `timeout` ends the wait at that instant, and nobody has to look.",
                    _ => "The results are in the order of the models, whatever the order in which they come.",
                }),
        );
    }
    let calls = run.journal().calls().len();
    run.require(
        numbers.len() > 12 || calls == numbers.len() || limit.is_zero(),
        saw(format!("{calls} calls for the models {numbers:?}"))
            .expected("a call for each place of the list")
            .because("Whoever names a model twice wants two answers."),
    );
    let last = numbers.iter().map(|&number| odd(number).min(limit)).max().unwrap_or_default();
    run.require(
        run.elapsed() == last,
        saw(format!("{} models, a limit of {:.3} s: it took {:.3} s", numbers.len(), limit.as_secs_f64(), run.elapsed().as_secs_f64()))
            .expected(format!("{:.3} s: until the last one has answered or is given up", last.as_secs_f64()))
            .because(if run.elapsed() == limit && last < limit {
                "Every call has ended before that, with an answer or an error: all is known, and nobody is left to wait for. A limit is the \
                 longest time, and not the time that it takes."
            } else if run.elapsed() > last {
                "The calls and their limits run at the same time. What takes longer waits for one call after another, or for the end of \
                 a call that is too late; or it has a number for how many run together, and the list is longer."
            } else {
                "It is over before the last answer has come."
            })
            .outcome(if run.elapsed() > last { Outcome::TooSlow } else { Outcome::Wrong }),
    );
}

/// Each model has its own limit, and its place in the result.
#[test]
fn each_has_its_own_limit() {
    let llm = models(400);
    for (numbers, limit) in [
        (vec![2, 0, 5, 3, 9, 7], secs(1.5)),
        (vec![1, 0, 0, 3, 3, 1], secs(1.0)),
        (vec![7], secs(2.0)),
        (vec![], secs(2.0)),
        (vec![4, 6, 0], Duration::ZERO),
        ((0..400).rev().collect(), secs(2.2)),
    ] {
        require_each(&ask(&llm, &numbers, limit), &numbers, limit);
    }
    // The figures of the story: 5 s against 2 s, and 10 s against 3 s.
    for (needs, limit) in [(5.0, 2.0), (10.0, 3.0)] {
        let llm = MockLlm::new([Model::new("m0").time_to_first_token(secs(needs))]);
        let run = ask(&llm, &[0], secs(limit));
        run.require(
            run.value()[..] == [Err(Failed::TooLate)] && run.elapsed() == secs(limit),
            saw(format!("{:?} after {:.3} s", run.value(), run.elapsed().as_secs_f64()))
                .expected(format!("`TooLate` after {limit:.3} s"))
                .because("Nobody waits for the rest of a call whose limit is over."),
        );
    }
}

/// A call that is given up is dropped, and so are all when the caller leaves.
#[test]
fn a_call_that_is_given_up_is_dropped() {
    let llm = models(6);
    let run = ask(&llm, &[0, 1, 2, 3, 4, 5], secs(0.9));
    let (dropped, finished) = (run.journal().dropped().count(), run.journal().finished().count());
    run.require(
        dropped + finished + run.calls_left() == 6,
        saw(format!("{finished} calls have ended, and {} were still there when `ask_each` returned", 6 - finished - dropped))
            .expected("3, and the other 3 are dropped at that instant")
            .because(
                "`abort` asks a task to end, and returns at once; the task holds its call until its turn comes. Await its handle after that \
                 (or the `shutdown` of its `JoinSet`): then the call is gone.",
            ),
    );
    run.require(
        (dropped, finished) == (3, 3) && run.calls_left() == 0,
        saw(format!("{finished} calls have ended, {dropped} were dropped, {} go on", run.calls_left()))
            .expected("3 and 3, and none goes on")
            .because(
                "A call is cancelled by dropping it. A `timeout` round a `JoinHandle` drops the handle, and that detaches the task: it goes \
                 on, and is paid for.",
            ),
    );
    run.leaves_nothing_behind();
    let run = Check::new().draws(&llm).timers(10).run(async || {
        llm.restart();
        let _ = timeout(secs(0.2), ask_each(&llm, &["m0", "m1", "m2"], "What is a future?", secs(5.0))).await;
        sleep(secs(0.01)).await;
    });
    run.require(
        run.tasks_left() == 0 && run.calls_left() == 0,
        saw(format!(
            "`ask_each` was dropped at 0.2 s, before its end; then {} calls and {} tasks of it go on",
            run.calls_left(),
            run.tasks_left()
        ))
        .expected("none")
        .because(
            "No line of yours runs after the drop, only `Drop` itself. A `JoinHandle` that is dropped lets its task go on. Calls that \
             `ask_each` owns go with it, and so do the tasks of a `JoinSet`.",
        ),
    );
    run.only_looks_when_woken(10);
}

/// The error of a model is told as it came, when it came.
#[test]
fn an_error_is_not_a_timeout() {
    let llm = MockLlm::new([
        Model::new("m0").time_to_first_token(secs(0.811)).fault(When::Always, Fault::Overloaded),
        Model::new("m1").fault(When::Always, Fault::RateLimited { retry_after: Some(secs(0.2)) }),
        Model::new("m2").fault(When::Always, Fault::StallAfter(0)),
    ]);
    let run = ask(&llm, &[0, 1, 2], secs(3.0));
    let wanted = [
        Err(Failed::Model(Error::Status(503))),
        Err(Failed::Model(Error::RateLimited { retry_after: Some(secs(0.2)) })),
        Err(Failed::TooLate),
    ];
    run.require(
        run.value()[..] == wanted,
        saw(format!("{:?}", run.value())).expected(format!("{wanted:?}")).because(
            "`timeout` gives a result in a result: the outer one says whether there was time enough, the inner one what the model said. A \
             model that says no at once is not too late.",
        ),
    );
    let run = ask(&llm, &[0, 1], secs(3.0));
    run.require(
        run.elapsed() == secs(0.811) && run.journal().calls().len() == 2,
        saw(format!("{} calls, and it took {:.3} s", run.journal().calls().len(), run.elapsed().as_secs_f64()))
            .expected("2 calls, until the later error at 0.811 s")
            .because("An error is a result. Nobody waits out the limit, and nobody asked for another try."),
    );
}

/// An answer at exactly the last instant is in time.
#[test]
fn an_answer_at_the_last_instant_is_in_time() {
    let llm = models(10);
    for number in 0..10 {
        let run = ask(&llm, &[number], odd(number));
        run.require(
            run.value()[..] == [Ok(format!("Answer of m{number}"))],
            saw(format!("an answer after {:.3} s, with a limit of {:.3} s: {:?}", odd(number).as_secs_f64(), odd(number).as_secs_f64(), run.value()))
                .expected("the answer")
                .because(
                    "Both are ready at this instant, the answer and the timer, and whoever is polled first wins. `timeout` polls what it \
                     holds first, and looks at its timer then.",
                ),
        );
    }
}

/// A limit may be as long as a `Duration` can be.
#[test]
fn a_limit_may_be_long_or_none() {
    for (needs, limit) in [(200_000.0, Duration::MAX), (200_000.0, secs(300_000.0))] {
        let llm = MockLlm::new([Model::new("m0").time_to_first_token(secs(needs)).reply("At last")]);
        let run = Check::new()
            .a_panic_means("`Duration::MAX` after now is no date: adding it to an `Instant` panics. `timeout` and `sleep` take it as \"never\".")
            .within(secs(400_000.0))
            .run(async || ask_each(&llm, &["m0"], "What is a future?", limit).await);
        run.require(
            run.value().iter().all(Result::is_ok) && run.value().len() == 1,
            saw(format!("an answer after two days, with a limit of {limit:?}: {:?}", run.value()))
                .expected("the answer")
                .because("The limit is the caller's: some answers may take as long as they want."),
        );
    }
}

/// A model that is named twice is asked twice, and each of its places has its own result.
#[test]
fn a_model_that_is_named_twice_has_two_results() {
    // It answers one of the two calls, and has an error for the other one.
    let twice = MockLlm::new([
        Model::new("m0").time_to_first_token(secs(0.353)).reply("Answer of m0").fault(When::Call(2), Fault::Overloaded),
        Model::new("m1").time_to_first_token(secs(0.811)).reply("Answer of m1"),
    ]);
    let run = ask(&twice, &[0, 1, 0], secs(2.0));
    let seen = run.value();
    let both = [&seen[..1], &seen[seen.len().saturating_sub(1)..]].concat();
    run.require(
        both.contains(&Ok("Answer of m0".to_owned())) && both.contains(&Err(Failed::Model(Error::Status(503)))),
        saw(format!("`m0` is named twice, and one of its two calls fails: {seen:?}"))
            .expected("at its two places the answer and the error, one each")
            .because("A name is no place: what is collected by name has room for one of the two. Give each call its place in the list."),
    );
}
