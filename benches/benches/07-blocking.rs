//! Lesson 07: N users at once, pseudo-async, offloaded and async; and work that computes, by where it is done.
//!
//! `cargo bench -p benches --bench 07-blocking -- --quick`
//!
//! The ideal of the first group is 20 ms, the time of one call. That of the second is the time of one job, times the number of
//! jobs for each core.

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use futures::future::join_all;
use lesson_07_blocking::{
    users::{Form, ask_all, users},
    work::{compute, score, score_all},
};
use tokio::{runtime::Runtime, task::spawn_blocking};

const CALL: Duration = Duration::from_millis(20);

fn forms(criterion: &mut Criterion) {
    let runtime = one_thread();
    let mut group = criterion.benchmark_group("users at once, one call of 20 ms each");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(500));
    for form in Form::ALL {
        for number in [1, 2, 5, 10] {
            let (llm, prompts) = users(&vec![CALL; number]);
            group.bench_function(BenchmarkId::new(form.words(), number), |bencher| {
                bencher.iter(|| {
                    llm.restart();
                    runtime.block_on(ask_all(&llm, &prompts, form));
                });
            });
        }
    }
    group.finish();
}

const JOBS: usize = 8;
const ROUNDS: u32 = 2_000;

/// Eight jobs that compute. The pool has a thread for each of them, rayon one for each core, and the event loop one for all.
fn computing(criterion: &mut Criterion) {
    let runtime = one_thread();
    let text = "Is tea better than coffee? ".repeat(20);
    let mut group = criterion.benchmark_group("eight jobs that compute");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(500));
    group.bench_function("one job", |bencher| {
        bencher.iter(|| black_box(score(black_box(&text), ROUNDS)));
    });
    let texts = vec![text.clone(); JOBS];
    group.bench_function("on the event loop, in slices", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(score_all(&texts, ROUNDS, 1))));
    });
    group.bench_function("in the blocking pool", |bencher| {
        bencher.iter(|| {
            let jobs = texts.iter().cloned().map(|text| spawn_blocking(move || score(&text, ROUNDS)));
            black_box(runtime.block_on(async { join_all(jobs).await }));
        });
    });
    group.bench_function("on rayon's threads", |bencher| {
        bencher.iter(|| {
            let jobs = texts.iter().cloned().map(|text| compute(move || score(&text, ROUNDS)));
            black_box(runtime.block_on(async { join_all(jobs).await }));
        });
    });
    group.finish();
}

fn one_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime of one thread needs nothing")
}

criterion_group!(benches, forms, computing);
criterion_main!(benches);
