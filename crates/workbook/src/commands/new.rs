//! `cargo workbook new`

use super::arguments::{Arguments, Command, Run, Usage};
use crate::{context::Context, exit, screen::say::say, verify::scaffold::Scaffold};

pub const COMMAND: Command = Command {
    name: "new",
    overview: "  cargo workbook new ID         for authors: files of an exercise or a lesson",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook new LESSON/NAME

For authors. Makes the files of an exercise in the pattern of the others; where
the lesson is new, those of the lesson, too: crate, bench, chapter. They compile
and run at once. Every place to fill says TODO, and `verify` lists what is left.

  LESSON   `03-join`, or a new one: `16-topic`
  NAME     `race`: small letters, digits and _

Exit codes: 0 done, 2 wrong usage, or it is there already, 3 a file cannot be
written.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (id, []) = arguments.name_and([])?;
    match id {
        None if !arguments.help => Err(Usage("new needs LESSON/NAME.\nFor example: new 03-join/race".to_owned())),
        id => Ok(Box::new(move |context| new(context, &id.unwrap_or_default()))),
    }
}

fn new(context: &Context, typed: &str) -> anyhow::Result<u8> {
    let scaffold = Scaffold::new(&context.workspace, &context.register, typed)?;
    for file in scaffold.write()? {
        say!("{file}");
    }
    say!(
        "\nThey compile and run. Every place that you have to fill says TODO; CONTRIBUTING.md shows the way.\nWhat is \
         left: cargo workbook verify {}",
        scaffold.id()
    );
    Ok(exit::PASSED)
}
