//! How commands read their part of the command line.

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::context::Context;

/// A command, as its file describes it.
#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    /// Its lines of the overview.
    pub overview: &'static str,
    /// What `--help` prints.
    pub help: &'static str,
    /// Reads what stands behind the name.
    pub parse: fn(&mut Arguments) -> Result<Run, Usage>,
}

/// What was asked for, ready to be done.
pub type Run = Box<dyn FnOnce(&Context) -> anyhow::Result<u8>>;

/// The command line makes no sense. The text says what would.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl From<lexopt::Error> for Usage {
    fn from(error: lexopt::Error) -> Self {
        Usage(format!("{error}.\n`cargo workbook --help` shows what there is."))
    }
}

/// What is left of the command line.
#[derive(Debug)]
pub struct Arguments {
    parser: Parser,
    /// The command that reads; empty before one is named.
    pub command: &'static str,
    /// `--plain`, wherever it stands.
    pub plain: bool,
    /// `--help`
    pub help: bool,
    /// `--version`
    pub version: bool,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// `--json`
    Option(String),
    Value(String),
}

impl Arguments {
    pub fn new(args: impl IntoIterator<Item = OsString>) -> Self {
        Self { parser: Parser::from_args(args), command: "", plain: false, help: false, version: false }
    }

    /// The next argument. Those that every command knows are noted on the way.
    pub fn next_given(&mut self) -> Result<Option<Given>, Usage> {
        while let Some(arg) = self.parser.next()? {
            match arg {
                Arg::Long("plain") => self.plain = true,
                Arg::Long("help") | Arg::Short('h') => self.help = true,
                Arg::Long("version") | Arg::Short('V') => self.version = true,
                Arg::Long(name) => return Ok(Some(Given::Option(format!("--{name}")))),
                Arg::Short(letter) => return Ok(Some(Given::Option(format!("-{letter}")))),
                Arg::Value(value) => return Ok(Some(Given::Value(value.string()?))),
            }
        }
        Ok(None)
    }

    /// The value of the option that was given last: `--svg FILE`, `--svg=FILE`.
    pub fn value(&mut self) -> Result<OsString, Usage> {
        Ok(self.parser.value()?)
    }

    pub fn text(&mut self) -> Result<String, Usage> {
        Ok(self.parser.value()?.string()?)
    }

    /// Arguments of which one may be a name, and the options that are named, each of which stands for yes.
    pub fn name_and<const N: usize>(&mut self, options: [&str; N]) -> Result<(Option<String>, [bool; N]), Usage> {
        let mut name = None;
        let mut found = [false; N];
        while let Some(given) = self.next_given()? {
            match (&given, options.iter().position(|option| given == Given::Option((*option).to_owned()))) {
                (_, Some(at)) => found[at] = true,
                (Given::Value(_), _) if name.is_none() => name = given.value(),
                _ => return Err(self.unexpected(&given)),
            }
        }
        Ok((name, found))
    }

    /// The name of an exercise, which the command cannot do without.
    pub fn needed(&self, name: Option<String>) -> Result<String, Usage> {
        // Whoever asks for help need not name anything.
        if self.help {
            return Ok(String::new());
        }
        let command = self.command;
        name.ok_or_else(|| Usage(format!("{command} needs an exercise.\nFor example: {command} 03-join/fan_out")))
    }

    /// Something that the command does not know is a mistake, not a detail.
    pub fn unexpected(&self, given: &Given) -> Usage {
        let command = if self.command.is_empty() { "cargo workbook" } else { self.command };
        match given {
            Given::Option(option) => {
                Usage(format!("`{command}` has no option {option}.\n`{command} --help` shows what it has."))
            }
            Given::Value(value) => Usage(format!("`{command}` does not know what to do with `{value}`.")),
        }
    }
}

impl Given {
    fn value(self) -> Option<String> {
        match self {
            Given::Option(_) => None,
            Given::Value(value) => Some(value),
        }
    }
}

/// Which exercises a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The first exercise that has not passed.
    Current,
    /// As it was typed.
    Named(String),
    All,
}

impl What {
    pub fn of(command: &str, name: Option<String>, all: bool) -> Result<Self, Usage> {
        match (name, all) {
            (Some(_), true) => Err(Usage(format!("{command}: name an exercise or say --all, not both"))),
            (Some(name), false) => Ok(What::Named(name)),
            (None, true) => Ok(What::All),
            (None, false) => Ok(What::Current),
        }
    }
}
