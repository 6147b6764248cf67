use std::time::Duration;

use harness::{Check, Finished, Lane, Outcome, Timeline, recorder, saw, secs, shown, test};
use mock_llm::{Call, End, Error, Fault, MockLlm, Model, Reply, When};
use tokio::time::{Instant, sleep};

use super::hedge;

harness::checks!();

const PROMPT: &str = "What is a hedge?";

/// What a model does with the call: how long it takes, and how it ends.
#[derive(Debug, Clone, Copy)]
struct Answer {
    seconds: f64,
    fault: Option<Fault>,
}

const fn replies_after(seconds: f64) -> Answer {
    Answer { seconds, fault: None }
}

const fn fails_after(seconds: f64, fault: Fault) -> Answer {
    Answer { seconds, fault: Some(fault) }
}

fn model(name: &str, answer: Answer) -> Model {
    let model = Model::new(name).time_to_first_token(secs(answer.seconds));
    answer.fault.into_iter().fold(model, |model, fault| model.fault(When::Always, fault))
}

/// What `hedge` returned, and when.
#[derive(Debug)]
struct Returned {
    outcome: Result<Reply, Error>,
    at: Duration,
}

/// The name of the lane that shows when the learner's function returns.
const FUNCTION: &str = "hedge";

/// Runs `hedge` against two models and watches for five seconds more, beside a drawing of the calls that are expected.
fn run_hedge(atlas: Answer, birch: Answer, delay: f64, returns: f64) -> Finished<Returned> {
    let llm = MockLlm::new([model("atlas", atlas), model("birch", birch)]);
    let lane = |name: &str, from: f64, answer: Answer| match (from + answer.seconds, answer.fault) {
        (end, _) if end > returns => Lane::dropped(name, from, returns),
        (end, None) => Lane::call(name, from, end),
        (end, Some(_)) => Lane::failed(name, from, end),
    };
    let mut expected = Timeline::default().lane(lane("atlas", 0.0, atlas));
    if returns > delay {
        expected = expected.lane(lane("birch", delay, birch));
    }
    let recorder = recorder();
    let check = Check::new().draws(&llm).draws_futures(&recorder).a_panic_means(
        "A future that has given its value is done: to poll it again is a panic. `select!` on `&mut first` polls it, in \
         every round of a loop, also when it is done, unless you tell it not to.",
    );
    check.expects(expected.lane(Lane::call(FUNCTION, 0.0, returns))).run(async || {
        let started = Instant::now();
        let outcome = shown(&recorder, FUNCTION, hedge(&llm, PROMPT, secs(delay))).await;
        let at = started.elapsed();
        sleep(secs(5.0)).await;
        Returned { outcome, at }
    })
}

/// The calls to one model.
fn calls<'run>(run: &'run Finished<Returned>, model: &str) -> Vec<&'run Call> {
    run.journal().calls().iter().filter(|call| call.model == model).collect()
}

fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

/// One call to atlas at 0 s, and one to birch at `delay`, if it comes to that.
#[track_caller]
fn require_calls(run: &Finished<Returned>, birch_at: Option<f64>) {
    let (atlas, birch) = (calls(run, "atlas"), calls(run, "birch"));
    let begun: Vec<String> =
        run.journal().calls().iter().map(|call| format!("{} at {}", call.model, seconds(call.started))).collect();
    let seen = if begun.is_empty() { "no call".to_owned() } else { begun.join(", ") };
    let (expected, on_time) = match birch_at {
        None => ("atlas at 0.000 s, and no call to birch".to_owned(), birch.is_empty()),
        Some(at) => {
            let on_time = matches!(birch[..], [call] if call.started == secs(at));
            (format!("atlas at 0.000 s, birch at {}", seconds(secs(at))), on_time)
        }
    };
    let why = match (&atlas[..], &birch[..]) {
        ([], _) => "The first call is the one to atlas.",
        ([first, ..], [second, ..]) if second.started < first.started => "The first call is the one to atlas.",
        ([first, ..], _) if first.started > Duration::ZERO => {
            "The delay comes first, and only then the question. (A call that is made, and not polled, has asked nobody.) \
             Nobody is late yet: ask atlas at once, and let the delay run *beside* the call."
        }
        ([_, _, ..], _) => {
            "atlas is asked again from the beginning, and what it had done for the first call is lost. `timeout(delay, \
             call)` owns the call, and drops it when the time is over. Give it a borrow, `&mut call`, of a call that is \
             pinned: then the call is still there afterwards."
        }
        (_, [_, _, ..]) => {
            "One call to birch is enough: a hedge sends two calls at most. Every further one costs money too."
        }
        (_, [second]) if second.started == Duration::ZERO => {
            "Both calls begin together. That is as fast as can be, and every question costs twice as much. A hedge sends \
             the second call only when the first is late."
        }
        (_, [_]) if birch_at.is_none() => "atlas was not late: nobody needs the second call.",
        (_, [_]) => "The second call begins when `delay` is over, counted from the beginning of the first.",
        (_, []) => "atlas is late, and birch is never asked.",
    };
    run.require(atlas.len() == 1 && atlas[0].started.is_zero() && on_time, saw(seen).expected(expected).because(why));
}

