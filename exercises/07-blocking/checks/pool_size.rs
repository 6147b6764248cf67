use std::{
    cell::Cell,
    future::poll_fn,
    panic::resume_unwind,
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::Poll,
    thread::{self, ThreadId},
};

use futures::{future::join_all, join, poll};
use harness::{Check, Finished, Outcome, a_moment, counting_polls, more_turns, nothing_happens_for, saw, secs, test};
use tokio::{runtime::Builder, sync::Notify, task::spawn_blocking, time::Instant};

use super::{Exports, Panicked};

harness::checks!();

/// The jobs of a check: they hold their threads until they are let go.
#[derive(Debug, Clone, Default)]
struct Jobs {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    let_go: Arc<Condvar>,
}

#[derive(Debug, Default)]
struct State {
    /// In the order in which they began.
    begun: Vec<usize>,
    running: usize,
    high_water: usize,
    threads: Vec<ThreadId>,
    open: bool,
    /// The event loop is inside a poll of the callers.
    polls: bool,
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job that holds its thread until all are let go, and gives its number.
    fn job(&self, number: usize) -> impl FnOnce() -> usize + Send + 'static {
        let jobs = self.clone();
        move || {
            let mut state = jobs.lock();
            state.begun.push(number);
            state.running += 1;
            state.high_water = state.high_water.max(state.running);
            state.threads.push(thread::current().id());
            jobs.changed.notify_one();
            while !state.open {
                state = jobs.let_go.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.running -= 1;
            number
        }
    }

    fn let_go(&self) {
        self.lock().open = true;
        self.let_go.notify_all();
    }

    /// Waits until so many jobs hold their threads.
    async fn running(&self, jobs: usize) {
        while self.lock().running < jobs {
            self.changed.notified().await;
        }
    }
}

/// Runs this on a runtime with so many threads in its pool.
fn with_a_pool_of<T>(threads: usize, jobs: &Jobs, because: &'static str, code: impl Future<Output = T>) -> Finished<T> {
    let (seen, event_loop) = (jobs.clone(), thread::current().id());
    let check = Check::new().when_stuck(move |outcome| {
        let state = seen.lock();
        let because = if state.polls && !state.threads.contains(&event_loop) {
            "The thread of the event loop is held by somebody who waits for a place: by a `Condvar`, a `recv`, a `block_on`. \
             The others cannot go on meanwhile, and nor can the lookup. A place is waited for with `.await`."
        } else if state.threads.contains(&event_loop) {
            "The job runs on the thread of the event loop, and holds it. A job that blocks goes to the pool: \
             `spawn_blocking`."
        } else {
            because
        };
        let seen = format!("a pool of {threads} threads, jobs on it: {}, and nothing goes on", state.running);
        (outcome == Outcome::Blocked).then(|| saw(seen).expected("the run to go on").because(because))
    });
    check.by_hand(|| {
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).max_blocking_threads(threads).build();
        let runtime = runtime.expect("a runtime without sockets needs nothing that can be missing");
        runtime.block_on(code)
    })
}

/// What the others need the pool for: ends at once, as soon as a thread has the time.
async fn lookup() {
    let _ = spawn_blocking(|| ()).await;
}

/// A `join_all`, in parts. With more than thirty futures it would have a queue of those that were woken, and it polls in vain
/// for as long as a thread of the pool is in the middle of putting one into it.
async fn all_of<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut rest: Vec<F> = futures.into_iter().collect();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        parts.push(join_all(rest.drain(..rest.len().min(25))));
    }
    join_all(parts).await.into_iter().flatten().collect()
}

const ASKS_AGAIN_AND_AGAIN: &str = "Your code asks again and again whether a place is free or a job has ended (`is_finished()` \
                                    and a `yield_now()`, or a wait with a limit that is begun anew), and the processor works \
                                    for nothing meanwhile. A permit or a handle that is awaited wakes its task when there is \
                                    something to see.";

