//! The commands, one file each.

/// Prints a line on stdout. Who closes the pipe has read enough: then the rest is for nobody, and no reason to panic.
macro_rules! say {
    ($($words:tt)*) => { $crate::commands::say(format_args!($($words)*)) };
}

mod book;
mod check;
mod doctor;
mod hint;
mod list;
mod reset;
mod solution;
mod status;
mod timeline;
mod verify;

pub use check::remember;
pub use hint::next as next_hint;
pub use reset::reset as reset_exercise;
pub use solution::read as read_solution;
pub use timeline::drawing;

use std::{
    ffi::OsString,
    fmt::Display,
    io::{self, Write as _},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{
    args::{self, Command, Usage},
    cargo::Trouble,
    exit,
    process::Cancel,
    progress::{Progress, Store},
    register::{Exercise, Register},
    select::NoSuch,
    signals,
    style::Style,
    terminal, watch,
    workspace::Workspace,
};

/// What every command works with.
#[derive(Debug)]
pub struct Context {
    pub workspace: Workspace,
    pub register: Register,
    pub store: Store,
    pub style: Style,
    pub plain: bool,
}

impl Context {
    fn new(plain: bool) -> anyhow::Result<Self> {
        let workspace = Workspace::find()?;
        let register = Register::read(&workspace)?;
        let store = Store::new(&workspace);
        Ok(Self { workspace, register, store, style: Style::detect(plain), plain })
    }

    /// The first exercise that has not passed; the first of all once all have.
    pub fn current(&self, progress: &Progress) -> anyhow::Result<&Exercise> {
        let open = self.register.exercises().find(|exercise| !progress.passed(&exercise.id()));
        let current = open.or_else(|| self.register.exercises().next());
        current.ok_or_else(|| anyhow::anyhow!("no lesson has an exercise yet"))
    }
}

/// Runs a command line and returns the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    match run(args) {
        Ok(code) => code,
        Err(error) => {
            let code = code_of(&error);
            if code != exit::INTERRUPTED {
                // A closed pipe is no reason to panic about an error.
                let _ = writeln!(io::stderr(), "error: {error:#}");
            }
            code
        }
    }
}

fn code_of(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() || error.is::<NoSuch>() {
        return exit::USAGE;
    }
    match error.downcast_ref::<Trouble>() {
        Some(Trouble::Cancelled) => signals::received().map_or(exit::INTERRUPTED, |signal| 128 + signal),
        _ => exit::CANNOT,
    }
}

fn run(args: impl IntoIterator<Item = OsString>) -> anyhow::Result<u8> {
    let asked = args::parse(args)?;
    match asked.command {
        Command::Help(text) => {
            say(text.trim_end());
            return Ok(exit::PASSED);
        }
        Command::Version => {
            say!("workbook {}", env!("CARGO_PKG_VERSION"));
            return Ok(exit::PASSED);
        }
        _ => {}
    }
    let context = Context::new(asked.plain)?;
    match asked.command {
        Command::Watch if terminal::is_interactive() => watch::run(&context),
        Command::Watch => list::state(&context),
        Command::List { json } => list::list(&context, json),
        Command::Check { what, attempt, json } => check::check(&context, &what, attempt.as_ref(), json),
        Command::Hint { id } => hint::hint(&context, id.as_deref()),
        Command::Solution { id, spoil } => solution::solution(&context, &id, spoil),
        Command::Timeline { id, svg } => timeline::timeline(&context, &id, svg.as_deref()),
        Command::Reset { what } => reset::command(&context, &what),
        Command::Verify { what, json, strict } => verify::verify(&context, what.as_deref(), json, strict),
        Command::Book { build_only } => book::book(&context, build_only),
        Command::Doctor => doctor::doctor(&context),
        Command::Help(_) | Command::Version => unreachable!("answered above"),
    }
}

/// Does work that runs other programs, and stops them all on Ctrl-C.
pub fn stoppable<T: Send>(work: impl FnOnce(&Cancel) -> Result<T, Trouble> + Send) -> Result<T, Trouble> {
    signals::listen();
    let cancel = Cancel::default();
    thread::scope(|scope| {
        let (done, result) = mpsc::channel();
        let cancel = &cancel;
        scope.spawn(move || {
            // The receiver is there until a value came.
            let _ = done.send(work(cancel));
        });
        loop {
            match result.recv_timeout(Duration::from_millis(20)) {
                Ok(result) => return result,
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                // The work panicked: the scope hands the panic on.
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Trouble::Cancelled),
            }
            if signals::received().is_some() && !cancel.is_cancelled() {
                cancel.cancel();
            }
        }
    })
}

/// As the macro.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// A warning that must not mix with what a program reads from stdout.
fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "warning: {text}");
}
