//! What the runner remembers: `.workbook/progress.txt`, one line per exercise.
//!
//! The file belongs to the learner. An id or a word that the runner does not know stays where it is (an exercise may be
//! renamed, a later version may write more); a line that makes no sense is kept aside, with a warning. Whatever happens
//! to the file, a verdict is shown all the same.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{catalogue::workspace::Workspace, files};

const HEAD: &str = "\
# Progress in this workbook. One line per exercise: its id, then words about it.
#   passed         all its checks have passed once
#   failed=CHECK   the check that failed last
#   hints=N        how many of its hints were shown
#   told=CHECK     the hint about this check was shown
# The runner keeps ids and words that it does not know.
";

/// What is remembered of one exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    pub passed: bool,
    pub failed: Option<String>,
    pub hints: usize,
    pub hinted_for: Option<String>,
    /// Words that this version does not know.
    unknown: Vec<String>,
}

/// All of it, as read from the file.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    entries: BTreeMap<String, Entry>,
    /// Lines that make no sense.
    garbage: Vec<String>,
    comments: Vec<String>,
}

/// The file. It is read anew each time: two runners may work on it at the same time.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    folder: PathBuf,
    /// What the disk did not take, by exercise. It counts in this process, and is written with the next change of the entry.
    unwritten: Mutex<BTreeMap<String, Unwritten>>,
}

/// What became of an entry.
#[derive(Debug, Clone)]
struct Unwritten {
    before: Entry,
    after: Entry,
}

impl Store {
    pub fn new(workspace: &Workspace) -> Self {
        let folder = workspace.state_dir();
        Self { path: folder.join("progress.txt"), folder, unwritten: Mutex::default() }
    }

    /// What the file says, and what is wrong with it, in words for the learner. With it what the disk did not take.
    pub fn read(&self) -> (Progress, Option<String>) {
        let (mut progress, warning) = self.file();
        for (id, unwritten) in self.unwritten().iter() {
            unwritten.redo(progress.entries.entry(id.clone()).or_default());
        }
        (progress, warning)
    }

    fn file(&self) -> (Progress, Option<String>) {
        match files::read_if_there(&self.path) {
            Ok(Some(bytes)) => {
                let progress = Progress::parse(&String::from_utf8_lossy(&bytes));
                let warning = progress.garbage.first().map(|line| {
                    format!(
                        ".workbook/progress.txt has {} that cannot be understood (the first: {:?}). The rest counts. The \
                         next change of progress keeps the file aside under .workbook/kept/.",
                        count(progress.garbage.len(), "line"),
                        shortened(line)
                    )
                });
                (progress, warning)
            }
            Ok(None) => (Progress::default(), None),
            Err(error) => (Progress::default(), Some(format!(".workbook/progress.txt cannot be read: {error}"))),
        }
    }

    /// Changes one entry in the file as it is now, so that nothing that another runner wrote is lost. On an error the
    /// file is as it was, and the change counts in this process; the text says what that means to the learner.
    pub fn update(&self, id: &str, change: impl Fn(&mut Entry)) -> Result<(), String> {
        let mut all = self.unwritten();
        let unwritten = all.get(id).cloned();
        let change = |entry: &mut Entry| {
            unwritten.iter().for_each(|unwritten| unwritten.redo(entry));
            change(entry);
        };
        let Err(error) = self.try_update(id, change) else {
            all.remove(id);
            return Ok(());
        };
        let before = unwritten.as_ref().map_or_else(|| self.file().0.entry(id), |unwritten| unwritten.before.clone());
        let mut after = before.clone();
        change(&mut after);
        all.insert(id.to_owned(), Unwritten { before, after });
        Err(format!(
            "Your progress is not saved: {} cannot be written ({error}).\nThe verdict counts all the same. Free some \
             space or make the folder writable, then check again.",
            self.path.display()
        ))
    }

    fn unwritten(&self) -> MutexGuard<'_, BTreeMap<String, Unwritten>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_update(&self, id: &str, change: impl Fn(&mut Entry)) -> io::Result<()> {
        let bytes = files::read_if_there(&self.path)?.unwrap_or_default();
        // Nothing changes: then a disk that cannot be written does not matter, either.
        let before = Progress::parse(&String::from_utf8_lossy(&bytes)).entry(id);
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let lock = File::create(self.folder.join("progress.lock"))?;
        // Some network disks know no locks. Then the last of two runners wins, which costs at most one tick.
        let _ = lock.lock();
        let bytes = files::read_if_there(&self.path)?.unwrap_or_default();
        let mut progress = Progress::parse(&String::from_utf8_lossy(&bytes));
        if !progress.garbage.is_empty() {
            files::keep_aside(&bytes, &self.folder.join("kept"), "progress", "txt")?;
            progress.garbage.clear();
        }
        // The entry as it is under the lock: another runner may have written it since.
        change(progress.entries.entry(id.to_owned()).or_default());
        files::replace(&self.path, progress.text().as_bytes())
    }
}

