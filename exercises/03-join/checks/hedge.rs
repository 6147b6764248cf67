use std::time::Duration;

use harness::{
    Check, Finished, Lane, MarkKind, Outcome, SpanKind, Timeline, moved_at, recorder, saw, secs, shown_result, test,
};
use mock_llm::{Call, End, Error, Fault, MockLlm, Model, Token, When};
use tokio::time::{Instant, sleep, timeout};

use super::hedge;

harness::checks!();

/// From one token to the next, in seconds. An answer has four.
const TOKEN: f64 = 0.271;

/// What a model does with the call: when its first token is due, and what goes wrong.
#[derive(Debug, Clone, Copy)]
struct Answer {
    first: f64,
    fault: Option<Fault>,
}

const fn begins_after(first: f64) -> Answer {
    Answer { first, fault: None }
}

const fn fails_after(first: f64, fault: Fault) -> Answer {
    Answer { first, fault: Some(fault) }
}

/// 429 comes at once, whatever the model.
const RATE_LIMITED: Answer = fails_after(0.0, Fault::RateLimited { retry_after: Some(Duration::from_secs(2)) });

impl Answer {
    /// What the answer fails with, where it never begins.
    fn refusal(self) -> Option<Error> {
        match self.fault? {
            Fault::RateLimited { retry_after } => Some(Error::RateLimited { retry_after }),
            Fault::InternalError => Some(Error::Status(500)),
            Fault::Overloaded => Some(Error::Status(503)),
            Fault::Refused => Some(Error::Refused),
            _ => None,
        }
    }

    /// After how many tokens the answer is cut, where it is.
    fn cut(self) -> Option<usize> {
        self.fault.and_then(|fault| if let Fault::CutAfter(tokens) = fault { Some(tokens) } else { None })
    }
}

#[derive(Debug, Clone, Copy)]
struct Script {
    atlas: Answer,
    birch: Answer,
    delay: f64,
}

/// What `hedge` did.
#[derive(Debug)]
struct Returned {
    outcome: Result<(), Error>,
    at: Duration,
    tokens: Vec<(Duration, String)>,
}

/// What `hedge` should do.
#[derive(Debug)]
struct Plan {
    /// The winner, when its first token comes, and how many tokens are shown.
    winner: Option<(&'static str, f64, usize)>,
    outcome: Result<(), Error>,
    ends: f64,
    asks_birch: bool,
}

impl Script {
    fn plan(self) -> Plan {
        let asks_birch = self.atlas.first > self.delay;
        let mut calls = vec![("atlas", self.atlas.first, self.atlas)];
        if asks_birch {
            calls.push(("birch", self.delay + self.birch.first, self.birch));
        }
        let begins = calls.iter().filter(|(_, _, answer)| answer.refusal().is_none());
        match begins.min_by(|a, b| a.1.total_cmp(&b.1)) {
            Some(&(model, first, answer)) => {
                let count = answer.cut().unwrap_or(4);
                let outcome = answer.cut().map_or(Ok(()), |tokens| Err(Error::Cut { tokens }));
                // The cut comes in place of the next token.
                let ends = first + TOKEN * answer.cut().unwrap_or(3) as f64;
                Plan { winner: Some((model, first, count)), outcome, ends, asks_birch }
            }
            None => {
                let (_, ends, last) = calls.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("atlas is asked");
                Plan { winner: None, outcome: Err(last.refusal().expect("nobody begins")), ends, asks_birch }
            }
        }
    }

    /// The run that is expected.
    fn drawing(self) -> Timeline {
        let plan = self.plan();
        let begun = plan.winner.map_or(f64::INFINITY, |(_, first, _)| first);
        let lane = |name: &str, from: f64, answer: Answer| {
            let first = from + answer.first;
            match answer.refusal() {
                _ if first > begun => Lane::dropped(name, from, begun),
                Some(_) => Lane::failed(name, from, first),
                None => {
                    let end = if answer.cut().is_some() { MarkKind::Failed } else { MarkKind::Finished };
                    let lane = Lane::new(name).span(SpanKind::Waiting, from, first);
                    let lane = lane.span(SpanKind::Streaming, first, plan.ends);
                    let tokens = (0..answer.cut().unwrap_or(4)).map(|index| first + TOKEN * index as f64);
                    tokens.fold(lane, |lane, at| lane.mark(MarkKind::Token, at)).mark(end, plan.ends)
                }
            }
        };
        let mut drawing = Timeline::default().lane(lane("atlas", 0.0, self.atlas));
        if plan.asks_birch {
            drawing = drawing.lane(lane("birch", self.delay, self.birch));
        }
        let ends = if plan.outcome.is_ok() { Lane::call } else { Lane::failed };
        drawing.lane(ends(FUNCTION.to_owned(), 0.0, plan.ends))
    }

