//! Lesson 02: what a task, a turn and a timer cost, on our runtime and on others.
//!
//! All runtimes run the same text: the workloads are a macro that is expanded once for each. All but tokio's multi-threaded
//! one run on one thread. Every runtime is built before the clock starts. Ours leaves out what the others offer for their
//! time: tasks that move between threads, I/O, shutdown, metrics. A ratio says what those cost, not who is better.
//!
//! - `cargo bench -p benches --bench 02-executor -- --quick`: criterion's measurements
//! - `cargo bench -p benches --bench 02-executor -- ratios`: runs side by side, and their ratios to tokio's current-thread
//!   runtime; a number in the middle, and how far the noise of this machine goes
//!
//! Both measure each workload in a process of its own, with runtimes of its own. In one process, what ran before decides: our
//! runtime keeps the places and the wakers of a hundred thousand tasks, and what is allocated afterwards lies scattered between
//! them. A thousand timers that are given up then take two to three times as long as tokio's, and less than tokio's otherwise.

use std::{
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput};

/// Tasks that are spawned, and then all awaited.
const SPAWNED: usize = 1000;
/// Tasks that take turns, and how many turns each takes.
const TASKS: usize = 100;
const TURNS: usize = 100;
/// Turns of a task that is alone.
const LONE_TURNS: usize = 10_000;
/// Messages that go to the other task and come back.
const ROUND_TRIPS: usize = 1000;
const TIMERS: [usize; 2] = [1_000, 100_000];
/// Sleeps end all over this time: the queue of timers is in use, not only its front.
const LONGEST_SLEEP: Duration = Duration::from_millis(10);

/// One runtime's version of every workload. Calling it runs the workload once.
struct Contestant {
    name: &'static str,
    run: Box<dyn Fn(Work)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Work {
    SpawnAndJoin,
    Switch,
    LoneYield,
    PingPong,
    /// So many tasks sleep up to [`LONGEST_SLEEP`], and wake.
    Sleep(usize),
    /// So many sleeps begin and are dropped: what a timeout costs when it is not needed.
    GiveUp(usize),
}

impl Work {
    const ALL: [Self; 8] = [
        Self::SpawnAndJoin,
        Self::Switch,
        Self::LoneYield,
        Self::PingPong,
        Self::Sleep(TIMERS[0]),
        Self::Sleep(TIMERS[1]),
        Self::GiveUp(TIMERS[0]),
        Self::GiveUp(TIMERS[1]),
    ];

    fn name(self) -> String {
        match self {
            Self::SpawnAndJoin => "spawn and join".into(),
            Self::Switch => format!("switch among {TASKS} tasks"),
            Self::LoneYield => "lone yield".into(),
            Self::PingPong => "channel ping-pong".into(),
            Self::Sleep(timers) => format!("{timers} timers that fire"),
            Self::GiveUp(timers) => format!("{timers} timers given up"),
        }
    }

