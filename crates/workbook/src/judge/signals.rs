//! Ctrl-C and its relatives, outside of watch: there the terminal hands Ctrl-C over as a key.

#[cfg(unix)]
use std::sync::atomic::AtomicBool;
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

/// Whether the process was stopped and goes on, since the last call. The first call begins to listen.
#[cfg(unix)]
pub fn continued() -> bool {
    static CONTINUED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let continued = CONTINUED.get_or_init(|| {
        let continued = Arc::default();
        // One that cannot be caught leaves an old screen, until the next key.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGCONT, Arc::clone(&continued));
        continued
    });
    continued.swap(false, Ordering::SeqCst)
}

/// Nothing stops a process there.
#[cfg(not(unix))]
pub fn continued() -> bool {
    false
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
        // Who starts it so that a signal means nothing (`nohup`, a script's `&`) wants it to go on.
        for &signal in SIGNALS.iter().filter(|signal| !is_ignored(**signal)) {
            let value = usize::try_from(signal).expect("signals have small numbers");
            // A signal that cannot be caught ends the process as it always did.
            let _ = signal_hook::flag::register_usize(signal, Arc::clone(&received), value);
        }
        received
    })
}

#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    use std::{mem::MaybeUninit, ptr};

    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: a null pointer asks for the present action and changes nothing. The call writes all of `action`, or fails.
    unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

#[cfg(not(unix))]
fn is_ignored(_signal: i32) -> bool {
    false
}
