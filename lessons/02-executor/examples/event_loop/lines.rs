//! At which lines the tasks are, at each step.
//!
//! Where a task does something that the runtime hears of (it spawns, wakes, sets a timer), the call stack at that step leads
//! through the task's code. Where a task waits, the workbook's recorder knows. Its clock counts the steps, so that its
//! instants are numbers of steps.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use lesson_02_executor::runtime::{self, JoinHandle, Recorder, Step};
use timeline::{CallStack, Lane, Timeline};

const PART: &str = "lessons/02-executor/examples/event_loop/main.rs:answer";

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
    /// One for each step.
    static STACKS: RefCell<Vec<CallStack>> = const { RefCell::new(Vec::new()) };
    static WAITS: RefCell<Option<timeline::Recorder>> = const { RefCell::new(None) };
}

/// A recorder of steps that looks at the call stack at each of them, where a picture is drawn.
pub(crate) fn recorder() -> Recorder {
    runs::code(&[PART]);
    if !runs::records_lines() {
        return Recorder::default();
    }
    WAITS.set(Some(timeline::Recorder::with_lines(|| Duration::from_nanos(STEPS.get()))));
    Recorder::default().watched(|_step| {
        STEPS.set(STEPS.get() + 1);
        STACKS.with_borrow_mut(|stacks| stacks.push(CallStack::here()));
    })
}

/// As the runtime's own, with the lines of the task recorded.
pub(crate) fn spawn_named<T: 'static>(
    name: &str,
    future: impl Future<Output = T> + 'static,
) -> JoinHandle<T> {
    match WAITS.with_borrow(Option::clone) {
        Some(waits) => runtime::spawn_named(name, waits.future(name, future)),
        None => runtime::spawn_named(name, future),
    }
}

/// The root task, with its lines recorded.
pub(crate) async fn main_task(future: impl Future<Output = ()>) {
    match WAITS.with_borrow(Option::clone) {
        Some(waits) => waits.future("main", future).await,
        None => future.await,
    }
}

/// What was recorded, as a timeline whose instants are numbers of steps: a lane for each task, where it waits, and one more for
/// what the stacks say of each step.
pub(crate) fn timeline() -> Timeline {
    let waits = WAITS.with_borrow(Option::clone);
    let mut run = waits.map(|waits| waits.timeline("")).unwrap_or_default();
    let steps = STACKS.with_borrow(|stacks| {
        let step = |(at, stack): (u64, &CallStack)| timeline::Step {
            at: Duration::from_nanos(at),
            lines: stack.lines().to_vec(),
        };
        (0..).zip(stacks).map(step).collect()
    });
    run.lanes.push(Lane { steps, ..Lane::new(OF_STEPS) });
    run.with_parts(&[PART])
}

const OF_STEPS: &str = "what happens at each step";

/// `model 0:3; reader 0:9`: where each task is at a step. The one that is polled is where the stack leads to; it goes on from
/// where it waited, if it has not done anything yet. The others wait.
pub(crate) fn at(number: usize, step: &Step, run: &Timeline) -> String {
    let (now, after) = (number as u64, number as u64 + 1);
    let last = |lane: &Lane, until: u64| {
        let past =
            lane.steps.iter().rfind(|past| past.at <= Duration::from_nanos(until))?;
        Some((past.at, past.lines.clone()))
    };
    let acts = run.lanes.iter().find(|lane| lane.name == OF_STEPS).and_then(|lane| {
        last(lane, now).filter(|(at, _)| *at == Duration::from_nanos(now))
    });
    let tasks = run.lanes.iter().filter(|lane| lane.name != OF_STEPS);
    let places = tasks.filter_map(|lane| {
        let is_polled = step.polling.as_ref() == Some(&lane.name);
        let ended = lane.ending().filter(|ending| ending.how.is_some());
        let is_over = ended.is_some_and(|ended| ended.at <= Duration::from_nanos(after));
        let lines = match &acts {
            Some((_, lines)) if is_polled => lines.clone(),
            _ if is_polled => last(lane, now)?.1,
            _ if is_over => return None,
            _ => last(lane, after)?.1,
        };
        let places: Vec<String> =
            lines.iter().filter_map(|line| run.place_of(line)).collect();
        (!places.is_empty()).then(|| format!("{} {}", lane.name, places.join(",")))
    });
    places.collect::<Vec<_>>().join("; ")
}
