//! What people read in a terminal.

use insta::assert_snapshot;
use timeline::{Gauge, Lane, MarkKind, SpanKind, Timeline, beside};
use unicode_width::UnicodeWidthStr;

use crate::runs::{ascii, columns, crowd, deadlock, ended, full_queue, joined, serial, streams};

#[test]
fn serial_calls_make_a_staircase() {
    assert_snapshot!(serial().text(&columns(60)));
}

#[test]
fn joined_calls_start_below_one_another() {
    assert_snapshot!(joined().text(&columns(60)));
}

#[test]
fn every_sign_is_drawn_and_named() {
    assert_snapshot!(streams().text(&columns(80)));
}

#[test]
fn every_sign_has_a_plain_form() {
    let drawing = streams().text(&ascii(80));
    assert!(drawing.is_ascii(), "{drawing}");
    assert_snapshot!(drawing);
}

#[test]
fn thirty_columns_are_enough() {
    assert_snapshot!(streams().text(&columns(30)));
}

#[test]
fn a_width_below_thirty_is_taken_as_thirty() {
    assert_eq!(streams().text(&columns(0)), streams().text(&columns(30)));
}

#[test]
fn a_width_without_end_is_taken_as_240() {
    assert_eq!(streams().text(&columns(usize::MAX)), streams().text(&columns(240)));
}

#[test]
fn two_runs_stand_side_by_side_where_there_is_room() {
    assert_snapshot!(beside(&serial(), &joined(), &columns(100)));
}

#[test]
fn two_runs_stand_one_below_the_other_where_there_is_not() {
    assert_snapshot!(beside(&serial(), &joined(), &columns(99)));
}

#[test]
fn a_run_as_expected_bears_no_sign_of_difference() {
    assert!(!beside(&serial(), &serial(), &columns(80)).contains('≠'));
}

#[test]
fn what_one_run_lacks_is_marked_in_the_other() {
    let yours = Timeline::new("").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("surprise", 0.0, 0.5));
    let expected = Timeline::new("").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("birch", 0.0, 0.5));
    assert_snapshot!(beside(&yours, &expected, &columns(60)));
}

#[test]
fn a_lane_that_ends_in_another_way_at_the_right_instant_differs() {
    let yours = Timeline::new("").lane(Lane::call("loser", 0.0, 1.0));
    let expected = Timeline::new("").lane(Lane::dropped("loser", 0.0, 1.0));
    assert!(beside(&yours, &expected, &columns(60)).contains("1.000 s ≠ dropped"));
}

#[test]
fn lanes_of_one_name_are_compared_in_their_order() {
    let run = |second| Timeline::new("").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("atlas", 0.0, second));
    let drawing = beside(&run(2.0), &run(3.0), &columns(60));
    assert_eq!(drawing.matches("2.000 s ≠ 3.000 s").count(), 1, "{drawing}");
    assert!(!drawing.contains("1.000 s ≠"), "{drawing}");
}

/// Ten minutes of nothing must not squeeze the quarter of a second in which everything happened into one column.
#[test]
fn a_stuck_run_keeps_the_scale_of_what_happened() {
    assert_snapshot!(deadlock().text(&columns(70)));
}

#[test]
fn a_stuck_run_keeps_the_scale_of_the_expected_one() {
    let expected = ended(Timeline::new("").lane(Lane::call("ask", 0.0, 0.2)).lane(Lane::call("left", 0.2, 0.4)));
    assert_snapshot!(beside(&deadlock(), &expected, &columns(110)));
}

#[test]
fn a_lane_that_is_stuck_while_others_go_on_does_not_cut_the_scale() {
    let run = Timeline::new("")
        .lane(Lane::new("lost").span(SpanKind::Waiting, 0.0, 1.0).mark(MarkKind::Stuck, 1.0))
        .lane(Lane::call("late", 4.0, 5.0));
    let drawing = run.text(&columns(60));
    assert!(!drawing.contains('…'), "{drawing}");
}

#[test]
fn lanes_beyond_24_are_counted() {
    assert_eq!(crowd(24).text(&columns(60)).matches("call ").count(), 24);
    let drawing = crowd(36).text(&columns(60));
    assert_eq!(drawing.matches("call ").count(), 24);
    assert!(drawing.contains("… and 12 more, the last to end at 9.000 s\n"), "{drawing}");
}

