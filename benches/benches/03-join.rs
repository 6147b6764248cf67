//! Lesson 03: what joining saves when calls wait, and what it costs when they do not.
//!
//! The calls wait in real time, 10 to 20 ms each, drawn from a seed: the same waits in every run. At the end stands how
//! many times as fast the calls were together. `cargo bench -p benches --bench 03-join -- --quick`

use std::{
    cell::RefCell,
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group};
use futures::{StreamExt, future::join_all, stream::FuturesUnordered};
use lesson_03_join::{gather, newsroom::comments};
use mock_llm::{Latency, MockLlm, Model};
use tokio::{runtime::Runtime, task::JoinSet};

const COUNTS: [usize; 5] = [1, 2, 5, 10, 100];
const NO_OPS: usize = 10_000;
const ROUNDS: usize = 31;

/// How long the calls took and how often they were made, by their number and the way they were made.
type Measured = BTreeMap<(usize, Way), (Duration, u64)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Serial,
    Joined,
    Spawned,
}

impl Way {
    const ALL: [(Way, &'static str); 3] = [(Way::Serial, "serial"), (Way::Joined, "joined"), (Way::Spawned, "spawned")];

    async fn call(self, llm: &MockLlm, prompts: &[String]) {
        match self {
            Way::Serial => drop(black_box(gather::weigh_in_turn(llm, prompts).await)),
            Way::Joined => drop(black_box(gather::weigh_all(llm, prompts).await)),
            Way::Spawned => {
                let tasks: Vec<_> = prompts.iter().map(|prompt| tokio::spawn(llm.complete(prompt))).collect();
                for task in tasks {
                    black_box(task.await.expect("no call panics")).expect("the script has no faults");
                }
            }
        }
    }
}

/// A model whose calls take 10 to 20 ms. Its journal forgets, or a long bench would fill the memory.
fn model() -> MockLlm {
    let latency = Latency::Uniform { min: Duration::from_millis(10), max: Duration::from_millis(20) };
    MockLlm::builder().seed(3).journal_limit(200).model(Model::new("atlas").time_to_first_token(latency)).build()
}

fn calls(criterion: &mut Criterion) {
    let runtime = two_threads();
    let measured = RefCell::new(Measured::new());
    let mut group = criterion.benchmark_group("calls of 10 to 20 ms");
    // An iteration takes up to 1.5 s and varies little: few samples are enough.
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    for count in COUNTS {
        let prompts = comments(count);
        for (way, name) in Way::ALL {
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter_custom(|iterations| {
                    let took = runtime.block_on(time(way, &prompts, iterations));
                    let mut measured = measured.borrow_mut();
                    let (total, times) = measured.entry((count, way)).or_default();
                    *total += took;
                    *times += iterations;
                    took
                });
            });
        }
    }
    group.finish();
    print_table(&measured.into_inner());
    println!("{}", benches::conditions());
}

/// A draw belongs to the prompt and to the attempt, so each iteration asks a new model: all of them wait equally long.
async fn time(way: Way, prompts: &[String], iterations: u64) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..iterations {
        let llm = model();
        let start = Instant::now();
        way.call(&llm, prompts).await;
        took += start.elapsed();
    }
    took
}

/// The last column is the same calls on a clock that counts the waits and nothing else. A real timer rings up to a
/// millisecond late: a hundred calls in turn pay for that a hundred times, a hundred joined calls once.
fn print_table(measured: &Measured) {
    println!("\n  calls     serial     joined    spawned   serial ÷ joined   waits alone");
    for count in COUNTS {
        let mean = |way| {
            let (total, times) = measured.get(&(count, way))?;
            Some(total.as_secs_f64() * 1e3 / *times as f64)
        };
        // A filter on the command line leaves some of them out.
        let (Some(serial), Some(joined), Some(spawned)) = (mean(Way::Serial), mean(Way::Joined), mean(Way::Spawned))
        else {
            continue;
        };
        let (ratio, alone) = (serial / joined, ratio_of_the_waits(count));
        println!("{count:7} {serial:7.1} ms {joined:7.1} ms {spawned:7.1} ms {ratio:17.1} {alone:13.1}");
    }
}

fn ratio_of_the_waits(count: usize) -> f64 {
    let paused = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let paused = paused.expect("a runtime of one thread needs nothing");
    let prompts = comments(count);
    let virtual_time = |way: Way| {
        paused.block_on(async {
            let start = tokio::time::Instant::now();
            way.call(&model(), &prompts).await;
            start.elapsed().as_secs_f64()
        })
    };
    virtual_time(Way::Serial) / virtual_time(Way::Joined)
}

/// Futures that are ready at once: what is left is the cost of keeping them together.
fn no_ops(criterion: &mut Criterion) {
    let runtime = two_threads();
    let mut group = criterion.benchmark_group("10 000 futures that do nothing");
    group.throughput(Throughput::Elements(NO_OPS as u64)).sample_size(20);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    group.bench_function("join_all", |bencher| {
        bencher.iter(|| runtime.block_on(async { join_all((0..NO_OPS).map(no_op)).await.len() }));
    });
    group.bench_function("FuturesUnordered", |bencher| {
        bencher
            .iter(|| runtime.block_on(async { (0..NO_OPS).map(no_op).collect::<FuturesUnordered<_>>().count().await }));
    });
    group.bench_function("JoinSet", |bencher| {
        bencher
            .iter(|| runtime.block_on(async { (0..NO_OPS).map(no_op).collect::<JoinSet<_>>().join_all().await.len() }));
    });
    group.finish();
    println!("\nJoinSet ÷ `spawn` and `.await` of each handle: {:.1}", set_over_handles(&runtime));
}

/// What the set adds to its tasks: the median of many rounds, in which both take turns, so that what slows the machine down slows down
/// both.
fn set_over_handles(runtime: &Runtime) -> f64 {
    let seconds = |start: Instant| start.elapsed().as_secs_f64();
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            runtime.block_on(async { (0..NO_OPS).map(no_op).collect::<JoinSet<_>>().join_all().await });
            let set = seconds(start);
            let start = Instant::now();
            runtime.block_on(async {
                let handles: Vec<_> = (0..NO_OPS).map(|number| tokio::spawn(no_op(number))).collect();
                for handle in handles {
                    handle.await.expect("doing nothing does not panic");
                }
            });
            set / seconds(start)
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios[ROUNDS / 2]
}

async fn no_op(number: usize) -> usize {
    black_box(number)
}

fn two_threads() -> Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.expect("two threads are to be had")
}

criterion_group!(benches, calls, no_ops);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