    /// What one of its results is divided by: tasks, turns, round trips, timers.
    fn operations(self) -> usize {
        match self {
            Self::SpawnAndJoin => SPAWNED,
            Self::Switch => TASKS * TURNS,
            Self::LoneYield => LONE_TURNS,
            Self::PingPong => ROUND_TRIPS,
            Self::Sleep(timers) | Self::GiveUp(timers) => timers,
        }
    }
}

/// The workloads, with the words of one runtime. `joined` makes a handle's output of what awaiting a handle gives.
macro_rules! workloads {
    ($module:ident, spawn: $spawn:path, joined: $joined:expr, yield_now: $yield_now:path, sleep: $sleep:path) => {
        mod $module {
            use std::{future::poll_fn, hint::black_box, task::Poll, time::Duration};

            use futures::{SinkExt, StreamExt, channel::mpsc};

            use super::*;

            pub async fn work(work: Work) {
                match work {
                    Work::SpawnAndJoin => spawn_and_join().await,
                    Work::Switch => switch().await,
                    Work::LoneYield => lone_yield().await,
                    Work::PingPong => ping_pong().await,
                    Work::Sleep(timers) => sleep(timers).await,
                    Work::GiveUp(timers) => give_up(timers).await,
                }
            }

            async fn spawn_and_join() {
                let tasks: Vec<_> = (0..SPAWNED).map(|number| $spawn(async move { black_box(number) })).collect();
                for task in tasks {
                    black_box($joined(task.await));
                }
            }

            async fn switch() {
                let turns = || async {
                    for _ in 0..TURNS {
                        $yield_now().await;
                    }
                };
                let tasks: Vec<_> = (0..TASKS).map(|_| $spawn(turns())).collect();
                for task in tasks {
                    $joined(task.await);
                }
            }

            async fn lone_yield() {
                let task = $spawn(async {
                    for _ in 0..LONE_TURNS {
                        $yield_now().await;
                    }
                });
                $joined(task.await);
            }

            async fn ping_pong() {
                let (mut ping, mut pinged) = mpsc::channel(0);
                let (mut pong, mut ponged) = mpsc::channel(0);
                let other = $spawn(async move {
                    while let Some(number) = pinged.next().await {
                        pong.send(number).await.expect("the other side is still there");
                    }
                });
                let one = $spawn(async move {
                    for number in 0..ROUND_TRIPS {
                        ping.send(number).await.expect("the other side is still there");
                        assert_eq!(ponged.next().await, Some(number));
                    }
                });
                $joined(one.await);
                $joined(other.await);
            }

            async fn sleep(timers: usize) {
                let tasks: Vec<_> =
                    (0..timers).map(|number| $spawn(async move { $sleep(pause(number)).await })).collect();
                for task in tasks {
                    $joined(task.await);
                }
            }

            async fn give_up(timers: usize) {
                let mut sleeps: Vec<_> =
                    (0..timers).map(|number| Box::pin($sleep(Duration::from_secs(3600) + pause(number)))).collect();
                poll_fn(|context| {
                    for sleep in &mut sleeps {
                        assert!(sleep.as_mut().poll(context).is_pending());
                    }
                    Poll::Ready(())
                })
                .await;
            }
        }
    };
}

/// Spread over [`LONGEST_SLEEP`], in no order.
fn pause(number: usize) -> Duration {
    LONGEST_SLEEP.mul_f64((number * 7919 % 10_000) as f64 / 10_000.0)
}

mod smol_local {
    use std::{rc::Rc, time::Duration};

    use smol::{LocalExecutor, Task, Timer};

    thread_local! {
        static EXECUTOR: Rc<LocalExecutor<'static>> = Rc::new(LocalExecutor::new());
    }

    pub fn block_on<T>(future: impl Future<Output = T>) -> T {
        let executor = EXECUTOR.with(Rc::clone);
        smol::block_on(executor.run(future))
    }

    pub fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
        EXECUTOR.with(|executor| executor.spawn(future))
    }

    /// smol's timer gives the instant at which it fired.
    pub async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }
}

workloads!(
    ours, spawn: lesson_02_executor::runtime::spawn, joined: Result::unwrap,
    yield_now: lesson_02_executor::runtime::yield_now, sleep: lesson_02_executor::runtime::sleep
);
workloads!(
    stages, spawn: lesson_02_executor::s3_join_handle::spawn, joined: Result::unwrap,
    yield_now: lesson_02_executor::s5_budget::yield_now, sleep: lesson_02_executor::s4_timers::sleep
);
workloads!(
    with_tokio, spawn: tokio::spawn, joined: Result::unwrap,
    yield_now: tokio::task::yield_now, sleep: tokio::time::sleep
);
workloads!(
    with_smol, spawn: smol_local::spawn, joined: std::convert::identity,
    yield_now: smol::future::yield_now, sleep: smol_local::sleep
);

/// The first is the one that the others are divided by.
const NAMES: [&str; 5] = ["tokio, current thread", "ours", "the stages", "tokio, multi thread", "smol, local"];