#[test]
fn a_difference_in_a_lane_that_is_not_drawn_still_shows() {
    let yours = crowd(29).lane(Lane::call("late", 0.0, 3.0));
    let expected = crowd(29).lane(Lane::call("late", 0.0, 2.0));
    let drawing = beside(&yours, &expected, &columns(60));
    assert!(drawing.contains("… and 6 more ≠, the last to end at 8.000 s\n"), "{drawing}");
    assert!(drawing.ends_with("≠ not as expected\n"), "{drawing}");
}

#[test]
fn nothing_at_all_is_drawn_as_that() {
    assert_snapshot!(Timeline::default().text(&columns(40)), @r"
    0 s
    ├
    (no lanes)
    ");
}

#[test]
fn a_run_that_takes_no_time_is_one_column() {
    let run = Timeline::new("all ready at once")
        .lane(Lane::call("cached", 0.0, 0.0))
        .lane(Lane::failed("refused", 0.0, 0.0).mark(MarkKind::Polled, 0.0))
        .lane(Lane::new("never polled"));
    assert_snapshot!(ended(run).text(&columns(40)));
}

/// Only the count shows how many there were.
#[test]
fn thousands_of_marks_in_one_column_are_counted() {
    let spin = (0..5000).fold(Lane::new("spin"), |lane, _| lane.mark(MarkKind::Polled, 0.5));
    let run = Timeline::new("").lane(spin.mark(MarkKind::Stuck, 1.0)).lane(Lane::call("other", 0.0, 1.0));
    assert_snapshot!(run.text(&columns(80)));
}

/// 1000 polls of 10 µs in 2 s, and nothing but waiting between them: the lane waits.
#[test]
fn a_column_shows_what_took_most_of_its_time() {
    let polls = (0..1000).fold(Lane::new("polite"), |lane, poll| {
        let at = f64::from(poll) * 0.002;
        lane.span(SpanKind::Running, at, at + 0.00001).span(SpanKind::Waiting, at + 0.00001, at + 0.002)
    });
    let drawing = Timeline::new("").lane(polls).text(&columns(60));
    assert!(drawing.contains("░░░░") && !drawing.contains('█'), "{drawing}");
}

#[test]
fn names_cannot_move_the_cursor() {
    let names = [
        "\u{1b}[31mred\u{1b}[0m",
        "two\nlines",
        "back\u{8}\u{7f}",
        "\u{202e}turned",
        "\u{9b}31m",
        "日本語のモデル",
        "👩‍👩‍👧 family",
        "e\u{301}te\u{301}",
        "a name that is much longer than the room for names, number 7",
    ];
    let run = names.iter().fold(Timeline::new("title\u{1b}[2J\r\n"), |run, name| run.lane(Lane::call(*name, 0.0, 1.0)));
    let drawing = run.text(&columns(50));
    let is_harmless = |character: char| character == '\n' || !character.is_control();
    assert!(drawing.chars().all(is_harmless), "{drawing:?}");
    assert!(drawing.lines().all(|line| line.width() <= 50), "{drawing}");
    assert!(run.text(&ascii(50)).is_ascii());
    assert_snapshot!(drawing);
}

#[test]
fn microseconds_have_round_ticks() {
    let run =
        Timeline::new("polls").lane(Lane::call("hash", 0.000_012, 0.000_347)).lane(Lane::call("parse", 0.0, 0.000_09));
    assert_snapshot!(run.text(&columns(60)));
    assert!(run.text(&ascii(60)).contains("347 us"));
}

#[test]
fn the_depth_of_a_queue_stands_below_the_lanes() {
    assert_snapshot!(full_queue().text(&columns(60)));
    assert_snapshot!(full_queue().text(&ascii(60)));
}

/// The line at the capacity is where it was passed; without one, the top is the highest depth.
#[test]
fn a_queue_without_a_limit_has_no_line() {
    let queue = Gauge::new("queue").level(0.0, 10).level(0.5, 1000).level(1.0, 0);
    let drawing = Timeline::new("").gauge(queue).text(&columns(60));
    assert!(drawing.contains("at most 1000\n") && !drawing.contains('┄'), "{drawing}");
}