    fn llm(self) -> MockLlm {
        let model = |name: &str, answer: Answer| {
            let model = Model::new(name).time_to_first_token(secs(answer.first)).inter_token_latency(secs(TOKEN));
            let model = model.reply(text_of(name));
            answer.fault.into_iter().fold(model, |model, fault| model.fault(When::Always, fault))
        };
        MockLlm::new([model("atlas", self.atlas), model("birch", self.birch)])
    }
}

fn text_of(model: &str) -> String {
    format!("{model} answers the question")
}

/// The name of the lane that shows when the learner's function returns.
const FUNCTION: &str = "hedge";

const PROMPT: &str = "What is a hedge?";

/// Runs `hedge` against two models and watches for five seconds more, beside a drawing of the run that is expected.
fn run_hedge(script: Script) -> Finished<Returned> {
    let (llm, recorder) = (script.llm(), recorder());
    let check = Check::new().draws(&llm).draws_futures(&recorder).expects(script.drawing()).within(secs(20_000.0));
    check.run(async || {
        let started = Instant::now();
        let mut tokens = Vec::new();
        let show = |token: Token| tokens.push((started.elapsed(), token.text));
        let outcome = shown_result(&recorder, FUNCTION, hedge(&llm, PROMPT, secs(script.delay), show)).await;
        let at = started.elapsed();
        sleep(secs(5.0)).await;
        Returned { outcome, at, tokens }
    })
}

/// The calls to one model.
fn calls<'run, T>(run: &'run Finished<T>, model: &str) -> Vec<&'run Call> {
    run.journal().calls().iter().filter(|call| call.model == model).collect()
}

fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

/// One call to atlas at 0 s, and one to birch at `delay`, if it comes to that.
#[track_caller]
fn require_calls(run: &Finished<Returned>, script: Script) {
    let (atlas, birch) = (calls(run, "atlas"), calls(run, "birch"));
    let begun: Vec<String> =
        run.journal().calls().iter().map(|call| format!("{} at {}", call.model, seconds(call.started))).collect();
    let seen = if begun.is_empty() { "no call".to_owned() } else { begun.join(", ") };
    let delay = secs(script.delay);
    let wanted = script.plan().asks_birch;
    let (expected, on_time) = if wanted {
        let on_time = matches!(birch[..], [call] if call.started == delay);
        (format!("atlas at 0.000 s, birch at {}", seconds(delay)), on_time)
    } else {
        ("atlas at 0.000 s, and no call to birch".to_owned(), birch.is_empty())
    };
    let begun_before = |call: &Call| call.first_token.is_some_and(|at| at <= delay);
    let why = match (&atlas[..], &birch[..]) {
        ([], _) => "The first call is the one to atlas.",
        ([first, ..], [second, ..]) if second.started < first.started => "The first call is the one to atlas.",
        ([first, ..], _) if first.started > Duration::ZERO => {
            "The delay comes first, and only then the question. (A stream that is made, and not polled, has asked nobody.) \
             Nobody is late yet: ask atlas at once, and let the delay run *beside* the call."
        }
        ([first, second, ..], _) if matches!(&first.ended, Some((at, End::Failed(_))) if *at <= second.started) => {
            "atlas is asked again after its error. A hedge asks each model once, also where both fail: what to do with an \
             error, the caller knows best."
        }
        ([first, second, ..], [_, ..]) if first.ended.as_ref().is_none_or(|(at, _)| *at > second.started) => {
            "Two calls are in flight, and one more is sent because both are late. A hedge sends two calls at most: one to \
             each model. From then on there is nothing to do but to wait for whichever begins."
        }
        ([_, _, ..], _) => {
            "atlas is asked again from the beginning, and what it had done for the first call is lost. `timeout(delay, \
             call)` owns the call, and drops it when the time is over. Give it a borrow, `&mut call`, of a call that is \
             pinned: then the call is still there afterwards. And nobody is asked again after an error."
        }
        (_, [_, _, ..]) => {
            "One call to birch is enough: a hedge sends two calls at most, also where both fail. Every further one costs \
             money too."
        }
        (_, [second]) if second.started == Duration::ZERO => {
            "Both calls begin together. That is as fast as can be, and every question costs twice as much. A hedge sends \
             the second call only when the first is late."
        }
        ([first], [_]) if !wanted && begun_before(first) => {
            "atlas had given its first token before `delay` was over, and birch was asked all the same. A whole answer takes \
             its time, and this hedge is not about that: the reader waits for the first *token*. What runs against the \
             delay is `next()`, once, and not the loop over all tokens."
        }
        (_, [_]) if !wanted => "atlas was not late: nobody needs the second call.",
        (_, [_]) => "The second call begins when `delay` is over, counted from the beginning of the first.",
        (_, []) if delay.is_zero() => {
            "birch is never asked. Zero is a number like the others, and not a word for \"off\": a delay of zero is over at \
             once, and birch is asked at once."
        }
        (_, []) => "atlas is late, and birch is never asked.",
    };
    run.require(atlas.len() == 1 && atlas[0].started.is_zero() && on_time, saw(seen).expected(expected).because(why));
}

