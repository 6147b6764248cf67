//! The command line.

use std::{ffi::OsString, path::PathBuf};

use lexopt::{Arg, Parser, ValueExt as _};

use crate::text;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub command: Command,
    /// `--plain`
    pub plain: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Watch,
    List {
        json: bool,
    },
    Check {
        what: What,
        attempt: Option<PathBuf>,
        json: bool,
    },
    Hint {
        id: Option<String>,
    },
    Solution {
        id: String,
        spoil: bool,
    },
    Timeline {
        id: String,
        svg: Option<PathBuf>,
    },
    Reset {
        what: What,
    },
    Verify {
        what: Option<String>,
        json: bool,
        strict: bool,
    },
    Book {
        build_only: bool,
    },
    Doctor,
    /// The text to print.
    Help(&'static str),
    Version,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The first exercise that has not passed.
    Current,
    /// As it was typed.
    Named(String),
    All,
}

/// The command line makes no sense. The text says what would.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl From<lexopt::Error> for Usage {
    fn from(error: lexopt::Error) -> Self {
        Usage(format!("{error}.\n`cargo workbook --help` shows what there is."))
    }
}

/// The names of the commands, and what `--help` says about each.
const COMMANDS: [(&str, &str); 9] = [
    ("list", LIST),
    ("check", CHECK),
    ("hint", HINT),
    ("solution", SOLUTION),
    ("timeline", TIMELINE),
    ("reset", RESET),
    ("verify", VERIFY),
    ("book", BOOK),
    ("doctor", DOCTOR),
];

pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Asked, Usage> {
    let mut given = Given::default();
    let mut parser = Parser::from_args(args);
    let mut command: Option<String> = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("plain") => given.plain = true,
            Arg::Long("json") => given.json = true,
            Arg::Long("all") => given.all = true,
            Arg::Long("spoil") => given.spoil = true,
            Arg::Long("strict") => given.strict = true,
            Arg::Long("build") => given.build = true,
            Arg::Long("attempt") => given.attempt = Some(parser.value()?.into()),
            Arg::Long("svg") => given.svg = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => given.help = true,
            Arg::Long("version") | Arg::Short('V') => given.version = true,
            Arg::Value(value) if command.is_none() => command = Some(value.string()?),
            Arg::Value(value) if given.name.is_none() => given.name = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let plain = given.plain;
    Ok(Asked { command: given.command(command.as_deref())?, plain })
}

/// Everything that can stand on a command line, before it is known which command it is for.
#[derive(Debug, Default)]
struct Given {
    name: Option<String>,
    plain: bool,
    json: bool,
    all: bool,
    spoil: bool,
    strict: bool,
    build: bool,
    help: bool,
    version: bool,
    attempt: Option<PathBuf>,
    svg: Option<PathBuf>,
}

impl Given {
    fn command(mut self, command: Option<&str>) -> Result<Command, Usage> {
        if self.help || command == Some("help") {
            let about = if command == Some("help") { self.name.as_deref() } else { command };
            return about.map_or(Ok(Command::Help(MAIN)), help);
        }
        if self.version {
            return Ok(Command::Version);
        }
        let result = match command {
            None => Command::Watch,
            Some("list") => Command::List { json: self.take_json() },
            Some("check") => {
                let attempt = self.attempt.take();
                let what = self.take_what("check")?;
                if attempt.is_some() && !matches!(what, What::Named(_)) {
                    return Err(Usage("--attempt FILE needs the exercise: check ID --attempt FILE".to_owned()));
                }
                Command::Check { what, attempt, json: self.take_json() }
            }
            Some("hint") => Command::Hint { id: self.name.take() },
            Some("solution") => Command::Solution { id: self.take_name("solution")?, spoil: take(&mut self.spoil) },
            Some("timeline") => Command::Timeline { id: self.take_name("timeline")?, svg: self.svg.take() },
            Some("reset") => match self.take_what("reset")? {
                What::Current => {
                    return Err(Usage(
                        "reset needs an exercise, or --all.\nFor example: reset 03-join/fan_out".to_owned(),
                    ));
                }
                what => Command::Reset { what },
            },
            Some("verify") => {
                let strict = take(&mut self.strict);
                Command::Verify { what: self.name.take(), json: self.take_json(), strict }
            }
            Some("book") => Command::Book { build_only: take(&mut self.build) },
            Some("doctor") => Command::Doctor,
            Some(other) => return Err(unknown(other)),
        };
        self.nothing_left(command.unwrap_or_default())?;
        Ok(result)
    }

