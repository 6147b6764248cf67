//! Notices a save.
//!
//! The file is looked at again and again instead of being watched by the system. Looking works with every way in which
//! editors save (write in place, write beside and rename over, several writes in a row, swap files beside it), on
//! network and shared disks, in containers, and needs no dependency. A `stat` every few milliseconds costs nothing that a
//! person could measure.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use crate::{catalogue::register::Exercise, judge::fresh};

/// What a look at the file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Same,
    /// It has another content than before.
    Saved,
    /// It is not there, and has not been for a while.
    Gone,
}

/// One file, and what it was when it was last looked at.
#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    stamp: Option<(SystemTime, u64)>,
    content: Option<String>,
    read: Instant,
    missing_since: Option<Instant>,
    empty_since: Option<Instant>,
}

/// Some disks count time in seconds: two saves within one differ in content only.
const READ_ANYWAY: Duration = Duration::from_secs(1);
/// Between removing a file and renaming another one over it, an editor leaves a gap; between emptying it and writing it,
/// too.
const GAP: Duration = Duration::from_millis(300);

impl Watched {
    pub fn new(path: PathBuf) -> Self {
        let content = content(&path);
        let stamp = stamp(&path).ok();
        Self { path, stamp, content, read: Instant::now(), missing_since: None, empty_since: None }
    }

    pub fn look(&mut self) -> Seen {
        let now = Instant::now();
        let Ok(stamp) = stamp(&self.path) else {
            let since = *self.missing_since.get_or_insert(now);
            return if now - since >= GAP && self.content.take().is_some() { Seen::Gone } else { Seen::Same };
        };
        self.missing_since = None;
        let due = self.empty_since.is_some() || now - self.read >= READ_ANYWAY;
        if self.stamp == Some(stamp) && !due {
            return Seen::Same;
        }
        let Ok(content) = fs::read(&self.path) else { return Seen::Same };
        (self.stamp, self.read) = (Some(stamp), now);
        if content.is_empty() {
            let since = *self.empty_since.get_or_insert(now);
            if now - since < GAP {
                return Seen::Same;
            }
        } else {
            self.empty_since = None;
        }
        let content = Some(fresh::digest(&[&content]));
        if content == self.content {
            self.empty_since = None;
            return Seen::Same;
        }
        self.content = content;
        self.empty_since = None;
        Seen::Saved
    }
}

/// The files of the other exercises: who saves one of them wants to be there.
#[derive(Debug)]
pub struct Neighbours {
    files: Vec<Neighbour>,
    looked: Instant,
    /// The exercise whose file was saved last.
    pub saved: Option<usize>,
}

#[derive(Debug)]
struct Neighbour {
    exercise: usize,
    path: PathBuf,
    modified: Option<SystemTime>,
    content: Option<String>,
}

/// What has happened to the files of the other exercises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// This exercise was saved.
    Saved(usize),
    /// So many have changed at once: that was no hand, but git or an update in another terminal.
    Many(usize),
}

/// How often they are looked at. Nobody waits for it.
const NEIGHBOURS: Duration = Duration::from_millis(300);

impl Neighbours {
    /// All exercises but the current one.
    pub fn new(exercises: &[&Exercise], current: usize) -> Self {
        let others = exercises.iter().enumerate().filter(|(index, _)| *index != current);
        let files = others.map(|(index, exercise)| Neighbour::new(index, exercise.file())).collect();
        Self { files, looked: Instant::now(), saved: None }
    }

    /// What has changed since the last look.
    pub fn look(&mut self) -> Option<Elsewhere> {
        if self.looked.elapsed() < NEIGHBOURS {
            return None;
        }
        self.looked = Instant::now();
        let changed = self.files.iter_mut().filter_map(|file| file.has_changed().then_some(file.exercise));
        match changed.collect::<Vec<_>>()[..] {
            [] => None,
            [index] => {
                self.saved = Some(index);
                Some(Elsewhere::Saved(index))
            }
            ref many => Some(Elsewhere::Many(many.len())),
        }
    }
}

impl Neighbour {
    fn new(exercise: usize, path: PathBuf) -> Self {
        // The time first: what is saved between the two is seen at the next look.
        let modified = modified(&path);
        Self { exercise, content: content(&path), path, modified }
    }

