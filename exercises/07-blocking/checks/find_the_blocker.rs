use std::{cell::RefCell, time::Duration};

use futures::future::join_all;
use harness::{Check, Finished, Lane, Outcome, Timeline, more_turns, odd, saw, secs, test};
use mock_llm::{End, Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, timeout};

use super::{PAUSE, debate};

harness::checks!();

/// From one token to the next, in seconds.
const TOKEN: f64 = 0.271;

/// What the speakers say, and the tokens of it.
const SAYS: [(&str, &str); 2] = [("atlas", "I say yes, and why"), ("birch", "I say no")];

fn topic(number: usize) -> String {
    format!("topic {number}")
}

fn title_prompt(number: usize) -> String {
    format!("A title for: topic {number}")
}

fn title_of(number: usize) -> String {
    format!("Debate {number}")
}

/// Each debate has a latency of its own.
fn llm() -> MockLlm {
    MockLlm::new(models(secs(TOKEN)))
}

fn models(token: Duration) -> [Model; 2] {
    SAYS.map(|(name, says)| {
        let model = Model::new(name).inter_token_latency(token).reply(says);
        (1..=9).fold(model, |model, number| {
            model
                .reply_to(title_prompt(number), title_of(number))
                .time_to_first_token_for(title_prompt(number), odd(number))
                .time_to_first_token_for(title_of(number), odd(number + says.len()))
        })
    })
}

/// What one debate shows, and when.
fn plan(number: usize, token_time: Duration) -> Vec<(Duration, String)> {
    // The title has two tokens, and comes in one piece.
    let mut at = odd(number) + token_time;
    let mut plan = vec![(at, title_of(number))];
    for (_, says) in SAYS {
        at += PAUSE + odd(number + says.len());
        for (index, token) in mock_llm::tokens(says).enumerate() {
            at += if index == 0 { Duration::ZERO } else { token_time };
            plan.push((at, token.to_owned()));
        }
    }
    plan
}

fn ends(number: usize) -> Duration {
    plan(number, secs(TOKEN)).last().expect("a debate has tokens").0
}

/// What was shown, of which debate, and when.
#[derive(Debug, Default)]
struct Shown {
    pieces: Vec<(Duration, usize, String)>,
    results: Vec<Result<(), Error>>,
}

impl Shown {
    fn of(&self, number: usize) -> Vec<(Duration, String)> {
        let own = self.pieces.iter().filter(|(_, of, _)| *of == number);
        own.map(|(at, _, piece)| (*at, piece.clone())).collect()
    }
}

/// Runs these debates together, in one task.
fn debates(llm: &MockLlm, numbers: &[usize]) -> Finished<Shown> {
    let drawn = |timeline: Timeline, &number: &usize| {
        let plan = plan(number, secs(TOKEN));
        let (title, first) = (plan[0].0, SAYS[0].1.split(' ').count());
        let (atlas, birch) = (plan[first].0, ends(number));
        let timeline = timeline.lane(Lane::call(title_prompt(number), 0.0, title.as_secs_f64()));
        let timeline = timeline.lane(Lane::call("atlas", (title + PAUSE).as_secs_f64(), atlas.as_secs_f64()));
        timeline.lane(Lane::call("birch", (atlas + PAUSE).as_secs_f64(), birch.as_secs_f64()))
    };
    let expected = numbers.iter().fold(Timeline::default(), drawn);
    let pauses = 4 * numbers.len() + 3;
    Check::new().draws(llm).expects(expected).timers(pauses).when_stuck(words_when_stuck).run(async || {
        let started = Instant::now();
        let pieces = RefCell::new(Vec::new());
        let one = async |number: usize| {
            let show = |piece: &str| pieces.borrow_mut().push((started.elapsed(), number, piece.to_owned()));
            debate(llm, &topic(number), show).await
        };
        let results = join_all(numbers.iter().map(|&number| one(number))).await;
        Shown { pieces: pieces.into_inner(), results }
    })
}

fn words_when_stuck(outcome: Outcome) -> Option<harness::Message> {
    (outcome == Outcome::Blocked).then(|| {
        saw("a poll that does not return: `debate` holds the thread of the event loop")
            .expected("a thread that is free while `debate` waits")
            .because(
                "`block_on` inside a future waits on the very thread that would have to move what it waits for on: the \
                 timer of the event loop, the answer of the model. Inside `async`, waiting is `.await`.",
            )
    })
}

