use std::{cell::RefCell, time::Duration};

use harness::{Check, Finished, saw, secs, test};
use tokio::time::{Instant, sleep, timeout};

use super::{Every, Tick, run};

harness::checks!();

/// What the page was asked for, when it began with it, and when it ended.
type Pages = Vec<(Tick, Duration, Duration)>;

const NO_POINT_IS_LEFT_OUT: &str = "A point that is missing is a gap in the graph. `Burst`, which is how an interval begins, makes up \
    for all that were missed; `Skip` leaves them out, and `Delay` moves all that follow.";

/// Runs the console for `length`. `busy` says how long the page is busy with a tick: the number of its kind, from 0.
#[track_caller]
fn console(every: Every, length: f64, busy: impl Fn(Tick, usize) -> f64) -> Finished<Pages> {
    let check = Check::new().timers(4000).within(secs(1e6));
    let run = check.run(async || {
        let start = Instant::now();
        let pages = RefCell::new(Vec::new());
        let mut counts = [0; 3];
        let page = async |tick: Tick| {
            let kind = match tick {
                Tick::Sample(_) => 0,
                Tick::Beat => 1,
                Tick::Report => 2,
            };
            let number = counts[kind];
            counts[kind] += 1;
            let index = pages.borrow().len();
            // Busy for ever, until it is known.
            pages.borrow_mut().push((tick, start.elapsed(), Duration::MAX));
            let pace = busy(tick, number);
            if pace > 0.0 {
                sleep(secs(pace)).await;
            }
            pages.borrow_mut()[index].2 = start.elapsed();
        };
        let returned = timeout(secs(length), run(every, page)).await.is_ok();
        (pages.take(), returned)
    });
    run.require(
        !run.value().1,
        saw("`run` returned").expected("it goes on until it is dropped").because("Ticks have no end."),
    );
    let run = run.map(|(pages, _)| pages);
    one_after_another(&run);
    let (polls, at_most) = (run.polls(), 20 + 8 * run.value().len() as u64);
    run.require(
        polls <= at_most,
        saw(format!("{polls} polls for {} ticks", run.value().len()))
            .expected(format!("at most {at_most}: it sleeps until a tick is due"))
            .because(
                "A loop that looks again and again finds the next tick, too. But it never lets the processor rest.",
            ),
    );
    run
}

/// No page begins before the one before it has ended.
fn one_after_another(run: &Finished<Pages>) {
    let mut free = Duration::ZERO;
    for (tick, begun, ended) in run.value() {
        run.require(
            free < Duration::MAX,
            saw(format!("a page was begun, and dropped before its end; {tick:?} begins at {}", shown(*begun)))
                .expected("each page to its end")
                .because("A `timeout`, or a branch of `select!`, drops what it holds. Pages stand in the arm, behind the `=>`."),
        );
        run.require(
            *begun >= free,
            saw(format!("{tick:?} begins at {}, while the page is busy until {}", shown(*begun), shown(free)))
                .expected("one after another")
                .because("The page does one thing at a time. A tick waits until it is free."),
        );
        free = *ended;
    }
}

fn shown(at: Duration) -> String {
    format!("{:.3} s", at.as_secs_f64())
}

/// The times near the first one that is wrong.
fn listed(times: &[Duration], place: Option<usize>) -> String {
    if times.is_empty() {
        return "none".to_owned();
    }
    let from = place.unwrap_or(0).saturating_sub(2).min(times.len().saturating_sub(1));
    let near: Vec<String> = times[from..].iter().take(5).map(|at| format!("{:.3}", at.as_secs_f64())).collect();
    let before = if from > 0 { "… " } else { "" };
    let after = if from + near.len() < times.len() { " …" } else { "" };
    format!("{before}{}{after} ({} in all)", near.join(", "), times.len())
}

/// When each tick of a kind began.
fn begins(pages: &Pages, kind: Tick) -> Vec<Duration> {
    pages.iter().filter(|(tick, _, _)| *tick == kind).map(|(_, begun, _)| *begun).collect()
}

/// Of each point: the instant for which it stands, when it came, and from when the page was free for it.
fn samples(pages: &Pages) -> Vec<(Duration, Duration, Duration)> {
    let mut free = Duration::ZERO;
    let mut seen = Vec::new();
    for (tick, begun, ended) in pages {
        if let Tick::Sample(at) = tick {
            seen.push((*at, *begun, free));
        }
        free = *ended;
    }
    seen
}

