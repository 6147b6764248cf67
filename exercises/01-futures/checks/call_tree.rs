use harness::{Check, Finished, Lane, Sorted, Timeline, saw, secs, test};
use mock_llm::{MockLlm, Model};
use timeline::instant;
use tokio::time::timeout;

use super::{Tool, call};

harness::checks!();

/// The calls of the trip, in the order in which they have to come.
const PROMPTS: [&str; 4] = ["calendar()", "flight(from 3 May)", "hotel()", "trip(flight LX 12, hotel Aurora)"];

/// A trip needs a flight and a hotel, and the flight needs the calendar.
fn trip() -> Tool {
    Tool::new("trip", [Tool::new("flight", [Tool::new("calendar", [])]), Tool::new("hotel", [])])
}

fn atlas() -> MockLlm {
    let model = Model::new("atlas").time_to_first_token(secs(0.1));
    let replies = ["from 3 May", "flight LX 12", "hotel Aurora", "booked"];
    MockLlm::new([PROMPTS.into_iter().zip(replies).fold(model, |model, (prompt, reply)| model.reply_to(prompt, reply))])
}

fn one_after_another() -> Timeline {
    let lanes = (0..).zip(PROMPTS).map(|(place, prompt)| {
        let from = 0.1 * f64::from(place);
        Lane::call(prompt, from, from + 0.1)
    });
    lanes.fold(Timeline::default(), Timeline::lane)
}

fn call_the_trip() -> Finished<String> {
    let llm = atlas();
    Check::new().draws(&llm).expects(one_after_another()).run(async || call(&llm, &trip()).await)
}

/// The prompts that reached the model, in their order.
fn prompts<T>(run: &Finished<T>) -> Vec<&str> {
    run.journal().calls().iter().map(|call| call.prompt.as_str()).collect()
}

/// A tool gets the result of the tool that it needs.
#[test]
fn calls_what_a_tool_needs() {
    let llm = atlas();
    let flight = Tool::new("flight", [Tool::new("calendar", [])]);
    let expected = Timeline::default().lane(Lane::call(PROMPTS[0], 0.0, 0.1)).lane(Lane::call(PROMPTS[1], 0.1, 0.2));
    let run = Check::new().draws(&llm).expects(expected).run(async || call(&llm, &flight).await);
    let called = prompts(&run);
    run.require(
        called == PROMPTS[..2],
        saw(called.join("\n")).expected(PROMPTS[..2].join("\n")).because(
            "A tool is called when it has the results of the tools that it needs. They are called first, and awaited.",
        ),
    );
}

/// Every tool is called, at every depth, with the results that it needs.
#[test]
fn calls_every_tool_of_the_tree() {
    let run = call_the_trip();
    let called = prompts(&run).sorted();
    run.require(
        called == PROMPTS,
        saw(called.join("\n")).expected(PROMPTS.join("\n")).because(
            "A tool is called with the results of the tools that it needs, and those are called in the same way, down to \
             the tools that need nothing. The function for one level is the function for all of them.",
        ),
    );
    run.require(
        run.value() == "booked",
        saw(format!("{:?}", run.value()))
            .expected("\"booked\"")
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
        called == PROMPTS,
        saw(called.join("\n")).expected(PROMPTS.join("\n")).because(
            "The first tool that is needed is finished, with all that it needs itself, before the second begins.",
        ),
    );
    run.takes(secs(0.4), "Four calls of 100 ms in turn.");
}

/// The tree may be deep: a chain of a hundred tools.
#[test]
fn goes_as_deep_as_the_tree() {
    const DEPTH: usize = 100;
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(0.01)).reply("done")]);
    let chain = (0..DEPTH - 1).fold(Tool::new("tool", []), |needed, _| Tool::new("tool", [needed]));
    let run = Check::new().run(async || call(&llm, &chain).await);
    run.takes(secs(1.0), "A chain of 100 tools is 100 calls of 10 ms. The depth is known only when the program runs.");
}

/// Whoever drops the future of the root drops the whole tree.
#[test]
fn a_dropped_root_drops_the_tree() {
    let llm = atlas();
    let expected = Timeline::default().lane(Lane::call("calendar()", 0.0, 0.1)).lane(Lane::dropped(
        "flight(from 3 May)",
        0.1,
        0.15,
    ));
    let run = Check::new().draws(&llm).expects(expected).run(async || {
        let booked = timeout(secs(0.15), call(&llm, &trip())).await;
        // What goes on without its caller would show in this time.
        tokio::time::sleep(secs(1.0)).await;
        booked
    });
    let dropped: Vec<_> = run.journal().dropped().map(|call| call.prompt.as_str()).collect();
    let last = run.journal().calls().iter().filter_map(|call| call.ended.as_ref()).map(|(at, _)| *at).max();
    run.require(
        dropped == ["flight(from 3 May)"] && prompts(&run).len() == 2,
        saw(format!(
            "{} calls, the last one until {}, though the caller gave up at 150 ms",
            prompts(&run).len(),
            instant(last.unwrap_or_default())
        ))
        .expected("2 calls, the second one dropped at 150 ms")
        .because(
            "A future owns the futures that it awaits, also behind a pointer: they are dropped with it. A task that was \
             spawned belongs to the runtime, and goes on without its caller.",
        ),
    );
}
