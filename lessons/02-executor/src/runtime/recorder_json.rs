//! The recorder's steps as JSON, written by hand: the runtime has no dependencies.

use std::fmt::Write;

use super::recorder::{Event, Recorder, Step, WokenBy};

impl Recorder {
    /// The steps as JSON: an array of objects with `at_ns`, `event`, `by` or `outcome` or `from_ns` where the event has one,
    /// `task`, `polling`, `queue`, and `timers` with `deadline_ns` and `task`.
    pub fn to_json(&self) -> String {
        let steps: Vec<_> = self.steps().iter().map(step_to_json).collect();
        format!("[\n  {}\n]\n", steps.join(",\n  "))
    }
}

fn step_to_json(step: &Step) -> String {
    let (event, detail) = match step.event {
        Event::Spawned => ("spawned", String::new()),
        Event::PollBegins => ("poll begins", String::new()),
        Event::Polled(outcome) => {
            ("polled", format!(r#", "outcome": "{outcome:?}""#).to_lowercase())
        }
        Event::Woken { by } => {
            let by = match by {
                WokenBy::Task => "task",
                WokenBy::Timer => "timer",
                WokenBy::Finish => "finish",
                WokenBy::AnotherThread => "another thread",
            };
            ("woken", format!(r#", "by": "{by}""#))
        }
        Event::TimerSet => ("timer set", String::new()),
        Event::TimerFired => ("timer fired", String::new()),
        Event::TimerDropped => ("timer dropped", String::new()),
        Event::ClockJumped { from } => {
            ("clock jumped", format!(r#", "from_ns": {}"#, from.as_nanos()))
        }
        Event::Parked => ("parked", String::new()),
    };
    let or_null =
        |name: &Option<String>| name.as_deref().map_or_else(|| "null".to_owned(), quoted);
    let queue: Vec<_> = step.queue.iter().map(|name| quoted(name)).collect();
    let timers: Vec<_> = step
        .timers
        .iter()
        .map(|(deadline, task)| {
            format!(
                r#"{{"deadline_ns": {}, "task": {}}}"#,
                deadline.as_nanos(),
                quoted(task)
            )
        })
        .collect();
    format!(
        r#"{{"at_ns": {}, "event": "{event}"{detail}, "task": {}, "polling": {}, "queue": [{}], "timers": [{}]}}"#,
        step.at.as_nanos(),
        or_null(&step.task),
        or_null(&step.polling),
        queue.join(", "),
        timers.join(", "),
    )
}

/// A JSON string. The standard library has none, and a name may hold anything.
fn quoted(text: &str) -> String {
    let mut json = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..=' ' if character != ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
    json + "\""
}
