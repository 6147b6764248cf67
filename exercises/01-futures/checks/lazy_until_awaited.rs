use harness::{Check, Finished, Lane, Timeline, saw, secs, test};
use mock_llm::{Call, End, MockLlm, Model, Reply};
use timeline::instant;

use super::answer;

harness::checks!();

const QUESTION: &str = "What is a future?";

fn three_models() -> MockLlm {
    let seconds = [("guard", 0.2), ("atlas", 1.0), ("archive", 0.3)];
    MockLlm::new(seconds.map(|(name, seconds)| Model::new(name).time_to_first_token(secs(seconds))))
}

fn one_after_another() -> Timeline {
    Timeline::default()
        .lane(Lane::call("guard", 0.0, 0.2))
        .lane(Lane::call("atlas", 0.2, 1.2))
        .lane(Lane::call("archive", 1.2, 1.5))
}

fn ask() -> Finished<Reply> {
    let llm = three_models();
    Check::new().draws(&llm).expects(one_after_another()).run(async || answer(&llm, QUESTION).await)
}

/// The calls to one model.
fn calls<'a>(run: &'a Finished<Reply>, model: &str) -> Vec<&'a Call> {
    run.journal().calls().iter().filter(|call| call.model == model).collect()
}

/// The one call to a model.
#[track_caller]
fn call<'a>(run: &'a Finished<Reply>, model: &str) -> &'a Call {
    match calls(run, model).as_slice() {
        [call] => call,
        calls => run.fail(saw(format!("{} calls to {model}", calls.len())).expected("one")),
    }
}

/// Guard, atlas and archive are asked once each, and each call ends.
#[test]
fn every_call_is_made() {
    let run = ask();
    for model in ["guard", "atlas", "archive"] {
        let calls = calls(&run, model);
        run.require(
            !calls.is_empty(),
            saw(format!("no call to {model}")).expected("one").because(
                "A call of an `async fn` makes a future and runs no line of its body. Dropped without a poll, the future \
                 has done nothing: `.await` it. The compiler warns of it as well, unless `let _ =` keeps it quiet. (And \
                 a task that is spawned and not awaited ends with the program, perhaps before its first poll.)",
            ),
        );
        run.require(
            calls.len() == 1,
            saw(format!("{} calls to {model}", calls.len()))
                .expected("one")
                .because("Each `.await` of a new future is a new call, and every call costs money."),
        );
        run.require(
            matches!(calls[0].ended, Some((_, End::Finished))),
            saw(format!("the call to {model} begins and does not end")).expected("every call to come to its end").because(
                "A future does nothing by itself: it goes on only while somebody polls it, and `.await` polls it to its \
                 end. A future that is dropped before that stops where it is.",
            ),
        );
    }
}

/// Guard is done before atlas begins, and atlas before archive.
#[test]
fn each_call_waits_for_the_one_before() {
    let run = ask();
    for (first, second) in [("guard", "atlas"), ("atlas", "archive")] {
        let (before, after) = (call(&run, first), call(&run, second));
        let ended = before.ended.as_ref().map(|(at, _)| *at);
        let overlap = before.started <= after.started;
        run.require(
            ended.is_some_and(|ended| ended <= after.started),
            saw(format!("{second} is asked at {}, before {first} is done", instant(after.started)))
                .expected(format!("{second} to be asked when {first} is done"))
                .because(if overlap {
                    "The two calls begin together, and overlap. That is faster, and here it is wrong: what comes second \
                     must not begin before what comes first is done."
                } else {
                    "The place of the `.await` decides when a call begins and when it is over, not the line that makes \
                     the future. What has to be done first is awaited first."
                }),
        );
    }
    run.takes(secs(1.5), "Three calls in turn take 0.2 s + 1.0 s + 0.3 s. A call that begins late takes more.");
}

/// The models get the question, and the caller gets the reply of atlas.
#[test]
fn the_caller_gets_the_reply_of_atlas() {
    let run = ask();
    for model in ["guard", "atlas", "archive"] {
        let prompt = &call(&run, model).prompt;
        run.require(
            prompt == QUESTION,
            saw(format!("{model} got {prompt:?}"))
                .expected(format!("{QUESTION:?}"))
                .because("`answer` gets the question from its caller, and all three models get it from `answer`."),
        );
    }
    let reply = run.value();
    run.require(
        reply.model == "atlas" && reply.text == "atlas answers: What is a future?",
        saw(format!("the reply {:?} of {}", reply.text, reply.model))
            .expected("what atlas replied")
            .because("The caller asked a question, and atlas is the one who answered it."),
    );
}

/// A future of `answer` that nobody polls asks nobody.
#[test]
fn nothing_runs_before_the_first_poll() {
    let llm = three_models();
    let run = Check::new().draws(&llm).run(async || {
        let answer = answer(&llm, QUESTION);
        // A task that a mere call has spawned would have its chance here.
        tokio::time::sleep(secs(5.0)).await;
        drop(answer);
    });
    let calls = run.journal().calls().len();
    run.require(
        calls == 0,
        saw(format!("{calls} calls, and nobody has polled the future of `answer(…)`")).expected("none").because(
            "In JavaScript a call begins to run when it is made. In Rust the caller decides: a future can be kept, handed \
             on, put together with others, or dropped, and until somebody polls it, it has cost nothing.",
        ),
    );
}