/// The tokens of the winner, each at its instant; then the end, or the error.
#[track_caller]
fn require_answer(run: &Finished<Returned>, script: Script, because: &str) {
    let Plan { winner, outcome, ends, .. } = script.plan();
    let (model, first, count) = winner.unwrap_or(("nobody", 0.0, 0));
    let text = text_of(model);
    let words = mock_llm::tokens(&text).take(count).map(str::to_owned);
    let instants = (0..count).map(|index| secs(first) + secs(TOKEN) * index as u32);
    let wanted = Returned { outcome, at: secs(ends), tokens: instants.zip(words).collect() };
    let seen = run.value();
    let is_right = seen.outcome == wanted.outcome && seen.at == wanted.at && seen.tokens == wanted.tokens;
    let texts = |returned: &Returned| returned.tokens.iter().map(|(_, text)| text.clone()).collect::<Vec<String>>();
    let (said, due) = (texts(seen), texts(&wanted));
    let why = if said.len() < due.len() && !due.is_empty() && said == due[1..] {
        "The first token told you who has won, and nobody showed it. It is a part of the answer, too."
    } else if said == due
        && seen.at == wanted.at
        && seen.tokens.len() > 1
        && seen.tokens.iter().all(|(at, _)| *at == seen.at)
    {
        "All tokens are shown together, when the last one is there. The reader looks at an empty page up to then. Show each \
         token when it comes."
    } else if said.len() > due.len() && wanted.outcome.is_ok() && seen.tokens.first() == wanted.tokens.first() {
        "The answer of the other call is shown, too. When one call has begun, the other is dropped, and none of its tokens is \
         shown."
    } else if said == due && seen.outcome.is_ok() && wanted.outcome.is_err() {
        "A stream gives an error as an item. `while let Some(Ok(token))` ends at it as if it were the end of the answer, and \
         nobody hears that the answer is not whole."
    } else {
        because
    };
    // Late is what is right but for its time.
    let is_late = seen.outcome == wanted.outcome && said == due && seen.at > wanted.at;
    let late = if is_late { Outcome::TooSlow } else { Outcome::Wrong };
    run.require(is_right, saw(told(seen)).expected(told(&wanted)).because(why).outcome(late));
}

/// What was shown and when, and how it ended.
fn told(returned: &Returned) -> String {
    let token = |(at, text): &(Duration, String)| format!("\"{text}\" at {}", seconds(*at));
    let mut lines: Vec<String> = returned.tokens.iter().map(token).collect();
    let at = seconds(returned.at);
    lines.push(match &returned.outcome {
        Ok(()) => format!("`Ok(())` at {at}"),
        Err(error) => format!("the error `{error}` at {at}"),
    });
    lines.join("\n")
}

