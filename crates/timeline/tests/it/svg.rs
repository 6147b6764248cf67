//! Pictures for a page.

use std::collections::HashSet;

use insta::assert_snapshot;
use roxmltree::{Document, Node};
use timeline::{Gauge, Lane, MarkKind, SpanKind, TextStyle, Timeline, page, svg_beside, text_beside};

use crate::runs::{crowd, deadlock, full_queue, joined, serial, streams};

#[test]
fn one_call() {
    assert_snapshot!(Timeline::new("one call").lane(Lane::call("atlas", 0.0, 0.5)).svg());
}

#[test]
fn every_sign_is_drawn_and_named() {
    assert_snapshot!(streams().svg());
}

#[test]
fn serial_above_joined() {
    assert_snapshot!(svg_beside(&serial(), &joined()));
}

#[test]
fn two_pictures_on_one_page_share_no_identifier() {
    let pictures = [serial().svg(), joined().svg(), svg_beside(&serial(), &joined()), svg_beside(&joined(), &serial())];
    let mut seen = HashSet::new();
    for picture in &pictures {
        let document = parsed(picture);
        let ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        assert!(ids.len() >= 5, "the picture, its title, its description and its patterns have identifiers: {ids:?}");
        for id in ids {
            assert!(seen.insert(id.to_owned()), "`{id}` is there twice");
        }
    }
}

#[test]
fn every_reference_leads_to_something_in_the_picture() {
    let picture = streams().svg();
    let document = parsed(&picture);
    let ids: HashSet<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let root = document.root_element();
    let labels = [root.attribute("aria-labelledby"), root.attribute("aria-describedby")];
    let fills = picture.split("url(#").skip(1).map(|rest| rest.split(')').next());
    let references: Vec<_> = labels.into_iter().chain(fills).flatten().collect();
    assert_eq!(references.len(), 5);
    assert!(references.iter().all(|reference| ids.contains(reference)), "{references:?} in {ids:?}");
}

#[test]
fn the_description_tells_every_lane() {
    let picture = streams().svg();
    let document = parsed(&picture);
    let describing = document.descendants().find(|node| node.has_tag_name("desc")).and_then(|node| node.text());
    assert_eq!(describing, Some(streams().words().as_str()));
    assert_snapshot!(streams().words());
}

#[test]
fn a_player_finds_what_is_drawn_when() {
    let picture = streams().svg();
    let document = parsed(&picture);
    let drawn = |class: &str, lane: &str| {
        let is_it = |node: &Node<'_, '_>| {
            let classes = node.attribute("class").unwrap_or_default();
            classes.split(' ').any(|word| word == class) && node.attribute("data-lane") == Some(lane)
        };
        let facts = document.descendants().filter(is_it).map(|node| {
            let fact = |name| node.attribute(name).unwrap_or_default().to_owned();
            [fact("data-kind"), fact("data-from-ns") + &fact("data-at-ns"), fact("data-to-ns") + &fact("data-count")]
        });
        facts.collect::<Vec<_>>()
    };
    assert_eq!(
        drawn("span", "atlas"),
        [["queued", "0", "100000000"], ["waiting", "100000000", "200000000"], ["streaming", "200000000", "400000000"]]
    );
    assert_eq!(
        drawn("mark", "atlas"),
        [
            ["started", "0", "1"],
            ["first-token", "200000000", "1"],
            ["token", "300000000", "1"],
            ["token", "400000000", "1"],
            ["finished", "400000000", "1"]
        ]
    );
    let root = document.root_element();
    assert_eq!(root.attribute("data-extent-ns"), Some("700000000"));
}

#[test]
fn thousands_of_marks_on_one_spot_are_one_element() {
    let spin = (0..5000).fold(Lane::new("spin"), |lane, _| lane.mark(MarkKind::Polled, 0.5));
    let picture = Timeline::new("").lane(spin).svg();
    assert_eq!(picture.matches("data-kind=\"polled\"").count(), 1);
    assert!(picture.contains("data-count=\"5000\""));
}

