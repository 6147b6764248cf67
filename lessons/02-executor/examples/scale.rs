//! How many can sleep at once: tasks of our runtime, tasks of tokio, threads.
//!
//! Each sleeps until a time of its own, then notes how late it woke. Run it in release, or the numbers mean little:
//! `cargo run --release -p lesson-02-executor --example scale` (all), `-- tasks 1000000`, `-- tokio 100000`, `-- threads 1000`.
//!
//! Shown: as it was measured

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::RefCell,
    env, fs, process,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use lesson_02_executor::runtime::{self, Builder};

/// Counts the bytes that are in use, so that "bytes per task" is a fact and not a guess from the size of the process.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator, with the arguments it came with; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the promises of `alloc`, which are the same here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `block` came from `System`, through `alloc` or `realloc`, with this layout.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        IN_USE.fetch_add(size, Relaxed);
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `block` came from `System` with this layout, and the caller vouches for `size`.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Who sleeps, how many, and how many bytes one will take at most. From this the program says beforehand what it will use.
const PLAN: [(Sleeper, usize, usize); 8] = [
    (Sleeper::Tasks, 1_000, 450),
    (Sleeper::Tasks, 100_000, 450),
    (Sleeper::Tasks, 1_000_000, 450),
    (Sleeper::Tokio, 1_000, 1_000),
    (Sleeper::Tokio, 100_000, 1_000),
    (Sleeper::Tokio, 1_000_000, 1_000),
    (Sleeper::Threads, 1_000, 40_000),
    (Sleeper::Threads, 10_000, 40_000),
];

#[derive(Clone, Copy, PartialEq)]
enum Sleeper {
    Tasks,
    Tokio,
    Threads,
}

impl Sleeper {
    fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Tokio => "tokio",
            Self::Threads => "threads",
        }
    }
}

struct Outcome {
    count: usize,
    bytes: usize,
    cpu: Option<Duration>,
    late: Vec<Duration>,
}

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let (alone, wanted) = match &arguments[..] {
        [first, wanted @ ..] if first == ALONE => (true, wanted),
        wanted => (false, wanted),
    };
    let is_wanted = |&(sleeper, count, _): &(Sleeper, usize, usize)| {
        wanted.first().is_none_or(|name| name == sleeper.name())
            && wanted.get(1).is_none_or(|number| number.parse() == Ok(count))
    };
    let plan: Vec<_> = PLAN.into_iter().filter(is_wanted).collect();
    match (alone, &plan[..]) {
        (_, []) => {
            eprintln!("usage: scale [tasks|tokio|threads [1000|10000|100000|1000000]]");
            process::exit(2);
        }
        (true, [(sleeper, count, _)]) => print(*sleeper, measure(*sleeper, *count)),
        _ => measure_each_alone(&plan),
    }
}

/// Each in a process of its own: what one left in the allocator would blur the bytes of the next.
fn measure_each_alone(plan: &[(Sleeper, usize, usize)]) {
    let most = plan.iter().map(|(_, count, bytes)| count * bytes).max().unwrap_or_default();
    let seconds: u64 = plan
        .iter()
        .map(|(sleeper, count, _)| {
            (sleeper.all_started(*count) + spread(*count)).as_secs() + 1
        })
        .sum();
    println!(
        "This takes up to {} MB of memory at a time, and about {seconds} s.\n",
        most / 1_000_000
    );
    println!(
        "                    bytes each    CPU each   woke late: half      99 %     worst"
    );
    for &(sleeper, count, bytes) in plan {
        let needed = count * bytes;
        // A machine that swaps would measure its disk. One that does not say what it has is trusted.
        if available_memory().is_some_and(|available| needed > available / 2) {
            println!(
                "{count:>9} {:<8} skipped: more than half of the free memory",
                sleeper.name()
            );
            continue;
        }
        let program = env::current_exe().expect("this program knows where it lies");
        let status = process::Command::new(program)
            .args([ALONE, sleeper.name(), &count.to_string()])
            .status();
        if !status.is_ok_and(|status| status.success()) {
            println!("{count:>9} {:<8} did not get through", sleeper.name());
        }
    }
    println!(
        "\nBytes are what the allocator gave out; for threads, what the process grew by, without their stacks in the kernel."
    );
}

/// The argument with which this program starts itself for one line of the table.
const ALONE: &str = "--alone";

fn measure(sleeper: Sleeper, count: usize) -> Outcome {
    match sleeper {
        Sleeper::Tasks => tasks(count),
        Sleeper::Tokio => tokio_tasks(count),
        Sleeper::Threads => threads(count),
    }
}

fn print(sleeper: Sleeper, Outcome { count, bytes, cpu, mut late }: Outcome) {
    late.sort();
    let late_at = |share: f64| {
        late.get((late.len() as f64 * share) as usize)
            .or(late.last())
            .copied()
            .unwrap_or_default()
    };
    let cpu = cpu.map_or("unknown".into(), |cpu| {
        format!("{:.2} µs", cpu.as_secs_f64() * 1e6 / count as f64)
    });
    println!(
        "{count:>9} {:<8} {:>11} {cpu:>10}         {:>6.1} ms {:>6.1} ms {:>6.1} ms",
        sleeper.name(),
        bytes / count,
        late_at(0.5).as_secs_f64() * 1e3,
        late_at(0.99).as_secs_f64() * 1e3,
        late_at(1.0).as_secs_f64() * 1e3,
    );
}