/// atlas begins within the delay: one call, each token when it comes, however long the answer is.
#[test]
fn a_first_token_in_time_needs_no_second_call() {
    for (atlas, delay) in [(0.512, 0.9), (0.137, 0.15), (0.83, 10.0)] {
        let script = Script { atlas: begins_after(atlas), birch: begins_after(0.2), delay };
        let run = run_hedge(script);
        require_calls(&run, script);
        let why = "Each token of atlas is shown when it comes. There is nothing else to wait for, not even the delay.";
        require_answer(&run, script, why);
        // The delay has a timer, so has this check, and there may be one for each token.
        run.only_looks_when_woken(8);
    }
}

/// When the delay is over and atlas has not begun, birch is asked, and its answer is shown if it begins first.
#[test]
fn a_late_first_token_starts_the_second_call() {
    for (delay, birch) in [(1.0, 0.753), (0.257, 0.211)] {
        let script = Script { atlas: begins_after(5.3), birch: begins_after(birch), delay };
        let run = run_hedge(script);
        require_calls(&run, script);
        let first = run.value().tokens.first().map(|(at, _)| *at);
        let why = if first.is_some_and(|at| at >= secs(5.3)) {
            "birch had begun long before. `join!` waits for all; here one first token is enough. What you need is ready as \
             soon as *one* of two futures is."
        } else {
            "birch begins first, so its tokens are shown, from the first to the last."
        };
        require_answer(&run, script, why);
    }
}

/// The call to atlas is still in flight when birch is asked, and may win.
#[test]
fn the_first_call_goes_on() {
    // In the second run the whole answer of birch would be there first: it is the first token that counts.
    for script in [
        Script { atlas: begins_after(1.537), birch: begins_after(3.1), delay: 1.0 },
        Script { atlas: begins_after(0.771), birch: begins_after(0.283), delay: 0.5 },
    ] {
        let run = run_hedge(script);
        let atlas = calls(&run, "atlas");
        let due = secs(script.atlas.first);
        if let [Call { ended: Some((at, End::Dropped)), .. }] = atlas[..]
            && *at < due
        {
            run.fail(
                saw(format!("the call to atlas is dropped at {}", seconds(*at)))
                    .expected(format!("its first token, at {}", seconds(due)))
                    .because(
                        "`timeout(delay, call)` owns the call, and drops it when the time is over. All the waiting so far \
                         is lost, and paid for. Give it a borrow, `&mut call`, of a call that is pinned: then the call is \
                         still there afterwards. (A stream is still there, too, when a future of its `next()` is dropped.)",
                    ),
            );
        }
        require_calls(&run, script);
        let why = if run.tasks_spawned() > 0 && matches!(atlas[..], [call] if call.delivered > 0) {
            "atlas began first, in a task that goes on, and nobody hears of it: the handle was given to `timeout` itself, and \
             was dropped with it. Give it a borrow, `&mut handle`, and wait for both after the delay."
        } else {
            "atlas began first, and nobody polled its call to see it: your code was waiting for birch alone. After the \
             delay, wait for both, for whichever begins first."
        };
        require_answer(&run, script, why);
    }
}

/// When one call has begun, the other ends at that instant, and not with the answer.
#[test]
fn the_loser_is_dropped_at_the_first_token() {
    for (script, loser) in [
        (Script { atlas: begins_after(4.3), birch: begins_after(0.753), delay: 1.0 }, "atlas"),
        (Script { atlas: begins_after(1.537), birch: begins_after(3.1), delay: 1.0 }, "birch"),
    ] {
        let run = run_hedge(script);
        run.premise(run.journal().calls().len() == 2, "There are not two calls, so none of them has lost.");
        let won = secs(script.plan().winner.map_or(0.0, |(_, first, _)| first));
        for call in calls(&run, loser) {
            let (seen, at) = match &call.ended {
                None => ("goes on and on".to_owned(), Duration::MAX),
                Some((at, End::Dropped)) => (format!("is dropped at {}", seconds(*at)), *at),
                Some((at, _)) => (format!("goes on until {}", seconds(*at)), Duration::MAX),
            };
            let why = if at > won && at == run.value().at {
                "It is dropped when your function returns, and that is when the *winner's* answer ends. What is pinned in a \
                 function, or bound to a variable, lives to the end of its block. Nobody polls it, and the model writes all \
                 the same, for money. Let the race be a block or a function of its own, or `drop` the loser."
            } else {
                "Nobody wants the second answer, and the model still writes it, for money. To drop a future or a stream ends \
                 its call. To drop the handle of a task does not: the task goes on."
            };
            run.require(
                at == won,
                saw(format!("the call to {loser}, which has lost, {seen}"))
                    .expected(format!("it is dropped at {}, with the first token of the other", seconds(won)))
                    .because(why),
            );
        }
    }
}

