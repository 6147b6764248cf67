use std::{collections::HashSet, time::Duration};

use harness::{Check, Finished, Lane, Sorted, Timeline, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use timeline::instant;
use tokio::time::timeout;

use super::{Tool, call};

harness::checks!();

/// The calls of the trip, in the order in which they have to come, and what they give.
const CALLS: [(&str, &str); 5] = [
    ("passport()", "Ada"),
    ("flight(Ada)", "LX 12"),
    ("weather()", "rain"),
    ("hotel(LX 12, Ada)", "Aurora"),
    ("trip(Ada, LX 12, rain, Aurora, LX 12)", "It is booked."),
];

/// A trip needs everything, a hotel needs the flight, and both need the passport.
fn trip() -> Tool {
    let passport = Tool::new("passport", []);
    let flight = Tool::new("flight", [passport.clone()]);
    let hotel = Tool::new("hotel", [flight.clone(), passport.clone()]);
    Tool::new("trip", [passport, flight.clone(), Tool::new("weather", []), hotel, flight])
}

/// How long the call in this place takes.
fn takes(place: usize) -> Duration {
    odd(place)
}

fn atlas() -> MockLlm {
    let model = (0..).zip(CALLS).fold(Model::new("atlas"), |model, (place, (prompt, reply))| {
        model.reply_to(prompt, reply).time_to_first_token_for(prompt, takes(place))
    });
    MockLlm::new([model.reply("the result of a call that nobody has asked for")])
}

/// The calls to the trip, in turn.
fn in_turn(calls: usize) -> Timeline {
    let mut from = Duration::ZERO;
    let lanes = (0..calls).map(|place| {
        let begins = from.as_secs_f64();
        from += takes(place);
        Lane::call(CALLS[place].0, begins, from.as_secs_f64())
    });
    lanes.fold(Timeline::default(), Timeline::lane)
}

fn call_the_trip() -> Finished<String> {
    let llm = atlas();
    Check::new().draws(&llm).expects(in_turn(5)).run(async || call(&llm, &trip()).await)
}

/// The prompts that reached the model, in their order.
fn prompts<T>(run: &Finished<T>) -> Vec<&str> {
    run.journal().calls().iter().map(|call| call.prompt.as_str()).collect()
}

fn expected_prompts(count: usize) -> Vec<&'static str> {
    CALLS[..count].iter().map(|(prompt, _)| *prompt).collect()
}

/// A tool gets the result of the tool that it needs.
#[test]
fn calls_what_a_tool_needs() {
    let llm = atlas();
    let flight = Tool::new("flight", [Tool::new("passport", [])]);
    let run = Check::new().draws(&llm).expects(in_turn(2)).run(async || call(&llm, &flight).await);
    let called = prompts(&run);
    run.require(
        called == expected_prompts(2),
        saw(called.join("\n")).expected(expected_prompts(2).join("\n")).because(
            "A tool is called when it has the results of the tools that it needs. They are called first, and awaited.",
        ),
    );
}

/// A tool that several tools need is called once.
#[test]
fn calls_each_tool_once() {
    let run = call_the_trip();
    let called = prompts(&run);
    let all = called.len();
    let again = all - called.iter().collect::<HashSet<_>>().len();
    run.require(
        again == 0,
        saw(format!("{all} calls, and {again} of them were made before:\n{}", called.join("\n")))
            .expected(expected_prompts(5).join("\n"))
            .because(
                "The passport and the flight are needed in several places of the tree, and their results are there after \
                 the first call. Look into `done` before you call a tool, and put its result there. (The chapter's tools \
                 are needed once each.)",
            ),
    );
    run.require(
        called.clone().sorted() == expected_prompts(5).sorted(),
        saw(called.join("\n")).expected(expected_prompts(5).join("\n")).because(
            "Each tool of the tree is called, with the results of all tools that it needs, in the order in which it names \
             them, also where one of them was called for another tool before.",
        ),
    );
    run.require(
        run.value() == CALLS[4].1,
        saw(format!("{:?}", run.value()))
            .expected(format!("{:?}", CALLS[4].1))
            .because("The result of the tree is the result of its root."),
    );
}

/// One call after another, and the tools that are needed first.
#[test]
fn calls_what_is_needed_first_and_in_turn() {
    let run = call_the_trip();
    run.require(
        run.journal().high_water() == 1,
        saw(format!("at most {} calls in flight together", run.journal().high_water())).expected("1").because(
            "The tools that a tool needs are called one after another here. (Lesson 3 is about calls that overlap.)",
        ),
    );
    let called = prompts(&run);
    run.require(
        called == expected_prompts(5),
        saw(called.join("\n")).expected(expected_prompts(5).join("\n")).because(
            "The first tool that is needed is finished, with all that it needs itself, before the second begins.",
        ),
    );
    run.takes((0..5).map(takes).sum(), "Five calls in turn.");
}