impl Progress {
    pub fn parse(text: &str) -> Self {
        let mut progress = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line.starts_with('#') {
                if !HEAD.lines().any(|known| known == line) {
                    progress.comments.push(line.to_owned());
                }
                continue;
            }
            let mut words = line.split_whitespace();
            match words.next().filter(|id| is_id(id)) {
                Some(id) => progress.entries.entry(id.to_owned()).or_default().read(words),
                None => progress.garbage.push(line.to_owned()),
            }
        }
        progress
    }

    /// What is known of an exercise; nothing, if it was never checked.
    pub fn entry(&self, id: &str) -> Entry {
        self.entries.get(id).cloned().unwrap_or_default()
    }

    pub fn passed(&self, id: &str) -> bool {
        self.entries.get(id).is_some_and(|entry| entry.passed)
    }

    /// Counts an exercise as passed in this process, where the file cannot be written.
    pub fn pass(&mut self, id: &str) {
        self.entries.entry(id.to_owned()).or_default().passed = true;
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for comment in &self.comments {
            text.push_str(&format!("{comment}\n"));
        }
        for (id, entry) in &self.entries {
            text.push_str(&format!("{id}{}\n", entry.words()));
        }
        text
    }
}

impl Unwritten {
    /// Does to an entry what was done to this one, and no more: another runner may have written it since.
    fn redo(&self, entry: &mut Entry) {
        let Self { before, after } = self;
        if after.passed != before.passed {
            entry.passed = after.passed;
        }
        if after.failed != before.failed {
            entry.failed.clone_from(&after.failed);
        }
        if after.hints != before.hints {
            entry.hints = after.hints;
        }
        if after.hinted_for != before.hinted_for {
            entry.hinted_for.clone_from(&after.hinted_for);
        }
        if after.unknown != before.unknown {
            entry.unknown.clone_from(&after.unknown);
        }
    }
}

impl Entry {
    /// As if the exercise had never been checked. The words that this version does not know stay.
    pub fn forget(&mut self) {
        *self = Self { unknown: std::mem::take(&mut self.unknown), ..Self::default() };
    }

    fn read<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for word in words {
            match word.split_once('=') {
                None if word == "passed" => self.passed = true,
                Some(("failed", check)) => self.failed = Some(check.to_owned()),
                Some(("told", check)) => self.hinted_for = Some(check.to_owned()),
                Some(("hints", number)) if number.parse::<usize>().is_ok() => {
                    self.hints = number.parse().unwrap_or_default();
                }
                _ if self.unknown.iter().any(|known| known == word) => {}
                _ => self.unknown.push(word.to_owned()),
            }
        }
    }

    fn words(&self) -> String {
        let mut words = String::new();
        if self.passed {
            words.push_str(" passed");
        }
        if let Some(check) = &self.failed {
            words.push_str(&format!(" failed={check}"));
        }
        if self.hints > 0 {
            words.push_str(&format!(" hints={}", self.hints));
        }
        if let Some(check) = &self.hinted_for {
            words.push_str(&format!(" told={check}"));
        }
        for word in &self.unknown {
            words.push_str(&format!(" {word}"));
        }
        words
    }
}

/// `03-join/fan_out`: two names and a slash between them.
fn is_id(word: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    word.split_once('/').is_some_and(|(lesson, name)| is_name(lesson) && is_name(name))
}

/// `1 line`, `2 lines`
pub fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

fn shortened(line: &str) -> String {
    line.chars().take(30).collect()
}