    fn take_json(&mut self) -> bool {
        take(&mut self.json)
    }

    fn take_name(&mut self, command: &str) -> Result<String, Usage> {
        let missing = || Usage(format!("{command} needs an exercise.\nFor example: {command} 03-join/fan_out"));
        self.name.take().ok_or_else(missing)
    }

    fn take_what(&mut self, command: &str) -> Result<What, Usage> {
        match (self.name.take(), take(&mut self.all)) {
            (Some(_), true) => Err(Usage(format!("{command}: name an exercise or say --all, not both"))),
            (Some(name), false) => Ok(What::Named(name)),
            (None, true) => Ok(What::All),
            (None, false) => Ok(What::Current),
        }
    }

    /// An option that the command does not know is a mistake, not a detail.
    fn nothing_left(&self, command: &str) -> Result<(), Usage> {
        let left = [
            (self.json, "--json"),
            (self.all, "--all"),
            (self.spoil, "--spoil"),
            (self.strict, "--strict"),
            (self.build, "--build"),
            (self.attempt.is_some(), "--attempt"),
            (self.svg.is_some(), "--svg"),
        ];
        if let Some((_, option)) = left.iter().find(|(given, _)| *given) {
            let command = if command.is_empty() { "cargo workbook" } else { command };
            return Err(Usage(format!("`{command}` has no option {option}.\n`{command} --help` shows what it has.")));
        }
        match &self.name {
            Some(name) => Err(Usage(format!("`{command}` does not know what to do with `{name}`."))),
            None => Ok(()),
        }
    }
}

fn take(flag: &mut bool) -> bool {
    std::mem::take(flag)
}

fn help(command: &str) -> Result<Command, Usage> {
    let found = COMMANDS.iter().find(|(name, _)| *name == command);
    found.map(|(_, text)| Command::Help(text)).ok_or_else(|| unknown(command))
}

fn unknown(command: &str) -> Usage {
    let nearest = COMMANDS.iter().min_by_key(|(name, _)| text::distance(name, command)).map(|(name, _)| *name);
    let suggestion = match nearest {
        _ if command == "watch" => "`cargo workbook` without a command watches.".to_owned(),
        _ if command.contains('/') => format!("To check an exercise: `cargo workbook check {command}`"),
        Some(name) if text::distance(name, command) <= 3 => format!("Did you mean `{name}`?"),
        _ => "`cargo workbook --help` shows what there is.".to_owned(),
    };
    Usage(format!("no command is named `{command}`. {suggestion}"))
}

const MAIN: &str = "\
Tokens in Flight: learn async Rust by streaming tokens from language models.

  cargo workbook                watch: the next exercise, a verdict on every
                                save
  cargo workbook list           lessons, exercises, and which have passed
  cargo workbook check [ID]     check once
  cargo workbook hint [ID]      the next hint
  cargo workbook solution ID    the solution, after a pass
  cargo workbook timeline ID    the last run, drawn
  cargo workbook reset ID       back to the starter; your version is kept aside
  cargo workbook verify         for authors: starters fail, solutions pass,
                                traps are caught
  cargo workbook book           build and serve the book
  cargo workbook doctor         is this machine ready, and what to do if not

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
";

const LIST: &str = "\
cargo workbook list [--json]

Prints all lessons and exercises, and which have passed.

  --json     the same for programs; crates/workbook/JSON.md describes it
  --plain    ASCII only, no colour

Exit codes: 0 done, 2 wrong usage, 3 cannot.
";

const CHECK: &str = "\
cargo workbook check [ID|LESSON|--all] [--attempt FILE] [--json]

Compiles an exercise, runs its checks, and says what happened. Without an ID:
the first exercise that has not passed.

  ID               `03-join/fan_out`, or `fan_out`, or
                   `exercises/03-join/fan_out.rs`
  LESSON           all exercises of a lesson: `03-join`, or `03`
  --all            all exercises
  --attempt FILE   run the checks of ID on another file; progress stays as it is
  --json           the report for programs; crates/workbook/JSON.md describes it
  --plain          ASCII only, no colour

Exit codes: 0 all checks passed, 1 not yet, 2 wrong usage, 3 cannot (no cargo,
no linker, …), 130 Ctrl-C.
";

const HINT: &str = "\
cargo workbook hint [ID]

Prints the next hint: first one about the check that failed last, if there is
one, then the others, one at a time.
Without an ID: the first exercise that has not passed.

