//! `cargo workbook reset`

use super::arguments::{Arguments, Command, Run, Usage, What};
use crate::{
    actions,
    catalogue::{
        register::Exercise,
        select::{self, Selected},
    },
    context::Context,
    exit,
    screen::say::{say, warn},
};

pub const COMMAND: Command = Command {
    name: "reset",
    overview: "  cargo workbook reset ID       back to the starter; your version is kept aside",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook reset ID|LESSON|--all

Puts the starter back. Your version is kept under .workbook/kept/, and no
version there is ever overwritten. Where it cannot be kept, it stays, and so do
those of the exercises after it.

  LESSON   the exercises of a lesson that differ from their starter: `03-join`,
           or `03`
  --all    all exercises that differ from their starter

Exit codes: 0 done, 2 wrong usage, 3 a file cannot be written.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (name, [all]) = arguments.name_and(["--all"])?;
    match What::of("reset", name, all)? {
        What::Current if !arguments.help => {
            Err(Usage("reset needs an exercise, or --all.\nFor example: reset 03-join/fan_out".to_owned()))
        }
        what => Ok(Box::new(move |context| reset(context, &what))),
    }
}

fn reset(context: &Context, what: &What) -> anyhow::Result<u8> {
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
        let kept = actions::reset(context, exercise)?;
        match kept.kept {
            Some(path) => say!("{} is the starter again. Your version: {path}", exercise.id()),
            None => say!("{} is the starter.", exercise.id()),
        }
        kept.warning.iter().for_each(|warning| warn(warning));
    }
    Ok(exit::PASSED)
}

fn differs(exercise: &Exercise) -> bool {
    actions::is_edited(exercise) || !exercise.file().exists()
}
