use std::time::Duration;

use harness::{Check, Finished, Lane, Outcome, Sorted, Timeline, numbered, recorder, saw, secs, test};
use mock_llm::{Call, End, MockLlm, Model, Reply};
use tokio::time::Instant;

use super::ask_all;

harness::checks!();

/// A call of `show`.
#[derive(Clone, Copy)]
struct Shown {
    at: Duration,
    /// Which question the reply answers, from 1; 0 for something else.
    question: usize,
    /// The place that was given with it, from 0.
    place: usize,
}

fn prompt(question: usize) -> String {
    format!("Question {question}")
}

fn answer(question: usize) -> String {
    format!("This is the answer to question {question}.")
}

/// Runs `ask_all` for question 1, question 2 and so on, where the model takes this many seconds for each.
/// Each has a box on the page, which is drawn as well.
fn ask(seconds: &[f64]) -> Finished<Vec<Shown>> {
    let questions = || seconds.iter().copied().zip(1..);
    let model = questions().fold(Model::new("atlas"), |model, (seconds, question)| {
        model.time_to_first_token_for(prompt(question), secs(seconds)).reply_to(prompt(question), answer(question))
    });
    let llm = MockLlm::new([model]);
    let calls = questions().map(|(seconds, question)| Lane::call(prompt(question), 0.0, seconds));
    let boxes = questions().map(|(seconds, question)| Lane::call(format!("box {question}"), 0.0, seconds));
    let expected = calls.chain(boxes).fold(Timeline::default(), Timeline::lane);
    let prompts: Vec<String> = (1..=seconds.len()).map(prompt).collect();
    let drawn = recorder();
    let check = Check::new().draws(&llm).draws_futures(&drawn).expects(expected);
    let check = if seconds.is_empty() {
        check.a_panic_means("A list without prompts is a list too. Some tools panic when there is nothing to wait for.")
    } else {
        check
    };
    check.run(async || {
        let started = Instant::now();
        // Drawn as lanes that wait until their answers are shown.
        let mut boxes: Vec<_> = questions().map(|(_, question)| Some(drawn.wait(format!("box {question}")))).collect();
        let mut shown = Vec::new();
        let show = |place, reply: Reply| {
            let question = (1..=boxes.len()).find(|&question| reply.text == answer(question)).unwrap_or(0);
            if let Some(wait) = question.checked_sub(1).and_then(|index| boxes[index].take()) {
                wait.over();
            }
            shown.push(Shown { at: started.elapsed(), question, place });
        };
        ask_all(&llm, &prompts, show).await;
        shown
    })
}

/// When the reply to a question came, if it did.
fn came(run: &Finished<Vec<Shown>>, question: usize) -> Option<Duration> {
    let call = run.journal().finished().find(|call| call.prompt == prompt(question))?;
    call.ended.as_ref().map(|(at, _)| *at)
}

fn asked(call: &Call) -> usize {
    (1..=9).find(|&question| call.prompt == prompt(question)).unwrap_or(0)
}

/// Each question is asked once, and each reply is shown once.
#[test]
fn shows_every_reply_once() {
    let run = ask(&[3.0, 1.0, 2.0]);
    let calls = run.journal().calls();
    let lost: Vec<usize> = calls.iter().filter(|call| !is_finished(call)).map(asked).collect();
    run.require(
        lost.is_empty(),
        saw(format!("the calls for {} did not end with a reply", numbered("question", &lost)))
            .expected("every call to go on until its reply is there")
            .because(why_lost(&run)),
    );
    let questions: Vec<usize> = calls.iter().map(asked).collect();
    let questions = questions.sorted();
    run.require(
        questions == [1, 2, 3],
        saw(format!("calls for {}", numbered("question", &questions)))
            .expected("one call for each of questions 1, 2, 3")
            .because("Every call costs money: none is repeated, and none is left out."),
    );
    let shown: Vec<usize> = run.value().iter().map(|shown| shown.question).collect();
    let shown = shown.sorted();
    run.require(
        shown == [1, 2, 3],
        saw(format!("`show` called for {}", numbered("question", &shown)))
            .expected("`show` called once for each of questions 1, 2, 3")
            .because("Each box on the page waits for its answer."),
    );
}