/// The instant from which the page is free for what is due at `due`: not within one of the times that it was busy.
fn free_at(pages: &Pages, due: Duration) -> Duration {
    pages.iter().find(|(_, begun, ended)| *begun < due && due < *ended).map_or(due, |(_, _, ended)| *ended)
}

/// Those that are due within `length`, by `next`: from an instant at which one began to the instant at which the next is due.
fn wanted(pages: &Pages, first: Duration, length: f64, next: impl Fn(Duration) -> Duration) -> Vec<Duration> {
    let mut wanted = Vec::new();
    let mut due = first;
    loop {
        let at = free_at(pages, due);
        if at >= secs(length) {
            return wanted;
        }
        wanted.push(at);
        due = next(at);
    }
}

/// The points of the graph: each at its place in the schedule, and as soon as the page is free.
#[track_caller]
fn samples_are_right(run: &Finished<Pages>, every: Every, story: &str) {
    let seen = samples(run.value());
    for (number, (at, begun, free)) in (0..).zip(&seen) {
        let due = every.sample * number;
        let is_its_begin = at == begun && begun == free;
        run.require(
            *at == due,
            saw(format!("{story}: point {number} of the graph stands for {}", shown(*at)))
                .expected(shown(due))
                .because(if is_its_begin {
                    "That is when the page got it. A point that comes late stands for the instant at which it was due: `tick` \
                     returns it."
                } else {
                    NO_POINT_IS_LEFT_OUT
                }),
        );
        let wanted = due.max(*free);
        run.require(
            *begun == wanted,
            saw(format!("{story}: point {number}, which was due at {}, came at {}", shown(due), shown(*begun)))
                .expected(format!("at {}", shown(wanted)))
                .because("A point comes when it is due, or when the page is free again; those that were missed come at once, one after another."),
        );
    }
}

#[track_caller]
fn samples_are_all_there(run: &Finished<Pages>, every: Every, length: f64, story: &str) {
    samples_are_right(run, every, story);
    let wanted =
        (0..).map(|number| every.sample * number).take_while(|at| free_at(run.value(), *at) < secs(length)).count();
    let seen = samples(run.value()).len();
    run.require(
        seen == wanted,
        saw(format!("{story}: {seen} points")).expected(format!("{wanted}")).because(NO_POINT_IS_LEFT_OUT),
    );
}

#[track_caller]
fn beats_are_right(run: &Finished<Pages>, every: Every, length: f64, story: &str) {
    let seen = begins(run.value(), Tick::Beat);
    let wanted = wanted(run.value(), every.beat, length, |at| at + every.beat);
    let near = seen.windows(2).any(|two| two[1] - two[0] < every.beat);
    let place = seen.iter().zip(&wanted).position(|(seen, wanted)| seen != wanted);
    let because = if seen.is_empty() {
        "Not one has come. A `sleep` that is made inside of `select!` begins anew in each turn: make it before the loop, or take an interval."
    } else if seen.first().is_some_and(|first| *first < every.beat) {
        "The first tick of `interval` comes at once. `interval_at` says when the first one comes."
    } else if near {
        "Two of them are nearer than that. After one that was late, the time is counted from the start of its page (`Delay`), and not \
         from when its tick was taken; an interval that makes up for ticks (`Burst`), or goes back to its schedule (`Skip`), lets two \
         come close together."
    } else {
        "The distance is from begin to begin, and the next one comes as soon as that is over and the page is free."
    };
    run.require(
        seen == wanted,
        saw(format!("{story}: beats at {}", listed(&seen, place)))
            .expected(format!("at {}: {} from begin to begin", listed(&wanted, place), shown(every.beat)))
            .because(because),
    );
}