impl Sleeper {
    /// By this time all have been started, and sleep. A thread takes ten times as long to start as a task.
    fn all_started(self, count: usize) -> Duration {
        match self {
            Self::Threads => 10 * all_started(count),
            Self::Tasks | Self::Tokio => all_started(count),
        }
    }
}

/// The same for tasks.
fn all_started(count: usize) -> Duration {
    Duration::from_millis(500) + 5 * count as u32 * Duration::from_micros(1)
}

/// The wakes are spread so that one thread can keep up with them: then a late wake is the timer's fault.
fn spread(count: usize) -> Duration {
    Duration::from_secs(1).max(5 * count as u32 * Duration::from_micros(1))
}

/// When a sleeper wakes: some time after all have been started, and in no order.
fn wake_at(number: usize, count: usize) -> Duration {
    all_started(count) + spread(count).mul_f64((number * 7919 % 1_000_000) as f64 / 1e6)
}

fn tasks(count: usize) -> Outcome {
    let late = Rc::new(RefCell::new(Vec::with_capacity(count)));
    let (cpu_before, bytes_before) = (thread_cpu(), IN_USE.load(Relaxed));
    let bytes = Builder::new().build().block_on(async {
        for number in 0..count {
            let late = Rc::clone(&late);
            // The handle is dropped: the task runs on by itself.
            runtime::spawn(async move {
                let deadline = wake_at(number, count);
                runtime::sleep_until(deadline).await;
                late.borrow_mut().push(runtime::now() - deadline);
            });
        }
        // Each has its first turn, and sets its timer.
        runtime::yield_now().await;
        let bytes = IN_USE.load(Relaxed) - bytes_before;
        while late.borrow().len() < count {
            runtime::sleep(Duration::from_millis(100)).await;
        }
        bytes
    });
    let cpu = thread_cpu().zip(cpu_before).map(|(after, before)| after - before);
    Outcome { count, bytes, cpu, late: late.take() }
}

fn tokio_tasks(count: usize) -> Outcome {
    let late = Arc::new(Mutex::new(Vec::with_capacity(count)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a tokio runtime");
    let (cpu_before, bytes_before) = (thread_cpu(), IN_USE.load(Relaxed));
    let bytes = runtime.block_on(async {
        let start = tokio::time::Instant::now();
        for number in 0..count {
            let late = Arc::clone(&late);
            tokio::spawn(async move {
                let deadline = start + wake_at(number, count);
                tokio::time::sleep_until(deadline).await;
                late.lock().unwrap().push(deadline.elapsed());
            });
        }
        // One yield is not enough here: tokio polls 61 tasks, then looks at its main future again.
        tokio::time::sleep_until(start + all_started(count) - Duration::from_millis(100))
            .await;
        let bytes = IN_USE.load(Relaxed) - bytes_before;
        while late.lock().unwrap().len() < count {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bytes
    });
    let cpu = thread_cpu().zip(cpu_before).map(|(after, before)| after - before);
    Outcome { count, bytes, cpu, late: std::mem::take(&mut late.lock().unwrap()) }
}

fn threads(count: usize) -> Outcome {
    let all_started_here = Sleeper::Threads.all_started(count);
    let wake_at = |number| all_started_here + wake_at(number, count) - all_started(count);
    let late = Mutex::new(Vec::with_capacity(count));
    let (cpu_before, resident_before) = (process_cpu(), resident().unwrap_or_default());
    let (mut started, mut bytes) = (0, 0);
    thread::scope(|scope| {
        let start = Instant::now();
        for number in 0..count {
            let (late, deadline) = (&late, wake_at(number));
            let sleeper = thread::Builder::new().spawn_scoped(scope, move || {
                thread::sleep(deadline.saturating_sub(start.elapsed()));
                late.lock().unwrap().push(start.elapsed().saturating_sub(deadline));
            });
            if let Err(error) = sleeper {
                println!("          the system gave {number} threads and no more: {error}");
                break;
            }
            started += 1;
        }
        thread::sleep(
            all_started_here.saturating_sub(start.elapsed() + Duration::from_millis(100)),
        );
        bytes = resident().unwrap_or_default().saturating_sub(resident_before);
    });
    let cpu = process_cpu().zip(cpu_before).map(|(after, before)| after - before);
    Outcome { count: started.max(1), bytes, cpu, late: late.into_inner().unwrap() }
}

// What Linux says of a process. Elsewhere these are unknown, and the table says so.

/// The time this thread has run, to the nanosecond.
fn thread_cpu() -> Option<Duration> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(statistics.split(' ').next()?.parse().ok()?))
}

/// The time all threads of the process have run, to a hundredth of a second.
fn process_cpu() -> Option<Duration> {
    const TICK: Duration = Duration::from_millis(10);
    let statistics = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program comes in parentheses and may contain spaces.
    let mut fields = statistics.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u32, u32) =
        (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) * TICK)
}

fn resident() -> Option<usize> {
    field("/proc/self/status", "VmRSS:")
}

fn available_memory() -> Option<usize> {
    field("/proc/meminfo", "MemAvailable:")
}

/// A line `name: 12 kB` of such a file, in bytes.
fn field(file: &str, name: &str) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? * 1024)
}
