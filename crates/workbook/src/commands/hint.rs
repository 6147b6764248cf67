//! `cargo workbook hint`

use super::arguments::{Arguments, Command, Run, Usage};
use crate::{
    actions,
    catalogue::select,
    context::Context,
    exit,
    screen::{
        say::{say, warn},
        style::Ink,
    },
};

pub const COMMAND: Command =
    Command { name: "hint", overview: "  cargo workbook hint [ID]      the next hint", help: HELP, parse };

const HELP: &str = "\
cargo workbook hint [ID]

Prints the next hint: first one about the check that failed last, if there is
one, then the others, one at a time.
Without an ID: the first exercise that has not passed.

Exit codes: 0 done, 1 there is no hint, 2 wrong usage.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (id, []) = arguments.name_and([])?;
    Ok(Box::new(move |context| hint(context, id.as_deref())))
}

fn hint(context: &Context, id: Option<&str>) -> anyhow::Result<u8> {
    let (progress, warning) = context.store.read();
    warning.iter().for_each(|warning| warn(warning));
    let exercise = match id {
        Some(id) => select::find_exercise(&context.register, id)?,
        None => context.current(&progress)?,
    };
    let (lines, unsaved) = actions::next_hint(context, exercise);
    unsaved.iter().for_each(|warning| warn(warning));
    let Some(lines) = lines else {
        say!("{} has no hints.", exercise.id());
        return Ok(exit::NOT_YET);
    };
    say!("{}\n{}", context.style.paint(Ink::Strong, &exercise.title()), lines.join("\n"));
    Ok(exit::PASSED)
}
