//! `cargo workbook timeline`

use std::path::Path;

use ::timeline::{TextStyle, beside};
use anyhow::Context as _;

use super::Context;
use crate::{exit, files, kept_runs::KeptRun, register::Exercise, select, style::Style};

pub fn timeline(context: &Context, id: &str, svg: Option<&Path>) -> anyhow::Result<u8> {
    let exercise = select::find_exercise(&context.register, id)?;
    let Some(run) = KeptRun::load(&context.workspace, exercise) else {
        say!("{0} has no run yet. Check it first: cargo workbook check {0}", exercise.id());
        return Ok(exit::NOT_YET);
    };
    let Some(yours) = &run.yours else {
        say!("The last run of {} has nothing to draw: no call was started.", exercise.id());
        return Ok(exit::NOT_YET);
    };
    if let Some(path) = svg {
        files::replace(path, yours.svg().as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
        say!("{}", path.display());
        return Ok(exit::PASSED);
    }
    say!("{}", drawing(&run, exercise, &context.style).join("\n"));
    Ok(exit::PASSED)
}

/// The last run, beside the one expected where there is one.
pub fn drawing(run: &KeptRun, exercise: &Exercise, style: &Style) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", exercise.id(), run.outcome)];
    if let Some(check) = &run.failed {
        lines[0].push_str(&format!(", in {check}"));
    }
    lines.push(String::new());
    let Some(yours) = &run.yours else {
        lines.push("Nothing to draw: no call was started.".to_owned());
        return lines;
    };
    let text_style = TextStyle { width: style.width, ascii: style.ascii };
    let drawn = match &run.expected {
        Some(expected) => beside(yours, expected, &text_style),
        None => yours.text(&text_style),
    };
    lines.extend(drawn.trim_end().lines().map(str::to_owned));
    lines
}