#[track_caller]
fn reports_are_right(run: &Finished<Pages>, every: Every, length: f64, story: &str) {
    let seen = begins(run.value(), Tick::Report);
    // The next instant of the schedule that is later than this one.
    let next =
        |at: Duration| every.report * u32::try_from(at.as_nanos() / every.report.as_nanos() + 1).expect("a short run");
    let wanted = wanted(run.value(), every.report, length, next);
    let place = seen.iter().zip(&wanted).position(|(seen, wanted)| seen != wanted);
    let twice = seen.windows(2).any(|two| two[0] == two[1]);
    let because = if seen.first().is_some_and(|first| *first < every.report) {
        "The first tick of `interval` comes at once. `interval_at` says when the first one comes."
    } else if twice {
        "A report is about now: two at one instant say the same. An interval makes up for each tick that was missed (`Burst`), unless \
         it is told otherwise."
    } else if place.is_none_or(|place| seen[place].as_nanos().is_multiple_of(every.report.as_nanos())) {
        "One is made up for those that were missed, at once. The ones after it come at their own time: the schedule does not move."
    } else {
        "After one that was late, the next one comes at its own time: a multiple of the period from the start (`Skip`). `Delay` \
         counts from the late one, and never comes back to the schedule."
    };
    run.require(
        seen == wanted,
        saw(format!("{story}: reports at {}", listed(&seen, place)))
            .expected(format!("at {}", listed(&wanted, place)))
            .because(because),
    );
}

/// While the page is quick, each tick comes at its time.
#[test]
fn in_time_when_nothing_is_late() {
    let every = Every { sample: secs(0.1), beat: secs(1.73), report: secs(0.617) };
    let run = console(every, 7.05, |_, _| 0.0);
    samples_are_all_there(&run, every, 7.05, "a quick page");
    beats_are_right(&run, every, 7.05, "a quick page");
    reports_are_right(&run, every, 7.05, "a quick page");
}

/// No point of the graph is left out, and each stands for its own instant.
#[test]
fn every_point_of_the_graph_is_there() {
    let every = Every { sample: secs(0.1), beat: secs(100.0), report: secs(1.017) };
    let busy = |tick, number| if tick == Tick::Report && number == 0 { 0.353 } else { 0.0 };
    samples_are_all_there(&console(every, 3.05, busy), every, 3.05, "busy from 1.017 to 1.370 s");
    // The page is busy with the points themselves, for longer than one takes to come.
    let every = Every { sample: secs(0.1), beat: secs(50.0), report: secs(60.0) };
    let busy = |tick, number| if matches!(tick, Tick::Sample(_)) && number < 20 { 0.13 } else { 0.0 };
    samples_are_all_there(
        &console(every, 9.05, busy),
        every,
        9.05,
        "a page that needs 0.13 s for each of the first twenty",
    );
}

/// Beats keep their distance, however late one was.
#[test]
fn beats_keep_their_distance() {
    let every = Every { sample: secs(40.0), beat: secs(0.1), report: secs(0.957) };
    let busy = |tick, number| if tick == Tick::Report && number == 0 { 0.383 } else { 0.0 };
    beats_are_right(&console(every, 3.03, busy), every, 3.03, "busy from 0.957 to 1.340 s");
    let every = Every { sample: secs(40.0), beat: secs(0.1), report: secs(50.0) };
    let busy = |tick, number| if tick == Tick::Beat && number % 7 == 2 { 0.06 } else { 0.0 };
    beats_are_right(&console(every, 3.03, busy), every, 3.03, "a beat that takes 0.06 s, now and then");
    let busy = |tick, number| if tick == Tick::Beat && number % 7 == 2 { 0.25 } else { 0.0 };
    beats_are_right(&console(every, 3.03, busy), every, 3.03, "a beat that takes 0.25 s, now and then");
    // All three are due together, in any order, and a point of the graph takes long.
    let every = Every { sample: secs(0.5), beat: secs(0.5), report: secs(0.5) };
    let busy = |tick, number| if matches!(tick, Tick::Sample(_)) && number == 2 { 0.7 } else { 0.0 };
    let run = console(every, 4.03, busy);
    let seen = begins(run.value(), Tick::Beat);
    let near = seen.windows(2).position(|two| two[1] - two[0] < every.beat);
    run.require(
        near.is_none() && seen.len() >= 6,
        saw(format!("all three due together, and a point that takes 0.7 s: beats at {}", listed(&seen, near)))
            .expected("0.500 s or more from begin to begin, and at least 6 until 4.030 s")
            .because(
                "The page has taken time since your code looked at the clock. After each page it is later: look again, and count from \
                 the start of the beat.",
            ),
    );
}

/// One report makes up for all that were missed, and the next comes at its own time.
#[test]
fn reports_come_back_to_their_schedule() {
    let every = Every { sample: secs(40.0), beat: secs(1.017), report: secs(0.1) };
    let busy = |tick, number| if tick == Tick::Beat && number == 0 { 0.353 } else { 0.0 };
    reports_are_right(&console(every, 3.03, busy), every, 3.03, "busy from 1.017 to 1.370 s");
    let every = Every { sample: secs(40.0), beat: secs(50.0), report: secs(0.1) };
    let busy = |tick, number| if tick == Tick::Report && number % 5 == 2 { 0.23 } else { 0.0 };
    reports_are_right(&console(every, 3.03, busy), every, 3.03, "a report that takes 0.23 s, now and then");
}

