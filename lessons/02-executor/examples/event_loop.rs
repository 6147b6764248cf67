//! The event loop, step by step: the run queue, the timers, who is polled, and who woke it.
//!
//! `cargo run -p lesson-02-executor --example event_loop` prints a table; with `-- --json`, what the book's player shows.

use std::time::Duration;

use futures::{SinkExt, StreamExt, channel::mpsc};
use lesson_02_executor::runtime::{
    Builder, Event, Outcome, Recorder, Step, WokenBy, sleep, spawn_named,
};

fn main() {
    let recorder = Recorder::default();
    Builder::new().virtual_clock().recorder(&recorder).build().block_on(answer());
    if std::env::args().any(|argument| argument == "--json") {
        print!("{}", recorder.to_json());
        return;
    }
    println!("{:>8}  {:<42} {:<22} timers", "clock", "what happens", "run queue");
    for step in recorder.steps() {
        println!("{}", line(&step));
    }
}

/// A model streams three tokens, and a reader shows each as it comes. Beside them a spinner turns.
async fn answer() {
    let (mut tokens, mut shown) = mpsc::channel(0);
    let model = spawn_named("model", async move {
        for token in ["Build", " a", " loop"] {
            sleep(Duration::from_millis(50)).await;
            tokens.send(token).await.expect("the reader reads to the end");
        }
    });
    let reader =
        spawn_named("reader", async move { while shown.next().await.is_some() {} });
    let spinner = spawn_named("spinner", async {
        loop {
            sleep(Duration::from_millis(80)).await;
        }
    });
    model.await.expect("the model does not panic");
    reader.await.expect("the reader does not panic");
    spinner.abort();
}

fn line(step: &Step) -> String {
    let task = step.task.as_deref().unwrap_or_default();
    let actor = step.polling.as_deref().unwrap_or_default();
    let what = match step.event {
        Event::Spawned if actor.is_empty() => format!("{task} starts"),
        Event::Spawned => format!("  {actor} spawns {task}"),
        Event::PollBegins => format!("{task} is polled"),
        Event::Polled(Outcome::Pending) => format!("{task} is pending"),
        Event::Polled(outcome) => {
            format!("{task} ends: {}", format!("{outcome:?}").to_lowercase())
        }
        Event::Woken { by: WokenBy::Task } => format!("  {actor} wakes {task}"),
        Event::Woken { by: WokenBy::Timer } => format!("  the timer wakes {task}"),
        Event::Woken { by: WokenBy::Finish } => format!("  its end wakes {task}"),
        Event::Woken { by: WokenBy::AnotherThread } => {
            format!("  another thread wakes {task}")
        }
        Event::TimerSet => format!("  {task} sets a timer"),
        Event::TimerFired => format!("a timer of {task} is due"),
        Event::TimerDropped => format!("  {task} gives up its timer"),
        Event::ClockJumped { from } => {
            format!("nothing can run: the clock jumps {} ms", (step.at - from).as_millis())
        }
        Event::Parked => "nothing can run: the thread sleeps".to_owned(),
    };
    let timers: Vec<_> = step
        .timers
        .iter()
        .map(|(at, task)| format!("{} ms {task}", at.as_millis()))
        .collect();
    let line = format!(
        "{:>5} ms  {what:<42} {:<22} {}",
        step.at.as_millis(),
        step.queue.join(" "),
        timers.join(", ")
    );
    line.trim_end().to_owned()
}
