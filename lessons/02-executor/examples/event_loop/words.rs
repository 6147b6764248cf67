//! Each step of the event loop in words.

use std::collections::HashMap;

use lesson_02_executor::runtime::{Event, Outcome, Step, WokenBy};

/// One sentence for each step. A poll says who woke the task for it.
pub(crate) fn of(steps: &[Step]) -> Vec<String> {
    let mut reasons = HashMap::new();
    steps
        .iter()
        .map(|step| {
            let task = step.task.as_deref().unwrap_or_default();
            let actor = step.polling.as_deref().unwrap_or_default();
            match step.event {
                Event::Spawned => drop(reasons.insert(task, "spawned".to_owned())),
                Event::Woken { by } => drop(reasons.insert(task, reason(by, actor))),
                Event::PollBegins => {
                    let reason = reasons.get(task).map_or("never woken", String::as_str);
                    return format!("{task} is polled ({reason})");
                }
                _ => {}
            }
            sentence(step, task, actor)
        })
        .collect()
}

/// The timers that are set, soonest first.
pub(crate) fn timers(step: &Step) -> Vec<String> {
    step.timers.iter().map(|(at, task)| format!("{} ms {task}", at.as_millis())).collect()
}

fn reason(by: WokenBy, actor: &str) -> String {
    match by {
        WokenBy::Task => format!("woken by {actor}"),
        WokenBy::Timer => "woken by its timer".to_owned(),
        WokenBy::Finish => "what it awaits has ended".to_owned(),
        WokenBy::AnotherThread => "woken by another thread".to_owned(),
    }
}

fn sentence(step: &Step, task: &str, actor: &str) -> String {
    match step.event {
        Event::Spawned if actor.is_empty() => format!("{task} starts"),
        Event::Spawned => format!("{actor} spawns {task}"),
        Event::PollBegins => format!("{task} is polled"),
        Event::Polled(Outcome::Pending) => format!("{task} is pending"),
        Event::Polled(Outcome::Ready) => format!("{task} is ready: it has ended"),
        Event::Polled(Outcome::Panicked) => format!("{task} has panicked"),
        Event::Polled(Outcome::Aborted) => format!("{task} is aborted"),
        Event::Woken { by: WokenBy::Task } => format!("{actor} wakes {task}"),
        Event::Woken { by: WokenBy::Timer } => format!("the timer wakes {task}"),
        Event::Woken { by: WokenBy::Finish } => format!("its end wakes {task}"),
        Event::Woken { by: WokenBy::AnotherThread } => {
            format!("another thread wakes {task}")
        }
        Event::TimerSet => format!("{task} sets a timer"),
        Event::TimerFired => format!("the timer of {task} is due"),
        Event::TimerDropped => format!("{task} gives up its timer"),
        Event::ClockJumped { from } => {
            format!("nothing can run: the clock jumps {} ms", (step.at - from).as_millis())
        }
        Event::Parked => "nothing can run: the thread sleeps".to_owned(),
    }
}
