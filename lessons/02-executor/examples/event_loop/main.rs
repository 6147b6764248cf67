//! The event loop, step by step: the run queue, the timers, who is polled, and who woke it.
//!
//! `cargo run -p lesson-02-executor --example event_loop` prints a table; with `-- --json` it
//! prints the same for programs, and with `-- --svg FILE` it draws the picture of the book too.

mod lines;
mod picture;
mod words;

use std::{env, time::Duration};

use futures::{SinkExt, StreamExt, channel::mpsc};
use lesson_02_executor::runtime::{Builder, Event, Step, sleep};
use lines::{main_task, spawn_named};

fn main() {
    let recorder = lines::recorder();
    Builder::new()
        .virtual_clock()
        .recorder(&recorder)
        .build()
        .block_on(main_task(answer()));
    if env::args().any(|argument| argument == "--json") {
        print!("{}", recorder.to_json());
        return;
    }
    let steps = recorder.steps();
    let words = words::of(&steps);
    println!("{:>6}  {:<38} {:<21} timers", "clock", "what happens", "run queue");
    for (step, words) in steps.iter().zip(&words) {
        println!("{}", line(step, words));
    }
    let run = lines::timeline();
    runs::draw(|| picture::svg(&steps, &words, &run));
    runs::write_code(&[&run], &timeline::code_as_markdown(&[&run]));
}

// ANCHOR: answer
/// A model streams three tokens, and a reader shows each as it comes. Beside them a spinner
/// turns.
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
// ANCHOR_END: answer

fn line(step: &Step, words: &str) -> String {
    let timers = words::timers(step).join(", ");
    let within_a_poll = step.polling.is_some() && step.event != Event::PollBegins;
    let indent = if within_a_poll { "  " } else { "" };
    let (at, queue) = (step.at.as_millis(), step.queue.join(" "));
    let line =
        format!("{at:>3} ms  {:<38} {queue:<21} {timers}", format!("{indent}{words}"));
    line.trim_end().to_owned()
}
