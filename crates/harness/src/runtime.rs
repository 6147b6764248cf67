//! The runtime on which the learner's code runs: one thread, a paused clock, and a sign of life for everything that happens.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

#[cfg(tokio_unstable)]
use crate::pulse::Who;
use crate::{panics, pulse::Pulse, supervise::Parks};

/// A runtime that reports every sign of life.
pub(crate) fn runtime(pulse: &Arc<Pulse>, parks: &Arc<Parks>) -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true);
    let (on_park, on_thread) = (parks.clone(), pulse.clone());
    #[cfg(not(tokio_unstable))]
    let seen = pulse.clone();
    builder.on_thread_park(move || {
        #[cfg(not(tokio_unstable))]
        seen.parked();
        on_park.parked();
    });
    builder.on_thread_start(move || panics::belongs_to(&on_thread));
    #[cfg(tokio_unstable)]
    task_hooks(&mut builder, pulse, parks);
    builder.build().expect("a runtime without sockets needs nothing that can be missing")
}

/// Names the tasks, and counts their polls.
#[cfg(tokio_unstable)]
fn task_hooks(builder: &mut Builder, pulse: &Arc<Pulse>, parks: &Arc<Parks>) {
    use tokio::runtime::RngSeed;

    let (spawn, begin, end, gone) = (pulse.clone(), pulse.clone(), pulse.clone(), pulse.clone());
    let parks = parks.clone();
    // `select!` and its kind draw lots: always the same ones.
    builder.rng_seed(RngSeed::from_bytes(b"tokens in flight"));
    builder.on_task_spawn(move |task| spawn.spawned(number(task.id()), task.spawned_at()));
    builder.on_before_task_poll(move |task| {
        if begin.poll_begins(Who::Task(number(task.id())), begin.virtual_time()) {
            parks.wake_supervisor();
        }
    });
    builder.on_after_task_poll(move |_| end.poll_ends());
    builder.on_task_terminate(move |task| gone.terminated(number(task.id())));
}

/// tokio shows the number of a task only as text.
#[cfg(tokio_unstable)]
fn number(id: tokio::task::Id) -> u64 {
    id.to_string().parse().expect("a task's id is written as a number")
}
