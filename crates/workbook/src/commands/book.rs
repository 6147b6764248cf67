//! `cargo workbook book`

use std::{
    env,
    path::{Path, PathBuf},
    process::{self, Stdio},
};

use anyhow::{Context as _, bail};

use super::arguments::{Arguments, Command, Given, Run, Usage};
use crate::{
    context::Context,
    exit,
    judge::cargo::{self, Directories},
    screen::say::say,
};

/// What the book is written for, and what is installed where there is none.
const VERSION: &str = "0.5.4";

pub const COMMAND: Command =
    Command { name: "book", overview: "  cargo workbook book           build the book and open it", help: HELP, parse };

const HELP: &str = "\
cargo workbook book [--build]

Builds the book under book/book, and opens its first page in your browser. The
page is a file: nothing keeps running. Uses mdbook from the PATH, or from
target/tools/bin. If there is none, it is built there, once.

  --build    build it, and open nothing

Exit codes: 0 done, 3 it cannot be installed or built.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (name, [build_only]) = arguments.name_and(["--build"])?;
    if let Some(name) = name {
        return Err(arguments.unexpected(&Given::Value(name)));
    }
    Ok(Box::new(move |context| book(context, build_only)))
}

fn book(context: &Context, build_only: bool) -> anyhow::Result<u8> {
    let source = context.workspace.root.join("book");
    if !source.join("book.toml").is_file() {
        bail!(
            "{} is missing: this copy of the workbook has no book",
            context.workspace.shown(&source.join("book.toml"))
        );
    }
    let program = match find(context)? {
        Some(program) => program,
        None => install(context)?,
    };
    let status = process::Command::new(&program).arg("build").arg(&source).status();
    let status = status.with_context(|| format!("cannot start {}", program.display()))?;
    if !status.success() {
        bail!("mdbook ended with {status}");
    }
    let page = source.join("book").join("index.html");
    say!("The book: {}", page.display());
    if !build_only && !opens(&page) {
        say!("No browser could be started from here: open that file in yours.");
    }
    Ok(exit::PASSED)
}

/// Opens a page the way this system opens files. The browser goes on by itself, and the terminal is free.
fn opens(page: &Path) -> bool {
    let (program, arguments): (&str, &[&str]) = match env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut opener = process::Command::new(program);
    opener.args(arguments).arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    opener.status().is_ok_and(|status| status.success())
}

/// The mdbook to use: that of the `PATH`, else the one that was installed for the workbook.
fn find(context: &Context) -> anyhow::Result<Option<PathBuf>> {
    let candidates = [PathBuf::from("mdbook"), tools(context)?.join("bin").join("mdbook")];
    Ok(candidates.into_iter().find(|program| version(program).is_some_and(|version| fits(&version))))
}

/// `0.5.4`, if the program can be started.
pub fn version(program: &Path) -> Option<String> {
    let output = process::Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.trim().rsplit(' ').next()?.trim_start_matches('v').to_owned())
}

/// A book for one minor version of mdbook need not build with another.
pub fn fits(version: &str) -> bool {
    let series = VERSION.rsplit_once('.').map_or(VERSION, |(series, _)| series);
    version.strip_prefix(series).is_some_and(|rest| rest.starts_with('.'))
}

fn install(context: &Context) -> anyhow::Result<PathBuf> {
    let tools = tools(context)?;
    say!(
        "mdbook {VERSION} is not installed. It is built once, into {}, in about a minute.",
        context.workspace.shown(&tools)
    );
    let mut cargo = cargo::command(&context.workspace);
    cargo.args(["install", "mdbook", "--version", VERSION, "--locked"]);
    // Without its web server, and not optimised: a third of the time to build it, and half a second more for the book.
    cargo.args(["--no-default-features", "--features", "search", "--debug", "--root"]).arg(&tools);
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
    // A person watches this one.
    cargo.env_remove("CARGO_TERM_COLOR");
    let status = cargo.status().context("cargo cannot be started")?;
    if !status.success() {
        bail!(
            "mdbook could not be installed. By hand: cargo install mdbook --version {VERSION} --locked\nThe chapters are \
             readable as they are: book/src/."
        );
    }
    Ok(tools.join("bin").join("mdbook"))
}

fn tools(context: &Context) -> anyhow::Result<PathBuf> {
    Ok(Directories::ask(&context.workspace)?.target_directory.join("tools"))
}