/// The reply of this model, at this instant.
#[track_caller]
fn require_reply(run: &Finished<Returned>, model: &str, at: f64, because: &str) {
    let Returned { outcome, at: returned } = run.value();
    let seen = match outcome {
        Ok(reply) => format!("the reply of {}", reply.model),
        Err(error) => format!("the error `{error}`"),
    };
    let is_reply = outcome.as_ref().is_ok_and(|reply| reply.model == model);
    let late = if *returned > secs(at) { Outcome::TooSlow } else { Outcome::Wrong };
    run.require(
        is_reply && *returned == secs(at),
        saw(format!("{seen}, at {}", seconds(*returned)))
            .expected(format!("the reply of {model}, at {}", seconds(secs(at))))
            .because(because)
            .outcome(late),
    );
}

/// This error, at this instant.
#[track_caller]
fn require_error(run: &Finished<Returned>, error: &Error, at: f64, because: &str) {
    let Returned { outcome, at: returned } = run.value();
    let seen = match outcome {
        Ok(reply) => format!("the reply of {}", reply.model),
        Err(error) => format!("the error `{error}`"),
    };
    let late = if *returned > secs(at) { Outcome::TooSlow } else { Outcome::Wrong };
    run.require(
        outcome.as_ref() == Err(error) && *returned == secs(at),
        saw(format!("{seen}, at {}", seconds(*returned)))
            .expected(format!("the error `{error}`, at {}", seconds(secs(at))))
            .because(because)
            .outcome(late),
    );
}

/// An answer within the delay is all there is: one call, and no waiting.
#[test]
fn an_answer_in_time_needs_no_second_call() {
    let run = run_hedge(replies_after(0.512), replies_after(0.2), 10.0, 0.512);
    require_calls(&run, None);
    // A poll for each thing that happens is enough: the beginning, the answer, the delay, the end. Some to spare.
    run.require(
        run.polls() <= 20,
        saw(format!("`hedge` was polled {} times", run.polls())).expected("a poll when something has happened").because(
            "Your code looks again and again whether the answer is there, and between two looks it sleeps. That is work for \
             nothing, and the answer is seen late. `.await` needs no looking: whoever has the answer wakes your future.",
        ),
    );
    require_reply(&run, "atlas", 0.512, "The reply is there. There is nothing left to wait for, not even the delay.");
}

/// When the delay is over and atlas has not answered, birch is asked, and its reply is taken if it comes first.
#[test]
fn a_late_answer_starts_the_second_call() {
    for (delay, birch, returns) in [(1.0, 0.75, 1.75), (0.25, 0.2, 0.45)] {
        let run = run_hedge(replies_after(5.0), replies_after(birch), delay, returns);
        require_calls(&run, Some(delay));
        let why = match run.value().at == secs(5.0) {
            true => {
                "The reply of birch was there long before. `join!` waits for all; here one reply is enough. What you need \
                 is ready as soon as *one* of two futures is."
            }
            false => "The first reply is the answer, at the instant at which it comes.",
        };
        require_reply(&run, "birch", returns, why);
    }
}

/// The call to atlas is still in flight when birch is asked, and may win.
#[test]
fn the_first_call_goes_on() {
    let run = run_hedge(replies_after(1.5), replies_after(3.0), 1.0, 1.5);
    let dropped = calls(&run, "atlas").first().and_then(|call| match call.ended {
        Some((at, End::Dropped)) => Some(at),
        _ => None,
    });
    if let Some(at) = dropped {
        run.fail(
            saw(format!("the call to atlas is dropped at {}", seconds(at)))
                .expected("its reply, half a second later, at 1.500 s")
                .because(
                    "`timeout(delay, call)` owns the call, and drops it when the time is over. All the waiting so far is \
                     lost, and paid for. Give it a borrow, `&mut call`, of a call that is pinned: then the call is still \
                     there afterwards.",
                ),
        );
    }
    require_calls(&run, Some(1.0));
    require_reply(&run, "atlas", 1.5, "Both calls are in flight, and whichever answers first wins.");
}

