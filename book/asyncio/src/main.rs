//! The programs in Rust of the page "From asyncio to tokio". `cargo run -p from-asyncio NAME` runs one of them.
//!
//! Each stands in `pairs/`, beside the same program in Python, and is whole: copied to a `src/main.rs` of its own, it runs.
//! Here they are modules of one program, which is linked once.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let asked_for = env::args().nth(1).unwrap_or_default();
    if let Some((_, start)) =
        PROGRAMS.iter().find(|(name, _)| *name == asked_for)
    {
        start();
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "Which one? cargo run -p from-asyncio NAME, where NAME is one of"
    );
    for (name, _) in PROGRAMS {
        eprintln!("  {name}");
    }
    ExitCode::from(2)
}

macro_rules! programs {
    ($($name:ident)*) => {
        $(
            mod $name {
                include!(concat!("../pairs/", stringify!($name), ".rs"));

                pub fn start() {
                    main();
                }
            }
        )*

        const PROGRAMS: &[(&str, fn())] = &[$((stringify!($name), $name::start)),*];
    };
}

// In the order of the page.
programs! {
    coroutine
    awaited_twice
    retry
    spawn
    forgotten_task
    unhandled
    call_later
    sleep_zero
    gather
    gather_error
    return_exceptions
    task_group
    first_completed
    as_completed
    timeout
    cancel
    shield
    cleanup
    generator
    queue_end
    queue_size
    queue_join
    future_result
    event
    condition
    semaphore
    lock
    run
    run_in_run
    threads
    from_a_thread
    to_thread
    context_of_a_task
    slow_callback
}
