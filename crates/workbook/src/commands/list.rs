//! `cargo workbook list`, and what `cargo workbook` prints where there is no terminal.

use super::arguments::{Arguments, Command, Given, Run, Usage};
use crate::{
    actions,
    catalogue::register::Exercise,
    context::Context,
    exit,
    screen::{
        json, render,
        say::{say, warn},
    },
    text,
};

pub const COMMAND: Command = Command {
    name: "list",
    overview: "  cargo workbook list           lessons, exercises, and which have passed",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook list [--json]

Prints all lessons and exercises, and which have passed.

  --json     the same for programs; crates/workbook/JSON.md describes it
  --plain    ASCII only, no colour

Exit codes: 0 done, 2 wrong usage, 3 cannot.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (name, [json]) = arguments.name_and(["--json"])?;
    if let Some(name) = name {
        return Err(arguments.unexpected(&Given::Value(name)));
    }
    Ok(Box::new(move |context| list(context, json)))
}

fn list(context: &Context, as_json: bool) -> anyhow::Result<u8> {
    let (progress, warning) = context.store.read();
    let warnings: Vec<String> = warning.into_iter().collect();
    if as_json {
        json::print(&json::list(&context.register, &progress, actions::is_edited, &warnings));
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