/// The same after a night, and after a hundred ticks that were late.
#[test]
fn after_a_night_and_after_a_hundred_late_ticks() {
    let night = 8.0 * 3600.0;
    let every = Every { sample: secs(60.0), beat: secs(15.0), report: secs(641.0) };
    let busy = |tick, number| if tick == Tick::Report && number == 0 { night + 7.3 } else { 0.0 };
    let length = night + 2000.7;
    let run = console(every, length, busy);
    samples_are_all_there(&run, every, length, "a page that hangs for a night");
    beats_are_right(&run, every, length, "a page that hangs for a night");
    reports_are_right(&run, every, length, "a page that hangs for a night");

    // Never are a beat and a report due at the same instant: for a hundred beats, 3 ms a beat are not a whole period.
    let every = Every { sample: secs(0.7), beat: secs(0.503), report: secs(0.1) };
    let busy = |tick, _| if tick == Tick::Beat { 0.1375 } else { 0.0 };
    let run = console(every, 50.043, busy);
    beats_are_right(&run, every, 50.043, "a hundred beats of 0.1375 s");
    reports_are_right(&run, every, 50.043, "a hundred beats of 0.1375 s");
    samples_are_all_there(&run, every, 50.043, "a hundred beats of 0.1375 s");
}

/// A period need not be whole milliseconds.
#[test]
fn a_period_with_a_fraction() {
    // The timer counts in milliseconds, and rounds up; a schedule does not.
    let every = Every { sample: secs(0.0333), beat: secs(1.73), report: secs(0.0777) };
    let run = console(every, 10.0, |_, _| 0.0);
    let points = samples(run.value()).into_iter().map(|(at, begun, _)| (at, begun)).collect();
    let reports =
        (1..).zip(begins(run.value(), Tick::Report)).map(|(number, begun)| (every.report * number, begun)).collect();
    for (kind, period, seen, first) in [("point", every.sample, points, 0), ("report", every.report, reports, 1)] {
        let seen: Vec<(Duration, Duration)> = seen;
        for (number, (stands_for, begun)) in (first..).zip(&seen) {
            let due = period * number;
            run.require(
                *stands_for == due && *begun >= due && *begun <= due + secs(0.001),
                saw(format!("one each {:.1} ms: {kind} {number} stands for {stands_for:?}, and came at {begun:?}", period.as_secs_f64() * 1e3))
                    .expected(format!("it stands for {due:?}, and comes then"))
                    .because(
                        "A period need not be whole milliseconds: `as_millis` cuts the rest off, and the schedule runs ahead. Reckon with \
                         `Duration`, or with `as_nanos`.",
                    ),
            );
        }
        let wanted = (first..).take_while(|number| period * *number < secs(9.99)).count();
        run.require(
            seen.len() >= wanted,
            saw(format!("one {kind} each {:.1} ms: {} in 10 s", period.as_secs_f64() * 1e3, seen.len()))
                .expected(format!("at least {wanted}"))
                .because("Each comes at its own time: a period need not be whole milliseconds."),
        );
    }
}

/// However many points wait, beats and reports have their turn.
#[test]
fn none_waits_for_ever() {
    let every = Every { sample: secs(0.1), beat: secs(1.73), report: secs(0.957) };
    let busy = |tick, _| if matches!(tick, Tick::Sample(_)) { 0.13 } else { 0.0 };
    let run = console(every, 60.0, busy);
    let story = "a page that needs 0.13 s for each point";
    samples_are_right(&run, every, story);
    let [beats, reports] = [Tick::Beat, Tick::Report].map(|kind| begins(run.value(), kind).len());
    run.require(
        beats > 2 && reports > 2,
        saw(format!("{story}: in 60 s {} points, {beats} beats, {reports} reports", samples(run.value()).len()))
            .expected("some of each")
            .because(
                "Here a point waits whenever the page is free. Where points always come first, nothing else ever has its turn: \
                 because their branch is the first below `biased;`, or because a loop makes up for all of them before it looks further.",
            ),
    );
}
