//! Makes sure that cargo sees a change that left a file with an older time.
//!
//! Cargo compares times, not contents. Who moves a version that was kept aside back into its place gets a file that is
//! older than the last build, and would be told the verdict on another one.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::PathBuf,
    time::SystemTime,
};

use crate::catalogue::{register::Exercise, workspace::Workspace};

/// What an exercise was when it was built last.
#[derive(Debug)]
pub struct Stamp {
    path: PathBuf,
    content: String,
    started: SystemTime,
}

impl Stamp {
    /// To be called before a build. Gives the learner's file the present time if its content changed and its time did
    /// not go on; content and everything else of it stay.
    pub fn before_build(workspace: &Workspace, exercise: &Exercise) -> io::Result<Self> {
        let source = exercise.file();
        let path = workspace.state_dir().join("built").join(&exercise.lesson).join(&exercise.name);
        let started = SystemTime::now();
        let stamp = Self { content: hash(&fs::read(&source)?).to_string(), path, started };
        let built = fs::read_to_string(&stamp.path);
        if built.is_ok_and(|built| built != stamp.content) && modified(&source)? <= modified(&stamp.path)? {
            File::options().write(true).open(&source)?.set_modified(SystemTime::now())?;
        }
        Ok(stamp)
    }

    /// To be called after a build. The stamp bears the time at which the build began, because cargo compares with that.
    pub fn after_build(&self) -> io::Result<()> {
        fs::create_dir_all(self.path.parent().unwrap_or(&self.path))?;
        // Not synced to the disk: after a crash, a broken stamp costs one build.
        fs::write(&self.path, &self.content)?;
        File::options().write(true).open(&self.path)?.set_modified(self.started)
    }
}

/// A number that differs when the content does. Not the same in another version of Rust: then the file is built again.
pub fn hash(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

fn modified(path: &PathBuf) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}
