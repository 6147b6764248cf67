//! The time of day, as the clock on the wall shows it.

/// `14:03:07`, where the system can be asked for the local time.
///
/// The standard library knows no time zones. A crate that reads them itself would be compiled before the first prompt, and
/// the C library, which is there, reads them too.
#[cfg(unix)]
pub fn now() -> Option<String> {
    use std::{
        mem::MaybeUninit,
        time::{SystemTime, UNIX_EPOCH},
    };

    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let seconds = libc::time_t::try_from(seconds).ok()?;
    let mut parts = MaybeUninit::<libc::tm>::uninit();
    // SAFETY: both pointers are valid during the call. It writes all of `parts`, or returns null. It may read the variable
    // `TZ`, which nothing in this process changes.
    let parts = unsafe {
        if libc::localtime_r(&raw const seconds, parts.as_mut_ptr()).is_null() {
            return None;
        }
        parts.assume_init()
    };
    Some(format!("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec))
}

/// Elsewhere a save is told by its number alone.
#[cfg(not(unix))]
pub fn now() -> Option<String> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    /// `date` asks the same C library. Where a second ends between the two, the one after it agrees.
    #[test]
    fn agrees_with_the_clock_of_the_system() {
        let date = || {
            let output = Command::new("date").arg("+%H:%M:%S").output().expect("every Unix has it");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let agrees = || {
            let (before, now, after) = (date(), super::now(), date());
            now.is_some_and(|now| before == now || now == after)
        };
        assert!((0..20).any(|_| agrees()));
    }
}
