//! Lesson 06: what a limit costs per token, calls that are given up one after the other and at the same time, and how many tokens
//! are written for nobody.
//!
//! `cargo bench -p benches --bench 06-timeouts -- --quick`

use std::{hint::black_box, pin::pin, time::Duration};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use futures::{Stream, StreamExt, future::join_all, stream};
use lesson_06_timeouts::{
    nobody::{stream_goes_too, task_goes_on, written},
    total::answer,
};
use mock_llm::{Fault, MockLlm, Model, When};
use tokio::{
    runtime::{Builder, Runtime},
    time::{Instant, sleep, timeout},
};

const TOKENS: u64 = 10_000;
const LIMIT: Duration = Duration::from_secs(60);

/// Tokens that are there at once: all that is measured is the limit round them.
fn tokens() -> impl Stream<Item = u64> {
    stream::iter(0..TOKENS)
}

/// An idle limit that is made for each token, one that is set back for each token, and one timer for all of them.
fn limits(criterion: &mut Criterion) {
    let runtime = one_thread();
    let mut group = criterion.benchmark_group("10 000 tokens under a limit");
    group.throughput(Throughput::Elements(TOKENS)).sample_size(10);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    group.bench_function("none", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async { black_box(tokens().fold(0, |sum, token| async move { sum + token }).await) })
        });
    });
    group.bench_function("timeout for each token", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let mut tokens = pin!(tokens());
                let mut sum = 0;
                while let Ok(Some(token)) = timeout(LIMIT, tokens.next()).await {
                    sum += token;
                }
                black_box(sum)
            })
        });
    });
    group.bench_function("one sleep, reset for each token", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let (mut tokens, mut silence) = (pin!(tokens()), pin!(sleep(LIMIT)));
                let mut sum = 0;
                loop {
                    tokio::select! {
                        biased;
                        token = tokens.next() => match token {
                            Some(token) => sum += token,
                            None => break black_box(sum),
                        },
                        () = &mut silence => break 0,
                    }
                    silence.as_mut().reset(Instant::now() + LIMIT);
                }
            })
        });
    });
    group.bench_function("one sleep for all", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let (mut tokens, mut over) = (pin!(tokens()), pin!(sleep(LIMIT)));
                let mut sum = 0;
                loop {
                    tokio::select! {
                        biased;
                        token = tokens.next() => match token {
                            Some(token) => sum += token,
                            None => break black_box(sum),
                        },
                        () = &mut over => break 0,
                    }
                }
            })
        });
    });
    group.finish();
}

/// Models that never answer, given up after 10 ms each.
fn given_up(criterion: &mut Criterion) {
    let runtime = one_thread();
    let model = Model::new("atlas").fault(When::Always, Fault::StallAfter(0));
    let llm = MockLlm::builder().journal_limit(200).model(model).build();
    let limit = Duration::from_millis(10);
    let mut group = criterion.benchmark_group("calls given up after 10 ms");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(500));
    for calls in [1, 10] {
        group.bench_function(BenchmarkId::new("one after the other", calls), |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    for _ in 0..calls {
                        let _ = black_box(answer(&llm, "Is it there?", limit).await);
                    }
                });
            });
        });
        group.bench_function(BenchmarkId::new("at the same time", calls), |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    black_box(join_all((0..calls).map(|_| answer(&llm, "Is it there?", limit))).await);
                });
            });
        });
    }
    group.finish();
}

/// A count, on virtual time: it is the same on every machine. Ten customers ask for 200 tokens each, read five and leave.
fn for_nobody(_criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts");
    let words = "word ".repeat(200);
    let model = Model::new("atlas").inter_token_latency(Duration::from_millis(50)).reply(words.trim_end());
    let llm = MockLlm::new([model]);
    let for_nobody = |is_cancelled: bool| {
        llm.restart();
        runtime.block_on(async {
            for _ in 0..10 {
                if is_cancelled {
                    stream_goes_too(&llm, "Tell me all.", 5).await;
                } else {
                    task_goes_on(&llm, "Tell me all.", 5).await;
                }
            }
            sleep(LIMIT).await;
            written(&llm) - 10 * 5
        })
    };
    println!("tokens written for nobody, 10 customers, 5 of 200 read:");
    println!("  a task that reads on      {:5}", for_nobody(false));
    println!("  the stream goes with them {:5}\n", for_nobody(true));
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime of one thread needs nothing")
}

criterion_group!(benches, limits, given_up, for_nobody);
criterion_main!(benches);
