//! The recorder: what it writes down is what happened, in order, and its JSON is JSON.

use std::time::Duration;

use lesson_02_executor::runtime::{
    Builder, Event, Outcome, Recorder, Step, WokenBy, sleep, spawn_named, yield_now,
};

fn recorded() -> Recorder {
    let recorder = Recorder::default();
    Builder::new().virtual_clock().recorder(&recorder).build().block_on(async {
        let nap = spawn_named("nap", async { sleep(Duration::from_secs(1)).await });
        let polite = spawn_named("polite \"one\"\n", yield_now());
        polite.await.unwrap();
        nap.await.unwrap();
    });
    recorder
}

#[test]
fn every_step_shows_the_queue_and_the_timers_as_they_are() {
    let lines: Vec<_> = recorded().steps().iter().map(line).collect();
    let polite = "polite \"one\"\n";
    let expected = [
        "0s Spawned main [main]".to_owned(),
        "0s PollBegins main []".to_owned(),
        "0s Spawned nap [nap]".to_owned(),
        format!("0s Spawned {polite} [nap {polite}]"),
        format!("0s Polled(Pending) main [nap {polite}]"),
        format!("0s PollBegins nap [{polite}]"),
        format!("0s TimerSet nap [{polite}] 1s:nap"),
        format!("0s Polled(Pending) nap [{polite}] 1s:nap"),
        format!("0s PollBegins {polite} [] 1s:nap"),
        format!("0s Woken {{ by: Task }} {polite} [{polite}] 1s:nap"),
        format!("0s Polled(Pending) {polite} [{polite}] 1s:nap"),
        format!("0s PollBegins {polite} [] 1s:nap"),
        format!("0s Polled(Ready) {polite} [] 1s:nap"),
        "0s Woken { by: Finish } main [main] 1s:nap".to_owned(),
        "0s PollBegins main [] 1s:nap".to_owned(),
        "0s Polled(Pending) main [] 1s:nap".to_owned(),
        "1s ClockJumped { from: 0ns } - [] 1s:nap".to_owned(),
        "1s TimerFired nap []".to_owned(),
        "1s Woken { by: Timer } nap [nap]".to_owned(),
        "1s PollBegins nap []".to_owned(),
        "1s Polled(Ready) nap []".to_owned(),
        "1s Woken { by: Finish } main [main]".to_owned(),
        "1s PollBegins main []".to_owned(),
        "1s Polled(Ready) main []".to_owned(),
    ];
    assert_eq!(lines, expected);
}

fn line(step: &Step) -> String {
    let Step { at, event, task, queue, timers, polling: _ } = step;
    let task = task.as_deref().unwrap_or("-");
    let timers: String = timers
        .iter()
        .map(|(deadline, owner)| format!(" {}s:{owner}", deadline.as_secs()))
        .collect();
    format!("{}s {event:?} {task} [{}]{timers}", at.as_secs(), queue.join(" "))
}

#[test]
fn only_the_task_that_is_being_polled_acts() {
    let recorder = recorded();
    let mut polling = None;
    for step in recorder.steps() {
        match step.event {
            Event::PollBegins => polling = step.task.clone(),
            Event::Polled(_) => polling = None,
            _ => {}
        }
        assert_eq!(step.polling, polling, "{step:?}");
        if step.event == (Event::Woken { by: WokenBy::Task }) {
            assert!(polling.is_some());
        }
    }
}

#[test]
fn the_json_says_the_same() {
    let recorder = recorded();
    let json: serde_json::Value = serde_json::from_str(&recorder.to_json()).unwrap();
    let (steps, json) = (recorder.steps(), json.as_array().unwrap());
    assert_eq!(steps.len(), json.len());
    for (step, json) in steps.iter().zip(json) {
        assert_eq!(json["at_ns"], step.at.as_nanos() as u64);
        assert_eq!(json["task"].as_str(), step.task.as_deref());
        assert_eq!(json["polling"].as_str(), step.polling.as_deref());
        assert!(
            json["queue"]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap())
                .eq(&step.queue)
        );
        assert_eq!(json["timers"].as_array().unwrap().len(), step.timers.len());
        if step.event == Event::Polled(Outcome::Ready) {
            assert_eq!(
                (&json["event"], &json["outcome"]),
                (&"polled".into(), &"ready".into())
            );
        }
    }
}

#[test]
fn an_aborted_task_and_a_dropped_sleep_are_steps_too() {
    let recorder = Recorder::default();
    Builder::new().virtual_clock().recorder(&recorder).build().block_on(async {
        let nap = spawn_named("nap", async { sleep(Duration::from_secs(1)).await });
        yield_now().await;
        nap.abort();
        assert!(nap.await.is_err());
    });
    let events: Vec<_> = recorder
        .steps()
        .into_iter()
        .filter(|step| step.task.as_deref() == Some("nap"))
        .map(|step| step.event)
        .collect();
    assert_eq!(
        events,
        [
            Event::Spawned,
            Event::PollBegins,
            Event::TimerSet,
            Event::Polled(Outcome::Pending),
            Event::Woken { by: WokenBy::Task },
            Event::TimerDropped,
            Event::Polled(Outcome::Aborted),
        ]
    );
}