#[track_caller]
fn require_no_blocking_call(run: &Finished<Shown>) {
    let here = std::thread::current().id();
    let blocking: Vec<_> = run.journal().calls().iter().filter(|call| call.thread.is_some()).collect();
    let Some(first) = blocking.first() else { return };
    let seen = format!("{} of {} calls by the blocking client", blocking.len(), run.journal().calls().len());
    let expected = "every call by a client that is awaited: `llm.model(…).complete(…)`, `llm.model(…).stream(…)`";
    if first.thread == Some(here) {
        run.fail(
            saw(format!(
                "{seen}, on the event loop's own thread; the first one is {:?} to {}",
                first.prompt, first.model
            ))
            .expected(expected)
            .because(
                "A blocking call returns when the answer is there, and holds its thread until then. On this thread \
                     the event loop runs, and with it everybody else's debate. `async fn` changes nothing about it: \
                     only an `.await` that is not ready gives the thread away. A stream has one such wait for each \
                     token, and a `for` loop waits for each of them in `next()`.",
            )
            .outcome(Outcome::Blocked),
        );
    }
    run.fail(saw(format!("{seen}, on threads of their own")).expected(expected).because(
        "The event loop is free now, at the price of a thread for each reader. It is what you do where a library has \
         no other form (the next exercise). Here it has one, and the task says: no threads.",
    ));
}

