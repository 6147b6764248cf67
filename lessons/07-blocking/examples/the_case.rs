//! The case: a service is slow under load. Step by step, from its symptoms to its cause.
//!
//! Run: `cargo run -p lesson-07-blocking --example the_case`, or with the number of a step
//! Shown: in 4 parts

use std::{env, time::Duration};

use lesson_07_blocking::{case::Service, poll_watch::PollWatch};
use runs::secs;
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), mock_llm::Error> {
    let step = env::args().nth(1).and_then(|step| step.parse::<u32>().ok());
    let shown = |number| step.is_none() || step == Some(number);
    let start = Instant::now();
    let watch = PollWatch::with_clock(secs(0.01), move || start.elapsed());
    let service = Service::new(watch.clone());
    let longest =
        |all: &[Duration]| all.iter().max().copied().unwrap_or_default().as_secs_f64();

    if shown(1) {
        println!("users   slowest answer   slowest call, says the provider");
        for users in [1, 2, 5, 10] {
            let seen = service.serve(users).await?;
            let (answer, call) = (longest(&seen.answers), longest(&seen.provider));
            println!("{users:5} {answer:14.2} s {call:30.2} s");
        }
    }
    let seen = service.serve(10).await?;
    if shown(2) {
        println!("ten users, one after another: when was each answered?");
        for (took, user) in seen.answers.iter().zip(1..) {
            let (took, call) = (took.as_secs_f64(), seen.provider[user - 1].as_secs_f64());
            println!("user {user:2}: the model took {call:.2} s, the answer {took:.2} s");
        }
    }
    if shown(3) {
        println!(
            "a heartbeat each 0.10 s: the longest pause was {:.2} s",
            seen.longest_pause.as_secs_f64()
        );
    }
    if shown(4) {
        for culprit in watch.culprits() {
            println!("{culprit}");
        }
    }
    Ok(())
}
