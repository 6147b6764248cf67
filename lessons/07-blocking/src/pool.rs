//! How large the blocking pool is, what happens past it, and how it waits for itself.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    task::spawn_blocking,
};

/// A runtime of one thread, and a blocking pool of at most so many.
///
/// # Panics
/// Where the runtime cannot start.
pub fn runtime(blocking_threads: usize) -> Runtime {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(blocking_threads)
        .build();
    runtime.expect("a runtime of one thread starts")
}

/// What the pool says of itself while jobs wait in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauges {
    pub at_work: usize,
    pub threads: usize,
    pub queued: usize,
}

/// So many jobs at once, each of which waits until the gauges have been read. With `tokio_unstable` tokio says itself how many
/// threads and queued jobs there are; without it, it is what the jobs say.
pub fn fill(blocking_threads: usize, jobs: usize) -> Gauges {
    let runtime = runtime(blocking_threads);
    let at_work = Arc::new(AtomicUsize::new(0));
    let (came, comes) = mpsc::channel();
    let mut gates = Vec::new();
    let _context = runtime.enter();
    for _ in 0..jobs {
        let (gate, waits) = mpsc::channel::<()>();
        let (at_work, came) = (Arc::clone(&at_work), came.clone());
        gates.push(gate);
        spawn_blocking(move || {
            at_work.fetch_add(1, Ordering::SeqCst);
            let _ = came.send(());
            // It waits until its gate is dropped.
            let _ = waits.recv();
        });
    }
    for _ in 0..jobs.min(blocking_threads) {
        let _ = comes.recv();
    }
    let at_work = at_work.load(Ordering::SeqCst);
    #[cfg(tokio_unstable)]
    let (threads, queued) = {
        let metrics = runtime.metrics();
        (metrics.num_blocking_threads(), metrics.blocking_queue_depth())
    };
    #[cfg(not(tokio_unstable))]
    let (threads, queued) = (at_work, jobs - at_work);
    drop(gates);
    Gauges { at_work, threads, queued }
}

// ANCHOR: waits_for_itself
/// A job of the pool that waits for another job of the pool. With one thread, the other one never begins.
///
/// Gives whether it ended within `patience`. That is real time: a paused clock stands still while the pool has work.
pub fn job_in_a_job(blocking_threads: usize, patience: Duration) -> bool {
    let runtime = runtime(blocking_threads);
    let (done, is_done) = mpsc::channel();
    runtime.spawn_blocking(move || {
        let (reply, answer) = mpsc::channel();
        spawn_blocking(move || reply.send("the price of a token"));
        let _ = done.send(answer.recv().is_ok());
    });
    let ended = is_done.recv_timeout(patience).unwrap_or(false);
    // The usual drop would wait for the job, for ever.
    runtime.shutdown_background();
    ended
}
// ANCHOR_END: waits_for_itself

// ANCHOR: flat
/// The way out: a job of the pool waits for nobody of the pool. The async code between them does.
pub async fn one_after_another() -> Result<String, tokio::task::JoinError> {
    let price = spawn_blocking(|| "0.2 cents").await?;
    spawn_blocking(move || format!("a token costs {price}")).await
}
// ANCHOR_END: flat

/// How many bytes a thread of the pool costs that waits: of address space, and of memory that is in use.
///
/// # Errors
/// Where the operating system does not say (`/proc` is Linux's).
///
/// # Panics
/// For no threads at all.
pub fn bytes_of_a_blocked_thread(threads: usize) -> io::Result<(u64, u64)> {
    let (space, resident) = memory()?;
    let runtime = runtime(threads);
    let (came, comes) = mpsc::channel();
    let mut gates = Vec::new();
    for _ in 0..threads {
        let (gate, waits) = mpsc::channel::<()>();
        let came = came.clone();
        gates.push(gate);
        runtime.spawn_blocking(move || {
            let _ = came.send(());
            let _ = waits.recv();
        });
    }
    for _ in 0..threads {
        let _ = comes.recv();
    }
    let (space_then, resident_then) = memory()?;
    let each = |then: u64, before: u64| then.saturating_sub(before) / threads as u64;
    Ok((each(space_then, space), each(resident_then, resident)))
}

fn memory() -> io::Result<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or(io::Error::from(io::ErrorKind::InvalidData))
    };
    Ok((field("VmSize:")?, field("VmRSS:")?))
}