/// What is asked of whom in one debate, in this order.
fn asked(number: usize) -> [(String, &'static str); 3] {
    [(title_prompt(number), "atlas"), (title_of(number), "atlas"), (title_of(number), "birch")]
}

#[track_caller]
fn require_the_calls(run: &Finished<Shown>, numbers: &[usize]) {
    for &number in numbers {
        let wanted = asked(number);
        let calls = run.journal().calls().iter();
        let of_this = calls.filter(|call| {
            let prompt = call.prompt.as_str();
            prompt == wanted[0].0 || prompt == wanted[1].0 || prompt == topic(number)
        });
        let made: Vec<(String, &str)> = of_this.map(|call| (call.prompt.clone(), call.model.as_str())).collect();
        let told = |calls: &[(String, &str)]| {
            calls.iter().map(|(prompt, model)| format!("{model}: {prompt:?}")).collect::<Vec<_>>().join(", ")
        };
        run.require(
            made == wanted,
            saw(told(&made)).expected(told(&wanted)).because(
                "The waits are to be mended, and not what is asked of whom: the speakers answer to the title.",
            ),
        );
    }
}

/// With models that answer at once, a debate takes as long as its pauses.
fn pauses_on_the_clock() -> bool {
    let at_once = MockLlm::new(SAYS.map(|(name, says)| Model::new(name).reply(says)));
    let run = Check::new().run(async || debate(&at_once, &topic(1), |_| {}).await);
    run.elapsed() >= 2 * PAUSE
}

/// Why a run is shorter than its debates need.
fn why_so_short(run: &Finished<Shown>, numbers: &[usize]) -> String {
    for &number in numbers {
        let calls: Vec<_> = asked(number)
            .into_iter()
            .filter_map(|(prompt, model)| {
                run.journal().calls().iter().find(|call| call.prompt == prompt && call.model == model)
            })
            .collect();
        for (pair, [before, next]) in calls.windows(2).zip([["the title", "atlas"], ["atlas", "birch"]]) {
            let Some((ended, _)) = pair[0].ended else { continue };
            if pair[1].started < ended {
                return format!(
                    "{next} is asked before {before} has ended. Debates of several readers overlap, and the speakers of \
                     one debate do not: its reader reads one after the other."
                );
            }
            let pause = pair[1].started - ended;
            if pause < PAUSE && pauses_on_the_clock() {
                return format!(
                    "{next} is asked {:.3} s after {before} has ended, before the pause of {:.3} s is over: the answer comes \
                     while the pause goes on (`join!`, or a future that was polled, or a task, before it). What the reader \
                     sees stays as it is: the pause first, then the question.",
                    pause.as_secs_f64(),
                    PAUSE.as_secs_f64()
                );
            }
            if pause < PAUSE {
                return format!(
                    "Between {before} and {next}, {:.3} s go by on the clock of this run, and the pause is {:.3} s. \
                     `std::thread::sleep` holds the thread, and the event loop with it, and its clock stands still \
                     meanwhile. The pause of an async function is `tokio::time::sleep(…).await`: without the `.await` \
                     it does not begin, and the first tick of an interval is at once. (And without any pause, the reader \
                     cannot follow.)",
                    pause.as_secs_f64(),
                    PAUSE.as_secs_f64()
                );
            }
        }
    }
    "Something takes less time than the models need.".to_owned()
}

/// No call holds the thread of the event loop.
#[test]
fn no_call_holds_the_thread() {
    for numbers in [&[1][..], &[4, 2]] {
        let run = debates(&llm(), numbers);
        run.require(
            !run.journal().calls().is_empty(),
            saw("no call").expected("three calls for each debate").because("A debate comes from the models."),
        );
        require_no_blocking_call(&run);
    }
}

/// Two debates take as long as the longer one, and so do nine.
#[test]
fn many_debates_take_as_long_as_the_longest() {
    for numbers in [&[3][..], &[4, 2], &[9, 2, 7, 4, 5, 6, 3, 8, 1]] {
        let run = debates(&llm(), numbers);
        let longest = numbers.iter().map(|&number| ends(number)).max().expect("there are debates");
        require_the_calls(&run, numbers);
        let because = if run.elapsed() < longest {
            why_so_short(&run, numbers)
        } else if numbers.len() == 1 {
            "There is only one debate, and it takes longer than its calls and its two pauses: what else does it wait for?"
                .to_owned()
        } else if run.journal().calls().iter().all(|call| call.thread.is_none()) {
            "The debates wait for each other, and no call holds the thread. Do they share something that lets only one of \
             them through, or a few at a time: a lock that is held across an `.await`, a permit of a semaphore, a limit? \
             What waits for a model needs none of them."
                .to_owned()
        } else {
            "The debates wait for each other. Something in there keeps the thread until it has what it wants, and gives \
             it away to nobody: look for every line that waits without `.await`."
                .to_owned()
        };
        run.takes(longest, &because);
    }
}

/// Each piece is shown when it comes, also while other debates go on.
#[test]
fn each_piece_is_shown_when_it_comes() {
    let numbers = [5, 1, 8];
    // And tokens that are ready at the same time.
    for token_time in [secs(TOKEN), Duration::ZERO] {
        let run = debates(&MockLlm::new(models(token_time)), &numbers);
        for number in numbers {
            let (seen, wanted) = (run.value().of(number), plan(number, token_time));
            if seen != wanted {
                run.fail(saw(told(&seen)).expected(told(&wanted)).because(why_other_pieces(&seen, &wanted)));
            }
        }
    }
}

fn told(pieces: &[(Duration, String)]) -> String {
    pieces.iter().map(|(at, piece)| format!("{piece:?} at {:.3} s", at.as_secs_f64())).collect::<Vec<_>>().join(", ")
}

fn why_other_pieces(seen: &[(Duration, String)], wanted: &[(Duration, String)]) -> &'static str {
    let texts = |list: &[(Duration, String)]| list.iter().map(|(_, piece)| piece.clone()).collect::<Vec<_>>();
    if texts(seen) != texts(wanted) && texts(seen).concat() == texts(wanted).concat() {
        "The words are the right ones, and cut in other pieces: the title comes in one piece (`complete`), and what a speaker \
         says comes token by token (`stream`). Tokens that are ready at the same time (`ready_chunks`) are still shown one by \
         one."
    } else if texts(seen) != texts(wanted) {
        "What a reader sees stays as it is: the title, then every token of atlas, then every token of birch."
    } else if seen.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        "Tokens come together that were written one after another: something collects them, and shows them when the answer is \
         whole, or when its thread has them all. The reader looks at an empty page up to then."
    } else {
        "The pieces are the right ones, and they come at other times: what holds the thread, or the pause that is gone, moves all \
         that comes after it."
    }
}

