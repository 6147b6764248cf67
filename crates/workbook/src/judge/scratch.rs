//! Temporary folders.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

/// A folder that goes when it is no longer needed.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// In the system's folder for temporary files.
    pub fn new() -> io::Result<Self> {
        static SWEPT: Once = Once::new();
        SWEPT.call_once(|| sweep(&env::temp_dir(), SystemTime::now()));
        Self::make(&env::temp_dir())
    }

    /// In this folder, for what must stand there.
    pub fn within(folder: &Path) -> io::Result<Self> {
        sweep(folder, SystemTime::now());
        Self::make(folder)
    }

    fn make(parent: &Path) -> io::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let folder = parent.join(format!("workbook-{}-{count}", process::id()));
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(Self(folder)),
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that cannot be removed stays: a later runner sweeps it away, or the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Older than anything that a runner still works in.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes the folders of runners that were killed and could not do it themselves: the old ones. Of a young one nobody knows
/// whether its runner is dead: a container that shares the folder has processes that cannot be seen from here.
fn sweep(temporary: &Path, now: SystemTime) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_old = || {
            let changed = entry.metadata().and_then(|data| data.modified());
            changed.is_ok_and(|changed| now.duration_since(changed).is_ok_and(|age| age > OLD))
        };
        if owner(&name.to_string_lossy()).is_some_and(is_gone) && is_old() {
            // One that belongs to somebody else cannot be removed, and need not be.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The process that made a folder of this name.
fn owner(name: &str) -> Option<i32> {
    let (process, count) = name.strip_prefix("workbook-")?.split_once('-')?;
    count.parse::<usize>().ok()?;
    process.parse().ok().filter(|process| *process > 0)
}

#[cfg(unix)]
fn is_gone(process: i32) -> bool {
    let process = rustix::process::Pid::from_raw(process);
    process.is_some_and(|process| rustix::process::test_kill_process(process) == Err(rustix::io::Errno::SRCH))
}

/// Windows cannot be asked without unsafe code: there the system clears the folder.
#[cfg(not(unix))]
fn is_gone(_process: i32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_runner_left_long_ago_is_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = process::Command::new("true").spawn().expect("the system has it");
        let dead = child.id();
        child.wait().expect("it ends");
        let make = |name: String| {
            let path = folder.path().join(name);
            fs::create_dir(&path).expect("the folder can be written");
            path
        };
        let left = make(format!("workbook-{dead}-3"));
        let ours = make(format!("workbook-{}-3", process::id()));
        let others = make(format!("workbook-{dead}-notes"));
        let now = SystemTime::now();
        sweep(folder.path(), now);
        assert!(left.exists(), "its runner may live where it cannot be seen");
        sweep(folder.path(), now + 2 * OLD);
        assert!(!left.exists() && ours.exists() && others.exists());
    }
}
