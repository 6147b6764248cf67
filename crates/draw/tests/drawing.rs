//! What a drawing of somebody's program shows, on both clocks.

use std::{collections::BTreeSet, fs, io, path::Path, time::Duration};

use draw::{Drawing, Drawn, SpanKind, Timeline};
use timeline::MarkKind;
use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::spawn_blocking,
    time::sleep,
};

const NAP: Duration = Duration::from_millis(30);

async fn nap() {
    sleep(NAP).await;
}

fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime starts")
}

fn real() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts")
}

/// Two futures of one task, and a task of its own.
async fn three_naps() -> Timeline {
    let drawing = Drawing::new("three naps");
    let task = drawing.spawn("task", nap());
    tokio::join!(nap().drawn(&drawing, "first"), nap().drawn(&drawing, "second"));
    task.await.expect("it does not panic");
    drawing.timeline()
}

fn how_they_ended(run: &Timeline) -> Vec<(&str, Option<MarkKind>)> {
    run.lanes.iter().map(|lane| (lane.name.as_str(), lane.ending().and_then(|ending| ending.how))).collect()
}

#[test]
fn on_the_paused_clock_a_drawing_is_exact() {
    let run = paused().block_on(three_naps());
    assert_eq!(run.end, Some(NAP));
    let ends: Vec<_> = run.lanes.iter().map(|lane| lane.ending().map(|ending| ending.at)).collect();
    assert_eq!(ends, [Some(NAP); 3]);
    assert_eq!(run, paused().block_on(three_naps()), "and the same each time");
}

