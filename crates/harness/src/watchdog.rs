//! The end of code that never yields.
//!
//! A thread that is inside a poll cannot be stopped from outside, in any language. So the watchdog says what it sees and
//! ends the process; the runner gives every check a process of its own.

use std::{
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use verdict::Outcome;

use crate::{processor::Meter, pulse::Pulse};

/// How often the watchdog looks.
const TICK: Duration = Duration::from_millis(50);

/// How many times in a row it must see the same beat. Counting looks, not seconds: a machine that was suspended, or too
/// busy to run the watchdog, was too busy to run the learner's code too.
const PATIENCE: u32 = 40;

/// Watches a run until it is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _stop: Sender<()>,
}

impl Watchdog {
    /// Watches the thread that calls this. Calls `bark` on a thread of its own if the pulse stands still. `bark` is expected to
    /// end the process.
    pub(crate) fn start(pulse: Arc<Pulse>, bark: impl FnOnce(Outcome) + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let meter = Meter::of_this_thread();
        let watch = move || {
            let (mut seen, mut looks, mut used) = (pulse.beats(), 0, meter.read());
            // The sender is never used: the run is over when it is gone.
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let beats = pulse.beats();
                if beats != seen {
                    (seen, looks, used) = (beats, 0, meter.read());
                    continue;
                }
                looks += 1;
                if looks == PATIENCE {
                    let is_loop = meter.is_loop(used, TICK * PATIENCE);
                    return bark(if is_loop { Outcome::BusyLoop } else { Outcome::Blocked });
                }
            }
        };
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(watch)
            .expect("a process that runs tests can start a thread");
        Self { _stop: stop }
    }
}
