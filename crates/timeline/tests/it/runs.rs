//! Runs that the tests draw.

use std::time::Duration;

use timeline::{Gauge, Lane, MarkKind, SpanKind, TextStyle, Timeline};

pub fn columns(width: usize) -> TextStyle {
    TextStyle { width, ascii: false }
}

pub fn ascii(width: usize) -> TextStyle {
    TextStyle { width, ascii: true }
}

pub fn ended(mut run: Timeline) -> Timeline {
    run.end = Some(run.extent());
    run
}

pub fn serial() -> Timeline {
    ended(
        Timeline::new("one after another")
            .lane(Lane::call("atlas", 0.0, 1.0))
            .lane(Lane::call("birch", 1.0, 1.8))
            .lane(Lane::call("cedar", 1.8, 2.4)),
    )
}

pub fn joined() -> Timeline {
    ended(
        Timeline::new("all at once")
            .lane(Lane::call("atlas", 0.0, 1.0))
            .lane(Lane::call("birch", 0.0, 0.8))
            .lane(Lane::call("cedar", 0.0, 0.6)),
    )
}

/// One lane for each way to end, all kinds of spans and most kinds of marks.
pub fn streams() -> Timeline {
    let mut run = Timeline::new("the first error drops the others")
        .lane(
            Lane::new("atlas")
                .mark(MarkKind::Started, 0.0)
                .span(SpanKind::Queued, 0.0, 0.1)
                .span(SpanKind::Waiting, 0.1, 0.2)
                .mark(MarkKind::FirstToken, 0.2)
                .span(SpanKind::Streaming, 0.2, 0.4)
                .mark(MarkKind::Token, 0.3)
                .mark(MarkKind::Token, 0.4)
                .mark(MarkKind::Finished, 0.4),
        )
        .lane(Lane::failed("birch", 0.0, 0.45))
        .lane(Lane::dropped("cedar", 0.0, 0.45))
        .lane(Lane::call("audit", 0.1, 0.7).mark(MarkKind::Spawned, 0.1))
        .lane(
            Lane::new("busy")
                .mark(MarkKind::Polled, 0.0)
                .span(SpanKind::Waiting, 0.0, 0.2)
                .mark(MarkKind::Woken, 0.1)
                .mark(MarkKind::Polled, 0.2)
                .span(SpanKind::Running, 0.2, 0.45),
        )
        .lane(Lane::new("never polled"));
    run.end = Some(Duration::from_millis(450));
    run
}

/// Two calls that wait for each other, given up after ten minutes.
pub fn deadlock() -> Timeline {
    let stuck = |name: &str, from| Lane::new(name).span(SpanKind::Waiting, from, 600.0).mark(MarkKind::Stuck, 600.0);
    ended(
        Timeline::new("two actors, two full queues")
            .lane(Lane::call("ask", 0.0, 0.2))
            .lane(stuck("left", 0.2))
            .lane(stuck("right", 0.25)),
    )
}

/// So many calls, four at a time.
pub fn crowd(calls: u32) -> Timeline {
    (0..calls).fold(Timeline::new("four permits"), |run, call| {
        let from = f64::from(call / 4);
        run.lane(Lane::call(format!("call {call}"), from, from + 1.0).span(SpanKind::Queued, 0.0, from))
    })
}

/// A producer that fills a queue of four, and a consumer that is slower.
pub fn full_queue() -> Timeline {
    ended(
        Timeline::new("a queue of four")
            .lane(
                Lane::new("producer")
                    .span(SpanKind::Waiting, 0.0, 0.2)
                    .span(SpanKind::ForRoom, 0.2, 1.0)
                    .mark(MarkKind::Finished, 1.0),
            )
            .lane(
                Lane::new("consumer")
                    .span(SpanKind::ForItem, 0.0, 0.1)
                    .span(SpanKind::Running, 0.1, 1.5)
                    .mark(MarkKind::Finished, 1.5),
            )
            .gauge(
                Gauge::new("queue").capacity(4).level(0.1, 2).level(0.2, 4).level(1.0, 3).level(1.2, 1).level(1.5, 0),
            ),
    )
}
