//! What cargo must see of a file: its content, whatever its time says.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
    time::{Duration, SystemTime},
};

use crate::catalogue::workspace::Workspace;

/// A word that differs when one of the contents does. Not the same in another version of Rust: then all is built again.
pub fn digest(contents: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Gives sources whose time lies in the future the present time.
///
/// Cargo takes a file that is newer than what was built of it for changed, so one that is dated tomorrow would be compiled at
/// every check until tomorrow, and all that depends on it. A clone that was made while the clock was wrong has many.
pub fn bring_back_from_the_future(workspace: &Workspace, lesson: &str) {
    let now = SystemTime::now();
    for folder in [workspace.root.join("crates"), workspace.root.join("exercises").join(lesson)] {
        bring_back(&folder, now);
    }
}

fn bring_back(folder: &Path, now: SystemTime) {
    // What cannot be read or changed stays as it is: then a check takes longer, and is right all the same.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            bring_back(&entry.path(), now);
        } else if kind.is_file()
            && entry.metadata().and_then(|data| data.modified()).is_ok_and(|time| time > now + Duration::from_secs(2))
            && let Ok(file) = File::options().write(true).open(entry.path())
        {
            let _ = file.set_modified(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_in_the_future_change() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let set = |name: &str, time: SystemTime| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(&path, name).expect("it can be written");
            File::options().write(true).open(&path).and_then(|file| file.set_modified(time)).expect("it is ours");
            path
        };
        let now = SystemTime::now();
        let (past, future) = (now - Duration::from_secs(3600), now + Duration::from_secs(3600));
        let old = set("crates/a/old.rs", past);
        let new = set("exercises/01/new.rs", future);
        let other = set("exercises/02/other.rs", future);
        bring_back_from_the_future(&Workspace { root: folder.path().to_owned() }, "01");
        let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).expect("it is there");
        assert!(time(&old) <= past && time(&new) <= now + Duration::from_secs(60) && time(&other) > now);
    }

    #[test]
    fn where_one_content_ends_makes_a_difference() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_eq!(digest(&[b"ab", b"c"]), digest(&[b"ab", b"c"]));
    }
}