Exit codes: 0 done, 1 there is no hint, 2 wrong usage.
";

const SOLUTION: &str = "\
cargo workbook solution ID [--spoil]

Prints the solution of an exercise that you have passed, with why it works.

  --spoil    before you have passed it, too

Exit codes: 0 done, 1 not passed yet, 2 wrong usage.
";

const TIMELINE: &str = "\
cargo workbook timeline ID [--svg FILE]

Draws the last run of an exercise: what each call did, on the clock of the
simulation. If a check failed, it is the run of
that check, beside the one expected.

  --svg FILE   write your run as a picture
  --plain      ASCII only

Exit codes: 0 done, 1 there is no run yet, 2 wrong usage, 3 the file cannot be
written.
";

const RESET: &str = "\
cargo workbook reset ID|--all

Puts the starter back. Your version is kept under .workbook/kept/, and no
version there is ever overwritten. If it cannot
be kept, nothing is reset.

  --all    all exercises that differ from their starter

Exit codes: 0 done, 2 wrong usage, 3 a file cannot be written.
";

const VERIFY: &str = "\
cargo workbook verify [LESSON|ID] [--strict] [--json]

For authors and CI. Proves of each exercise that its starter fails as it should,
its solution passes without a warning,
each trap is caught by the check named in its header with the words named there,
and header and hints are complete.

  --strict   an exercise that differs from its starter is a problem, not a note
  --json     the result for programs; crates/workbook/JSON.md describes it

Exit codes: 0 no problem, 1 problems, 2 wrong usage, 3 cannot, 130 Ctrl-C.
";

const BOOK: &str = "\
cargo workbook book [--build]

Builds the book and serves it on this machine; Ctrl-C ends it. Uses mdbook from
the PATH, or from target/tools/bin. If
there is none, it is installed there.

  --build    build it under book/book and end

Exit codes: 0 done, 3 it cannot be installed or built.
";

const DOCTOR: &str = "\
cargo workbook doctor

Looks at what the workbook needs on this machine, and says what to do about what
is missing.

Exit codes: 0 ready, 1 something needed is missing.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from)).map(|asked| asked.command).map_err(|usage| usage.0)
    }

    #[test]
    fn understands_every_command() {
        let named = |name: &str| What::Named(name.to_owned());
        assert_eq!(command(""), Ok(Command::Watch));
        assert_eq!(command("list --json"), Ok(Command::List { json: true }));
        assert_eq!(command("check"), Ok(Command::Check { what: What::Current, attempt: None, json: false }));
        assert_eq!(
            command("--plain check a/b --json --attempt f.rs"),
            Ok(Command::Check { what: named("a/b"), attempt: Some("f.rs".into()), json: true })
        );
        assert_eq!(command("reset --all"), Ok(Command::Reset { what: What::All }));
        assert_eq!(
            command("verify 03 --strict"),
            Ok(Command::Verify { what: Some("03".to_owned()), json: false, strict: true })
        );
        assert_eq!(
            command("timeline a --svg=x.svg"),
            Ok(Command::Timeline { id: "a".to_owned(), svg: Some("x.svg".into()) })
        );
    }

    #[test]
    fn every_command_has_help_with_its_exit_codes() {
        for (name, text) in COMMANDS {
            assert_eq!(command(&format!("{name} --help")), Ok(Command::Help(text)));
            assert_eq!(command(&format!("help {name}")), Ok(Command::Help(text)));
            assert!(text.starts_with(&format!("cargo workbook {name}")) && text.contains("Exit codes:"));
            assert!(MAIN.contains(&format!("cargo workbook {name}")), "the overview names {name}");
            assert!(text.lines().all(|line| line.chars().count() <= 80));
        }
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        let refused = |line: &str| command(line).expect_err("it makes no sense");
        assert!(refused("chekc").contains("Did you mean `check`?"));
        assert!(refused("watch").contains("without a command"));
        assert!(refused("03-join/fan_out").contains("cargo workbook check 03-join/fan_out"));
        assert!(refused("solution").contains("For example: solution 03-join/fan_out"));
        assert!(refused("reset").contains("--all"));
        assert!(refused("check a --all").contains("not both"));
        assert!(refused("check --attempt f.rs").contains("check ID --attempt FILE"));
        assert!(refused("list --spoil").contains("list --help"));
        assert!(refused("doctor now").contains("`now`"));
        assert!(refused("check --attempt").contains("--help"));
        assert!(refused("--nonsense").contains("--help"));
    }
}