fn contestants() -> [Contestant; 5] {
    let current_thread = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a tokio runtime");
    let multi_thread = tokio::runtime::Builder::new_multi_thread().enable_time().build().expect("a tokio runtime");
    let ours = lesson_02_executor::runtime::Builder::new().build();
    [
        Contestant { name: NAMES[0], run: Box::new(move |work| current_thread.block_on(with_tokio::work(work))) },
        Contestant { name: NAMES[1], run: Box::new(move |work| ours.block_on(ours::work(work))) },
        Contestant {
            name: NAMES[2],
            run: Box::new(|work| {
                use lesson_02_executor::s4_timers::{Clock, block_on};
                block_on(Clock::Real(Instant::now()), stages::work(work));
            }),
        },
        Contestant {
            name: NAMES[3],
            // The work itself is a task, so that it runs on a worker and not on the thread that waits for it.
            run: Box::new(move |work| {
                multi_thread.block_on(async { tokio::spawn(with_tokio::work(work)).await.unwrap() });
            }),
        },
        Contestant { name: NAMES[4], run: Box::new(|work| smol_local::block_on(with_smol::work(work))) },
    ]
}

fn measure(criterion: &mut Criterion, work: Work) {
    let mut group = criterion.benchmark_group(work.name());
    group.throughput(Throughput::Elements(work.operations() as u64));
    group.sample_size(10);
    for Contestant { name, run } in &contestants() {
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| run(black_box(work)));
        });
    }
}

fn print_head() {
    println!("Time divided by that of tokio's current-thread runtime: the median of {ROUNDS} rounds (least – most).");
    println!("{}\n", benches::conditions());
    print!("{:<26}{:>12}", "", "tokio");
    NAMES[1..].iter().for_each(|name| print!("{name:>25}"));
    println!();
}

/// This program again for each workload, with the same arguments.
fn each_alone() {
    for work in Work::ALL {
        let program = std::env::current_exe().expect("this program knows where it lies");
        let status = Command::new(program).args(std::env::args_os().skip(1)).env(WORKLOAD, work.name()).status();
        assert!(status.is_ok_and(|status| status.success()), "{} did not get through", work.name());
    }
}

/// Names the workload of a process. A variable and not an argument: the arguments are criterion's.
const WORKLOAD: &str = "BENCH_WORKLOAD";

/// Runs the contestants one after the other, many times, and divides within each round: what slows the machine down for a
/// while slows down all of them. In each round the best of a few runs counts, for nothing makes a run too fast.
fn print_ratios_of(work: Work) {
    let contestants = contestants();
    let time = |contestant: &Contestant, repeat: u32| {
        let started = Instant::now();
        (0..repeat).for_each(|_| (contestant.run)(black_box(work)));
        started.elapsed() / repeat
    };
    let repeat = RUN_AT_LEAST.as_nanos() / time(&contestants[0], 1).as_nanos().max(1) + 1;
    let mut times = vec![Vec::new(); contestants.len()];
    for round in 0..ROUNDS {
        for place in 0..contestants.len() {
            // Nobody always runs after the same other one.
            let which = (place + round) % contestants.len();
            let best = (0..BEST_OF).map(|_| time(&contestants[which], repeat as u32)).min();
            times[which].push(best.expect("there is more than one run").as_secs_f64());
        }
    }
    let nanoseconds = sorted(times[0].clone())[ROUNDS / 2] * 1e9 / work.operations() as f64;
    print!("{:<26}{nanoseconds:>9.0} ns", work.name());
    for contestant in &times[1..] {
        let ratios = sorted(contestant.iter().zip(&times[0]).map(|(time, base)| time / base).collect());
        let text = format!("{:.2} ({:.2} – {:.2})", ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]);
        print!("{text:>25}");
    }
    println!();
}

const ROUNDS: usize = 21;
const BEST_OF: usize = 5;
const RUN_AT_LEAST: Duration = Duration::from_millis(1);

fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn main() {
    let ratios = std::env::args().nth(1).is_some_and(|argument| argument == "ratios");
    let Ok(name) = std::env::var(WORKLOAD) else {
        if ratios {
            print_head();
        }
        return each_alone();
    };
    let work = Work::ALL.into_iter().find(|work| work.name() == name).expect("the name of a workload");
    if ratios {
        return print_ratios_of(work);
    }
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion, work);
    criterion.final_summary();
}
