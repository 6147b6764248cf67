//! Lesson 07: TODO: what is compared, serial with concurrent, as a ratio within one run.
//!
//! `cargo bench -p benches --bench 07-blocking -- --quick`

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use lesson_07_blocking::one_call::one_call;
use mock_llm::{MockLlm, Model};

fn one(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts");
    let model = Model::new("atlas").time_to_first_token(Duration::from_millis(10));
    let llm = MockLlm::builder().journal_limit(200).model(model).build();
    criterion.bench_function("one call of 10 ms", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(one_call(&llm, "What is a future?"))));
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = one }
criterion_main!(benches);
