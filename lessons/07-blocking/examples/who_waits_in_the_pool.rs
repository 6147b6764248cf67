//! Ten jobs and a pool of four: who is at work, and who waits.
//!
//! Run: `cargo run -p lesson-07-blocking --example who_waits_in_the_pool`

use std::time::Duration;

use lesson_07_blocking::pool::{fill, job_in_a_job};

fn main() {
    for (threads, jobs) in [(4, 3), (4, 10), (512, 10)] {
        let gauges = fill(threads, jobs);
        println!(
            "at most {threads:3} threads, {jobs:2} jobs: {:2} at work, {} in the queue",
            gauges.at_work, gauges.queued
        );
    }
    for threads in [1, 2] {
        // Real time: it says "never" for the one that cannot end, and is never reached by the other.
        let patience = if threads == 1 { 1 } else { 60 };
        let ended = job_in_a_job(threads, Duration::from_secs(patience));
        let words = if ended { "ends" } else { "never ends" };
        println!("a job that waits for a job, {threads} in the pool: {words}");
    }
}
