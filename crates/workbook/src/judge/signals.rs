//! Ctrl-C and its relatives, outside of watch: there the terminal hands Ctrl-C over as a key.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

/// Which signal came, if any. The first call begins to listen.
pub fn received() -> Option<u8> {
    let signal = listener().load(Ordering::SeqCst);
    u8::try_from(signal).ok().filter(|signal| *signal != 0)
}

/// Begins to listen, so that a signal no longer ends the process but is seen by [`received`].
pub fn listen() {
    listener();
}

/// The last: the terminal was closed.
#[cfg(unix)]
const SIGNALS: &[i32] = &[signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: &[i32] = &[signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM];

fn listener() -> &'static Arc<AtomicUsize> {
    static RECEIVED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();
    RECEIVED.get_or_init(|| {
        let received = Arc::new(AtomicUsize::new(0));
        for &signal in SIGNALS {
            let value = usize::try_from(signal).expect("signals have small numbers");
            // A signal that cannot be caught ends the process as it always did.
            let _ = signal_hook::flag::register_usize(signal, Arc::clone(&received), value);
        }
        received
    })
}