/// The same tool, wherever its name stands, and whatever its result is.
#[test]
fn remembers_a_tool_by_its_name() {
    let llm = {
        let model = Model::new("atlas").reply_to(CALLS[0].0, CALLS[0].1).reply_to(CALLS[1].0, CALLS[1].1);
        MockLlm::new([model.reply_to("notes()", "").reply("It is planned.")])
    };
    // The second time the flight stands there without what it needs.
    let flight = || Tool::new("flight", [Tool::new("passport", [])]);
    let notes = || Tool::new("notes", []);
    let by_name = Tool::new("plan", [flight(), Tool::new("flight", [])]);
    let empty = Tool::new("plan", [notes(), flight(), notes()]);
    let run = Check::new().run(async || {
        call(&llm, &by_name).await;
        let first = llm.journal().calls().len();
        call(&llm, &empty).await;
        let prompts: Vec<String> = llm.journal().calls().iter().map(|call| call.prompt.clone()).collect();
        let (by_name, empty) = prompts.split_at(first);
        [by_name.to_vec(), empty.to_vec()]
    });
    let [by_name, empty] = run.value();
    let expected = ["passport()", "flight(Ada)", "plan(LX 12, LX 12)"];
    run.require(
        *by_name == expected,
        saw(by_name.join("\n")).expected(expected.join("\n")).because(
            "The flight stands in two places, in the second one without the tools that it needs. Tools of one name are the \
             same tool. What was called is remembered by its name, and not by its prompt or by what it needs.",
        ),
    );
    let expected = ["notes()", "passport()", "flight(Ada)", "plan(, LX 12, )"];
    run.require(
        *empty == expected,
        saw(empty.join("\n")).expected(expected.join("\n")).because(
            "The notes are empty: that is a result like every other one. It is remembered, and handed on wherever it is \
             needed.",
        ),
    );
}

/// The next call of `call` begins without results.
#[test]
fn begins_anew_with_each_call() {
    let llm = atlas();
    let run = Check::new().draws(&llm).run(async || {
        call(&llm, &trip()).await;
        call(&llm, &trip()).await
    });
    let called = prompts(&run).len();
    run.require(
        called == 10,
        saw(format!("{called} calls for two trips, one after the other")).expected("10").because(
            "The results belong to one call of `call`: the next user has another passport. What is remembered in a `static` \
             is there for ever, and for all.",
        ),
    );
}

/// Two tools may need the same hundreds of tools, and all these may have the same result.
#[test]
fn gives_a_tool_all_results_that_it_needs() {
    const PAGES: usize = 300;
    let pages: Vec<Tool> = (0..PAGES).rev().map(|place| Tool::new(&format!("page {place}"), [])).collect();
    let book = Tool::new("book", [Tool::new("index", pages.as_slice()), Tool::new("summary", pages)]);
    let model = Model::new("atlas").time_to_first_token(secs(0.013));
    let llm = MockLlm::new([model.reply("blank")]);
    // Three hundred lanes would say less than the numbers: nothing is drawn.
    let run = Check::new().run(async || {
        call(&llm, &book).await;
        llm.journal()
    });
    let calls = run.value().calls();
    let results = |tool: &str| {
        let call = calls.iter().find(|call| call.prompt.starts_with(tool));
        call.map_or(0, |call| call.prompt.matches("blank").count())
    };
    let results = [results("index("), results("summary(")];
    run.require(
        calls.len() == PAGES + 3 && results == [PAGES; 2],
        saw(format!("{} calls, {} results for the index and {} for the summary", calls.len(), results[0], results[1]))
            .expected(format!("{} calls, and {PAGES} results for each of the two", PAGES + 3))
            .because(
                "A book needs an index and a summary, and each of them the same 300 pages, which are all blank. Every page is \
                 called once, and a tool gets a result for each tool that it needs, also where two are equal.",
            ),
    );
}

/// The tree may be deep: a chain of hundreds of tools.
#[test]
fn goes_as_deep_as_the_tree() {
    const DEPTH: usize = 300;
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(0.013)).reply("done")]);
    let chain = (1..DEPTH).fold(Tool::new("tool 0", []), |needed, place| Tool::new(&format!("tool {place}"), [needed]));
    let run = Check::new().run(async || {
        call(&llm, &chain).await;
        llm.journal()
    });
    let calls = run.value().calls().len();
    run.require(
        calls == DEPTH,
        saw(format!("{calls} calls for a chain of {DEPTH} tools")).expected(DEPTH.to_string()).because(
            "The depth is known only when the program runs. The function for one level is the function for all.",
        ),
    );
    run.takes(secs(0.013) * DEPTH as u32, "A chain of 300 tools is 300 calls of 13 ms, in turn.");
}

/// Whoever drops the future of the root drops the whole tree.
#[test]
fn a_dropped_root_drops_the_tree() {
    let llm = atlas();
    let (first, given_up) = (takes(0), takes(0) + secs(0.05));
    let expected = Timeline::default().lane(Lane::call(CALLS[0].0, 0.0, first.as_secs_f64())).lane(Lane::dropped(
        CALLS[1].0,
        first.as_secs_f64(),
        given_up.as_secs_f64(),
    ));
    let run = Check::new().draws(&llm).expects(expected).run(async || {
        let booked = timeout(given_up, call(&llm, &trip())).await;
        // What goes on without its caller would show in this time.
        tokio::time::sleep(secs(10.0)).await;
        booked
    });
    let dropped: Vec<_> = run.journal().dropped().map(|call| call.prompt.as_str()).collect();
    let calls = prompts(&run).len();
    run.require(
        dropped == [CALLS[1].0] && calls == 2,
        saw(format!("{calls} calls, and {} of them dropped, though the caller gave up at {}", dropped.len(), instant(given_up)))
            .expected(format!("2 calls, the second one dropped at {}", instant(given_up)))
            .because(
                "A future owns the futures that it awaits, also behind a pointer: they are dropped with it. A task that was \
                 spawned belongs to the runtime, and goes on without its caller. And what was leaked (`Box::leak`) belongs to \
                 nobody: nobody drops it.",
            ),
    );
}