/// When one call has won, the other ends at that instant.
#[test]
fn the_loser_is_dropped() {
    let birch_wins = run_hedge(replies_after(4.0), replies_after(0.75), 1.0, 1.75);
    let atlas_wins = run_hedge(replies_after(1.5), replies_after(3.0), 1.0, 1.5);
    for (run, loser, end) in [(birch_wins, "atlas", 1.75), (atlas_wins, "birch", 1.5)] {
        for call in calls(&run, loser) {
            let seen = match &call.ended {
                None => "goes on and on".to_owned(),
                Some((at, End::Dropped)) => format!("is dropped at {}", seconds(*at)),
                Some((at, _)) => format!("goes on until {}", seconds(*at)),
            };
            run.require(
                call.ended == Some((secs(end), End::Dropped)),
                saw(format!("the call to {loser}, which has lost, {seen}"))
                    .expected(format!("it is dropped at {}, with the reply of the other", seconds(secs(end))))
                    .because(
                        "Nobody wants the second reply, and the model still writes it, for money. To drop a future ends \
                         its call. To drop the handle of a task does not: the task goes on.",
                    ),
            );
        }
    }
}

/// However late both are, no third call is made.
#[test]
fn two_calls_at_most() {
    let run = run_hedge(replies_after(4.5), replies_after(4.0), 1.0, 4.5);
    require_calls(&run, Some(1.0));
    require_reply(&run, "atlas", 4.5, "Both calls are in flight, and whichever answers first wins.");
}

const NO_ANSWER_YET: &str = "An error is no answer. The other call is still in flight and may bring one: wait for it. \
                             `select!` is ready with the first *result*, whether it is a reply or an error.";

/// An error of one call is no answer, while the other call may still bring one.
#[test]
fn a_late_error_waits_for_the_other_call() {
    let run = run_hedge(fails_after(1.5, Fault::InternalError), replies_after(2.0), 1.0, 3.0);
    require_calls(&run, Some(1.0));
    require_reply(&run, "birch", 3.0, NO_ANSWER_YET);
    let run = run_hedge(replies_after(3.0), fails_after(0.5, Fault::Overloaded), 1.0, 3.0);
    require_calls(&run, Some(1.0));
    require_reply(&run, "atlas", 3.0, NO_ANSWER_YET);
}

/// An error within the delay is not late: it is returned, and nobody else is asked.
#[test]
fn an_early_error_is_returned_at_once() {
    let run = run_hedge(fails_after(0.5, Fault::InternalError), replies_after(1.0), 1.0, 0.5);
    let why = "The hedge is for a call that is late. This one was in time, with an error. What to do with errors, the caller \
               knows best: another lesson is about that.";
    require_error(&run, &Error::Status(500), 0.5, why);
    require_calls(&run, None);
}

/// Where both calls fail, the later error is returned when it comes.
#[test]
fn two_errors_give_the_later_one() {
    let why = "Only with the second error it is certain that there will be no reply. That one is returned.";
    let run = run_hedge(fails_after(1.5, Fault::InternalError), fails_after(2.0, Fault::Overloaded), 1.0, 3.0);
    require_error(&run, &Error::Status(503), 3.0, why);
    let run = run_hedge(fails_after(3.0, Fault::InternalError), fails_after(0.5, Fault::Overloaded), 1.0, 3.0);
    require_error(&run, &Error::Status(500), 3.0, why);
}

/// Both models get the prompt as it was asked.
#[test]
fn passes_the_prompt_on() {
    let llm = MockLlm::new([model("atlas", replies_after(0.3)), model("birch", replies_after(0.3))]);
    let prompt = "Why is the sky dark at night?";
    let run = Check::new().draws(&llm).run(async || hedge(&llm, prompt, secs(0.1)).await);
    for call in run.journal().calls() {
        run.require(
            call.prompt == prompt,
            saw(format!("{} was asked {:?}", call.model, call.prompt))
                .expected(format!("{prompt:?}"))
                .because("`hedge` gets the prompt from its caller."),
        );
    }
}
