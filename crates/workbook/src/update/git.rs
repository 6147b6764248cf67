//! The git of this machine, asked by its command line.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, anyhow, bail};

/// Git in the folder of the workbook.
#[derive(Debug)]
pub struct Git {
    root: PathBuf,
}

/// A file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub path: String,
    /// The mode in the second commit; `000000` where the file is gone.
    pub mode: String,
    /// The blobs; `None` where there is no such file.
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Git {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new("git");
        // A hook of git's sets these, and then every git works on that repository.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        // Names are names, whatever characters they hold.
        command.args(["--literal-pathspecs", "-c", "advice.detachedHead=false"]).args(args);
        command.current_dir(&self.root).stdin(Stdio::null());
        command
    }

    fn output(&self, command: &mut Command, input: &[u8]) -> anyhow::Result<Output> {
        let no_git =
            "git cannot be started. Install it (https://git-scm.com/downloads), then try again. Nothing was changed";
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context(no_git)?;
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let written = stdin.write_all(input);
        drop(stdin);
        let output = child.wait_with_output().context(no_git)?;
        // A git that ended early says why by itself.
        if output.status.success() {
            written.context("git does not take its input")?;
        }
        Ok(output)
    }

    /// What a command prints. If it fails, its own words are the error.
    pub fn bytes<S: AsRef<OsStr>>(&self, args: &[S]) -> anyhow::Result<Vec<u8>> {
        finish(args, self.output(&mut self.command(args), b"")?)
    }

    /// As [`bytes`](Self::bytes), for one line.
    pub fn ask<S: AsRef<OsStr>>(&self, args: &[S]) -> anyhow::Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes(args)?).trim_end_matches(['\n', '\r']).to_owned())
    }

    /// `None`, if git says no.
    pub fn maybe(&self, args: &[&str]) -> anyhow::Result<Option<String>> {
        let output = self.output(&mut self.command(args), b"")?;
        let said = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        Ok(output.status.success().then_some(said))
    }

    /// Names that a command with `-z` prints.
    pub fn names(&self, args: &[&str]) -> anyhow::Result<Vec<String>> {
        Ok(words(&self.bytes(args)?))
    }

    pub fn blob(&self, id: Option<&String>) -> anyhow::Result<Option<Vec<u8>>> {
        id.map(|id| self.bytes(&["cat-file", "blob", id])).transpose()
    }

    /// The files of a commit, and the blob of each.
    pub fn tree(&self, commit: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let lines = self.names(&["ls-tree", "-r", "-z", commit])?;
        let file = |line: &String| {
            let (words, path) = line.split_once('\t')?;
            Some((path.to_owned(), words.split_once(" blob ")?.1.to_owned()))
        };
        Ok(lines.iter().filter_map(file).collect())
    }

    pub fn touched(&self, before: &str, after: &str) -> anyhow::Result<Vec<Touched>> {
        let raw = words(&self.bytes(&["diff", "--raw", "--no-renames", "--no-abbrev", "-z", before, after])?);
        let touched = raw.chunks_exact(2).map(|pair| {
            let parts: Vec<&str> = pair[0].split(' ').collect();
            let [_, mode, from, to, _] = parts[..] else { bail!("git says something unknown: {}", pair[0]) };
            let blob = |id: &str| id.chars().any(|digit| digit != '0').then(|| id.to_owned());
            Ok(Touched { path: pair[1].clone(), mode: mode.to_owned(), before: blob(from), after: blob(to) })
        });
        touched.collect()
    }

    /// A commit that joins `ours` and `theirs`: the files of `ours`, but in the version of `theirs` what that has
    /// touched.
    pub fn join(&self, ours: &str, theirs: &str, touched: &[Touched], index: &Path) -> anyhow::Result<String> {
        let mut listed = Vec::new();
        for file in touched {
            let id = file.after.clone().unwrap_or_else(|| "0".repeat(theirs.len()));
            listed.extend_from_slice(format!("{} {id}\t{}\0", file.mode, file.path).as_bytes());
        }
        let mut tree = String::new();
        for (args, input) in [
            (vec!["read-tree", ours], &[][..]),
            (vec!["update-index", "-z", "--index-info"], &listed[..]),
            (vec!["write-tree"], &[][..]),
        ] {
            let output = self.output(self.command(&args).env("GIT_INDEX_FILE", index), input)?;
            tree = String::from_utf8_lossy(&finish(&args, output)?).trim_end().to_owned();
        }
        self.ask(&["commit-tree", &tree, "-p", ours, "-p", theirs, "-m", "Update the workbook"])
    }

    /// What two people have made of one text; `None`, if they contradict each other.
    pub fn merged(&self, mine: &Path, base: &Path, new: &Path) -> anyhow::Result<Option<Vec<u8>>> {
        let mut command = self.command(&["merge-file", "--stdout", "--quiet"]);
        let output = self.output(command.args([mine, base, new]), b"")?;
        Ok(output.status.success().then_some(output.stdout))
    }
}

fn words(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).split('\0').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn finish<S: AsRef<OsStr>>(args: &[S], output: Output) -> anyhow::Result<Vec<u8>> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let verb = args.first().map(|verb| verb.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(anyhow!("git {verb}: {}", if said.is_empty() { output.status.to_string() } else { said }))
}