/// However late both are, no third call is made, and nobody looks whether they have begun.
#[test]
fn two_calls_at_most() {
    for script in [
        Script { atlas: begins_after(45.083), birch: begins_after(40.9), delay: 7.019 },
        Script { atlas: begins_after(31.7), birch: begins_after(11.309), delay: 13.3 },
        Script { atlas: begins_after(29.303), birch: begins_after(3.0), delay: 37.0 },
        Script { atlas: begins_after(9_307.9), birch: begins_after(7_207.3), delay: 1_803.1 },
    ] {
        let run = run_hedge(script);
        require_calls(&run, script);
        let why = match &run.value().outcome {
            Err(_) => {
                "No call has failed. Both are in flight, and nobody asked for a limit of time: after the delay there is nothing to do but \
                 to wait for whichever begins."
            }
            Ok(()) => "Both calls are in flight, and whichever begins first wins.",
        };
        require_answer(&run, script, why);
        // The delay has a timer, so has this check, and there may be one for each token.
        run.only_looks_when_woken(8);
    }
}

const NO_ANSWER_YET: &str = "An error is no beginning. The other call is still in flight and may begin: wait for it. \
                             `select!` is ready with the first *result*, whether it is a token or an error.";

/// An error of one call does not count, while the other call may still begin.
#[test]
fn a_late_error_waits_for_the_other_call() {
    for script in [
        Script { atlas: fails_after(1.5, Fault::InternalError), birch: begins_after(2.017), delay: 1.0 },
        Script { atlas: begins_after(3.041), birch: fails_after(0.5, Fault::Overloaded), delay: 1.0 },
        Script { atlas: begins_after(1.713), birch: RATE_LIMITED, delay: 0.9 },
    ] {
        let run = run_hedge(script);
        require_calls(&run, script);
        require_answer(&run, script, NO_ANSWER_YET);
    }
}

/// An error within the delay is not late: it is returned, and nobody else is asked.
#[test]
fn an_early_error_is_returned_at_once() {
    let why = "The hedge is for a call that is late. This one was in time, with an error. What to do with errors, the caller \
               knows best: another lesson is about that.";
    for atlas in [fails_after(0.503, Fault::InternalError), RATE_LIMITED, fails_after(0.0, Fault::Refused)] {
        let script = Script { atlas, birch: begins_after(1.0), delay: 1.0 };
        let run = run_hedge(script);
        let held = run.value().outcome.as_ref().err() == atlas.refusal().as_ref() && calls(&run, "birch").is_empty();
        require_answer(&run, script, if held { HELD_BACK } else { why });
        require_calls(&run, script);
    }
}

const HELD_BACK: &str = "The error is the right one, and it is returned late. `delay` is how long you wait for a token at most; \
                         this call has given its result before. Nothing can come any more: return it at once.";

/// Where both calls fail, the later error is returned when it comes, and nobody is asked again.
#[test]
fn two_errors_give_the_later_one() {
    for script in [
        Script {
            atlas: fails_after(1.5, Fault::InternalError),
            birch: fails_after(2.017, Fault::Overloaded),
            delay: 1.0,
        },
        Script { atlas: fails_after(3.041, Fault::InternalError), birch: RATE_LIMITED, delay: 1.0 },
        Script {
            atlas: fails_after(3.041, Fault::Overloaded),
            birch: fails_after(0.5, Fault::InternalError),
            delay: 1.0,
        },
    ] {
        let run = run_hedge(script);
        require_calls(&run, script);
        let of_a_call =
            |error: &Error| [script.atlas, script.birch].iter().any(|call| call.refusal().as_ref() == Some(error));
        let why = match &run.value().outcome {
            Err(error) if !of_a_call(error) => {
                "No call has failed with this error: it is made up. Both calls gave one of their own, and the later one is the \
                 result. Keep it when it comes."
            }
            Err(_) if run.value().at == secs(script.plan().ends) => {
                "That error came first, and it was not the end: the other call could still begin. The later one says that \
                 nobody will. That one is returned."
            }
            _ => "Only with the second error it is certain that nobody will begin. That one is returned.",
        };
        require_answer(&run, script, why);
    }
}

