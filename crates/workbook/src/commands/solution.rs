//! `cargo workbook solution`

use super::arguments::{Arguments, Command, Run, Usage};
use crate::{actions, catalogue::select, context::Context, exit, screen::say::say};

pub const COMMAND: Command = Command {
    name: "solution",
    overview: "  cargo workbook solution ID    the solution, after a pass",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook solution ID [--spoil]

Prints the solution of an exercise that you have passed, with why it works.

  --spoil    before you have passed it, too

Exit codes: 0 done, 1 not passed yet, 2 wrong usage.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (id, [spoil]) = arguments.name_and(["--spoil"])?;
    let id = arguments.needed(id)?;
    Ok(Box::new(move |context| solution(context, &id, spoil)))
}

fn solution(context: &Context, id: &str, spoil: bool) -> anyhow::Result<u8> {
    let exercise = select::find_exercise(&context.register, id)?;
    let id = exercise.id();
    if !spoil && !context.store.read().0.passed(&id) {
        say!(
            "You have not passed {id} yet.\nA hint: cargo workbook hint {id}\nThe solution all the same: cargo workbook \
             solution {id} --spoil"
        );
        return Ok(exit::NOT_YET);
    }
    say!(
        "{}\n\n{}",
        context.workspace.shown(&exercise.solution_file()),
        actions::read_solution(&context.workspace, exercise)?
    );
    Ok(exit::PASSED)
}