/// The first error ends the debate, and is returned.
#[test]
fn the_first_error_ends_the_debate() {
    let cut = (When::Prompt(title_of(2)), Fault::CutAfter(2), Error::Cut { tokens: 2 });
    let busy = (When::Prompt(title_prompt(2)), Fault::Overloaded, Error::Status(503));
    // The error may be ready together with the tokens before it.
    let (one_by_one, at_once) = (secs(TOKEN), Duration::ZERO);
    let cases = [(cut.clone(), 3, 2, one_by_one), (busy, 0, 1, one_by_one), (cut, 3, 2, at_once)];
    for ((when, fault, error), shows, calls, token_time) in cases {
        let [atlas, birch] = models(token_time);
        let llm = MockLlm::new([atlas.fault(when, fault), birch]);
        let run = debates(&llm, &[2]);
        require_no_blocking_call(&run);
        let (result, shown) = (&run.value().results[0], run.value().of(2).len());
        let told = |result: &Result<(), Error>| {
            result.as_ref().map_or_else(|e| format!("the error \"{e}\""), |()| "`Ok`".into())
        };
        let made = run.journal().calls().len();
        let asked: Vec<_> = run.journal().calls().iter().map(|call| (&call.model, &call.prompt)).collect();
        let asked_again = (1..asked.len()).any(|place| asked[..place].contains(&asked[place]));
        run.require(
            *result == Err(error.clone()) && shown == shows && made == calls,
            saw(format!("{}, {shown} pieces shown, and calls made: {made}", told(result)))
                .expected(format!("{}, {shows} pieces shown, and calls made: {calls}", told(&Err(error.clone()))))
                .because(match result {
                    Err(other) if *other != error => {
                        "Something was done after the first error, and ended with another one: nobody asked for a second \
                         try. The first error ends the debate as it is."
                    }
                    Err(_) if asked_again => {
                        "The error is returned, and too late: the same question was asked once more first. Nobody asked for \
                         a second try: the first error ends the debate."
                    }
                    Err(_) if shown < shows => {
                        "The error is returned, and what had come before it is lost: tokens that were there already are \
                         shown first. Show each when it comes, and do not collect them up to the error."
                    }
                    Err(_) => {
                        "The error is returned, and too late: the next speaker went on first. `?` hands an error on in \
                         the line in which it comes, and the debate ends there."
                    }
                    Ok(()) if shows == 0 => {
                        "The call for the title has failed, and the debate went on without one. `complete` gives a \
                         `Result`: `?` hands its error on."
                    }
                    Ok(()) => {
                        "A stream gives an error as an item. Whoever takes it for the end of the answer (`while let \
                         Some(Ok(token))`), or lets the result of a speaker fall (`let _ =`), goes on as if nothing had \
                         happened. Each token is a `Result`: `?` hands its error on."
                    }
                }),
        );
    }
}

/// A debate that is dropped ends its call, and leaves no task behind.
#[test]
fn a_dropped_debate_ends_its_call() {
    // In the title, between two tokens of atlas, and before the first one of birch.
    for (leaves, ends_with) in [(0.5, 0), (odd(1).as_secs_f64() + 3.0, 1), (ends(1).as_secs_f64() - 1.2, 2)] {
        let llm = llm();
        let run = Check::new().draws(&llm).when_stuck(words_when_stuck).run(async || {
            let _ = timeout(secs(leaves), debate(&llm, &topic(1), |_| {})).await;
            // A task that is aborted with the debate needs a turn of the runtime to go.
            more_turns(3).await;
            Shown::default()
        });
        require_no_blocking_call(&run);
        let calls = run.journal().calls();
        let last_was_dropped =
            calls.last().and_then(|call| call.ended.as_ref()).is_some_and(|(_, end)| *end == End::Dropped);
        run.premise(
            calls.len() == ends_with + 1,
            "The debate is at another point than it should be when its reader leaves.",
        );
        run.require(
            last_was_dropped,
            saw(format!("the reader leaves at {leaves:.3} s, and the call goes on"))
                .expected("the call dropped with the debate")
                .because(
                    "The call runs in a task of its own, and a task whose handle is dropped runs on. Await the call in \
                     `debate` itself: then both are dropped together.",
                ),
        );
        run.leaves_nothing_behind();
    }
}
