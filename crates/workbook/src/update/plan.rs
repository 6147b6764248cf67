//! What an update writes down before it changes anything, so that whoever comes after it can finish it.
//!
//! `.workbook/update/plan.txt` names the commits and the files; `.workbook/update/files/` holds what the learner wrote in
//! them. The plan is written last: where it is, the copies are whole.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{catalogue::workspace::Workspace, files};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    folder: PathBuf,
    /// What both versions come from: the starters that the learner began with.
    pub base: String,
    /// Where the learner's branch stands before.
    pub from: String,
    /// Where it stands afterwards.
    pub to: String,
    /// The files of which the learner has a version.
    pub paths: Vec<String>,
}

impl Plan {
    pub fn new(workspace: &Workspace, base: &str, from: &str, to: &str) -> Self {
        let [base, from, to] = [base, from, to].map(str::to_owned);
        Self { folder: folder(workspace), base, from, to, paths: Vec::new() }
    }

    /// That of an update which was interrupted.
    pub fn load(workspace: &Workspace) -> Option<Self> {
        let text = fs::read_to_string(folder(workspace).join("plan.txt")).ok()?;
        let mut plan = Self::new(workspace, "", "", "");
        for (name, value) in text.lines().filter_map(|line| line.split_once(' ')) {
            match name {
                "base" => plan.base = value.to_owned(),
                "from" => plan.from = value.to_owned(),
                "to" => plan.to = value.to_owned(),
                "file" => plan.paths.push(value.to_owned()),
                _ => {}
            }
        }
        Some(plan)
    }

    /// Whether an update was interrupted.
    pub fn is_there(workspace: &Workspace) -> bool {
        folder(workspace).join("plan.txt").is_file()
    }

    /// What an interrupted update had copied of a file, if it was another text. There is no other copy of it.
    pub fn older(&self, path: &str, mine: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
        let copy = self.copy(path);
        let before = files::read_if_there(&copy).with_context(|| format!("cannot read {}", copy.display()))?;
        Ok(before.filter(|before| before != mine))
    }

    /// Copies what the learner wrote, over what is [`older`](Self::older).
    pub fn add(&mut self, path: &str, mine: &[u8]) -> anyhow::Result<()> {
        let copy = self.copy(path);
        files::replace(&copy, mine).with_context(|| format!("cannot write {}", copy.display()))?;
        if !self.paths.iter().any(|known| known == path) {
            self.paths.push(path.to_owned());
        }
        Ok(())
    }

    /// What the learner wrote.
    pub fn mine(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let copy = self.copy(path);
        fs::read(&copy).with_context(|| format!("cannot read {}", copy.display()))
    }

    pub fn write(&self) -> anyhow::Result<()> {
        let mut text = format!("base {}\nfrom {}\nto {}\n", self.base, self.from, self.to);
        self.paths.iter().for_each(|path| text.push_str(&format!("file {path}\n")));
        let path = self.folder.join("plan.txt");
        files::replace(&path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
    }

    /// The update is done, or was taken back. The plan goes first: copies without a plan mean nothing.
    pub fn remove(&self) -> anyhow::Result<()> {
        let _ = fs::remove_file(self.folder.join("plan.txt"));
        fs::remove_dir_all(&self.folder).with_context(|| format!("cannot remove {}", self.folder.display()))
    }

    fn copy(&self, path: &str) -> PathBuf {
        self.folder.join("files").join(Path::new(path))
    }
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.state_dir().join("update")
}
