//! Whether a thread works or waits: what tells a loop from a blocking call.

use std::{fs, path::PathBuf, time::Duration};

use cpu_time::ProcessTime;

/// Looks at one thread, where the system tells what it does, and at the whole process elsewhere.
///
/// What the thread did before is not asked: code that works for a while and then waits for ever is waiting.
#[derive(Debug)]
pub(crate) enum Meter {
    /// The file in which Linux says what the thread does at this moment.
    Thread(PathBuf),
    /// Processor time of the process at the last look.
    Process(Duration),
}

impl Meter {
    /// A meter for the thread that calls this. It may be read from another one.
    pub(crate) fn of_this_thread() -> Self {
        let file = fs::read_link("/proc/thread-self").map(|thread| PathBuf::from("/proc").join(thread).join("stat"));
        match file {
            Ok(file) if has_work(&file).is_some() => Meter::Thread(file),
            _ => Meter::Process(ProcessTime::now().as_duration()),
        }
    }

    /// Whether it looks at its thread alone, so that what it says of this moment can be relied on.
    pub(crate) fn sees_one_thread(&self) -> bool {
        matches!(self, Meter::Thread(_))
    }

    /// Whether the thread waits at this moment. Where the system does not say so: it does not.
    pub(crate) fn waits(&self) -> bool {
        matches!(self, Meter::Thread(file) if has_work(file) == Some(false))
    }

    /// Whether the thread has work at this moment, on a processor or in the queue for one. Where the system does not say so,
    /// whether the process has worked since the last look, `tick` ago.
    ///
    /// The process has other threads too, which do a little while this one waits: the watchdog itself, for one.
    pub(crate) fn works(&mut self, tick: Duration) -> bool {
        match self {
            Meter::Thread(file) => has_work(file).unwrap_or(false),
            Meter::Process(before) => {
                let now = ProcessTime::now().as_duration();
                let used = now.saturating_sub(*before);
                *before = now;
                used > tick / 20
            }
        }
    }
}

/// A place in the queue for a processor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// `None` where the system has no such thing, or does not say.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux lets a thread choose its place"))]
    processor: Option<usize>,
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux lets a thread choose its place"))]
    is_low: bool,
}

impl Place {
    /// Two places at the processor on which this thread runs: whoever has the first lets everybody else go before.
    pub(crate) fn two_on_this_processor() -> [Self; 2] {
        #[cfg(target_os = "linux")]
        // SAFETY: it has no preconditions.
        let processor = usize::try_from(unsafe { libc::sched_getcpu() }).ok();
        #[cfg(not(target_os = "linux"))]
        let processor = None;
        [true, false].map(|is_low| Self { processor, is_low })
    }

    /// Takes it, for the thread that calls this. Where the system forbids it, the thread stays where it is.
    pub(crate) fn take(self) {
        #[cfg(target_os = "linux")]
        // SAFETY: both calls read what they are given and keep nothing of it; 0 stands for the thread that calls. A zeroed set
        // of processors is an empty one, a zeroed `sched_param` is what this policy wants, and `CPU_SET` leaves a number alone
        // that is too big for the set.
        unsafe {
            if let Some(processor) = self.processor {
                let mut processors: libc::cpu_set_t = std::mem::zeroed();
                libc::CPU_SET(processor, &mut processors);
                libc::sched_setaffinity(0, size_of_val(&processors), &raw const processors);
            }
            if self.is_low {
                let parameters: libc::sched_param = std::mem::zeroed();
                libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameters);
            }
        }
    }
}

/// The state in the `stat` of a thread: `R` on a processor or in the queue for one, `S` and `D` where it waits (Linux,
/// `Documentation/filesystems/proc.rst`). Processor time would say it less well: that of a thread that runs is a few
/// milliseconds old whenever it is read.
fn has_work(file: &PathBuf) -> Option<bool> {
    let text = fs::read_to_string(file).ok()?;
    // `1234 (name) S …`: the name may hold anything, brackets too.
    let state = text[text.rfind(')')? + 1..].split_whitespace().next()?;
    Some(state == "R")
}

#[cfg(test)]
mod tests {
    use std::{
        hint,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
            mpsc,
        },
        thread,
    };

    use super::*;

    const TICK: Duration = Duration::from_millis(5);

    /// Looks at a thread that runs this, at most so many times, until it is seen to work or not to work.
    fn is_seen(works: bool, code: impl FnOnce() + Send + 'static) -> bool {
        let (meter, meters) = mpsc::channel();
        thread::spawn(move || {
            meter.send(Meter::of_this_thread()).expect("the test waits for it");
            code();
        });
        let mut meter = meters.recv().expect("the thread sends its meter first");
        (0..2000).any(|_| {
            thread::sleep(TICK);
            meter.works(TICK) == works
        })
    }

    #[test]
    fn a_thread_that_waits_is_seen_to_wait_whatever_it_did_before() {
        assert!(is_seen(false, || {
            for _ in 0..1_000_000 {
                hint::spin_loop();
            }
            thread::park();
        }));
    }

    #[test]
    fn a_thread_that_loops_is_seen_to_work() {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let works = is_seen(true, move || {
            while !stopped.load(Ordering::Relaxed) {
                hint::spin_loop();
            }
        });
        stop.store(true, Ordering::Relaxed);
        assert!(works);
    }
}
