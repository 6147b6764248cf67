//! Where the workbook is, and how this run writes.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

/// The folder that holds `Cargo.toml` and `exercises/`.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub root: PathBuf,
}

impl Workspace {
    /// Looks from the current folder upwards, then from the package that `cargo run` runs.
    pub fn find() -> anyhow::Result<Self> {
        let here = env::current_dir().context("the current folder cannot be read; was it deleted?")?;
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let starts = [Some(here.clone()), package];
        let found = starts.iter().flatten().flat_map(|start| start.ancestors()).find(|folder| is_root(folder));
        match found {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => {
                bail!("{} is not inside the workbook.\nGo to its folder first: cd tokens-in-flight", here.display())
            }
        }
    }

    /// What the runner keeps of its own: progress, the last run of each exercise, versions kept aside.
    pub fn state_dir(&self) -> PathBuf {
        self.root.join(".workbook")
    }

    /// A path as a person reads it: from the root, with forward slashes, so that an editor's terminal can open it.
    pub fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }
}

fn is_root(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    folder.join("exercises").is_dir() && manifest.lines().any(|line| line.trim() == "[workspace]")
}
