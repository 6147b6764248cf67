//! The command line.

mod help;

use std::{ffi::OsString, path::PathBuf};

use lexopt::{Arg, Parser, ValueExt as _};

use self::help::{COMMANDS, MAIN};
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
        attempt: Option<Other>,
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

/// What to check in place of the learner's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Other {
    /// `--attempt FILE`
    File(PathBuf),
    /// `--trap NAME`
    Trap(String),
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
            Arg::Long("trap") => given.trap = Some(parser.value()?.string()?),
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
    trap: Option<String>,
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
                let attempt = match (self.attempt.take(), self.trap.take()) {
                    (Some(_), Some(_)) => {
                        return Err(Usage("check: --attempt FILE or --trap NAME, not both".to_owned()));
                    }
                    (file, trap) => file.map(Other::File).or(trap.map(Other::Trap)),
                };
                let what = self.take_what("check")?;
                if let Some(other) = attempt.as_ref().filter(|_| !matches!(what, What::Named(_))) {
                    let option = if matches!(other, Other::File(_)) { "--attempt FILE" } else { "--trap NAME" };
                    return Err(Usage(format!("{option} needs the exercise: check ID {option}")));
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
            (self.trap.is_some(), "--trap"),
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
    let suggestion = match text::nearest(command, COMMANDS.iter().map(|(name, _)| *name)) {
        _ if command == "watch" => "`cargo workbook` without a command watches.".to_owned(),
        _ if command.contains('/') => format!("To check an exercise: `cargo workbook check {command}`"),
        Some(name) => format!("Did you mean `{name}`?"),
        None => "`cargo workbook --help` shows what there is.".to_owned(),
    };
    Usage(format!("no command is named `{command}`. {suggestion}"))
}

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
            Ok(Command::Check { what: named("a/b"), attempt: Some(Other::File("f.rs".into())), json: true })
        );
        assert_eq!(
            command("check a/b --trap slow"),
            Ok(Command::Check { what: named("a/b"), attempt: Some(Other::Trap("slow".to_owned())), json: false })
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
        assert!(refused("check --trap slow").contains("check ID --trap NAME"));
        assert!(refused("check a --trap slow --attempt f.rs").contains("not both"));
        assert!(refused("list --spoil").contains("list --help"));
        assert!(refused("doctor now").contains("`now`"));
        assert!(refused("check --attempt").contains("--help"));
        assert!(refused("--nonsense").contains("--help"));
    }
}
