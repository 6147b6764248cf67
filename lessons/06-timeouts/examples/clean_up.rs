//! A connection that opens, answers and closes in 0.1 s each, and a caller who leaves after 0.15 s.
//!
//! Run: `cargo run -p lesson-06-timeouts --example clean_up`

use lesson_06_timeouts::dropped::{
    HowItEnded, Log, in_a_task, in_one_future, limit_inside,
};
use runs::secs;
use tokio::time::{sleep, timeout};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let log = Log::new();
    in_one_future(log.clone()).await;
    tell("nobody leaves", &log);

    let log = Log::new();
    let _ = timeout(secs(0.15), in_one_future(log.clone())).await;
    tell("in one future, and the caller leaves at 0.15 s", &log);

    let log = Log::new();
    limit_inside(log.clone(), secs(0.05)).await;
    tell("a limit of 0.05 s round the question alone", &log);

    let log = Log::new();
    let _ = timeout(secs(0.15), in_a_task(log.clone())).await;
    sleep(secs(1.0)).await;
    tell("in a task, and the caller leaves at 0.15 s", &log);

    for limit in [1.0, 3.0] {
        let log = Log::new();
        let work = async {
            let how_it_ended = HowItEnded::begin(&log);
            sleep(secs(2.0)).await;
            how_it_ended.done();
        };
        let _ = timeout(secs(limit), work).await;
        tell(&format!("a guard, 2 s of work, a limit of {limit} s"), &log);
    }
}

fn tell(what: &str, log: &Log) {
    println!("{what}:");
    for (at, line) in log.lines() {
        println!("  {:.3} s  {line}", at.as_secs_f64());
    }
}
