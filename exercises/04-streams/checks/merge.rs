use std::{
    future::{pending, ready},
    pin::Pin,
    time::Duration,
};

use futures::{FutureExt, Stream, StreamExt, future::LocalBoxFuture};
use harness::{Check, Finished, Gate, Outcome, counted, more_turns, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, Token, When};
use tokio::time::{Instant, sleep, timeout};

use super::debate;

harness::checks!();

type Debate = Pin<Box<dyn Stream<Item = (&'static str, Result<Token, Error>)>>>;
type Stop = LocalBoxFuture<'static, ()>;

/// What the audience heard: when, who, and which token.
type Heard = Vec<(Duration, &'static str, Result<usize, Error>)>;

fn model(name: &str, first: f64, apart: f64, tokens: usize) -> Model {
    let words: Vec<String> = (0..tokens).map(|word| word.to_string()).collect();
    Model::new(name).time_to_first_token(secs(first)).inter_token_latency(secs(apart)).reply(words.join(" "))
}

fn start(llm: &MockLlm, models: &[&'static str], stop: Stop) -> Debate {
    Box::pin(debate(llm, models, "Tabs or spaces?", stop))
}

/// Listens to the end of the debate.
fn listen(llm: &MockLlm, models: &[&'static str], stop: impl FnOnce() -> Stop) -> Finished<Option<Heard>> {
    Check::new().draws(llm).timers(2).run(async || {
        let begin = Instant::now();
        let mut debate = start(llm, models, stop());
        let mut heard = Vec::new();
        // Far longer than all answers in turn.
        timeout(secs(300.0), async {
            while let Some((name, token)) = debate.next().await {
                heard.push((begin.elapsed(), name, token.map(|token| token.index)));
            }
        })
        .await
        .ok()?;
        Some(heard)
    })
}

fn never() -> Stop {
    pending().boxed_local()
}

fn three() -> MockLlm {
    MockLlm::new([model("atlas", 1.187, 0.301, 5), model("birch", 0.353, 0.407, 6), model("cedar", 1.933, 0.053, 9)])
}

const THREE: [&str; 3] = ["atlas", "birch", "cedar"];

/// Each token is heard when it is said, with the name of its model, in the order of its model.
#[test]
fn each_token_is_heard_when_it_is_said() {
    let run = listen(&three(), &THREE, never);
    let Some(heard) = run.value() else { does_not_end(&run) };
    let said = |name, first: f64, apart: f64, tokens: usize| {
        (0..tokens).map(move |index| (secs(first) + secs(apart) * index as u32, name, Ok(index)))
    };
    let mut wanted: Heard = said("atlas", 1.187, 0.301, 5)
        .chain(said("birch", 0.353, 0.407, 6))
        .chain(said("cedar", 1.933, 0.053, 9))
        .collect();
    wanted.sort_by_key(|(at, name, _)| (*at, *name));
    let mut seen = heard.clone();
    seen.sort_by_key(|(at, name, _)| (*at, *name));
    let wrong = seen.iter().zip(&wanted).find(|(seen, wanted)| seen != wanted);
    let in_words = |(at, name, token): &(Duration, &str, Result<usize, Error>)| match token {
        Ok(token) => format!("token {token} of {name} at {:.3} s", at.as_secs_f64()),
        Err(error) => format!("\"{error}\" of {name} at {:.3} s", at.as_secs_f64()),
    };
    run.require(
        seen == wanted,
        saw(wrong.map_or_else(|| counted(seen.len(), "token"), |(seen, _)| in_words(seen)))
            .expected(wrong.map_or_else(|| counted(wanted.len(), "token"), |(_, wanted)| in_words(wanted)))
            .because(
                "Nobody waits for another model to say something, or to end: whoever has a token is heard at once. So all streams \
                 are polled together, and each that is ready gives its token.",
            ),
    );
    run.leaves_nothing_behind();
}

/// Words for a debate that goes on after all have ended.
fn does_not_end<T>(run: &Finished<T>) -> ! {
    run.fail(
        saw("all models have ended, and the debate has not")
            .expected("the end, with the end of the last model")
            .because("`stop` may never come. It is a way to end early, and nobody waits for it.")
            .outcome(Outcome::Deadlock),
    )
}

/// A model that always has a token drowns nobody who has one, too.
#[test]
fn one_that_is_always_ready_drowns_nobody() {
    let tables: [&[&'static str]; 4] = [
        &["chatty", "atlas", "birch"],
        &["atlas", "chatty", "birch"],
        &["birch", "atlas", "chatty"],
        // Whoever puts two together, and a third to them, gives the first ones ever fewer turns.
        &["atlas", "birch", "cedar", "chatty", "dogwood", "elm", "fir"],
    ];
    for models in tables {
        // All of them have a token whenever they are asked: who is heard, and when, is the merge's choice.
        let tokens = |name| if name == "chatty" { 900 } else { 40 };
        let llm = MockLlm::new(models.iter().map(|&name| model(name, 0.0, 0.0, tokens(name))));
        let most = 2 * (models.len() - 1) + 1;
        let run = listen(&llm, models, never);
        let Some(heard) = run.value() else { does_not_end(&run) };
        for name in ["atlas", "birch"] {
            let places: Vec<usize> = (0..heard.len()).filter(|&place| heard[place].1 == name).collect();
            run.require(
                places.len() == 40,
                saw(format!("{} of {name}", counted(places.len(), "token"))).expected("40").because(
                    "A token that was taken out of a stream is said, also where another model was heard first.",
                ),
            );
            // The longest wait, from the beginning or from a token of its own.
            let begins = std::iter::once(0).chain(places.iter().map(|place| place + 1));
            let waits = begins.zip(&places).map(|(from, &to)| &heard[from..to]);
            let longest = waits.max_by_key(|wait| wait.len()).unwrap_or_default();
            let times = |other: &&str| longest.iter().filter(|(_, name, _)| name == other).count();
            let loudest = models.iter().copied().max_by_key(times).unwrap_or_default();
            let because = if times(&loudest) == tokens(loudest) {
                "All of them are ready at every poll. Whoever asks them in a fixed order, and takes the first that has something, hears \
                 that one to its end, and only then another. After a token it is the turn of the others: ask from the next one on."
            } else {
                "All of them are ready at every poll, and the turns are not shared evenly. Two streams in a `select` have half of the \
                 turns each. Put together two by two, or one to all before it, the last one still has half, and the first ones ever \
                 less. A choice by chance is fair in the long run only. One round over all of them gives everybody a turn."
            };
            run.require(
                longest.len() < most,
                saw(format!(
                    "{} before a token of {name}, which was ready all the time; {} of them are of {loudest}",
                    counted(longest.len(), "item"),
                    times(&loudest)
                ))
                .expected(format!("{} at most: two of each other model", most - 1))
                .because(because),
            );
        }
    }
}

/// Silent models take no turns, and one that was silent for long has no turns to make up for.
#[test]
fn a_silent_one_has_no_turns_to_make_up_for() {
    let names = ["chatty", "oak", "pine", "elm", "atlas", "fir", "ash", "yew", "birch"];
    let llm = MockLlm::new(names.map(|name| match name {
        "chatty" => model(name, 0.0, 0.0, 300),
        "atlas" | "birch" => model(name, 0.0, 0.0, 40),
        silent => model(silent, 50.0, 0.1, 2),
    }));
    let run = listen(&llm, &names, never);
    let Some(heard) = run.value() else { does_not_end(&run) };
    require_turns(&run, heard, "atlas", 40);
    require_turns(&run, heard, "birch", 40);

    // The audience pauses. Meanwhile a third one has begun, and all three have many tokens ready.
    let llm = MockLlm::new([model("atlas", 0.0, 0.1, 60), model("birch", 0.0, 0.1, 60), model("cedar", 3.0, 0.0, 60)]);
    let run = Check::new().draws(&llm).timers(4).run(async || {
        let begin = Instant::now();
        let mut debate = start(&llm, &THREE, never());
        let mut heard: Heard = Vec::new();
        while let Some((name, token)) = debate.next().await {
            heard.push((begin.elapsed(), name, token.map(|token| token.index)));
            if heard.len() == 40 {
                sleep(secs(20.0)).await;
            }
        }
        heard
    });
    require_turns(&run, &run.value()[40..], "atlas", 30);
}

/// Of three who are ready, this one has a turn in five, for so many of its tokens.
fn require_turns<T>(run: &Finished<T>, heard: &[(Duration, &str, Result<usize, Error>)], name: &str, tokens: usize) {
    let places: Vec<usize> = (0..heard.len()).filter(|&place| heard[place].1 == name).take(tokens).collect();
    let gap = places.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(99);
    run.require(
        gap <= 5,
        saw(format!("{gap} items from one token of {name} to its next one, with three models that are ready"))
            .expected("5 at most: two of each of the two others, and then its own")
            .because(
                "Turns are for those who have something to say now. A turn that falls to a silent model goes to the next one, and \
                 who was silent for long does not speak ten times in a row.",
            ),
    );
}

/// A model that fails says its error once, and the others go on.
#[test]
fn an_error_ends_one_voice_and_not_the_debate() {
    let faulty = model("birch", 0.353, 0.407, 6).fault(When::Always, Fault::CutAfter(2));
    let refused = model("cedar", 0.1, 0.1, 3).fault(When::Always, Fault::RateLimited { retry_after: None });
    let llm = MockLlm::new([model("atlas", 1.187, 0.301, 5), faulty, refused]);
    let run = listen(&llm, &THREE, never);
    let Some(heard) = run.value() else { does_not_end(&run) };
    let of = |wanted: &str| {
        heard.iter().filter(|(_, name, _)| *name == wanted).map(|(_, _, token)| token.clone()).collect::<Vec<_>>()
    };
    run.require(
        of("atlas").len() == 5,
        saw(format!("{} of atlas, who did not fail", counted(of("atlas").len(), "token")))
            .expected("all 5")
            .because("Each model speaks for itself: the error of one is no end for the others."),
    );
    let errors = [Error::Cut { tokens: 2 }, Error::RateLimited { retry_after: None }];
    run.require(
        of("birch") == [Ok(0), Ok(1), Err(errors[0].clone())] && of("cedar") == [Err(errors[1].clone())],
        saw(format!("birch: {:?}, cedar: {:?}", of("birch"), of("cedar")))
            .expected(format!("what they said, and then their errors: {:?}", errors))
            .because("The audience must hear why somebody falls silent."),
    );
}

/// When `stop` is ready, no further token is heard, and no model speaks any more.
#[test]
fn stop_ends_it_at_once() {
    // Who looks at one of the two by chance must not get through.
    for after in 1..=24 {
        let llm =
            MockLlm::new([model("chatty", 0.0, 0.0, 900), model("atlas", 0.2, 0.2, 40), model("birch", 0.0, 0.0, 400)]);
        let run = Check::new().draws(&llm).timers(4).run(async || {
            let gate = Gate::new();
            let mut debate = start(&llm, &["chatty", "atlas", "birch"], gate.wait().boxed_local());
            for _ in 0..after {
                let _ = debate.next().await;
            }
            gate.open();
            let mut more = 0;
            while more < 50 && debate.next().await.is_some() {
                more += 1;
            }
            // A task that was aborted needs a turn to go.
            more_turns(10).await;
            // The stream stands about for a while.
            let speaking = llm.journal().calls().iter().filter(|call| call.ended.is_none()).count();
            sleep(secs(0.5)).await;
            drop(debate);
            (more, speaking)
        });
        let (more, speaking) = *run.value();
        run.require(
            more == 0,
            saw(match more {
                1 => "one more item after `stop`".to_owned(),
                more => format!("{more} more items after `stop`"),
            })
                .expected("none: the end")
                .because(
                    "Tokens were ready as well, and went first. What ends a thing is looked at before what goes on with it, at every \
                     poll: with tokens that are always ready, the other order never comes to it.",
                ),
        );
        run.require(
            speaking == 0,
            saw(match speaking {
                1 => "a call still in flight when the audience had heard of the end".to_owned(),
                speaking => format!("{speaking} calls still in flight when the audience had heard of the end"),
            })
            .expected("none")
            .because(if run.tasks_spawned() > 0 {
                "A task goes on when its handle is dropped, and reads for nobody: the models write, and somebody pays. At the end, abort \
                 the tasks. A `JoinSet` does it when it is dropped, so it must be dropped with the end, and not with the stream."
            } else {
                "The stream says that it has ended, and holds the calls until it is dropped itself. That may be late: the models \
                 write, and somebody pays. At the end, drop what you hold."
            }),
        );
    }
}

/// `stop` also ends a silence, and a debate that has not begun.
#[test]
fn stop_ends_a_silence_too() {
    let run = listen(&three(), &THREE, || sleep(secs(1.007)).boxed_local());
    let heard = run.value().as_ref().map_or(99, Vec::len);
    run.require(
        heard == 2 && run.elapsed() == secs(1.007),
        saw(format!("{}, and the end at {:.3} s", counted(heard, "token"), run.elapsed().as_secs_f64()))
            .expected("2 tokens, and the end at 1.007 s")
            .because("Nobody speaks at that moment. `stop` must have the waker, too, so that it can end the silence."),
    );
    run.leaves_nothing_behind();
    let run = listen(&three(), &THREE, || ready(()).boxed_local());
    let calls = run.journal().calls().len();
    run.require(
        calls == 0 && run.value() == &Some(Vec::new()),
        saw(format!("{}, with a `stop` that is ready from the beginning", counted(calls, "call")))
            .expected("none, and the end")
            .because("It was over before it began: nobody is asked, and nobody pays."),
    );
}

/// No models, two of one name, many, and an audience that leaves.
#[test]
fn any_number_of_models() {
    let run = listen(&three(), &[], never);
    run.require(
        run.value() == &Some(Vec::new()),
        saw(format!("{:?} from a debate without models", run.value())).expected("the end").because("Nobody speaks."),
    );
    run.takes(Duration::ZERO, "A debate without models is over at once.");
    let many: Vec<&'static str> = THREE.iter().copied().cycle().take(60).collect();
    let run = listen(&three(), &many, never);
    let heard = run.value().as_ref().map_or(0, Vec::len);
    run.require(
        heard == 20 * (5 + 6 + 9),
        saw(format!("{} of 60 models, of which 20 have one name each", counted(heard, "token")))
            .expected("400")
            .because("A name is no key: each place in the list is a voice of its own."),
    );
    run.takes(secs(1.187 + 4.0 * 0.301).max(secs(0.353 + 5.0 * 0.407)), "All speak at the same time.");
    let llm = three();
    let run = Check::new().draws(&llm).timers(4).run(async || {
        let mut debate = start(&llm, &THREE, never());
        let _ = debate.next().await;
        drop(debate);
        sleep(secs(0.1)).await;
    });
    run.leaves_nothing_behind();
}
