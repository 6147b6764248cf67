//! What holds for every timeline, also for those that nobody would draw.

use std::time::Duration;

use proptest::prelude::*;
use roxmltree::Document;
use timeline::{Gauge, Lane, Level, Mark, MarkKind, Span, SpanKind, TextStyle, Timeline, beside, svg_beside};
use unicode_width::UnicodeWidthStr;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn no_line_is_longer_than_the_width(run in timelines(), other in timelines(), style in styles()) {
        for drawing in [run.text(&style), beside(&run, &other, &style)] {
            for line in drawing.lines() {
                prop_assert!(line.width() <= style.width.clamp(30, 240), "{} columns: {line:?}", line.width());
                prop_assert!(line.chars().all(|character| !character.is_control()), "{line:?}");
                prop_assert_eq!(line, line.trim_end());
            }
            prop_assert!(drawing.ends_with('\n'));
            prop_assert!(!style.ascii || drawing.is_ascii(), "{drawing}");
        }
    }

    #[test]
    fn every_drawn_lane_says_when_it_ended(run in modest_timelines(), width in 60_usize..200) {
        let drawing = run.text(&TextStyle { width, ascii: false });
        for lane in &run.lanes {
            let ending = lane.ending().expect("modest lanes are not empty");
            let words = if ending.how == Some(MarkKind::Stuck) { "never ended".to_owned() } else { timeline::instant(ending.at) };
            prop_assert!(drawing.contains(&words), "{words} in\n{drawing}");
        }
    }

    #[test]
    fn every_picture_is_well_formed(run in timelines(), other in timelines()) {
        for picture in [run.svg(), svg_beside(&run, &other)] {
            prop_assert!(Document::parse(&picture).is_ok(), "{picture}");
            prop_assert!(picture.lines().all(|line| !line.trim().is_empty()));
        }
    }

    #[test]
    fn json_keeps_everything(run in modest_timelines()) {
        prop_assert_eq!(Timeline::from_json(&run.to_json()).expect("it was written here"), run);
    }
}

fn styles() -> impl Strategy<Value = TextStyle> {
    (0_usize..260, any::<bool>()).prop_map(|(width, ascii)| TextStyle { width, ascii })
}

/// Any instants, also the longest; any names, also dangerous ones; spans that end before they begin.
fn timelines() -> impl Strategy<Value = Timeline> {
    let instant = prop_oneof![
        3 => (0_u64..5_000_000_000).prop_map(Duration::from_nanos),
        2 => (0_u64..5_000).prop_map(Duration::from_millis),
        1 => (any::<u64>(), 0_u32..1_000_000_000).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
    ]
    .boxed();
    let name = prop_oneof![
        "[a-z]{0,12}",
        any::<String>(),
        proptest::collection::vec(
            proptest::sample::select(vec![
                "👩",
                "\u{200d}",
                "\u{fe0f}",
                "🇩",
                "🇪",
                "e",
                "\u{301}",
                "語",
                "\u{1b}[1m",
                " ",
                "لا",
                "\t"
            ]),
            0..30,
        )
        .prop_map(|pieces| pieces.concat()),
    ]
    .boxed();
    let span = (spans(), instant.clone(), instant.clone()).prop_map(|(kind, from, to)| Span { kind, from, to });
    let mark = (marks(), instant.clone()).prop_map(|(kind, at)| Mark { kind, at });
    let lane = (name.clone(), proptest::collection::vec(span, 0..6), proptest::collection::vec(mark, 0..10))
        .prop_map(|(name, spans, marks)| Lane { name, spans, marks, steps: Vec::new() });
    let level =
        (instant.clone(), prop_oneof![0_usize..9, 0_usize..100_000]).prop_map(|(at, depth)| Level { at, depth });
    let gauge = (name.clone(), proptest::option::of(0_usize..200), proptest::collection::vec(level, 0..12));
    let gauge = gauge.prop_map(|(name, capacity, levels)| Gauge { name, capacity, levels });
    let gauges = proptest::collection::vec(gauge, 0..3);
    (name, proptest::collection::vec(lane, 0..30), gauges, proptest::option::of(instant))
        .prop_map(|(title, lanes, gauges, end)| Timeline { title, lanes, gauges, end, code: Vec::new() })
}

/// Timelines as programs make them: up to ten calls within five seconds.
fn modest_timelines() -> impl Strategy<Value = Timeline> {
    let ends = vec![MarkKind::Finished, MarkKind::Failed, MarkKind::Dropped];
    let lane = ("[a-z]{1,12}", spans(), 0_u32..2_500, 0_u32..2_500, proptest::sample::select(ends));
    let lane = lane.prop_map(|(name, kind, from, length, how)| {
        let (from, to) = (f64::from(from) / 1e3, f64::from(from + length) / 1e3);
        Lane::new(name).span(kind, from, to).mark(how, to)
    });
    ("[a-z ]{0,20}", proptest::collection::vec(lane, 1..10)).prop_map(|(title, lanes)| Timeline {
        title,
        lanes,
        ..Timeline::default()
    })
}

fn spans() -> impl Strategy<Value = SpanKind> {
    proptest::sample::select(SpanKind::ALL.to_vec())
}

fn marks() -> impl Strategy<Value = MarkKind> {
    proptest::sample::select(MarkKind::ALL.to_vec())
}
