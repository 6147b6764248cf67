//! Draws runs that are typical of async programs, in every way that the crate knows.
//!
//! `cargo run -p timeline --example gallery -- 80` prints them 80 columns wide, `-- 80 ascii` in plain ASCII, and
//! `-- html` as a page of pictures.

use timeline::{Lane, MarkKind, SpanKind, TextStyle, Timeline, beside, svg_beside};

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|argument| argument == "html") {
        return print_page();
    }
    let width = arguments.next().and_then(|width| width.parse().ok()).unwrap_or(80);
    let style = TextStyle { width, ascii: arguments.any(|argument| argument == "ascii") };

    for run in [serial(), joined(), streams(), polls(), server()] {
        println!("{}", run.text(&style));
    }
    println!("{}", beside(&serial(), &joined(), &style));
}

fn print_page() {
    println!("<!doctype html><meta charset=utf-8><title>Gallery</title>");
    for picture in [serial(), joined(), streams(), polls(), server()].map(|run| run.svg()) {
        println!("{picture}");
    }
    println!("{}", svg_beside(&serial(), &joined()));
}

fn serial() -> Timeline {
    let mut run = Timeline::new("one after another")
        .lane(Lane::call("atlas", 0.0, 1.0))
        .lane(Lane::call("birch", 1.0, 1.8))
        .lane(Lane::call("cedar", 1.8, 2.4));
    run.end = Some(run.extent());
    run
}

fn joined() -> Timeline {
    let mut run = Timeline::new("all at once")
        .lane(Lane::call("atlas", 0.0, 1.0))
        .lane(Lane::call("birch", 0.0, 0.8))
        .lane(Lane::call("cedar", 0.0, 0.6));
    run.end = Some(run.extent());
    run
}

/// Three calls that stream. The first error ends the run, and what is still in flight is dropped.
fn streams() -> Timeline {
    let stream = |name: &str, first: f64, tokens: u32| {
        let last = first + 0.05 * f64::from(tokens);
        let lane = Lane::new(name)
            .mark(MarkKind::Started, 0.0)
            .span(SpanKind::Waiting, 0.0, first)
            .mark(MarkKind::FirstToken, first)
            .span(SpanKind::Streaming, first, last);
        (1..=tokens).fold(lane, |lane, token| lane.mark(MarkKind::Token, first + 0.05 * f64::from(token)))
    };
    let mut run = Timeline::new("the first error drops the others")
        .lane(stream("atlas", 0.2, 4).mark(MarkKind::Finished, 0.4))
        .lane(stream("birch", 0.3, 3).mark(MarkKind::Failed, 0.45))
        .lane(stream("cedar", 0.15, 6).mark(MarkKind::Dropped, 0.45))
        .lane(
            Lane::new("dogwood")
                .mark(MarkKind::Started, 0.0)
                .span(SpanKind::Waiting, 0.0, 0.45)
                .mark(MarkKind::Dropped, 0.45),
        )
        .lane(
            Lane::new("audit log")
                .mark(MarkKind::Spawned, 0.1)
                .span(SpanKind::Waiting, 0.1, 0.7)
                .mark(MarkKind::Finished, 0.7),
        );
    run.end = Some(std::time::Duration::from_millis(450));
    run
}

/// Two tasks on one thread. One computes for 300 ms without a pause, so the other is polled late.
fn polls() -> Timeline {
    Timeline::new("a poll that takes 300 ms")
        .lane(
            Lane::new("summary")
                .mark(MarkKind::Polled, 0.0)
                .span(SpanKind::Waiting, 0.0, 0.1)
                .mark(MarkKind::Woken, 0.1)
                .mark(MarkKind::Polled, 0.1)
                .span(SpanKind::Running, 0.1, 0.4)
                .mark(MarkKind::Finished, 0.4),
        )
        .lane(
            Lane::new("heartbeat")
                .mark(MarkKind::Polled, 0.0)
                .span(SpanKind::Waiting, 0.0, 0.4)
                .mark(MarkKind::Woken, 0.2)
                .mark(MarkKind::Polled, 0.4)
                .mark(MarkKind::Finished, 0.4),
        )
}

/// Thirty requests, four at a time, each with a long name.
fn server() -> Timeline {
    (0..30).fold(Timeline::new("thirty requests, four permits"), |run, request| {
        let from = 0.25 * f64::from(request / 4);
        let lane = Lane::new(format!("request of a tenant with a long name #{request}"))
            .span(SpanKind::Queued, 0.0, from)
            .span(SpanKind::Waiting, from, from + 0.25);
        let last = if request == 11 { MarkKind::Stuck } else { MarkKind::Finished };
        run.lane(lane.mark(last, from + 0.25))
    })
}