/// A lookup goes on beside fifty jobs, and as many jobs run as may.
#[test]
fn leaves_room_for_others() {
    for (pool, at_most) in [(4, 3), (2, 1), (9, 5), (40, 33)] {
        let jobs = Jobs::default();
        let because = "Either fewer jobs run than may, and nobody uses the places that are free; or the jobs have \
                       taken all threads of the pool, and a lookup waits behind fifty of them in its queue. \
                       `spawn_blocking` never says no: what finds no thread stands in line, and everything else that \
                       needs the pool stands behind it. The limit comes before the pool: wait for a place with \
                       `.await`, in a future that holds no thread.";
        let code = async {
            let since = Instant::now();
            let exports = Exports::new(at_most);
            let mut all = pin!(all_of((0..50).map(|number| exports.run(jobs.job(number)))));
            let polls = Cell::new(0);
            let all = poll_fn(|context| {
                jobs.lock().polls = true;
                let poll = all.as_mut().poll(context);
                jobs.lock().polls = false;
                poll
            });
            let others = async {
                jobs.running(at_most).await;
                more_turns(5).await;
                lookup().await;
                a_moment().await;
                // Nobody has a reason to look.
                let before = polls.get();
                nothing_happens_for(secs(10.0)).await;
                let in_vain = polls.get() - before;
                let State { running, high_water, .. } = *jobs.lock();
                jobs.let_go();
                (running.max(high_water), in_vain)
            };
            let (given, (running, in_vain)) = join!(counting_polls(&polls, all), others);
            let slept = since.elapsed() - secs(10.0);
            (given, running, in_vain, polls.get(), slept)
        };
        let run = with_a_pool_of(pool, &jobs, because, code);
        let (given, running, in_vain, polls, slept) = run.value();
        let high_water = jobs.lock().high_water.max(*running);
        run.require(
            high_water == at_most,
            saw(format!("{high_water} jobs at the same time"))
                .expected(format!("{at_most}: no more, and no fewer"))
                .because(if high_water > at_most {
                    "A place is free again when its job has ended, and no sooner. A guard that is dropped at once \
                     (`let _ = …`), or before the job ends, keeps nobody waiting."
                } else {
                    "Who may run runs."
                }),
        );
        run.require(
            *given == (0..50).map(Ok).collect::<Vec<_>>(),
            saw(format!("{given:?}"))
                .expected("what each job gives, for its own caller")
                .because("Each caller waits for its own job."),
        );
        run.require(
            slept.is_zero(),
            saw(format!("somebody slept, {slept:?} in all, while the jobs took none of the paused clock's time"))
                .expected("no sleep: a caller goes on when a place is given to it")
                .because(
                    "Who sleeps and looks is late by half its sleep, and looks in vain meanwhile; and who looks at the right \
                     instant goes before those who have waited longer. A semaphore wakes the first in its queue.",
                )
                .outcome(Outcome::BusyLoop),
        );
        run.require(
            *in_vain == 0,
            saw(format!("{in_vain} polls while the jobs were on their way, and nothing happened"))
                .expected("none")
                .because(ASKS_AGAIN_AND_AGAIN)
                .outcome(Outcome::BusyLoop),
        );
        run.require(
            // One for each job that ends, one for each place that is given, and as many again.
            *polls <= 220,
            saw(format!("{polls} polls while the jobs were on their way"))
                .expected("a poll when one of them has ended, and few others")
                .because(ASKS_AGAIN_AND_AGAIN)
                .outcome(Outcome::BusyLoop),
        );
    }
}

/// The first to ask is the first to run.
#[test]
fn in_the_order_of_asking() {
    let jobs = Jobs::default();
    let code = async {
        let exports = Exports::new(1);
        jobs.let_go();
        join_all((0..40).map(|number| exports.run(jobs.job(number)))).await
    };
    let run = with_a_pool_of(3, &jobs, "The jobs end at once, and still the callers wait.", code);
    let begun = jobs.lock().begun.clone();
    run.require(
        begun == (0..40).collect::<Vec<_>>(),
        saw(format!("the jobs in this order: {begun:?}")).expected("0, 1, 2 … 39").because(
            "Who looks again and again whether a place is free gets it by luck, and keeps the processor busy. tokio's \
             semaphore gives its permits to whoever asked first.",
        ),
    );
}

/// A job that panics is an error, and its place is free again.
#[test]
fn a_panic_gives_its_place_back() {
    let jobs = Jobs::default();
    let because = "A job has panicked, and its place is not free again: the next ones wait for ever. What gives the \
                   place back must run where a panic goes through, too: `Drop` does, a line after the job does not.";
    let code = async {
        let exports = Exports::new(2);
        jobs.let_go();
        let mut given = Vec::new();
        for number in 0..4 {
            let panics = exports.run(|| -> usize { resume_unwind(Box::new("the export has a bug")) }).await;
            given.push((panics, exports.run(jobs.job(number)).await));
        }
        given
    };
    let run = with_a_pool_of(3, &jobs, because, code);
    run.require(
        *run.value() == (0..4).map(|number| (Err(Panicked), Ok(number))).collect::<Vec<_>>(),
        saw(format!("{:?}", run.value()))
            .expected("`Err(Panicked)` for each job that panics, and a value for each other one")
            .because("The handle of a job says how it ended."),
    );
}

/// A caller who gives up while it waits leaves no job behind.
#[test]
fn who_gives_up_waiting_runs_nothing() {
    let jobs = Jobs::default();
    let code = async {
        let exports = Exports::new(1);
        let mut first = pin!(exports.run(jobs.job(0)));
        let _ = poll!(&mut first);
        jobs.running(1).await;
        {
            let mut gives_up = pin!(exports.run(jobs.job(1)));
            let _ = poll!(&mut gives_up);
            more_turns(3).await;
        }
        let third = exports.run(jobs.job(2));
        jobs.let_go();
        join!(first, third)
    };
    let run = with_a_pool_of(3, &jobs, A_PLACE_IS_LOST, code);
    let begun = jobs.lock().begun.clone();
    run.require(
        begun == [0, 2],
        saw(format!("the jobs that ran: {begun:?}")).expected("[0, 2]: the caller of job 1 had gone").because(
            "The job was handed on before it had a place, to a task, to the queue of the pool or to one of your own; \
             and there it runs, whoever is gone. While it waits in the future of its caller, it is dropped with it.",
        ),
    );
}

