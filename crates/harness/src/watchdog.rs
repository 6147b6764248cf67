//! The end of code that never yields.
//!
//! A thread that is inside a poll cannot be stopped from outside, in any language. So the watchdog says what it sees and
//! ends the process; the runner gives every check a process of its own.

use std::{
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use verdict::Outcome;

use crate::{processor::Meter, pulse::Pulse, stuck_at};

/// How often the watchdog looks.
const TICK: Duration = Duration::from_millis(50);

/// How many times in a row it must see the same beat. Counting looks, not seconds: a machine that was suspended, or too
/// busy to run the watchdog, was too busy to run the learner's code too.
const PATIENCE: u32 = 40;

/// The last looks, which say whether the thread works or waits.
const LAST: u32 = 10;

/// So many of them are alike when the thread has come to what it does for ever. Until then the watchdog looks on, for at
/// most as long again: code may work for a while before it waits.
const ALIKE: u32 = 8;

/// Watches a run until it is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Returns at once, unless the watchdog barks: then the process is about to end, and whatever the run found out meanwhile
/// comes too late.
impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Watchdog {
    /// Watches the thread that calls this. Calls `bark` on a thread of its own if the pulse stands still. `bark` is expected to
    /// end the process.
    pub(crate) fn start(pulse: Arc<Pulse>, bark: impl FnOnce(Outcome) + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let mut meter = Meter::of_this_thread();
        let watch = move || {
            let (mut seen, mut looks) = (pulse.beats(), 0);
            // Looks since a sign of life from within.
            let (mut signs, mut silent) = (pulse.signs_from_within(), 0);
            // A bit for each look, the last one on the right: whether the thread worked.
            let mut worked: u32 = 0;
            // The sender is never used: the run is over when it is gone.
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let beats = pulse.beats();
                if beats != seen || stuck_at::someone_looks_around() {
                    (seen, looks, worked) = (beats, 0, 0);
                    continue;
                }
                looks += 1;
                let signs_now = pulse.signs_from_within();
                (signs, silent) = (signs_now, if signs_now == signs { silent + 1 } else { 0 });
                worked = worked << 1 | u32::from(meter.works(TICK));
                if looks < PATIENCE {
                    continue;
                }
                let busy = (worked & ((1 << LAST) - 1)).count_ones();
                let (is_busy, is_long) = (busy > LAST / 2, looks >= 2 * PATIENCE);
                // Work that goes on from poll to poll may take long, on a machine that is busy. A thread that sleeps takes its
                // time on any machine.
                if is_busy && silent < PATIENCE {
                    continue;
                }
                if busy >= ALIKE || busy <= LAST - ALIKE || is_long {
                    return bark(if is_busy { Outcome::BusyLoop } else { Outcome::Blocked });
                }
            }
        };
        let thread = thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(watch)
            .expect("a process that runs tests can start a thread");
        Self { stop: Some(stop), thread: Some(thread) }
    }
}