/// An answer that has begun and is cut has its error, with what was shown so far. Nobody else is asked.
#[test]
fn an_error_in_the_answer_is_returned() {
    let why = "The answer had begun, and it is the reader's. Its error is returned when it comes, after the tokens that were \
               there.";
    for script in [
        Script { atlas: fails_after(0.203, Fault::CutAfter(2)), birch: begins_after(0.4), delay: 1.0 },
        Script { atlas: fails_after(1.203, Fault::CutAfter(2)), birch: begins_after(7.3), delay: 0.9 },
        Script { atlas: begins_after(4.3), birch: fails_after(0.611, Fault::CutAfter(3)), delay: 0.7 },
    ] {
        let run = run_hedge(script);
        require_answer(&run, script, why);
        require_calls(&run, script);
    }
}

/// When the caller gives up, both calls end, wherever the hedge stands.
#[test]
fn a_caller_who_gives_up_leaves_no_call_behind() {
    let birch_wins = Script { atlas: begins_after(4.3), birch: begins_after(2.011), delay: 1.0 };
    let atlas_is_quick = Script { atlas: begins_after(0.303), ..birch_wins };
    let atlas_is_late = Script { atlas: begins_after(1.503), birch: begins_after(7.3), delay: 1.0 };
    // Before the delay is over, after it, and while an answer is read: that of birch, and that of atlas, quick and late.
    let cases = [(birch_wins, 0.6), (birch_wins, 1.9), (birch_wins, 3.2), (atlas_is_quick, 0.7), (atlas_is_late, 2.0)];
    for (script, patience) in cases.map(|(script, patience)| (script, secs(patience))) {
        let llm = script.llm();
        let run = Check::new().draws(&llm).run(async || {
            let given_up = timeout(patience, hedge(&llm, PROMPT, secs(script.delay), |_| ())).await.is_err();
            sleep(secs(9.0)).await;
            given_up
        });
        run.premise(!run.journal().calls().is_empty(), "No call was made, so none could be left behind.");
        run.require(
            *run.value(),
            saw(format!("the end of `hedge` before {}", seconds(patience)))
                .expected("the end of the answer, which comes later")
                .because("`hedge` ends with the last token of the answer."),
        );
        let left: Vec<&str> = run
            .journal()
            .calls()
            .iter()
            .filter(|call| call.ended.as_ref().is_none_or(|(at, _)| *at > patience))
            .map(|call| call.model.as_str())
            .collect();
        run.require(
            left.is_empty(),
            saw(format!("the caller gives up at {}, and these calls go on: {}", seconds(patience), left.join(", ")))
                .expected(format!("no call after {}", seconds(patience)))
                .because(
                    "When the future of `hedge` is dropped, no line of yours runs any more. Futures and streams that it \
                     holds are dropped with it. Tasks are not: the handle of a task has no `Drop` that ends it. A `JoinSet` \
                     has.",
                ),
        );
    }
}

/// Both models get the prompt as it was asked.
#[test]
fn passes_the_prompt_on() {
    let llm = Script { atlas: begins_after(0.3), birch: begins_after(0.3), delay: 0.1 }.llm();
    let prompt = "Why is the sky dark at night?";
    let run = Check::new().draws(&llm).run(async || hedge(&llm, prompt, secs(0.1), |_| ()).await);
    run.premise(run.journal().calls().len() == 2, "There are not two calls whose prompts could be compared.");
    for call in run.journal().calls() {
        run.require(
            call.prompt == prompt,
            saw(format!("{} was asked {:?}", call.model, call.prompt))
                .expected(format!("{prompt:?}"))
                .because("`hedge` gets the prompt from its caller."),
        );
    }
}

