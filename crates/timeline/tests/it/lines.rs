//! At which lines of a program its futures are.

use std::{future::Future, time::Duration};

use timeline::{CallStack, Recorder, SourceLine, SpanKind, Timeline, code_as_markdown};
use tokio::time::{self, sleep};

use crate::runs::serial;

// ANCHOR: nap
/// Two pauses.
async fn nap() {
    inner().await;
    sleep(Duration::from_millis(500)).await;
}

async fn inner() {
    sleep(Duration::from_millis(500)).await;
}
// ANCHOR_END: nap

const INNER_IS_AWAITED: u32 = 13;
const SECOND_PAUSE: u32 = 14;
const FIRST_PAUSE: u32 = 18;

async fn recorded<F: Future>(work: impl FnOnce(Recorder) -> F) -> Timeline {
    let start = time::Instant::now();
    let recorder = Recorder::with_lines(move || start.elapsed());
    work(recorder.clone()).await;
    recorder.timeline("recorded")
}

/// The instant in milliseconds and the lines of each step, for the lines of [`nap`].
fn steps(run: &Timeline, lane: usize) -> Vec<(u128, Vec<u32>)> {
    let of_nap = |line: &&SourceLine| (INNER_IS_AWAITED..=FIRST_PAUSE).contains(&line.line);
    let steps = run.lanes[lane].steps.iter();
    steps.map(|step| (step.at.as_millis(), step.lines.iter().filter(of_nap).map(|line| line.line).collect())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_future_waits_at_each_await_down_to_the_innermost() {
    let run = recorded(|recorder| recorder.future("nap", nap())).await;
    let expected = [
        (0, vec![FIRST_PAUSE, INNER_IS_AWAITED]),
        (500, vec![SECOND_PAUSE, FIRST_PAUSE, INNER_IS_AWAITED]),
        (500, vec![SECOND_PAUSE]),
        (1000, vec![SECOND_PAUSE]),
    ];
    assert_eq!(steps(&run, 0), expected, "the second poll goes on from where the first one ended, and then it waits");
    assert!(run.lanes[0].steps[0].lines.iter().all(|line| line.file.ends_with("tests/it/lines.rs")));
}

/// What the recorder adds to know lines must not change what it records.
#[tokio::test(start_paused = true)]
async fn a_run_with_lines_is_the_run_without() {
    let start = time::Instant::now();
    let recorder = Recorder::new(move || start.elapsed());
    recorder.future("nap", async { tokio::join!(nap(), nap()) }).await;
    let mut with =
        recorded(|recorder| async move { recorder.future("nap", async { tokio::join!(nap(), nap()) }).await }).await;
    for lane in &mut with.lanes {
        assert!(lane.steps.len() >= 3);
        lane.steps.clear();
    }
    assert_eq!(with, recorder.timeline("recorded"));
}

#[tokio::test(start_paused = true)]
async fn branches_wait_side_by_side() {
    let branches = async { tokio::join!(inner(), nap()) };
    let run = recorded(|recorder| {
        recorder.future("branches", async move {
            branches.await;
        })
    })
    .await;
    assert_eq!(steps(&run, 0)[0], (0, vec![FIRST_PAUSE, INNER_IS_AWAITED]), "one line for both");
    assert_eq!(steps(&run, 0).last(), Some(&(1000, vec![SECOND_PAUSE])));
    let waits = steps(&run, 0).into_iter().rfind(|(at, _)| *at == 500);
    assert_eq!(waits, Some((500, vec![SECOND_PAUSE])), "the first branch has ended");
}

#[tokio::test(start_paused = true)]
async fn a_spawned_task_is_known_by_its_own_lines() {
    let run = recorded(|recorder| async move {
        let first = tokio::spawn(recorder.future("first", nap()));
        let second = tokio::spawn(recorder.future("second", inner()));
        first.await.expect("it does not panic");
        second.await.expect("it does not panic");
    })
    .await;
    assert_eq!(steps(&run, 0)[0], (0, vec![FIRST_PAUSE, INNER_IS_AWAITED]));
    assert_eq!(steps(&run, 1)[0], (0, vec![FIRST_PAUSE]));
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_known_by_the_line_at_which_it_begins_to_wait() {
    let mut line = 0;
    let run = recorded(|recorder| async {
        let worker = recorder.worker("worker");
        line = line!() + 1;
        worker.during(SpanKind::ForItem, sleep(Duration::from_secs(1))).await;
        drop(worker);
        drop(recorder);
    })
    .await;
    let [step] = &run.lanes[0].steps[..] else { panic!("one step: {:?}", run.lanes[0].steps) };
    assert_eq!(step.lines[0].line, line);
}

#[tokio::test(start_paused = true)]
async fn parts_and_functions_stand_beside_the_picture_with_the_lines_that_ran() {
    let run = recorded(|recorder| recorder.future("nap", nap())).await;

    let with_parts = run.clone().with_parts(&["tests/it/lines.rs:nap", "tests/it/lines.rs:nothing"]);
    let [part] = &with_parts.code[..] else { panic!("one part: {:?}", with_parts.code) };
    assert_eq!(part.place(), "tests/it/lines.rs, lines 12 to 19");
    let lines: Vec<u32> = with_parts.lanes[0].steps.iter().flat_map(|step| &step.lines).map(|line| line.line).collect();
    assert_eq!(lines[..2], [FIRST_PAUSE, INNER_IS_AWAITED]);
    assert!(lines.iter().all(|line| (12..=19).contains(line)), "what is not shown is not kept: {lines:?}");
    let picture = with_parts.svg();
    assert!(picture.contains(" data-code=\"tests/it/lines.rs:12,13,14,15,16,17,18,19\">"), "{picture}");
    assert!(picture.contains("<g class=\"at\" data-at-ns=\"0\" data-lines=\"0:6 0:1\"/>"), "{picture}");
    let markdown = code_as_markdown(&[&with_parts, &with_parts]);
    assert_eq!(markdown.matches("```rust,ignore\nasync fn nap() {\n    inner().await;\n").count(), 1, "{markdown}");

    let with_functions = run.with_functions();
    let places: Vec<String> = with_functions.code.iter().map(|code| code.place()).collect();
    assert!(places.contains(&"tests/it/lines.rs, lines 12 to 15".to_owned()), "{places:?}");
    assert!(places.contains(&"tests/it/lines.rs, lines 17 to 19".to_owned()), "{places:?}");
    assert_eq!(Timeline::from_json(&with_functions.to_json()).expect("it is a timeline"), with_functions);
}

#[test]
fn a_picture_without_lines_is_what_it_was() {
    let run = serial();
    assert_eq!(run.clone().with_functions(), run);
    assert_eq!(code_as_markdown(&[&run]), "");
    assert!(!run.svg().contains("data-code"));
    assert!(!run.to_json().contains("steps"));
}

#[test]
fn a_stack_leads_to_its_caller() {
    let stack = CallStack::here();
    let line = line!() - 1;
    assert_eq!(stack.lines()[0].line, line);
    assert_eq!(stack.clone(), stack);
}