/// Where a version of an exercise is kept aside.
pub fn kept_folder(workspace: &Workspace, lesson: &str) -> PathBuf {
    workspace.state_dir().join("kept").join(Path::new(lesson))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path) -> Store {
        Store::new(&Workspace { root: folder.to_owned() })
    }

    #[test]
    fn what_the_runner_does_not_know_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        fs::create_dir_all(&store.folder).expect("the folder can be written");
        fs::write(&store.path, "# mine\n99-later/unknown passed\n03-join/fan_out colour=blue hints=many\n")
            .expect("the folder can be written");
        store.update("03-join/fan_out", |entry| entry.passed = true).expect("the folder can be written");
        let text = fs::read_to_string(&store.path).expect("it was written");
        assert!(text.starts_with(HEAD));
        assert!(
            text.ends_with("# mine\n03-join/fan_out passed colour=blue hints=many\n99-later/unknown passed\n"),
            "{text}"
        );
        store.update("03-join/fan_out", |entry| entry.hints = 2).expect("the folder can be written");
        let again = fs::read_to_string(&store.path).expect("it was written");
        assert_eq!(again.matches('#').count(), text.matches('#').count());
        assert!(again.contains("03-join/fan_out passed hints=2 colour=blue hints=many\n"), "{again}");
    }

    #[test]
    fn garbage_is_kept_aside_and_the_rest_counts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        fs::create_dir_all(&store.folder).expect("the folder can be written");
        let half_written = b"03-join/gather passed\n\xff\xfe\x00garbage\n03-jo";
        fs::write(&store.path, half_written).expect("the folder can be written");
        let (progress, warning) = store.read();
        assert!(progress.passed("03-join/gather"));
        assert!(warning.is_some_and(|warning| warning.contains("2 lines")));
        store.update("03-join/fan_out", |entry| entry.passed = true).expect("the folder can be written");
        assert_eq!(fs::read(store.folder.join("kept/progress.1.txt")).expect("kept aside"), half_written);
        let (progress, warning) = store.read();
        assert!(progress.passed("03-join/gather") && progress.passed("03-join/fan_out"));
        assert_eq!(warning, None);
    }

    /// The file breaks between the read that says whether there is anything to write and the one under the lock.
    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_read_under_the_lock_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        fs::create_dir_all(&store.folder).expect("the folder can be written");
        fs::write(&store.path, "03-join/gather passed\n").expect("the folder can be written");
        let is_first = std::cell::Cell::new(true);
        let ended = store.update("03-join/fan_out", |entry| {
            entry.passed = true;
            if is_first.replace(false) {
                // A link to itself can be read by nobody, not even by root.
                fs::rename(&store.path, store.folder.join("aside")).expect("it is there");
                std::os::unix::fs::symlink(&store.path, &store.path).expect("the folder can be written");
            }
        });
        assert!(ended.is_err());
        assert!(fs::symlink_metadata(&store.path).expect("it is there").is_symlink(), "it was written over");
    }

    #[test]
    fn an_exercise_that_is_forgotten_keeps_the_words_that_nobody_knows() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        fs::create_dir_all(&store.folder).expect("the folder can be written");
        fs::write(&store.path, "03-join/fan_out passed hints=2 starred\n").expect("the folder can be written");
        store.update("03-join/fan_out", Entry::forget).expect("the folder can be written");
        let text = fs::read_to_string(&store.path).expect("it was written");
        assert!(text.ends_with("\n03-join/fan_out starred\n"), "{text}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_said_and_nothing_is_lost() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        fs::write(&store.folder, "a file where the folder should be").expect("the folder can be written");
        let error = store.update("03-join/fan_out", |entry| entry.passed = true).expect_err("it is no folder");
        assert!(error.contains("not saved"), "{error}");
        assert_eq!(fs::read_to_string(&store.folder).expect("untouched"), "a file where the folder should be");
    }

    /// Also where another runner can write again before this one does.
    #[test]
    fn what_the_disk_does_not_take_counts_and_is_written_later() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        fs::write(&store.folder, "a file where the folder should be").expect("the folder can be written");
        for _ in 0..2 {
            store.update("03-join/fan_out", |entry| entry.hints += 1).expect_err("it is no folder");
        }
        store.update("03-join/gather", |entry| entry.passed = true).expect_err("it is no folder");
        let (progress, _) = store.read();
        assert_eq!(progress.entry("03-join/fan_out").hints, 2);
        assert!(progress.passed("03-join/gather"));

        fs::remove_file(&store.folder).expect("it is there");
        fs::create_dir_all(&store.folder).expect("the folder can be written");
        fs::write(&store.path, "03-join/fan_out passed\n").expect("the folder can be written");
        assert!(store.read().0.passed("03-join/fan_out"), "the tick of the other runner");
        store.update("03-join/fan_out", |entry| entry.failed = Some("is_fast".to_owned())).expect("it is a folder");
        let text = fs::read_to_string(&store.path).expect("it was written");
        assert!(text.ends_with("\n03-join/fan_out passed failed=is_fast hints=2\n"), "{text}");
        assert!(store.read().0.passed("03-join/gather"), "as long as nothing changes it, it is not written");
    }

    #[test]
    fn an_update_that_changes_nothing_writes_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        store.update("03-join/fan_out", |_| {}).expect("there is nothing to write");
        assert!(!store.folder.exists());
    }
}