/// The mistake behind calls that bring no reply.
fn why_lost(run: &Finished<Vec<Shown>>) -> &'static str {
    let calls = run.journal().calls();
    if calls.iter().any(|call| call.ended.is_none()) {
        "They were still in flight when `ask_all` returned, and nobody waits for them any more. Wait until the last \
         reply is shown."
    } else if calls.iter().all(|call| call.attempt == 1) {
        "When another reply came, the futures of these calls were dropped, and to drop a future is to cancel it. Keep \
         them, and wait again for whichever is next."
    } else {
        "When another reply came, the futures of these calls were dropped, and new calls were made for the same \
         questions. Make the futures once, before the loop, and keep those that are not done."
    }
}

fn is_finished(call: &Call) -> bool {
    matches!(call.ended, Some((_, End::Finished)))
}

/// 3 s, 1 s and 2 s: the second is shown at 1 s, the third at 2 s, the first at 3 s.
#[test]
fn shows_each_reply_when_it_comes() {
    let run = ask(&[3.0, 1.0, 2.0]);
    let shown: Vec<(usize, Duration)> = run.value().iter().map(|shown| (shown.question, shown.at)).collect();
    let wanted = [(2, secs(1.0)), (3, secs(2.0)), (1, secs(3.0))];
    if shown != wanted {
        let because = why_late(&run);
        run.fail(
            saw(instants(&run, run.value()))
                .expected("question 2 shown at 1.000 s, question 3 at 2.000 s, question 1 at 3.000 s")
                .because(because)
                .outcome(Outcome::TooSlow),
        );
    }
    run.takes(secs(3.0), "`ask_all` ends with the last reply, which comes at 3.000 s.");
}