/// Nothing in here depends on how fast the machine is: only on what comes after what.
#[test]
fn on_the_real_clock_a_drawing_has_the_same_lanes_and_lines() {
    let run = real().block_on(three_naps());
    let finished = Some(MarkKind::Finished);
    assert_eq!(how_they_ended(&run), [("task", finished), ("first", finished), ("second", finished)]);
    assert!(run.extent() >= NAP, "a sleep takes at least as long as it says: {:?}", run.extent());
    let virtual_run = paused().block_on(three_naps());
    assert_eq!(run.code, virtual_run.code);
    let lines = |run: &Timeline| {
        let of = |lane: &timeline::Lane| lane.steps.iter().flat_map(|step| step.lines.clone()).collect::<BTreeSet<_>>();
        run.lanes.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(lines(&run), lines(&virtual_run));
}

#[test]
fn the_code_is_that_of_the_functions_in_which_it_waited() {
    let run = paused().block_on(three_naps());
    let texts: Vec<&str> = run.code.iter().map(|code| code.lines[0].text.as_str()).collect();
    assert_eq!(texts, ["async fn nap() {", "async fn three_naps() -> Timeline {"]);
    assert!(run.code.iter().all(|code| code.file.ends_with("tests/drawing.rs") && !code.file.starts_with('/')));
}

#[test]
fn without_lines_the_drawing_is_the_same_without_code() {
    let without = paused().block_on(async {
        let drawing = Drawing::without_lines("a nap");
        nap().drawn(&drawing, "nap").await;
        drawing.timeline()
    });
    let with = paused().block_on(async {
        let drawing = Drawing::new("a nap");
        nap().drawn(&drawing, "nap").await;
        drawing.timeline()
    });
    assert!(without.code.is_empty() && !with.code.is_empty());
    assert_eq!((&without.lanes[0].spans, &without.lanes[0].marks), (&with.lanes[0].spans, &with.lanes[0].marks));
}

/// A thread of the pool, and one that tokio does not know, tell the time of the paused clock.
#[test]
fn a_wake_from_another_thread_has_the_time_of_the_runtime() {
    let run = paused().block_on(async {
        let drawing = Drawing::new("woken from outside");
        sleep(NAP).await;
        let (sender, receiver) = oneshot::channel();
        let waits = drawing.spawn("waits", receiver);
        tokio::task::yield_now().await;
        spawn_blocking(move || {
            let other = std::thread::spawn(move || sender.send(()));
            other.join().expect("it does not panic").expect("somebody waits");
        })
        .await
        .expect("it does not panic");
        waits.await.expect("it does not panic").expect("it was sent");
        drawing.timeline()
    });
    let marks: Vec<_> = run.lanes[0].marks.iter().map(|mark| (mark.kind, mark.at)).collect();
    assert!(marks.contains(&(MarkKind::Woken, NAP)), "{marks:?}");
    assert_eq!(run.extent(), NAP);
}

#[test]
fn a_worker_and_a_queue_are_drawn() {
    let run = paused().block_on(async {
        let drawing = Drawing::new("a desk");
        let (worker, depth) = (drawing.worker("desk"), drawing.gauge("queue", Some(2)));
        depth.set(1);
        worker.during(SpanKind::ForItem, nap()).await;
        depth.set(0);
        drop(worker);
        drawing.timeline()
    });
    assert_eq!(run.lanes[0].spans[0].kind, SpanKind::ForItem);
    assert_eq!(run.gauges[0].highest(), 1);
    assert_eq!(run.lanes[0].steps.len(), 1);
}

/// Nothing happens any more, and the drawing says so: that is what somebody wants to see of a program that hangs.
#[test]
fn a_future_that_hangs_is_drawn_up_to_now() {
    let (run, text) = paused().block_on(async {
        let drawing = Drawing::new("hangs");
        let _task = drawing.spawn("hangs", std::future::pending::<()>());
        let worker = drawing.worker("full");
        let mut sends = Box::pin(worker.during(SpanKind::ForRoom, std::future::pending::<()>()));
        assert!(futures::poll!(&mut sends).is_pending());
        sleep(NAP).await;
        (drawing.timeline(), drawing.text())
    });
    let spans =
        |lane: usize| run.lanes[lane].spans.iter().map(|span| (span.kind, span.from, span.to)).collect::<Vec<_>>();
    assert_eq!(spans(0), [(SpanKind::Waiting, Duration::ZERO, NAP)]);
    assert_eq!(spans(1), [(SpanKind::ForRoom, Duration::ZERO, NAP)]);
    assert!(text.contains("30 ms, still waiting (1 poll)") && text.contains("30 ms, still waiting for room"), "{text}");
    let words = run.words();
    assert!(
        words.contains("hangs: started at 0 s, waiting from 0 s to 30 ms, 1 poll, still waiting at 30 ms."),
        "{words}"
    );
    assert!(words.contains("full: waiting for room from 0 s to 30 ms, still waiting for room at 30 ms."), "{words}");
}

async fn saved(file: &Path) -> io::Result<()> {
    let drawing = Drawing::new("a <nap>");
    nap().drawn(&drawing, "nap").await;
    drawing.save(file)
}

#[test]
fn the_ending_of_a_file_says_its_form() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let save = |name: &str| {
        let file = folder.path().join(name);
        paused().block_on(saved(&file)).expect("it can be written");
        fs::read_to_string(file).expect("it was written")
    };
    let (page, picture) = (save("run.html"), save("run.svg"));
    assert!(page.starts_with("<!doctype html>") && page.contains("<title>a &lt;nap&gt;</title>"));
    assert!(page.contains(&picture), "the page shows the picture");
    assert!(page.contains("async fn nap() {\n    sleep(NAP).await;\n}"), "and the code");
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    for word in ["http:", "https:", " src=\"", "@import "] {
        assert!(!outside.contains(word), "the page loads something: {word}");
    }
    roxmltree::Document::parse(&picture).expect("the picture is XML");
    assert_eq!(Timeline::from_json(&save("run.json")).expect("it is a timeline").title, "a <nap>");
    assert!(save("run.md").contains("```rust,ignore\nasync fn nap() {"));
    assert!(save("run.txt").starts_with("a <nap>\n"));
    assert!(save("run").starts_with("a <nap>\n"));
}

#[test]
#[should_panic(expected = "there is no reactor running")]
fn outside_of_a_runtime_there_is_no_clock() {
    Drawing::new("nowhere");
}
