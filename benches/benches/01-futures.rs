//! Lesson 01: what a box costs a future, and what it costs and saves to join awaits.
//!
//! `cargo bench -p benches --bench 01-futures -- --quick`

use std::{
    hint::black_box,
    pin::Pin,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use futures::{executor::block_on, future::join_all};
use lesson_01_futures::countdown::Countdown;
use tokio::{runtime::Builder, time::sleep};

const FUTURES: u64 = 1000;
const DEPTH: u32 = 10;
const WAIT: Duration = Duration::from_millis(10);

type Boxed = Pin<Box<dyn Future<Output = &'static str>>>;

/// Makes and awaits a thousand futures: in place, behind a box, and behind a box that hides the type.
fn boxes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("1000 futures");
    group.throughput(Throughput::Elements(FUTURES));
    // Ready at its second poll: the smallest future that has to remember something.
    let plain = || async { Countdown { left: black_box(1) }.await };
    group.bench_function("plain", |bencher| {
        bencher.iter(|| {
            block_on(async {
                for _ in 0..FUTURES {
                    black_box(plain().await);
                }
            })
        });
    });
    group.bench_function("boxed", |bencher| {
        bencher.iter(|| {
            block_on(async {
                for _ in 0..FUTURES {
                    black_box(Box::pin(plain()).await);
                }
            })
        });
    });
    group.bench_function("boxed, dyn", |bencher| {
        bencher.iter(|| {
            block_on(async {
                for _ in 0..FUTURES {
                    let future: Boxed = black_box(Box::pin(plain()));
                    black_box(future.await);
                }
            })
        });
    });
    group.finish();
}

/// A call ten levels deep. Every poll of the root goes down to the leaf, so each level has a part in each of 101 polls.
fn depth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("10 levels, 101 polls");
    group.bench_function("plain", |bencher| bencher.iter(|| block_on(ten_levels(black_box(100)))));
    group.bench_function("boxed", |bencher| bencher.iter(|| block_on(boxed_levels(DEPTH, black_box(100)))));
    group.finish();
}

async fn ten_levels(left: u32) -> &'static str {
    macro_rules! levels {
        () => { Countdown { left }.await };
        ($level:literal $($rest:literal)*) => { async { levels!($($rest)*) }.await };
    }
    levels!(10 9 8 7 6 5 4 3 2 1)
}

async fn boxed_levels(depth: u32, left: u32) -> &'static str {
    match depth {
        0 => Countdown { left }.await,
        _ => Box::pin(boxed_levels(depth - 1, left)).await,
    }
}

/// What joining costs where nothing waits: futures that are ready at their second poll.
fn join_without_waits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("3 futures without a wait");
    let future = || Countdown { left: black_box(1) };
    group.bench_function("serial", |bencher| {
        bencher.iter(|| block_on(async { (future().await, future().await, future().await) }));
    });
    group.bench_function("join!", |bencher| {
        bencher.iter(|| block_on(async { futures::join!(future(), future(), future()) }));
    });
    group.bench_function("join_all", |bencher| {
        bencher.iter(|| block_on(join_all([future(), future(), future()])));
    });
    group.finish();
}

/// What joining saves where everything waits, in real time: compare the ratios.
fn join_waits(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime without sockets");
    let mut group = criterion.benchmark_group("waits of 10 ms");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(500));
    let mut ratios = Vec::new();
    for count in [1, 2, 5, 10] {
        let mut means = [Duration::ZERO; 2];
        for (way, name) in ["serial", "joined"].into_iter().enumerate() {
            let (mut took, mut runs) = (Duration::ZERO, 0);
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter_custom(|iterations| {
                    let start = Instant::now();
                    for _ in 0..iterations {
                        runtime.block_on(waits(count, way == 1));
                    }
                    took += start.elapsed();
                    runs += u32::try_from(iterations).expect("a few iterations");
                    start.elapsed()
                });
            });
            means[way] = took.checked_div(runs).unwrap_or_default();
        }
        ratios.push((count, means));
    }
    group.finish();
    print_ratios(&ratios);
    println!("{}", benches::conditions());
}

async fn waits(count: u32, joined: bool) {
    if joined {
        join_all((0..count).map(|_| sleep(WAIT))).await;
    } else {
        for _ in 0..count {
            sleep(WAIT).await;
        }
    }
}

/// A filter on the command line may have left some out: those have no mean.
fn print_ratios(ratios: &[(u32, [Duration; 2])]) {
    for (count, [serial, joined]) in ratios {
        if !serial.is_zero() && !joined.is_zero() {
            let ratio = serial.as_secs_f64() / joined.as_secs_f64();
            println!("{count:3} waits of 10 ms: serial {serial:8.1?}, joined {joined:8.1?}, {ratio:.2} times as fast");
        }
    }
}

criterion_group!(benches, boxes, depth, join_without_waits, join_waits);
criterion_main!(benches);
