use std::time::Duration;

use harness::{Check, Finished, Outcome, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::sleep;

use super::{Failed, Limits, answer};

harness::checks!();

/// How often a model uses its tool here, at most.
const MOST_ROUNDS: usize = 40;

/// The limits of the story.
fn limits() -> Limits {
    Limits { first_token: secs(40.0), gap: secs(2.0), tool: secs(60.0) }
}

/// A model that thinks for `first`, and then gives a token every `gap`; it uses the tool so many times.
fn model(rounds: usize, first: f64, gap: f64) -> Model {
    let mut model = Model::new("atlas").time_to_first_token(secs(first)).inter_token_latency(secs(gap));
    for round in 0..rounds {
        model = model.reply_to(prompt(round), call(round));
    }
    model.reply_to(prompt(rounds), "There are six of them")
}

fn call(round: usize) -> String {
    format!("use search for number {round}")
}

/// What the model is asked in this round.
fn prompt(round: usize) -> String {
    match round {
        0 => "How many?".to_owned(),
        round => format!("How many?\nsearch for number {}: found {}", round - 1, round - 1),
    }
}

fn run(model: Model, limits: Limits, tool_needs: impl Fn(usize) -> Duration) -> Finished<Result<String, Failed>> {
    let llm = MockLlm::new([model]);
    Check::new().draws(&llm).timers(400).within(secs(9000.0)).run(async || {
        let mut uses = 0;
        let tool = async |_: &str| {
            let number = uses;
            uses += 1;
            sleep(tool_needs(number)).await;
            format!("found {number}")
        };
        answer(&llm, "How many?", limits, tool).await
    })
}

#[track_caller]
fn require(
    run: &Finished<Result<String, Failed>>,
    story: &str,
    wanted: &Result<String, Failed>,
    end: f64,
    because: &str,
) {
    // The replies depend on the prompt alone: it is one of these, or it is wrong.
    let known: Vec<String> = (0..=MOST_ROUNDS).map(prompt).collect();
    let odd = run.journal().calls().iter().find(|call| !known.contains(&call.prompt));
    if let (Some(call), Ok(_)) = (odd, wanted) {
        run.fail(saw(format!("{story}: the model was asked {:?}", call.prompt)).expected(format!("{:?}, then {:?}, …", known[0], known[1])).because(
            "It is asked the question, a line end, and the last call of the tool with its result. The call is all that follows `use ` in the \
             whole reply: half of it may be another call.",
        ));
    }
    run.require(
        run.value() == wanted,
        saw(format!("{story}: {:?} after {:.3} s", run.value(), run.elapsed().as_secs_f64()))
            .expected(format!("{wanted:?} after {end:.3} s"))
            .because(match (run.value(), wanted) {
                (Ok(_), Ok(_)) if !because.contains("`use `") => "A reply that begins with `use ` is a call of the tool, in whichever round it comes. Any other reply is the answer.",
                _ => because,
            }),
    );
    run.require(
        run.elapsed() == secs(end),
        saw(format!("{story}: it took {:.3} s", run.elapsed().as_secs_f64()))
            .expected(format!("{end:.3} s"))
            .because("Each wait ends when what it waits for has come, or when its own limit is over: no later, and no sooner.")
            .outcome(if run.elapsed() > secs(end) { Outcome::TooSlow } else { Outcome::Wrong }),
    );
    run.leaves_nothing_behind();
}

fn found() -> Result<String, Failed> {
    Ok("There are six of them".to_owned())
}

/// All is well as long as each wait keeps its own limit: 40 s to think, 2 s between tokens, a minute for the tool.
#[test]
fn each_wait_has_its_own_limit() {
    let because = "Nothing was late here. Thinking, a gap between two tokens and a tool are three waits, and each has its own limit. The limit \
                   for the first token holds in each round, since the model thinks anew; and none of the three is a limit on the whole.";
    for (rounds, first, gap, tool) in
        [(0, 39.9, 1.933, 0.0), (1, 39.9, 1.933, 59.7), (3, 33.7, 1.423, 41.3), (7, 0.353, 1.99, 2.7)]
    {
        let run = run(model(rounds, first, gap), limits(), |_| secs(tool));
        // A call of the tool has five tokens, and so has the answer.
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let end = (rounds as f64) * (first + 4.0 * gap + tool) + first + 4.0 * gap;
        require(&run, &format!("{rounds} uses of the tool"), &found(), end, because);
    }
    // There may be any number of rounds.
    let many = run(model(MOST_ROUNDS, 0.25, 0.5), limits(), |_| secs(1.25));
    require(&many, "40 uses of the tool", &found(), 40.0 * 3.5 + 2.25, because);
    // An answer that looks like a call, and one that is empty.
    let useful =
        run(Model::new("atlas").reply_to(prompt(0), "useful are six").time_to_first_token(secs(5.3)), limits(), |_| {
            secs(1.0)
        });
    require(
        &useful,
        "a reply that begins with `useful`",
        &Ok("useful are six".to_owned()),
        5.3,
        "A call of the tool begins with `use `, and a space belongs to it.",
    );
    let empty = run(Model::new("atlas").reply("").time_to_first_token(secs(5.3)), limits(), |_| secs(1.0));
    require(
        &empty,
        "an empty reply",
        &Ok(String::new()),
        empty.elapsed().as_secs_f64(),
        "The reply has ended, and in time: nothing was waited for too long.",
    );
    // A reply is taken as it is, with the spaces at its ends.
    for (call, answer) in [("use search", " use them both "), ("use  search for six ", "six\n")] {
        let again = format!("How many?\n{}: found 0", &call[4..]);
        let spaces = Model::new("atlas").reply_to(prompt(0), call).reply_to(again, answer).reply("another prompt");
        let spaces = run(spaces, limits(), |_| secs(1.0));
        spaces.require(
            *spaces.value() == Ok(answer.to_owned()),
            saw(format!("the replies {call:?} and then {answer:?}: {:?}", spaces.value()))
                .expected(format!("Ok({answer:?})"))
                .because(
                    "A reply is not trimmed: one that begins with a space does not begin with `use `, and all that follows `use ` is for \
                     the tool.",
                ),
        );
    }
    // What comes at exactly the last instant is in time.
    let run = run(model(1, 40.0, 2.0), limits(), |_| secs(60.0));
    require(
        &run,
        "each at the last instant",
        &found(),
        40.0 + 8.0 + 60.0 + 40.0 + 8.0,
        "At its last instant it is in time: `timeout` polls what it waits for first. That must be the stream itself. A task that hands its \
         tokens on has its turn later than the timer.",
    );
}

/// The first token of each reply has a limit of its own.
#[test]
fn the_first_token_of_each_reply() {
    let because = "Nothing of this reply has come, and the limit for its first token is over. That is another thing than a reply that stops in \
                   the middle: nothing is lost, and another model may be asked.";
    let one = run(model(0, 41.0, 1.0), limits(), |_| Duration::ZERO);
    require(&one, "a model that thinks for 41 s", &Err(Failed::FirstToken), 40.0, because);
    // A short limit for the first token, and long ones for the rest.
    let short = Limits { first_token: secs(3.0), gap: secs(25.0), tool: secs(60.0) };
    let two = run(model(0, 3.7, 1.0), short, |_| Duration::ZERO);
    require(&two, "a model that thinks for 3.7 s, and may for 3 s", &Err(Failed::FirstToken), 3.0, because);
    let slow_later = model(2, 1.423, 0.5).time_to_first_token_for(prompt(2), secs(50.0));
    let three = run(slow_later, limits(), |_| secs(7.3));
    require(
        &three,
        "a model that thinks for 50 s in the third round",
        &Err(Failed::FirstToken),
        2.0 * (1.423 + 2.0 + 7.3) + 40.0,
        if three.value().is_ok() {
            "This limit was too long. It is counted from this call: nothing that an earlier wait has left over, or the tool, is added \
             to it."
        } else {
            because
        },
    );
}

/// A reply that stops in the middle is noticed after a gap, in each round.
#[test]
fn a_gap_in_a_reply() {
    let because = "Some of this reply has come, and then nothing: the connection is dead, or the model hangs. The limit for a gap tells it \
                   soon. Half a reply is no reply, and half a call of a tool must not be run.";
    // The last of them is silent after its last token: the end does not come.
    for tokens in [1, 2, 3, 4, 5] {
        let run = run(model(0, 30.0, 1.0).fault(When::Always, Fault::StallAfter(tokens)), limits(), |_| Duration::ZERO);
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let end = 30.0 + (tokens - 1) as f64 + 2.0;
        require(&run, &format!("silence after token {tokens}"), &Err(Failed::Gap), end, because);
    }
    let later = run(model(2, 5.3, 1.0).fault(When::Prompt(prompt(1)), Fault::StallAfter(2)), limits(), |_| secs(20.0));
    require(&later, "silence in a call of the tool", &Err(Failed::Gap), 5.3 + 4.0 + 20.0 + 5.3 + 1.0 + 2.0, because);
    // A gap that is longer than the limit for the first token, and allowed.
    let patient = Limits { first_token: secs(3.0), gap: secs(25.0), tool: secs(60.0) };
    let well = run(model(0, 1.423, 20.0), patient, |_| Duration::ZERO);
    require(&well, "gaps of 20 s, where 25 s are allowed", &found(), 1.423 + 80.0, because);
}

/// The tool has a limit of its own, and what it has not given is not made up.
#[test]
fn the_tool_has_a_limit_of_its_own() {
    let because = "A tool that hangs holds the whole conversation. Its limit is neither the model's nor the gap's, and when it is over there is \
                   no result to go on with.";
    let hangs = run(model(1, 5.3, 1.0), limits(), |_| secs(3000.0));
    require(&hangs, "a tool that needs an hour", &Err(Failed::Tool), 5.3 + 4.0 + 60.0, because);
    let second = run(model(2, 5.3, 1.0), limits(), |number| if number == 1 { secs(61.0) } else { secs(50.0) });
    require(
        &second,
        "the second use of the tool needs 61 s",
        &Err(Failed::Tool),
        2.0 * (5.3 + 4.0) + 50.0 + 60.0,
        because,
    );
    let quick = Limits { first_token: secs(40.0), gap: secs(2.0), tool: secs(0.5) };
    let run = run(model(1, 5.3, 1.0), quick, |_| secs(0.7));
    require(&run, "a tool that needs 0.7 s, and may 0.5 s", &Err(Failed::Tool), 5.3 + 4.0 + 0.5, because);
}

/// An error of the model is told as it is.
#[test]
fn what_is_no_timeout_is_told_as_it_is() {
    for (fault, error, end) in [
        (Fault::CutAfter(2), Error::Cut { tokens: 2 }, 7.3),
        (Fault::Overloaded, Error::Status(503), 5.3),
        (Fault::MalformedAfter(3), Error::Malformed { tokens: 3 }, 8.3),
    ] {
        let run = run(model(1, 5.3, 1.0).fault(When::Always, fault), limits(), |_| Duration::ZERO);
        require(
            &run,
            "an error of the model",
            &Err(Failed::Model(error)),
            end,
            "An error is known at once, and is no limit that is over.",
        );
    }
}
