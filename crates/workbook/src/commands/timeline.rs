//! `cargo workbook timeline`

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::arguments::{Arguments, Command, Given, Run, Usage};
use crate::{actions, catalogue::select, context::Context, exit, files, memory::kept_runs::KeptRun, screen::say::say};

pub const COMMAND: Command =
    Command { name: "timeline", overview: "  cargo workbook timeline ID    the last run, drawn", help: HELP, parse };

const HELP: &str = "\
cargo workbook timeline ID [--svg FILE]

Draws the last run of an exercise: what each call did, on the clock of the
simulation. If a check failed, it is the run of
that check, beside the one expected.

  --svg FILE   write your run as a picture
  --plain      ASCII only

Exit codes: 0 done, 1 there is no run yet, 2 wrong usage, 3 the file cannot be
written.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (mut id, mut svg) = (None, None);
    while let Some(given) = arguments.next_given()? {
        match given {
            Given::Option(option) if option == "--svg" => svg = Some(PathBuf::from(arguments.value()?)),
            Given::Value(value) if id.is_none() => id = Some(value),
            other => return Err(arguments.unexpected(&other)),
        }
    }
    let id = arguments.needed(id)?;
    Ok(Box::new(move |context| timeline(context, &id, svg.as_deref())))
}

fn timeline(context: &Context, id: &str, svg: Option<&Path>) -> anyhow::Result<u8> {
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
    say!("{}", actions::drawing(&run, exercise, &context.style).join("\n"));
    Ok(exit::PASSED)
}
