//! `cargo workbook list`, and what `cargo workbook` prints where there is no terminal.

use std::fs;

use super::{Context, warn};
use crate::{exit, json, register::Exercise, render, text};

pub fn list(context: &Context, as_json: bool) -> anyhow::Result<u8> {
    let (progress, warning) = context.store.read();
    let warnings: Vec<String> = warning.into_iter().collect();
    if as_json {
        json::print(&json::list(&context.register, &progress, is_edited, &warnings));
        return Ok(exit::PASSED);
    }
    let current = context.current(&progress).ok().map(Exercise::id);
    say!("{}", render::list(&context.register, &progress, current.as_deref(), &context.style).join("\n"));
    warnings.iter().for_each(|warning| warn(warning));
    Ok(exit::PASSED)
}

/// Where the learner stands, and what to do next.
pub fn state(context: &Context) -> anyhow::Result<u8> {
    let (progress, _) = context.store.read();
    let code = list(context, false)?;
    let next = context.current(&progress)?;
    let id = next.id();
    let words = if progress.passed(&id) {
        "All exercises have passed.".to_owned()
    } else {
        format!(
            "Next: {}, in {}. Check it: cargo workbook check {id}",
            next.title(),
            context.workspace.shown(&next.file())
        )
    };
    say!("\n{}", text::paragraphs(&words, context.style.width).join("\n"));
    say!("{}", text::wrap("This is no terminal: in one, `cargo workbook` watches.", context.style.width).join("\n"));
    Ok(code)
}

/// Whether the learner's file differs from the starter.
pub fn is_edited(exercise: &Exercise) -> bool {
    match (fs::read(exercise.file()), fs::read(exercise.starter_file())) {
        (Ok(file), Ok(starter)) => file != starter,
        _ => false,
    }
}
