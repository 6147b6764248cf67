//! The last run of each exercise, kept under `.workbook/runs/` for `timeline` and for the hint about what failed.

use std::{fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use timeline::Timeline;

use crate::{
    catalogue::{register::Exercise, workspace::Workspace},
    files,
    judge::report::{Outcome, Report},
};

/// What is kept of a report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptRun {
    pub version: u32,
    pub outcome: Outcome,
    /// The check that failed.
    pub failed: Option<String>,
    pub yours: Option<Timeline>,
    pub expected: Option<Timeline>,
}

impl KeptRun {
    pub fn of(report: &Report) -> Self {
        let drawn = report.drawn();
        Self {
            version: 1,
            outcome: report.outcome,
            failed: report.failed().map(|failed| failed.check.name.clone()),
            expected: drawn.as_ref().and_then(|run| run.expected.clone()),
            yours: drawn.map(|run| run.yours),
        }
    }

    /// Where nothing has run there is nothing new about time: then the run before it stays.
    pub fn save(&self, workspace: &Workspace, exercise: &Exercise) -> std::io::Result<()> {
        let has_run = match self.outcome {
            Outcome::DoesNotCompile => false,
            Outcome::Tampered => self.yours.is_some(),
            _ => true,
        };
        if !has_run {
            return Ok(());
        }
        let text = serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?;
        files::replace_soon(&path(workspace, exercise), &text)
    }

    /// `None`, if the exercise was never run, or the file was written by another version.
    pub fn load(workspace: &Workspace, exercise: &Exercise) -> Option<Self> {
        let text = fs::read(path(workspace, exercise)).ok()?;
        serde_json::from_slice(&text).ok().filter(|run: &Self| run.version == 1)
    }
}

fn path(workspace: &Workspace, exercise: &Exercise) -> PathBuf {
    workspace.state_dir().join("runs").join(&exercise.lesson).join(format!("{}.json", exercise.name))
}
