use std::time::Duration;

use harness::{Check, Finished, Lane, Timeline, saw, secs, test};
use mock_llm::{Call, End, MockLlm, Model, Reply};
use timeline::instant;
use tokio::time::{sleep, timeout};

use super::answer;

harness::checks!();

const QUESTIONS: [&str; 3] = ["What is a future?", "What does a waker do?", "What does a pin promise?"];
const REPLIES: [&str; 3] = ["A value that is not there yet.", "It asks for a poll.", "It stays in its place."];

/// How long guard, atlas and archive take for each of the questions.
fn seconds(question: usize) -> [f64; 3] {
    // The third question takes minutes: a run may take ten of them.
    [[0.203, 1.017, 0.311], [0.617, 0.407, 1.103], [137.3, 211.7, 97.1]][question]
}

/// How long one of them takes.
fn takes(question: usize, model: &str) -> Duration {
    let place = ["guard", "atlas", "archive"].iter().position(|name| *name == model).unwrap_or_default();
    secs(seconds(question)[place])
}

fn three_models() -> MockLlm {
    let model = |place: usize, name: &str| {
        let each = |model: Model, question: usize| {
            model.time_to_first_token_for(QUESTIONS[question], secs(seconds(question)[place]))
        };
        let model = (0..3).fold(Model::new(name).reply(format!("{name} has read it.")), each);
        if name == "atlas" {
            QUESTIONS.into_iter().zip(REPLIES).fold(model, |m, (q, r)| m.reply_to(q, r))
        } else {
            model
        }
    };
    MockLlm::new([model(0, "guard"), model(1, "atlas"), model(2, "archive")])
}

fn one_after_another(question: usize) -> Timeline {
    let [guard, atlas, archive] = seconds(question);
    Timeline::default()
        .lane(Lane::call("guard", 0.0, guard))
        .lane(Lane::call("atlas", guard, guard + atlas))
        .lane(Lane::call("archive", guard + atlas, guard + atlas + archive))
}

fn ask(question: usize) -> Finished<Reply> {
    let llm = three_models();
    let run = Check::new().draws(&llm).expects(one_after_another(question));
    run.run(async || answer(&llm, QUESTIONS[question]).await)
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
    let run = ask(0);
    for model in ["guard", "atlas", "archive"] {
        let calls = calls(&run, model);
        run.require(
            !calls.is_empty(),
            saw(format!("no call to {model}")).expected("one").because(
                "A call of an `async fn` makes a future and runs no line of its body. Dropped without a poll, the future \
                 has done nothing: `.await` it. The compiler warns of it where the call stands alone as a \
                 statement, and not after `let _ =`, nor where the future lies in a `Vec`. (And a task that is spawned and \
                 not awaited is dropped with the runtime, perhaps before its first poll.)",
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

/// The models get the question, and the caller gets the reply of atlas.
#[test]
fn the_caller_gets_the_reply_of_atlas() {
    for (question, text) in (0..3).zip(REPLIES) {
        let run = ask(question);
        for model in ["guard", "atlas", "archive"] {
            let prompt = &call(&run, model).prompt;
            run.require(
                prompt == QUESTIONS[question],
                saw(format!("{model} got {prompt:?}"))
                    .expected(format!("{:?}", QUESTIONS[question]))
                    .because("`answer` gets the question from its caller, and all three models get it from `answer`."),
            );
        }
        let reply = run.value();
        run.require(
            reply.model == "atlas" && reply.text == text && reply.tokens == text.split(' ').count(),
            saw(format!("the reply {:?} of {}", reply.text, reply.model))
                .expected(format!("{text:?}, which atlas has replied"))
                .because(
                    "The caller asked a question, and atlas is the one who answered it: keep what its `.await` gives.",
                ),
        );
    }
}

/// Guard is done before atlas begins, and atlas before archive.
#[test]
fn each_call_waits_for_the_one_before() {
    // Several questions, and each model takes another time for each: nobody can know beforehand when a call will be over.
    for question in 0..3 {
        let run = ask(question);
        for model in ["guard", "atlas", "archive"] {
            run.require(
                matches!(call(&run, model).ended, Some((_, End::Finished))),
                saw(format!(
                    "the call to {model}, which takes {}, was given up before it was done",
                    instant(takes(question, model))
                ))
                .expected("every call to come to its end, however long it takes")
                .because(
                    "A `timeout` drops the call when its time is over, and then this model has not done its part. A long \
                     wait costs nothing: `.await` waits until it is done.",
                ),
            );
        }
        for (first, second) in [("guard", "atlas"), ("atlas", "archive")] {
            let (before, after) = (call(&run, first), call(&run, second));
            let ended = before.ended.as_ref().map(|(at, _)| *at);
            let overlap = before.started <= after.started;
            run.require(
                ended.is_some_and(|ended| ended <= after.started),
                saw(format!("{second} is asked at {}, before {first} is done", instant(after.started)))
                    .expected(format!("{second} to be asked when {first} is done"))
                    .because(if overlap {
                        "The two calls overlap. That is faster, and here it is wrong: what comes second must not begin \
                         before what comes first is done. `.await` says when that is; a pause of a known length does not."
                    } else {
                        "The place of the `.await` decides when a call begins and when it is over, not the line that makes \
                         the future. What has to be done first is awaited first."
                    }),
            );
        }
        let sum = seconds(question).map(secs).iter().sum();
        run.takes(sum, "Three calls in turn take as long as the three together. A call that begins late takes more.");
    }
}

/// A future of `answer` that nobody polls asks nobody, and one that was dropped asks nobody more.
#[test]
fn nothing_runs_before_the_first_poll() {
    let llm = three_models();
    let run = Check::new().draws(&llm).run(async || {
        let answer = answer(&llm, QUESTIONS[0]);
        // A task that a mere call has spawned would have its chance here.
        sleep(secs(5.0)).await;
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
    let llm = three_models();
    let expected = Timeline::default().lane(Lane::dropped("guard", 0.0, 0.1));
    let run = Check::new().draws(&llm).expects(expected).run(async || {
        let _ = timeout(secs(0.1), answer(&llm, QUESTIONS[0])).await;
        // What goes on without its caller would show in this time.
        sleep(secs(5.0)).await;
    });
    let further: Vec<&str> =
        run.journal().calls().iter().map(|call| call.model.as_str()).filter(|m| *m != "guard").collect();
    run.require(
        further.is_empty(),
        saw(format!("the caller gave up while guard was reading, and after that {} asked", match &further[..] {
            [one] => format!("{one} was"),
            all => format!("{} were", all.join(" and ")),
        }))
            .expected("nobody more to be asked")
            .because(
                "A future that is dropped stops where it is, and so do the futures that it awaits. A task that was spawned \
                 belongs to the runtime: it goes on without its caller, and asks for an answer that nobody waits for. Await \
                 the three in `answer` itself.",
            ),
    );
}
