//! What tokio itself can tell of long polls, in a build with `--cfg tokio_unstable`.
//!
//! Run: `cargo run -p lesson-07-blocking --example tokios_own_metrics`

use std::{io, thread, time::Duration};

use tokio::{
    runtime::{Builder, HistogramConfiguration},
    task::JoinSet,
    time::sleep,
};

fn main() -> io::Result<()> {
    // ANCHOR: metrics
    let half = Duration::from_millis(500);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .enable_metrics_poll_time_histogram()
        .metrics_poll_time_histogram_configuration(HistogramConfiguration::linear(half, 2))
        .build()?;

    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            tasks.spawn(sleep(half * 4)); // Waits, and holds nothing.
        }
        for _ in 0..2 {
            tasks.spawn(async move { thread::sleep(half * 3 / 2) }); // Holds the thread.
        }
        tasks.join_all().await;
    });

    let metrics = runtime.metrics();
    for bucket in 0..metrics.poll_time_histogram_num_buckets() {
        let range = metrics.poll_time_histogram_bucket_range(bucket);
        let count = metrics.poll_time_histogram_bucket_count(0, bucket);
        println!("bucket from {:3} ms: {count:2} polls", range.start.as_millis());
    }
    // ANCHOR_END: metrics
    Ok(())
}