#[test]
fn names_cannot_leave_their_place() {
    let name = "<script>alert('1 & \"2\"')</script>\u{1b}\u{ffff}\n\n";
    let picture = Timeline::new(name).lane(Lane::call(name, 0.0, 1.0)).svg();
    let document = parsed(&picture);
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
    assert!(picture.lines().all(|line| !line.trim().is_empty()), "Markdown ends a block at an empty line");
}

#[test]
fn lanes_beyond_48_are_counted() {
    let picture = crowd(60).svg();
    assert_eq!(picture.matches("<g class=\"lane\"").count(), 48);
    assert!(picture.contains("… and 12 more"));
    let words = crowd(60).words();
    assert!(words.contains("call 47:") && !words.contains("call 48:") && words.contains("And 12 more."), "{words}");
}

#[test]
fn nothing_is_loaded_from_outside() {
    for picture in [streams().svg(), svg_beside(&serial(), &joined())] {
        let without_namespace = picture.replace("http://www.w3.org/2000/svg", "");
        for word in ["http:", "https:", "@import", "<script", "<image", "href"] {
            assert!(!without_namespace.contains(word), "{word}");
        }
    }
}

#[test]
fn a_stuck_run_keeps_the_scale_of_what_happened() {
    let picture = deadlock().svg();
    let document = parsed(&picture);
    let extent = document.root_element().attribute("data-extent-ns").and_then(|extent| extent.parse::<u64>().ok());
    assert_eq!(extent, Some(312_500_000), "a quarter more than 250 ms, the last instant at which something happened");
    let words = deadlock().words();
    assert!(words.starts_with("3 lanes, from 0 s to 312.5 ms and on. "), "{words}");
    assert!(words.contains("left: waiting from 200 ms on, never ended. "), "{words}");
}

#[test]
fn instants_without_length_are_drawn() {
    for run in [
        Timeline::default(),
        Timeline::new("").lane(Lane::call("cached", 0.0, 0.0)),
        Timeline::new("").lane(Lane::new("short").span(SpanKind::Running, 0.5, 0.5).mark(MarkKind::Finished, 1.0)),
    ] {
        parsed(&run.svg());
    }
}

#[track_caller]
fn parsed(picture: &str) -> Document<'_> {
    Document::parse(picture).unwrap_or_else(|error| panic!("{error}\n{picture}"))
}

#[test]
fn the_depth_of_a_queue_stands_below_the_lanes() {
    assert_snapshot!(full_queue().svg());
    assert_snapshot!(full_queue().words());
}

/// Beside a run that lasts longer, too.
#[test]
fn a_queue_lasts_as_long_as_its_own_run() {
    let short = Timeline::new("short").lane(Lane::call("a", 0.0, 1.0)).gauge(Gauge::new("queue").level(0.0, 1));
    let long = Timeline::new("long").lane(Lane::call("a", 0.0, 4.0));
    let picture = svg_beside(&short, &long);
    assert!(picture.contains("data-depth=\"1\" data-from-ns=\"0\" data-to-ns=\"1000000000\""), "{picture}");
    let style = TextStyle { width: 60, ascii: true };
    let text = text_beside(&short, &long, &style);
    let filled = |text: &str| text.lines().find(|line| line.contains("%%%")).map(|line| line.matches('%').count());
    let (alone, beside) = (filled(&short.text(&style)), filled(&text));
    assert!(beside.is_some_and(|beside| Some(3 * beside) < alone), "{alone:?} and {beside:?}\n{text}");
}

/// Marks that turn the direction of writing would turn the heading, too.
#[test]
fn a_title_cannot_leave_its_place_on_a_page() {
    let page = page(&[&Timeline::new("a\u{202e}b").lane(Lane::call("a", 0.0, 1.0))]);
    assert!(!page.contains('\u{202e}') && page.contains("<h1>a\u{fffd}b</h1>"), "{page}");
}

/// A picture without a queue is what it was before there were gauges.
#[test]
fn what_only_queues_need_is_only_in_their_pictures() {
    let words = ["for-room", "for-item", "level", "capacity"];
    assert!(words.iter().all(|word| full_queue().svg().contains(word) && !streams().svg().contains(word)));
}
