//! The command line: each command is one file, with its arguments and its help, and one line in `COMMANDS`.

pub mod arguments;
mod list;
mod check;
mod hint;
mod solution;
mod timeline;
mod reset;
mod verify;
mod new;
mod update;
mod book;
mod doctor;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    sync::mpsc,
    thread,
    time::Duration,
};

use self::arguments::{Arguments, Command, Given, Run, Usage};
use crate::{
    catalogue::{
        register::Exercise,
        select::{self, NoSuch, Selected},
    },
    context::Context,
    exit,
    judge::{cargo::NoVerdict, process::Cancel, signals},
    screen::{
        say::{self, say},
        terminal,
    },
    text, watch,
};

/// In the order of the overview.
const COMMANDS: [&Command; 11] = [
    &list::COMMAND,
    &check::COMMAND,
    &hint::COMMAND,
    &solution::COMMAND,
    &timeline::COMMAND,
    &reset::COMMAND,
    &verify::COMMAND,
    &new::COMMAND,
    &update::COMMAND,
    &book::COMMAND,
    &doctor::COMMAND,
];

/// Around the lines of the commands.
const OVERVIEW: (&str, &str) = (
    "\
Tokens in Flight: learn async Rust by streaming tokens from language models.

  cargo workbook [ID|LESSON]    watch: the next exercise, a verdict on every
                                save
",
    "
ID is `03-join/fan_out`, or `fan_out`, or the file itself.
`cargo workbook COMMAND --help` tells more about a command.

  --plain     ASCII only, no colour, nothing is drawn over
  --help      this text
  --version   the version

Environment: NO_COLOR takes the colour away. CARGO_TARGET_DIR is where cargo
builds.
Without a terminal, `cargo workbook` prints the state and ends.
Exit codes: 0 done, 1 not yet, 2 wrong usage, 3 cannot (no cargo, no linker, …),
130 Ctrl-C.
",
);

/// Runs a command line and returns the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    match run(args) {
        Ok(code) => match say::lost() {
            None => code,
            Some(error) => {
                let _ = writeln!(io::stderr(), "error: the output cannot be written: {error}");
                exit::CANNOT
            }
        },
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
    match error.downcast_ref::<NoVerdict>() {
        Some(NoVerdict::Cancelled) => signals::received().map_or(exit::INTERRUPTED, |signal| 128 + signal),
        _ => exit::CANNOT,
    }
}

fn run(args: impl IntoIterator<Item = OsString>) -> anyhow::Result<u8> {
    match parse(args)? {
        Asked::Print(text) => {
            say!("{}", text.trim_end());
            Ok(exit::PASSED)
        }
        Asked::Run { run, plain } => run(&Context::find(plain)?),
    }
}

/// What was asked for.
enum Asked {
    /// A help, or the version.
    Print(String),
    Run {
        run: Run,
        /// `--plain`
        plain: bool,
    },
}

fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Asked, Usage> {
    let mut arguments = Arguments::new(args);
    let first = arguments.next_given()?;
    let name = match &first {
        Some(Given::Value(name)) if name == "help" => return help(&mut arguments),
        Some(Given::Value(name)) => Some(name.clone()),
        Some(option) if !arguments.help => return Err(arguments.unexpected(option)),
        _ => None,
    };
    let command = name.as_deref().and_then(find);
    let run: Run = match command {
        Some(command) => {
            arguments.command = command.name;
            (command.parse)(&mut arguments)?
        }
        None => {
            if let Some(given) = arguments.next_given()? {
                let slip = name.as_deref().and_then(slip);
                return Err(slip.unwrap_or_else(|| unexpected(&arguments, name.as_deref(), &given)));
            }
            let start = name.clone();
            Box::new(move |context| watch(context, start.as_deref()))
        }
    };
    Ok(match command {
        _ if arguments.version => Asked::Print(format!("workbook {}", env!("CARGO_PKG_VERSION"))),
        Some(command) if arguments.help => Asked::Print(command.help.to_owned()),
        None if arguments.help => name.as_deref().and_then(slip).map_or_else(|| Ok(Asked::Print(overview())), Err)?,
        _ => Asked::Run { run, plain: arguments.plain },
    })
}

