use harness::{Check, Finished, Lane, Sorted, Timeline, saw, secs, test};
use mock_llm::{MockLlm, Model, Reply};

use super::ask_all;

harness::checks!();

const MODELS: [&str; 3] = ["atlas", "birch", "cedar"];

fn three_models(seconds: [f64; 3]) -> MockLlm {
    let models = MODELS.into_iter().zip(seconds);
    MockLlm::new(models.map(|(name, seconds)| Model::new(name).time_to_first_token(secs(seconds))))
}

/// Runs `ask_all` against models that take this long, beside a drawing of the run that is expected.
fn ask(seconds: [f64; 3]) -> Finished<[Reply; 3]> {
    let llm = three_models(seconds);
    let lanes = MODELS.into_iter().zip(seconds).map(|(name, seconds)| Lane::call(name, 0.0, seconds));
    let expected = lanes.fold(Timeline::default(), Timeline::lane);
    Check::new().draws(&llm).expects(expected).run(async || ask_all(&llm, "What is a future?").await)
}

/// Each of the three models is asked once.
#[test]
fn asks_every_model_once() {
    let run = ask([1.0, 0.8, 0.6]);
    let asked: Vec<&str> = run.journal().calls().iter().map(|call| call.model.as_str()).collect();
    let asked = asked.sorted();
    run.require(
        asked == MODELS,
        saw(format!("calls to {asked:?}"))
            .expected("one call to each of atlas, birch and cedar")
            .because("Every call costs money: a call is not repeated, and none is left out."),
    );
    let unfinished = run.journal().calls().len() - run.journal().finished().count();
    run.require(
        unfinished == 0,
        saw(format!("{unfinished} of the calls did not end with a reply"))
            .expected("every reply to come from its own call")
            .because("A call that is dropped was paid for, and its reply is lost."),
    );
    run.leaves_nothing_behind();
}

/// The calls overlap: 1.0 s, 0.8 s and 0.6 s take 1.0 s together.
#[test]
fn takes_as_long_as_the_slowest() {
    let run = ask([1.0, 0.8, 0.6]);
    let journal = run.journal();
    let (first, last) = match journal.calls() {
        [first, .., last] => (first, last),
        _ => run.fail(saw("fewer than two calls").expected("three")),
    };
    let waits_for_the_one_before = first.ended.as_ref().is_some_and(|(ended, _)| *ended <= last.started);
    if !waits_for_the_one_before {
        run.takes_each_reply_when_it_is_there();
    }
    run.takes(
        secs(1.0),
        if waits_for_the_one_before {
            "The calls run one after another. A future does nothing until it is polled, and `.await` polls one future \
             until it is done: the next call has not even begun by then. Put the three futures together into one, and \
             `.await` that one."
        } else {
            "The calls overlap, but something else takes time. Three calls together take as long as the slowest."
        },
    );
}

/// All three are in flight at the same instant, so the second and third do not wait for the first.
#[test]
fn starts_all_three_at_once() {
    let run = ask([2.0, 2.0, 2.0]);
    let high_water = run.journal().high_water();
    run.require(
        high_water == 3,
        saw(format!("at most {high_water} calls in flight together")).expected("3").because(
            "The machine is free while it waits. Whatever is not started is not being waited for: the time is lost.",
        ),
    );
    run.takes(secs(2.0), "Three calls of 2.0 s that start together end together.");
}

/// The slowest model may be any of the three, and the replies keep their places.
#[test]
fn replies_keep_their_places() {
    for seconds in [[0.2, 0.9, 0.4], [0.3, 0.2, 0.7]] {
        let run = ask(seconds);
        let order: Vec<&str> = run.value().iter().map(|reply| reply.model.as_str()).collect();
        run.require(
            order == MODELS,
            saw(format!("the replies of {order:?}, in this order")).expected("atlas, birch, cedar").because(
                "The caller tells the replies apart by their places. Which model is the fastest today must not \
                     change what the caller gets.",
            ),
        );
        let slowest = seconds.into_iter().fold(0.0, f64::max);
        run.takes(secs(slowest), "Whichever model is the slowest, it decides how long the three take together.");
    }
}

/// The question reaches the models as it was asked.
#[test]
fn passes_the_question_on() {
    let llm = three_models([0.1; 3]);
    let prompt = "Why is the sky dark at night?";
    let run = Check::new().draws(&llm).run(async || ask_all(&llm, prompt).await);
    for call in run.journal().calls() {
        run.require(
            call.prompt == prompt,
            saw(format!("{} was asked {:?}", call.model, call.prompt))
                .expected(format!("{prompt:?}"))
                .because("`ask_all` gets the question from its caller."),
        );
    }
}
