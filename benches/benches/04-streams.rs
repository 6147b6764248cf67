//! Lesson 04: what a buffer saves, what an item of a stream costs, and a surprise about many sleeping futures.
//!
//! The calls wait in real time, 10 to 20 ms each, drawn from a seed: the same waits in every run. At the end stand the ratios.
//! `cargo bench -p benches --bench 04-streams -- --quick`

use std::{
    cell::RefCell,
    collections::BTreeMap,
    hint::black_box,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group};
use futures::{Stream, StreamExt, future::join_all, stream};
use lesson_04_streams::several::as_ready;
use mock_llm::{Latency, MockLlm, Model};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    task::{JoinSet, unconstrained},
    time::sleep,
};

const LIMITS: [usize; 4] = [1, 2, 4, 8];
const CALLS: usize = 40;
const ITEMS: u32 = 10_000;
const SLEEPS: usize = 100_000;

/// How long something took in all, and how often it ran.
type Measured<Key> = RefCell<BTreeMap<Key, (Duration, u64)>>;

fn add<Key: Ord>(measured: &Measured<Key>, key: Key, took: Duration, times: u64) {
    let mut measured = measured.borrow_mut();
    let (total, count) = measured.entry(key).or_default();
    *total += took;
    *count += times;
}

fn mean<Key: Ord>(measured: &Measured<Key>, key: &Key) -> Option<f64> {
    measured.borrow().get(key).map(|(total, times)| total.as_secs_f64() / *times as f64)
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime of one thread needs nothing")
}

/// A model whose calls take 10 to 20 ms. Its journal forgets, or a long bench would fill the memory.
fn model() -> MockLlm {
    let latency = Latency::Uniform { min: Duration::from_millis(10), max: Duration::from_millis(20) };
    MockLlm::builder().seed(4).journal_limit(200).model(Model::new("atlas").time_to_first_token(latency)).build()
}

fn buffers(criterion: &mut Criterion) {
    let runtime = one_thread();
    let measured = Measured::default();
    let prompts: Vec<String> = (0..CALLS).map(|number| format!("Summarise page {number}.")).collect();
    let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
    let mut group = criterion.benchmark_group(format!("{CALLS} calls of 10 to 20 ms, buffer_unordered"));
    // An iteration takes up to 0.7 s and varies little: few samples are enough.
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    for limit in LIMITS {
        group.bench_function(BenchmarkId::from_parameter(limit), |bencher| {
            bencher.iter_custom(|iterations| {
                let mut took = Duration::ZERO;
                for _ in 0..iterations {
                    // A draw belongs to the prompt and to the attempt, so each iteration asks a new model.
                    let llm = model();
                    let start = Instant::now();
                    let replies = runtime.block_on(as_ready(&llm, &prompts, limit));
                    took += start.elapsed();
                    black_box(replies).expect("the script has no faults");
                }
                add(&measured, limit, took, iterations);
                took
            });
        });
    }
    group.finish();
    println!("\n  at a time       time   times as fast");
    for limit in LIMITS {
        // A filter on the command line leaves some of them out.
        let (Some(first), Some(time)) = (mean(&measured, &LIMITS[0]), mean(&measured, &limit)) else { continue };
        println!("{limit:11} {:8.1} ms {:15.1}", time * 1e3, first / time);
    }
    println!("{}\n", benches::conditions());
}

/// Counts, by hand.
struct Numbers(u32);

impl Stream for Numbers {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        let number = self.0;
        self.0 += 1;
        Poll::Ready((number < ITEMS).then_some(number))
    }
}

async fn sum(stream: impl Stream<Item = u32>) -> u32 {
    let mut stream = pin!(stream);
    let mut sum = 0_u32;
    while let Some(number) = stream.next().await {
        sum = sum.wrapping_add(black_box(number));
    }
    sum
}

fn items(criterion: &mut Criterion) {
    let runtime = one_thread();
    let measured = Measured::default();
    let mut group = criterion.benchmark_group("an item of a stream");
    group.throughput(Throughput::Elements(u64::from(ITEMS))).sample_size(20);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    const WAYS: [&str; 5] = ["by hand", "by hand, boxed", "stream!", "unfold", "channel of 100"];
    for (place, way) in WAYS.into_iter().enumerate() {
        group.bench_function(way, |bencher| {
            bencher.iter_custom(|iterations| {
                let start = Instant::now();
                for _ in 0..iterations {
                    black_box(runtime.block_on(async {
                        match place {
                            0 => sum(Numbers(0)).await,
                            1 => sum(black_box(Box::pin(Numbers(0)) as Pin<Box<dyn Stream<Item = u32>>>)).await,
                            2 => {
                                sum(async_stream::stream! {
                                    for number in 0..ITEMS {
                                        yield number;
                                    }
                                })
                                .await
                            }
                            3 => {
                                let next = async |number| (number < ITEMS).then_some((number, number + 1));
                                sum(stream::unfold(0, next)).await
                            }
                            _ => through_a_channel().await,
                        }
                    }));
                }
                let took = start.elapsed();
                add(&measured, place, took, iterations);
                took
            });
        });
    }
    group.finish();
    println!("\n  one item           time   times by hand");
    for (place, way) in WAYS.into_iter().enumerate() {
        let (Some(first), Some(time)) = (mean(&measured, &0), mean(&measured, &place)) else { continue };
        println!("  {way:14} {:6.1} ns {:13.1}", time * 1e9 / f64::from(ITEMS), time / first);
    }
}

/// A task sends, and this one receives.
async fn through_a_channel() -> u32 {
    let (sender, mut receiver) = mpsc::channel(100);
    let sends = tokio::spawn(async move {
        for number in 0..ITEMS {
            if sender.send(number).await.is_err() {
                return;
            }
        }
    });
    let mut sum = 0_u32;
    while let Some(number) = receiver.recv().await {
        sum = sum.wrapping_add(black_box(number));
    }
    sends.await.expect("it does not panic");
    sum
}

/// All of them sleep equally long. A sleep of tokio counts against the budget of its task: after 128 of them the others are told
/// to wait and to wake at once, whatever their time.
fn sleeps(criterion: &mut Criterion) {
    let runtime = one_thread();
    let measured = Measured::default();
    let mut group = criterion.benchmark_group(format!("{SLEEPS} sleeping futures"));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    const WAYS: [&str; 3] = ["join_all", "join_all, unconstrained", "JoinSet"];
    for (place, way) in WAYS.into_iter().enumerate() {
        group.bench_function(way, |bencher| {
            bencher.iter_custom(|iterations| {
                let start = Instant::now();
                for _ in 0..iterations {
                    runtime.block_on(async {
                        let sleeps = (0..SLEEPS).map(|_| sleep(Duration::from_millis(20)));
                        match place {
                            0 => drop(black_box(join_all(sleeps).await)),
                            1 => drop(black_box(unconstrained(join_all(sleeps)).await)),
                            _ => {
                                let mut set: JoinSet<()> = sleeps.collect();
                                while let Some(ended) = set.join_next().await {
                                    ended.expect("a sleep does not panic");
                                }
                            }
                        }
                    });
                }
                let took = start.elapsed();
                add(&measured, place, took, iterations);
                took
            });
        });
    }
    group.finish();
    println!("\n  {SLEEPS} sleeps of 20 ms       time");
    for (place, way) in WAYS.into_iter().enumerate() {
        let Some(time) = mean(&measured, &place) else { continue };
        println!("  {way:24} {:8.0} ms", time * 1e3);
    }
}

criterion_group!(benches, buffers, items, sleeps);
criterion::criterion_main!(benches);