/// `help`, `help check`
fn help(arguments: &mut Arguments) -> Result<Asked, Usage> {
    match arguments.next_given()? {
        None => Ok(Asked::Print(overview())),
        Some(Given::Value(name)) => match find(&name) {
            Some(command) => Ok(Asked::Print(command.help.to_owned())),
            None => slip(&name).map_or_else(|| Ok(Asked::Print(overview())), Err),
        },
        Some(option) => Err(arguments.unexpected(&option)),
    }
}

fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.into_iter().find(|command| command.name == name)
}

fn overview() -> String {
    let lines: Vec<&str> = COMMANDS.iter().map(|command| command.overview).collect();
    format!("{}{}\n{}", OVERVIEW.0, lines.join("\n"), OVERVIEW.1)
}

/// `cargo workbook`, alone or with an exercise or a lesson to begin with.
fn watch(context: &Context, start: Option<&str>) -> anyhow::Result<u8> {
    let start = start.map(|typed| first_or_command(context, typed)).transpose()?;
    if terminal::is_interactive() { watch::run(context, start.as_deref(), None) } else { list::state(context) }
}

/// What stands where a command could stand: an exercise, a lesson, or a slip.
fn first_or_command(context: &Context, typed: &str) -> anyhow::Result<String> {
    // It looks like an id, or is the name of several: then the exercises are what was meant.
    let is_meant = typed.contains('/') || context.register.exercises().any(|exercise| exercise.name == typed);
    if select::find(&context.register, typed).is_err() && !is_meant {
        return Err(unknown(typed).into());
    }
    first_exercise(context, typed)
}

/// Where to begin: an exercise, or of a lesson its first exercise that has not passed.
fn first_exercise(context: &Context, typed: &str) -> anyhow::Result<String> {
    match select::find(&context.register, typed)? {
        Selected::Exercise(exercise) => Ok(exercise.id()),
        Selected::Lesson(lesson) => {
            let (progress, _) = context.store.read();
            let open = lesson.exercises.iter().find(|exercise| !progress.passed(&exercise.id()));
            let first = open.or(lesson.exercises.first()).map(Exercise::id);
            first.ok_or_else(|| Usage(format!("lesson `{}` has no exercise yet.", lesson.id)).into())
        }
    }
}

/// No command, no exercise and no lesson has this name.
fn unknown(command: &str) -> Usage {
    let suggestion = meant(command).unwrap_or_else(|| {
        "`cargo workbook --help` shows what there is, and `cargo workbook list` the exercises.".to_owned()
    });
    Usage(format!("no command, no exercise and no lesson is named `{command}`. {suggestion}"))
}

/// A name that is nearly that of a command. An exercise may have it, too, which nobody has looked up yet, so no other name of
/// a command is proposed for one that is only somewhat like it.
fn slip(name: &str) -> Option<Usage> {
    let is_near = COMMANDS.iter().any(|command| text::differ_by_a_slip(name, command.name));
    let suggestion = meant(name).filter(|_| is_near || name == "watch")?;
    Some(Usage(format!("no command is named `{name}`. {suggestion}")))
}

fn meant(command: &str) -> Option<String> {
    if command == "watch" {
        return Some("`cargo workbook` without a command watches.".to_owned());
    }
    text::nearest(command, COMMANDS.iter().map(|command| command.name)).map(|name| format!("Did you mean `{name}`?"))
}

/// What stands behind the name of an exercise, where nothing may.
fn unexpected(arguments: &Arguments, name: Option<&str>, given: &Given) -> Usage {
    match (name, given) {
        (Some(name), Given::Value(command)) if find(command).is_some() => {
            Usage(format!("the command stands first: cargo workbook {command} {name}"))
        }
        _ => arguments.unexpected(given),
    }
}

