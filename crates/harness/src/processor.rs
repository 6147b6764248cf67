//! How much processor time code has used: what tells a loop from a wait.

use std::{fs, path::PathBuf, time::Duration};

use cpu_time::ProcessTime;

/// Measures the processor time of one thread where the system tells it, and of the whole process elsewhere.
#[derive(Debug)]
pub(crate) enum Meter {
    /// The file in which Linux says how long the thread was on a processor.
    Thread(PathBuf),
    Process,
}

/// Processor time at one instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used(Duration);

impl Meter {
    /// A meter for the thread that calls this. It may be read from another one.
    pub(crate) fn of_this_thread() -> Self {
        let schedule =
            fs::read_link("/proc/thread-self").map(|thread| PathBuf::from("/proc").join(thread).join("schedstat"));
        match schedule {
            Ok(file) if on_processor(&file).is_some() => Meter::Thread(file),
            _ => Meter::Process,
        }
    }

    /// The time used up to now.
    pub(crate) fn read(&self) -> Used {
        Used(match self {
            Meter::Thread(file) => on_processor(file).unwrap_or_default(),
            Meter::Process => ProcessTime::now().as_duration(),
        })
    }

    /// Whether the time used in `window`, which began with `before`, is that of a loop.
    ///
    /// A thread that waits uses nothing at all, and a loop uses some even where twenty others want the processor. The
    /// process has other threads too, which do a little while this one waits: the watchdog itself, for one.
    pub(crate) fn is_loop(&self, before: Used, window: Duration) -> bool {
        let used = self.read().0.saturating_sub(before.0);
        match self {
            Meter::Thread(_) => used > window / 400,
            Meter::Process => used > window / 20,
        }
    }
}

/// The first number of `schedstat`: nanoseconds on a processor (Linux, `Documentation/scheduler/sched-stats.rst`).
fn on_processor(file: &PathBuf) -> Option<Duration> {
    let text = fs::read_to_string(file).ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_uses_the_processor_and_a_wait_does_not() {
        let meter = Meter::of_this_thread();
        let (window, before) = (Duration::from_millis(100), meter.read());
        std::thread::sleep(window);
        assert!(!meter.is_loop(before, window), "{meter:?} of a thread that slept");
        let before = meter.read();
        // By processor time, not by the clock: on a busy machine the loop goes on for longer.
        while meter.read().0 - before.0 < Duration::from_millis(50) {
            std::hint::spin_loop();
        }
        assert!(meter.is_loop(before, window), "{meter:?} of a thread that worked");
    }
}
