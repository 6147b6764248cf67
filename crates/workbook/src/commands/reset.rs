//! `cargo workbook reset`

use std::{fs, io, path::PathBuf};

use anyhow::Context as _;

use super::{Context, list, warn};
use crate::{
    args::What,
    exit, files, progress,
    register::Exercise,
    select::{self, Selected},
};

pub fn command(context: &Context, what: &What) -> anyhow::Result<u8> {
    let register = &context.register;
    let exercises: Vec<&Exercise> = match what {
        What::Named(name) => match select::find(register, name)? {
            Selected::Exercise(exercise) => vec![exercise],
            Selected::Lesson(lesson) => lesson.exercises.iter().filter(|exercise| differs(exercise)).collect(),
        },
        What::All | What::Current => register.exercises().filter(|exercise| differs(exercise)).collect(),
    };
    if exercises.is_empty() {
        say!("Every exercise is as it was shipped.");
    }
    for exercise in exercises {
        let kept = reset(context, exercise)?;
        match kept.kept {
            Some(path) => say!("{} is the starter again. Your version: {path}", exercise.id()),
            None => say!("{} is the starter.", exercise.id()),
        }
        kept.warning.iter().for_each(|warning| warn(warning));
    }
    Ok(exit::PASSED)
}

/// What a reset did.
#[derive(Debug)]
pub struct Reset {
    /// Where the learner's version is now. `None`, if it was the starter, or there was no file.
    pub kept: Option<String>,
    /// The progress could not be written.
    pub warning: Option<String>,
}

/// Puts the starter back, after the learner's version was kept aside. If that fails, nothing is changed.
pub fn reset(context: &Context, exercise: &Exercise) -> anyhow::Result<Reset> {
    let workspace = &context.workspace;
    let starter = fs::read(exercise.starter_file())
        .with_context(|| format!("cannot read the starter {}", workspace.shown(&exercise.starter_file())))?;
    let path = exercise.file();
    let kept = match fs::read(&path) {
        Ok(yours) if yours == starter => None,
        Ok(yours) => Some(keep(context, exercise, &yours)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", workspace.shown(&path))),
    };
    files::replace(&path, &starter).with_context(|| format!("cannot write {}", workspace.shown(&path)))?;
    let warning = context.store.update(&exercise.id(), |entry| *entry = progress::Entry::default()).err();
    Ok(Reset { kept: kept.map(|path| workspace.shown(&path)), warning })
}

fn keep(context: &Context, exercise: &Exercise, yours: &[u8]) -> anyhow::Result<PathBuf> {
    let folder = progress::kept_folder(&context.workspace, &exercise.lesson);
    files::keep_aside(yours, &folder, &exercise.name, "rs").with_context(|| {
        format!("your version cannot be kept aside in {}, so nothing was reset", context.workspace.shown(&folder))
    })
}

fn differs(exercise: &Exercise) -> bool {
    list::is_edited(exercise) || !exercise.file().exists()
}