/// Does work that runs other programs, and stops them all on Ctrl-C. Meanwhile `tick` is called again and again.
pub fn stoppable<T: Send>(
    tick: impl Fn(),
    work: impl FnOnce(&Cancel) -> Result<T, NoVerdict> + Send,
) -> Result<T, NoVerdict> {
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
                Err(mpsc::RecvTimeoutError::Timeout) => tick(),
                // The work panicked: the scope hands the panic on.
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(NoVerdict::Cancelled),
            }
            if signals::received().is_some() && !cancel.is_cancelled() {
                cancel.cancel();
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(line: &str) -> String {
        match parse(line.split_whitespace().map(OsString::from)) {
            Ok(Asked::Print(text)) => text,
            Ok(Asked::Run { .. }) => panic!("`{line}` prints nothing by itself"),
            Err(usage) => panic!("{usage}"),
        }
    }

    fn refused(line: &str) -> String {
        match parse(line.split_whitespace().map(OsString::from)) {
            Ok(_) => panic!("`{line}` makes sense"),
            Err(usage) => usage.0,
        }
    }

    fn is_understood(line: &str) -> bool {
        matches!(parse(line.split_whitespace().map(OsString::from)), Ok(Asked::Run { .. }))
    }

    #[test]
    fn understands_every_command() {
        for line in [
            "",
            "--plain",
            "03-join/fan_out",
            "list --json",
            "check",
            "--plain check a/b --json --attempt f.rs",
            "check a/b --trap slow",
            "check --all --plain",
            "hint",
            "solution a --spoil",
            "timeline a --svg=x.svg",
            "reset --all",
            "verify 03 --strict",
            "new 03-join/race",
            "book --build",
            "book --live",
            "book 03-join/fan_out --live --port 8400 --no-open",
            "doctor",
        ] {
            assert!(is_understood(line), "{line}");
        }
        assert_eq!(printed("--version"), concat!("workbook ", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn every_command_has_help_with_its_exit_codes() {
        for command in COMMANDS {
            let (name, text) = (command.name, command.help);
            assert_eq!(printed(&format!("{name} --help")), text);
            assert_eq!(printed(&format!("help {name}")), text);
            assert!(text.starts_with(&format!("cargo workbook {name}")) && text.contains("Exit codes:"));
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
            assert!(printed("--help").contains(&format!("\n  cargo workbook {name}")), "the overview names {name}");
        }
        assert!(printed("help").lines().all(|line| line.chars().count() <= 80));
    }

    /// What looks like an exercise may be one, and there is no help about one: the overview says how they are named.
    #[test]
    fn help_with_the_name_of_an_exercise_is_the_overview() {
        for line in ["03-join/fan_out --help", "--help fan_out", "help 03-join/fan_out", "help 03-join"] {
            assert_eq!(printed(line), overview(), "{line}");
        }
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        assert!(refused("chekc now").contains("Did you mean `check`?"));
        assert!(refused("watch --help").contains("without a command"));
        assert!(refused("help chekc").contains("Did you mean `check`?"));
        assert!(refused("greet --json").contains("has no option --json"), "it is not called a slip for `reset`");
        assert!(refused("03-join/fan_out --json").contains("`cargo workbook` has no option --json"));
        assert!(refused("03-join check").contains("cargo workbook check 03-join"));
        assert!(refused("fan_out again").contains("does not know what to do with `again`"));
        assert!(refused("solution").contains("For example: solution 03-join/fan_out"));
        assert!(refused("reset").contains("--all"));
        assert!(refused("check a --all").contains("not both"));
        assert!(refused("check --attempt f.rs").contains("check ID --attempt FILE"));
        assert!(refused("check --trap slow").contains("check ID --trap NAME"));
        assert!(refused("check a --trap slow --attempt f.rs").contains("not both"));
        assert!(refused("list --spoil").contains("list --help"));
        assert!(refused("new").contains("new 03-join/race"));
        assert!(refused("book --live --build").contains("one of them"));
        assert!(refused("book --port 8400").contains("book --live --port"));
        assert!(refused("book --no-open").contains("goes with --live"));
        assert!(refused("book fan_out").contains("`fan_out`"));
        assert!(refused("book --live a b").contains("`b`"));
        for port in ["0", "x", "65536", "-1"] {
            assert!(refused(&format!("book --live --port={port}")).contains("For example: --port 8400"), "{port}");
        }
        assert!(refused("doctor now").contains("`now`"));
        assert!(refused("check --attempt").contains("--help"));
        assert!(refused("--nonsense").contains("--help"));
    }
}