    /// Whether it has another content than before. Another time alone is no save: before a check the runner itself mends times
    /// that lie in the future. What is gone was not saved, either.
    fn has_changed(&mut self) -> bool {
        let now = modified(&self.path);
        if now.is_none() || now == self.modified {
            return false;
        }
        let Some(content) = content(&self.path) else { return false };
        self.modified = now;
        self.content.replace(content) != self.content
    }
}

fn content(path: &Path) -> Option<String> {
    fs::read(path).ok().map(|content| fresh::digest(&[&content]))
}

fn modified(path: &PathBuf) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn stamp(path: &PathBuf) -> io::Result<(SystemTime, u64)> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.modified()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks until something is seen, or for longer than any gap.
    fn settle(watched: &mut Watched) -> Seen {
        let end = Instant::now() + READ_ANYWAY + 2 * GAP;
        while Instant::now() < end {
            match watched.look() {
                Seen::Same => std::thread::sleep(Duration::from_millis(5)),
                seen => return seen,
            }
        }
        Seen::Same
    }

    #[test]
    fn one_neighbour_was_saved_by_hand_and_many_by_git() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |index: usize| folder.path().join(format!("{index}.rs"));
        let files = (0..3).map(|index| Neighbour::new(index, path(index))).collect();
        let mut neighbours = Neighbours { files, looked: Instant::now(), saved: None };
        let mut look = || {
            neighbours.looked = Instant::now() - NEIGHBOURS;
            (neighbours.look(), neighbours.saved)
        };
        fs::write(path(1), "saved").expect("the folder can be written");
        assert_eq!(look(), (Some(Elsewhere::Saved(1)), Some(1)));
        assert_eq!(look(), (None, Some(1)));
        fs::write(path(0), "new").expect("the folder can be written");
        fs::write(path(2), "new").expect("the folder can be written");
        assert_eq!(look(), (Some(Elsewhere::Many(2)), Some(1)));
        assert_eq!(look(), (None, Some(1)));
    }

    /// The runner does this itself to files that are dated tomorrow.
    #[test]
    fn a_neighbour_with_another_time_and_one_that_is_gone_were_not_saved() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("0.rs");
        fs::write(&path, "one").expect("the folder can be written");
        let set = |time: SystemTime| {
            fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(time)).expect("a file");
        };
        let now = SystemTime::now();
        set(now + Duration::from_secs(86400));
        let files = vec![Neighbour::new(0, path.clone())];
        let mut neighbours = Neighbours { files, looked: Instant::now(), saved: None };
        let mut look = || {
            neighbours.looked = Instant::now() - NEIGHBOURS;
            neighbours.look()
        };
        set(now);
        assert_eq!(look(), None, "touched");
        fs::remove_file(&path).expect("it is there");
        assert_eq!(look(), None, "gone");
        fs::write(&path, "one").expect("the folder can be written");
        set(now + Duration::from_secs(1));
        assert_eq!(look(), None, "as it was");
        fs::write(&path, "two").expect("the folder can be written");
        set(now + Duration::from_secs(2));
        assert_eq!(look(), Some(Elsewhere::Saved(0)));
    }

    #[test]
    fn sees_content_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.rs");
        let write = |text: &str| fs::write(&path, text).expect("the folder can be written");
        write("one");
        let mut watched = Watched::new(path.clone());
        write("one");
        assert_eq!(settle(&mut watched), Seen::Same, "the same content is no change");
        write("two");
        assert_eq!(settle(&mut watched), Seen::Saved);

        fs::write(folder.path().join(".a.rs.swp"), "swap").expect("the folder can be written");
        fs::write(folder.path().join("a.rs~"), "backup").expect("the folder can be written");
        assert_eq!(settle(&mut watched), Seen::Same, "swap files are not looked at");

        let beside = folder.path().join("new");
        fs::write(&beside, "six").expect("the folder can be written");
        fs::rename(&beside, &path).expect("the folder can be written");
        assert_eq!(settle(&mut watched), Seen::Saved, "renamed over");

        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(SystemTime::now()))
            .expect("a file");
        assert_eq!(settle(&mut watched), Seen::Same, "a touched file has the same content");

        let time = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
        write("ten");
        fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(time)).expect("a file");
        assert_eq!(settle(&mut watched), Seen::Saved, "another content of the same length and time");

        fs::remove_file(&path).expect("it is there");
        assert_eq!(settle(&mut watched), Seen::Gone);
        write("ten");
        assert_eq!(settle(&mut watched), Seen::Saved, "it is back");
        write("");
        assert_eq!(settle(&mut watched), Seen::Saved, "an emptied file is a save, after a while");
    }
}