/// Every delay is one: zero is over at once, and the longest never.
#[test]
fn any_delay_is_a_delay() {
    for birch in [0.917, 5.3] {
        let script = Script { atlas: begins_after(4.3), birch: begins_after(birch), delay: 0.0 };
        let run = run_hedge(script);
        require_calls(&run, script);
        require_answer(&run, script, "Both calls begin at 0 s, and whichever begins to answer first wins.");
    }
    // The longest delay that there is.
    let script = Script { atlas: begins_after(307.519), birch: begins_after(0.2), delay: f64::MAX };
    let llm = script.llm();
    let check = Check::new().draws(&llm).a_panic_means(
        "`delay` is `Duration::MAX` here, and no instant is so far away: `Instant::now() + delay` panics. `sleep` and \
         `timeout` take every duration.",
    );
    let run = check.run(async || hedge(&llm, PROMPT, Duration::MAX, |_| ()).await);
    let models: Vec<&str> = run.journal().calls().iter().map(|call| call.model.as_str()).collect();
    run.require(
        models == ["atlas"] && run.value().is_ok(),
        saw(format!("with a delay of `Duration::MAX`: calls to {models:?}, and then {:?}", run.value()))
            .expected("one call to atlas, and its answer")
            .because("A delay that never ends is never over: birch is not asked, however late atlas is."),
    );
}

/// An answer has as many tokens as it has: each of them is shown.
#[test]
fn a_long_answer_is_shown_to_its_end() {
    for script in [
        Script { atlas: begins_after(0.5), birch: begins_after(9.3), delay: 1.0 },
        Script { atlas: begins_after(1.537), birch: begins_after(9.3), delay: 1.0 },
        Script { atlas: begins_after(9.3), birch: begins_after(0.753), delay: 1.0 },
    ] {
        let text = |model: &str| (0..1200).map(|word| format!("{model}{word} ")).collect::<String>();
        let model = |name: &str, answer: Answer| {
            let model = Model::new(name).time_to_first_token(secs(answer.first)).reply(text(name));
            model.inter_token_latency(secs(0.013))
        };
        let llm = MockLlm::new([model("atlas", script.atlas), model("birch", script.birch)]);
        // So many are not drawn.
        let run = Check::new().run(async || {
            let (mut shown, mut count) = (String::new(), 0);
            let show = |token: Token| {
                shown.push_str(&token.text);
                count += 1;
            };
            let outcome = hedge(&llm, PROMPT, secs(script.delay), show).await;
            (outcome, shown, count)
        });
        let winner = script.plan().winner.expect("both begin").0;
        let (outcome, shown, count) = run.value();
        run.premise(
            shown.starts_with(&format!("{winner}0 "))
                && !shown.contains(if winner == "atlas" { "birch" } else { "atlas" }),
            "It is not the answer of the call that begins first, or not that alone.",
        );
        run.require(
            *outcome == Ok(()) && *shown == text(winner),
            saw(format!("{count} tokens of a long answer, and then {outcome:?}"))
                .expected(format!("{} tokens of {winner}, and then Ok(())", mock_llm::tokens(&text(winner)).count()))
                .because("The answer ends when the stream does: when `next()` gives `None`. No number says so before."),
        );
    }
}

/// The future of `hedge` may go from one task to another in the middle: each time its newest waker counts.
#[test]
fn goes_on_in_another_task() {
    let script = Script { atlas: begins_after(4.3), birch: begins_after(0.753), delay: 1.0 };
    for moved in [0.6, 1.4, 2.1] {
        let llm = script.llm();
        let run = Check::new()
            .draws(&llm)
            .run(async || moved_at(secs(moved), hedge(&llm, PROMPT, secs(script.delay), |_| ())).await);
        let ends = secs(script.plan().ends);
        run.require(
            run.value().is_ok() && run.elapsed() == ends,
            saw(format!("{:?} at {}", run.value(), seconds(run.elapsed())))
                .expected(format!("`Ok(())` at {}", seconds(ends)))
                .because("Who polls a future makes no difference to what it does."),
        );
    }
}
