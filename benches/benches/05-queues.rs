//! Lesson 05: what a queue costs per item, by its capacity; and one consumer against several on slow items.
//!
//! `cargo bench -p benches --bench 05-queues -- --quick`

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use futures::future::join_all;
use lesson_05_queues::pool::Pool;
use tokio::{runtime::Runtime, sync::mpsc, time::sleep};

const ITEMS: u64 = 10_000;

/// A capacity of one makes the two sides take turns at every item. Each doubling halves the turns.
fn capacity(criterion: &mut Criterion) {
    let runtime = one_thread();
    let mut group = criterion.benchmark_group("10 000 items through a queue");
    group.throughput(Throughput::Elements(ITEMS)).sample_size(10);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    for capacity in [1, 4, 16, 64, 256, 1024] {
        group.bench_function(BenchmarkId::from_parameter(capacity), |bencher| {
            bencher.iter(|| black_box(runtime.block_on(through(capacity))));
        });
    }
    group.finish();
}

async fn through(capacity: usize) -> u64 {
    let (sender, mut receiver) = mpsc::channel(capacity);
    tokio::spawn(async move {
        for item in 0..ITEMS {
            if sender.send(item).await.is_err() {
                return;
            }
        }
    });
    let mut sum = 0;
    while let Some(item) = receiver.recv().await {
        sum += item;
    }
    sum
}

/// Sixteen items that wait 10 ms each.
fn workers(criterion: &mut Criterion) {
    let runtime = one_thread();
    let mut group = criterion.benchmark_group("16 items of 10 ms");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(500));
    for workers in [1, 2, 4, 8, 16] {
        group.bench_function(BenchmarkId::new("workers", workers), |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    let pool = Pool::start(workers, 16, Duration::from_secs(60));
                    black_box(join_all((0..16).map(|_| pool.submit(item()))).await);
                    pool.drain().await;
                });
            });
        });
    }
    group.finish();
}

/// The clock of a `sleep` begins when it is made: made here, it begins with the work.
async fn item() {
    sleep(Duration::from_millis(10)).await;
}

fn one_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime of one thread needs nothing")
}

criterion_group!(benches, capacity, workers);
criterion_main!(benches);
