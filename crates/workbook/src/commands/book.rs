//! `cargo workbook book`

use std::{
    path::{Path, PathBuf},
    process::{self, Stdio},
    thread,
};

use anyhow::{Context as _, bail};

use super::arguments::{Arguments, Command, Given, Run, Usage};
use crate::{
    actions,
    context::Context,
    exit,
    judge::cargo::{self, Directories},
    live::Live,
    screen::{browser, say::say},
    watch,
};

/// What the book is written for, and what is installed where there is none.
const VERSION: &str = "0.5.4";

pub const COMMAND: Command = Command {
    name: "book",
    overview: "  cargo workbook book           build the book and open it  (--live: the chapter
                                beside your verdict, new at each save)",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook book [--build]
cargo workbook book --live [ID|LESSON] [--port N] [--no-open]

Builds the book under book/book, and opens its first page in your browser. The
page is a file: nothing keeps running. Uses mdbook from the PATH, or from
target/tools/bin. If there is none, it is built there, once. The pages of the
exercises show what you have passed, and the solutions of those.

  --build    build it, and open nothing
  --live     watch, as `cargo workbook` does, and show it in the browser, too:
             the chapter, and beside it the verdict on each save, with your
             timeline and the expected one to step through. Begins with ID,
             else with the first exercise (of LESSON) that has not passed.
  --port N   the page is at http://127.0.0.1:N/live/. Otherwise at any port
             that is free
  --no-open  open no browser. The address is printed

With --live the terminal works as with `cargo workbook`: keys, and `q` to quit.
Without a terminal it prints the address, follows the exercise whose file is
saved, and ends with Ctrl-C or SIGTERM. The page is served to this machine only.

Exit codes: 0 done, 2 wrong usage, 3 it cannot be installed, built or served,
130 Ctrl-C, 143 SIGTERM.
";

/// What `book` was asked to do.
#[derive(Debug)]
enum Task {
    Open,
    Build,
    Live { start: Option<String>, port: u16, opens: bool },
}

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let task = task(arguments)?;
    Ok(Box::new(move |context| match task {
        Task::Open => open(context),
        Task::Build => built(context).map(|_| exit::PASSED),
        Task::Live { start, port, opens } => live(context, start.as_deref(), port, opens),
    }))
}

fn task(arguments: &mut Arguments) -> Result<Task, Usage> {
    let (mut build, mut live) = (false, false);
    let (mut start, mut port, mut opens) = (None, None, true);
    // What makes sense beside --live only.
    let mut of_live = None;
    while let Some(given) = arguments.next_given()? {
        match &given {
            Given::Option(option) if option == "--build" => build = true,
            Given::Option(option) if option == "--live" => live = true,
            Given::Option(option) if option == "--no-open" => opens = false,
            Given::Option(option) if option == "--port" => port = Some(number(&arguments.text()?)?),
            Given::Value(value) if start.is_none() => start = Some(value.clone()),
            other => return Err(arguments.unexpected(other)),
        }
        if !matches!(&given, Given::Option(option) if option == "--build" || option == "--live") {
            of_live = Some(given);
        }
    }
    match (live, build, of_live) {
        (true, true, _) => Err(Usage("book: --live shows the book, --build does not: say one of them.".to_owned())),
        (true, false, _) => Ok(Task::Live { start, port: port.unwrap_or(0), opens }),
        (false, _, Some(Given::Option(option))) => {
            Err(Usage(format!("book: {option} goes with --live.\nFor example: book --live {option}")))
        }
        (false, _, Some(value)) => Err(arguments.unexpected(&value)),
        (false, true, None) => Ok(Task::Build),
        (false, false, None) => Ok(Task::Open),
    }
}

fn number(text: &str) -> Result<u16, Usage> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| Usage(format!("--port takes a number from 1 to 65535, not `{text}`.\nFor example: --port 8400")))
}

fn open(context: &Context) -> anyhow::Result<u8> {
    let page = built(context)?.join("index.html");
    if !browser::opens(&page, None) {
        say!("No browser could be started from here: open that file in yours.");
    }
    Ok(exit::PASSED)
}

/// Watches, and shows it in the browser, too.
fn live(context: &Context, start: Option<&str>, port: u16, opens: bool) -> anyhow::Result<u8> {
    // A slip is told before the book is built.
    let start = start.map(|typed| super::first_exercise(context, typed)).transpose()?;
    let live = Live::start(port, &build(context)?).with_context(|| match port {
        0 => "the live page cannot be served".to_owned(),
        _ => format!("the live page cannot be served at port {port}. Without --port, any free one is taken"),
    })?;
    let address = live.address();
    say!("The live page: {address}");
    if opens {
        // A browser that is started here may take its time to return. Where none can be started, the address is on the screen.
        thread::spawn(move || browser::opens_address(&address));
    }
    watch::run(context, start.as_deref(), Some(&live))
}

/// Builds the book, and says where it is.
fn built(context: &Context) -> anyhow::Result<PathBuf> {
    let book = build(context)?;
    say!("The book: {}", book.join("index.html").display());
    Ok(book)
}

/// Builds the book, and returns its folder.
fn build(context: &Context) -> anyhow::Result<PathBuf> {
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
    actions::tell_the_book(context);
    Ok(source.join("book"))
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
             readable as they are: book/read/."
        );
    }
    Ok(tools.join("bin").join("mdbook"))
}

fn tools(context: &Context) -> anyhow::Result<PathBuf> {
    Ok(Directories::ask(&context.workspace)?.target_directory.join("tools"))
}