/// When the replies came, and when they were shown: a line for each.
fn instants(run: &Finished<Vec<Shown>>, shown: &[Shown]) -> String {
    let line = |shown: &Shown| {
        let came = came(run, shown.question).unwrap_or_default();
        let (came, at) = (came.as_secs_f64(), shown.at.as_secs_f64());
        format!("question {}: its reply came at {came:.3} s and was shown at {at:.3} s", shown.question)
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The mistake behind replies that are not shown at 1 s, 2 s and 3 s.
fn why_late(run: &Finished<Vec<Shown>>) -> &'static str {
    match run.journal().high_water() {
        0 | 1 => {
            return "The calls run one after another: the next one begins when the one before it has ended. Start all \
                    of them first.";
        }
        2 => {
            return "Only two calls are in flight together, and the third waits. Nobody asked for a limit.";
        }
        _ => {}
    }
    if came(run, 1) != Some(secs(3.0)) || came(run, 3) != Some(secs(2.0)) {
        return "The model had answered, and nobody polled the calls to see it: your code awaited something else. What \
                is not polled makes no progress. While you wait for several futures, wait for nothing else (tasks \
                would go on by themselves).";
    }
    if run.value().iter().any(|shown| shown.at != secs(3.0)) {
        return "The replies were there, and your code looked later. Whoever looks at certain times is late for all \
                that comes in between, and a shorter interval only costs more. A future that is `.await`ed is woken by \
                the reply.";
    }
    // Where the first question is the fastest, code that waits in the order of the list shows it in time; code that
    // waits for all of them does not.
    let in_order = ask(&[1.0, 3.0, 2.0]).value().first().is_some_and(|shown| shown.at == secs(1.0));
    match (in_order, run.tasks_spawned() > 0) {
        (true, false) => {
            "Your code waits for the replies in the order of the list. The first is the slowest here, and the others \
             wait behind it, though they are there. Wait for whichever comes next."
        }
        (true, true) => {
            "The tasks run by themselves, and your code waits for their handles in the order of the list. The first is \
             the slowest here, and the other replies wait behind it, though they are there. Wait for whichever comes \
             next."
        }
        (false, _) => {
            "Your code waits for all replies, and shows them when the last one is there. Whatever it does with them \
             then, in whichever order: the time is lost. `show` must be called while other calls are still in flight."
        }
    }
}

/// The place of a reply is the place of its prompt, whenever the reply comes.
#[test]
fn shows_each_reply_at_the_place_of_its_prompt() {
    let runs = [[3.0, 1.0, 2.0], [2.0, 3.0, 1.0], [1.0, 3.0, 2.0]].map(|seconds| ask(&seconds));
    let is_counted =
        |run: &Finished<Vec<Shown>>| run.value().iter().enumerate().all(|(count, shown)| shown.place == count);
    let counted = runs.iter().all(is_counted);
    for run in &runs {
        let from_one = run.value().iter().all(|shown| shown.place == shown.question);
        for shown in run.value() {
            let wanted = shown.question.saturating_sub(1);
            run.require(
                shown.place == wanted,
                saw(format!("the reply to question {} with place {}", shown.question, shown.place))
                    .expected(format!("place {wanted}"))
                    .because(if from_one {
                        "Places count from 0: the first prompt has place 0."
                    } else if counted {
                        "The replies are numbered in the order in which they came. That number says which call was the \
                         fastest, and not which question it answers: the answer goes into the wrong box. Each future \
                         must bring the place of its prompt along."
                    } else {
                        "The answer goes into the wrong box. A number that a tool gives you may count something else \
                         than the prompts: what is left in a list, for one, whose places change when something is \
                         taken out. Let each future bring the place of its prompt along."
                    }),
            );
        }
    }
}

/// Twenty questions, at instants that no clock strikes, some of them the same.
#[test]
fn shows_any_number_at_any_instant() {
    let seconds: Vec<f64> = (0..20).map(|index| f64::from(37 + 113 * (index * 7 % 15)) / 1000.0).collect();
    let run = ask(&seconds);
    let high_water = run.journal().high_water();
    run.require(
        high_water == 20,
        saw(format!("at most {high_water} calls in flight together, of 20"))
            .expected("20")
            .because(
                "The number of prompts is known only when the program runs: a number in the code is a limit that \
                 nobody asked for.",
            )
            .outcome(Outcome::TooSlow),
    );
    let is_late = |shown: &&Shown| came(&run, shown.question) != Some(shown.at);
    let late: Vec<Shown> = run.value().iter().filter(is_late).copied().collect();
    run.require(
        late.is_empty(),
        saw(instants(&run, &late[..late.len().min(3)]))
            .expected("each reply to be shown at the instant at which it comes")
            .because(
                "The replies were there, and your code looked later. Whoever looks at certain times is late for all \
                 that comes in between, and a shorter interval only costs more. A future that is `.await`ed is woken \
                 by the reply.",
            )
            .outcome(Outcome::TooSlow),
    );
    run.require(
        run.value().len() == 20,
        saw(format!("`show` called {} times", run.value().len()))
            .expected("20 times")
            .because("Each box has an answer."),
    );
}

/// Nothing asked, nothing shown.
#[test]
fn no_prompts_nothing_shown() {
    let run = ask(&[]);
    let number = run.value().len();
    run.require(
        number == 0,
        saw(format!("`show` called {number} times")).expected("no call").because("There is nothing to show."),
    );
    run.takes(secs(0.0), "To wait for all of nothing takes no time.");
}

/// A prompt that stands in the list twice has two places.
#[test]
fn the_same_prompt_twice_has_two_places() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.0))]);
    let prompts = [1, 2, 1].map(prompt);
    let run = Check::new().draws(&llm).run(async || {
        let mut places = Vec::new();
        ask_all(&llm, &prompts, |place, _| places.push(place)).await;
        places.sorted()
    });
    let places = run.value();
    run.require(
        *places == [0, 1, 2],
        saw(format!("replies shown at places {places:?}")).expected("one at each of the places 0, 1, 2").because(
            "The text of a prompt does not name its place: two boxes may ask the same. What tells them apart is the \
             place in the list.",
        ),
    );
}
