//! `cargo workbook list`, and what `cargo workbook` prints where there is no terminal.

use super::arguments::{Arguments, Command, Run, Usage};
use crate::{
    actions,
    catalogue::{
        register::{Exercise, Register},
        select,
    },
    context::Context,
    exit,
    memory::news,
    screen::{
        json, render,
        say::{say, warn},
    },
    text, update,
};

pub const COMMAND: Command = Command {
    name: "list",
    overview: "  cargo workbook list           lessons, exercises, and which have passed",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook list [LESSON] [--json]

Prints all lessons and exercises, and which have passed.

  LESSON     only this one: `03-join`, or `03`
  --json     the same for programs; crates/workbook/JSON.md describes it
  --plain    ASCII only, no colour

Exit codes: 0 done, 2 wrong usage, 3 cannot.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (name, [json]) = arguments.name_and(["--json"])?;
    Ok(Box::new(move |context| list(context, name.as_deref(), json)))
}

fn list(context: &Context, lesson: Option<&str>, as_json: bool) -> anyhow::Result<u8> {
    let register = match lesson {
        None => context.register.clone(),
        Some(name) => Register { lessons: vec![select::find_lesson(&context.register, name)?.clone()] },
    };
    let (progress, warning) = context.store.read();
    let warnings: Vec<String> = warning.into_iter().collect();
    if as_json {
        json::print(&json::list(&register, &progress, actions::is_edited, &warnings));
        return Ok(exit::PASSED);
    }
    let current = context.current(&progress).ok().map(Exercise::id);
    say!("{}", render::list(&register, &progress, current.as_deref(), &context.style).join("\n"));
    warnings.iter().for_each(|warning| warn(warning));
    Ok(exit::PASSED)
}

/// Where the learner stands, and what to do next.
pub fn state(context: &Context) -> anyhow::Result<u8> {
    let (progress, _) = context.store.read();
    let code = list(context, None, false)?;
    // Who only looks leaves no mark: what is not there yet is not made here.
    if context.workspace.state_dir().is_dir()
        && let Some(news) = news::since_the_last_start(&context.workspace, &context.register)
    {
        say!("\n{}", text::paragraphs(&news, context.style.width).join("\n"));
    }
    if let Some(words) = update::interrupted(&context.workspace) {
        say!("\n{}", text::paragraphs(words, context.style.width).join("\n"));
    }
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
