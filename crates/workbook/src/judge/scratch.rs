//! Temporary folders.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A folder that goes when it is no longer needed.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        static SWEPT: Once = Once::new();
        SWEPT.call_once(|| sweep(&env::temp_dir()));
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let folder = env::temp_dir().join(format!("workbook-{}-{count}", process::id()));
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
        // A folder that cannot be removed stays in the system's temporary folder: the system's to clear.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders of runners that were killed and could not do it themselves.
fn sweep(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if owner(&name.to_string_lossy()).is_some_and(is_gone) {
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
    fn only_what_a_dead_runner_left_is_removed() {
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
        sweep(folder.path());
        assert!(!left.exists() && ours.exists() && others.exists());
    }
}