const A_PLACE_IS_LOST: &str = "A place was given to a caller who has gone, and nobody has it now. Whoever gives up may have been \
                               first in the queue, or may have been given its place already and not have taken it: in \
                               both cases the next one must get it. What carries a place gives it back in its `Drop`. (If no \
                               place is lost: does anything keep a thread of the pool when no job runs? A worker of \
                               yours that waits there for jobs is a job without an end.)";

/// A caller who gives up while its job runs: the job keeps its place until it has ended.
#[test]
fn a_running_job_keeps_its_place() {
    for at_most in [1, 2, 4] {
        let jobs = Jobs::default();
        let because = "The callers of the jobs that run have given up, and the next job has begun beside them: one job \
                       too many is on the pool, and a lookup waits. The permit was dropped with the future of the \
                       caller. A job that runs cannot be stopped, so its place is not free: the permit goes into the \
                       closure, and is dropped with it, at the end of the job.";
        let code = async {
            let exports = Exports::new(at_most);
            {
                let mut give_up = pin!(join_all((0..at_most).map(|number| exports.run(jobs.job(number)))));
                let _ = poll!(&mut give_up);
                jobs.running(at_most).await;
            }
            let mut next = pin!(exports.run(jobs.job(99)));
            let early = poll!(&mut next);
            more_turns(3).await;
            // One thread is left: for this, and not for the next job.
            lookup().await;
            let begun = jobs.lock().begun.len();
            jobs.let_go();
            let next = match early {
                Poll::Ready(given) => given,
                Poll::Pending => next.await,
            };
            (begun, next)
        };
        let run = with_a_pool_of(at_most + 1, &jobs, because, code);
        let (begun, next) = run.value();
        run.require(
            *begun == at_most && *next == Ok(99),
            saw(format!("{begun} jobs on the pool, and the next one gives {next:?}"))
                .expected(format!("{at_most}, and `Ok(99)` when one of them has ended"))
                .because("A job keeps its place until it has ended, and then the next one has it."),
        );
    }
}

/// Who comes when a place is free, and somebody waits for it, waits behind that one; and if that one gives up, has the place.
#[test]
fn a_free_place_goes_to_the_first() {
    for gives_up in [false, true] {
        let jobs = Jobs::default();
        let code = async {
            let exports = Exports::new(1);
            let mut first = pin!(exports.run(jobs.job(0)));
            let _ = poll!(&mut first);
            jobs.running(1).await;
            let mut second = Box::pin(exports.run(jobs.job(1)));
            let _ = poll!(&mut second);
            jobs.let_go();
            // The pool has one thread: when this is done, the first job has ended, and its place is free.
            lookup().await;
            if gives_up {
                drop(second);
                let (first, third) = join!(first, exports.run(jobs.job(2)));
                return vec![first, third];
            }
            // The third comes before the second has heard of the place.
            let mut third = pin!(exports.run(jobs.job(2)));
            let early = poll!(&mut third);
            let (first, second) = join!(first, second);
            let third = match early {
                Poll::Ready(given) => given,
                Poll::Pending => third.await,
            };
            vec![first, second, third]
        };
        let run = with_a_pool_of(1, &jobs, A_PLACE_IS_LOST, code);
        let begun = jobs.lock().begun.clone();
        run.require(
            gives_up || begun == [0, 1, 2],
            saw(format!("the jobs in this order: {begun:?}"))
                .expected("[0, 1, 2]: job 2 came last")
                .because(
                    "A place was free, and somebody who had waited for it longer was on the way to it. A counter and a \
                     `Notify` let whoever looks first have it; a semaphore gives the place itself to the first in its queue.",
                ),
        );
    }
}

/// A job that has ended keeps no place, though its caller has not looked yet.
#[test]
fn a_place_is_free_when_its_job_has_ended() {
    for at_most in [1, 3] {
        let jobs = Jobs::default();
        let because = "All jobs that had a place have ended, and their callers do something else at this moment. Their places are \
                       not free, though no job runs. A permit that comes back with the value of a job is dropped when the \
                       caller is polled again: drop it at the end of the job.";
        let code = async {
            let exports = Exports::new(at_most);
            let mut first = pin!(join_all((0..at_most).map(|number| exports.run(jobs.job(number)))));
            let _ = poll!(&mut first);
            jobs.running(at_most).await;
            let mut next = pin!(exports.run(jobs.job(99)));
            let early = poll!(&mut next);
            jobs.let_go();
            // Nobody polls the first ones meanwhile.
            let next = match early {
                Poll::Ready(given) => given,
                Poll::Pending => next.await,
            };
            (first.await, next)
        };
        let run = with_a_pool_of(at_most, &jobs, because, code);
        let (first, next) = run.value();
        run.require(
            *first == (0..at_most).map(Ok).collect::<Vec<_>>() && *next == Ok(99),
            saw(format!("{first:?}, and then {next:?}"))
                .expected("what each job gives, for its own caller")
                .because("A caller who looks late finds what its job gave."),
        );
    }
}
