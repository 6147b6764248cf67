//! Which exercises there are. The manifests under `exercises/` are the register: there is no second list.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::catalogue::{header::Header, workspace::Workspace};

/// All lessons that have exercises, in the order of their numbers.
#[derive(Debug, Clone)]
pub struct Register {
    pub lessons: Vec<Lesson>,
}

/// One folder of `exercises/`.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// `03-join`, the name of the folder.
    pub id: String,
    /// In teaching order, which is the order of the `[[test]]` targets.
    pub exercises: Vec<Exercise>,
}

/// One `[[test]]` target of a lesson.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// `03-join`
    pub lesson: String,
    /// `fan_out`
    pub name: String,
    root: PathBuf,
}

impl Register {
    pub fn read(workspace: &Workspace) -> anyhow::Result<Self> {
        let folder = workspace.root.join("exercises");
        let mut lessons = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
            let manifest = path.join("Cargo.toml");
            if !manifest.is_file() {
                continue;
            }
            let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let exercises =
                targets(&manifest)?.into_iter().map(|target| Exercise::new(workspace, &id, &target.name)).collect();
            lessons.push(Lesson { id, exercises });
        }
        lessons.sort_by(|a, b| a.id.cmp(&b.id));
        if lessons.is_empty() {
            bail!("{} holds no lesson", folder.display());
        }
        Ok(Self { lessons })
    }

    /// Every exercise, in teaching order.
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.lessons.iter().flat_map(|lesson| &lesson.exercises)
    }

    pub fn lesson(&self, id: &str) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.id == id)
    }
}

impl Lesson {
    pub fn package(&self) -> String {
        format!("exercises-{}", self.id)
    }

    /// The names of all checks: see [`checks::list`](crate::catalogue::checks::list).
    pub fn checks_list(workspace: &Workspace, lesson: &str) -> PathBuf {
        workspace.root.join("solutions").join(lesson).join("checks.txt")
    }

    pub fn solutions_package(&self) -> String {
        format!("solutions-{}", self.id)
    }
}

impl Exercise {
    pub fn new(workspace: &Workspace, lesson: &str, name: &str) -> Self {
        Self { lesson: lesson.to_owned(), name: name.to_owned(), root: workspace.root.clone() }
    }

    /// `03-join/fan_out`
    pub fn id(&self) -> String {
        format!("{}/{}", self.lesson, self.name)
    }

    pub fn package(&self) -> String {
        format!("exercises-{}", self.lesson)
    }

    /// The file that the learner edits.
    pub fn file(&self) -> PathBuf {
        self.folder().join(format!("{}.rs", self.name))
    }

    pub fn checks_file(&self) -> PathBuf {
        self.folder().join("checks").join(format!("{}.rs", self.name))
    }

    pub fn hints_file(&self) -> PathBuf {
        self.folder().join("hints").join(format!("{}.md", self.name))
    }

    pub fn solution_file(&self) -> PathBuf {
        self.solutions_folder().join(format!("{}.rs", self.name))
    }

    /// The exercise as it was shipped.
    pub fn starter_file(&self) -> PathBuf {
        self.solutions_folder().join("starters").join(format!("{}.rs", self.name))
    }

    /// The catalogue of wrong answers: see [`overlay`](crate::catalogue::overlay).
    pub fn traps_file(&self) -> PathBuf {
        self.solutions_folder().join("traps").join(format!("{}.rs", self.name))
    }

    /// The catalogue of other right answers: the checks must not ask for one way only.
    pub fn also_right_file(&self) -> PathBuf {
        self.solutions_folder().join("also_right").join(format!("{}.rs", self.name))
    }

    /// The header as it was shipped: a learner who deletes it still sees the task. Where there is no starter, the
    /// header of the file itself.
    pub fn header(&self) -> Header {
        let text = fs::read_to_string(self.starter_file()).or_else(|_| fs::read_to_string(self.file()));
        Header::parse(&text.unwrap_or_default())
    }

    pub fn title(&self) -> String {
        self.header().title.unwrap_or_else(|| self.name.replace('_', " "))
    }

    /// The package that holds it.
    pub fn folder(&self) -> PathBuf {
        self.root.join("exercises").join(&self.lesson)
    }

    /// The package that holds its solution.
    pub fn solutions_folder(&self) -> PathBuf {
        self.root.join("solutions").join(&self.lesson)
    }
}

/// The content of a folder, in an order that does not depend on the disk.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    entries
}

/// A `[[test]]` target of a manifest.
#[derive(Debug, Clone, Deserialize)]
pub struct Target {
    pub name: String,
    pub path: Option<String>,
    pub test: Option<bool>,
}

/// The `[[test]]` targets of a manifest, in its order.
pub fn targets(manifest: &Path) -> anyhow::Result<Vec<Target>> {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(default)]
        test: Vec<Target>,
    }
    let text = fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let manifest: Manifest = toml::from_str(&text).with_context(|| format!("cannot read {}", manifest.display()))?;
    Ok(manifest.test)
}
