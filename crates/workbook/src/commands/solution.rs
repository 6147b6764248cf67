//! `cargo workbook solution`

use std::fs;

use anyhow::Context as _;

use super::Context;
use crate::{exit, register::Exercise, select, workspace::Workspace};

pub fn solution(context: &Context, id: &str, spoil: bool) -> anyhow::Result<u8> {
    let exercise = select::find_exercise(&context.register, id)?;
    let id = exercise.id();
    if !spoil && !context.store.read().0.passed(&id) {
        say!(
            "You have not passed {id} yet.\nA hint: cargo workbook hint {id}\nThe solution all the same: cargo workbook \
             solution {id} --spoil"
        );
        return Ok(exit::NOT_YET);
    }
    say!("{}\n\n{}", context.workspace.shown(&exercise.solution_file()), read(&context.workspace, exercise)?);
    Ok(exit::PASSED)
}

/// The solution as a person reads it: without the lines that connect it to the checks.
pub fn read(workspace: &Workspace, exercise: &Exercise) -> anyhow::Result<String> {
    let path = exercise.solution_file();
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", workspace.shown(&path)))?;
    Ok(crate::attempt::without_checks(&text).trim_end().to_owned())
}
