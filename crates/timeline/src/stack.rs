//! At which lines of a program the code is: the call stack, down to whoever asks.
//!
//! A future that waits gave its waker to somebody, and at that moment the call stack runs through every `async fn` down to the
//! innermost `.await`. The lines are read from the program's own line tables, so a picture shows where the program was, and
//! not where somebody believes it was.

use std::{
    backtrace::Backtrace,
    env, fmt,
    path::Path,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Serialize};

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceLine {
    /// The file, as the program's line tables name it: seen from the folder in which the program runs, where it is below that.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// The lines that led to a point of the program, the innermost first.
///
/// It is cheap to take (the stack is walked) and dear to read (files and lines are looked up, once). A program without line
/// tables has none: the profile `dev` has them, and any other one with `debug = "line-tables-only"`.
///
/// ```
/// use timeline::CallStack;
///
/// let stack = CallStack::here();
/// assert!(stack.lines().len() < 100, "lines of libraries are left out");
/// ```
#[derive(Clone)]
pub struct CallStack {
    taken: Arc<Taken>,
}

struct Taken {
    backtrace: Backtrace,
    lines: OnceLock<Vec<SourceLine>>,
}

impl CallStack {
    /// The stack down to the caller of this.
    pub fn here() -> Self {
        Self { taken: Arc::new(Taken { backtrace: Backtrace::force_capture(), lines: OnceLock::new() }) }
    }

    /// The lines of the program's own files, the innermost first, each once. Those of the standard library, of crates from a
    /// registry, of this crate and of those that record with it (`draw`, `runs`, `mock-llm`) are left out.
    pub fn lines(&self) -> &[SourceLine] {
        self.taken.lines.get_or_init(|| {
            #[cfg(test)]
            tests::READ.set(tests::READ.get() + 1);
            let folder = env::current_dir().unwrap_or_default();
            lines_of(&self.taken.backtrace.to_string(), &folder)
        })
    }
}

impl CallStack {
    /// Whether it is the same one, and not only one with the same lines: that is known without reading them.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.taken, &other.taken)
    }
}

impl PartialEq for CallStack {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.lines() == other.lines()
    }
}

impl Eq for CallStack {}

impl fmt::Debug for CallStack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("CallStack").field(&self.lines()).finish()
    }
}

/// A backtrace has a line for each function, the innermost first, and below it a line `at file:line:column` where the
/// function has a line table.
///
/// Outside of the outermost async function stands whoever runs the executor: a task is polled from the `block_on` in `main`, and
/// does not belong to it. So what is further out is left out. Where the program has no async function on the stack, what stands
/// outside of the first poll is left out: a closure on a thread of the blocking pool is polled by the pool.
fn lines_of(backtrace: &str, folder: &Path) -> Vec<SourceLine> {
    let mut frames: Vec<(Body, SourceLine)> = Vec::new();
    let mut function = "";
    let mut first_poll = None;
    for text in backtrace.lines().map(str::trim_start) {
        let Some(place) = text.strip_prefix("at ") else {
            function = text;
            match Body::of(function) {
                Body::Executor => break,
                Body::Poll => first_poll = first_poll.or(Some(frames.len())),
                _ => {}
            }
            continue;
        };
        let line = source_line(place).filter(|line| is_the_programs(&line.file, folder));
        frames.extend(line.map(|line| (Body::of(function), line)));
    }
    let knows_async = frames.iter().any(|(body, _)| *body == Body::Async);
    let is_async = |body: Body| match body {
        Body::Async | Body::Poll => true,
        Body::Closure => !knows_async,
        Body::Executor | Body::Other => false,
    };
    let outermost = frames.iter().rposition(|(body, _)| is_async(*body));
    let kept = outermost.map(|outermost| outermost + 1).or(first_poll);
    frames.truncate(kept.unwrap_or(frames.len()));

    let mut lines: Vec<SourceLine> = Vec::new();
    for (_, line) in frames {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// What kind of function a name in a backtrace stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    /// `{async_fn#0}`: with line tables alone the compiler says so.
    Async,
    /// `ask::{{closure}}`: with full debug information an async function has the name of a closure.
    Closure,
    /// A future that was written by hand.
    Poll,
    /// Whoever polls the first future of all. What stands outside of it is nobody's `.await`.
    Executor,
    Other,
}

impl Body {
    fn of(function: &str) -> Self {
        let numbered = function.trim_start().split_once(": ");
        let path = numbered
            .filter(|(number, _)| number.chars().all(|c| c.is_ascii_digit()))
            .map_or(function, |(_, path)| path);
        // Of `<T as Future>::poll` and of `poll<T>` what is left is `poll`.
        let path = path.rsplit_once(">::").map_or(path, |(_of, name)| name);
        let path = path.split('<').next().unwrap_or_default();
        let name = path.rsplit("::").next().unwrap_or_default();
        match name {
            _ if name.starts_with("{async_") => Self::Async,
            "{{closure}}" => Self::Closure,
            "poll" | "poll_next" => Self::Poll,
            "block_on" => Self::Executor,
            _ => Self::Other,
        }
    }
}

/// `./src/main.rs:14:9`
fn source_line(place: &str) -> Option<SourceLine> {
    let place = place.replace('\\', "/");
    let (place, _column) = place.rsplit_once(':')?;
    let (file, line) = place.rsplit_once(':')?;
    let line = line.parse().ok()?;
    Some(SourceLine { file: file.strip_prefix("./").unwrap_or(file).to_owned(), line })
}

/// Whether a file is the program's, and not the standard library's, a dependency's, or one of those that record.
fn is_the_programs(file: &str, folder: &Path) -> bool {
    let path = folder.join(file).to_string_lossy().replace('\\', "/");
    let elsewhere = [
        "/rustc/",
        "/lib/rustlib/",
        "/registry/src/",
        "/git/checkouts/",
        "/crates/timeline/src/",
        "/crates/draw/src/",
        "/crates/runs/src/",
        "/crates/mock-llm/src/",
    ];
    path.ends_with(".rs") && !elsewhere.iter().any(|part| path.contains(part))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many call stacks this thread has read.
        pub(crate) static READ: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn functions_are_known_by_their_names() {
        for (function, body) in [
            ("{async_fn#0}", Body::Async),
            ("   3: {async_block#0}<alloc::string::String>", Body::Async),
            ("newsroom::ask::{{closure}}", Body::Closure),
            ("<newsroom::Bell as core::future::future::Future>::poll", Body::Poll),
            ("poll<newsroom::Bell>", Body::Poll),
            ("block_on<newsroom::main::{async_block_env#0}>", Body::Executor),
            ("tokio::runtime::runtime::Runtime::block_on", Body::Executor),
            ("main", Body::Other),
            ("newsroom::poll_all", Body::Other),
        ] {
            assert_eq!(Body::of(function), body, "{function}");
        }
    }

    #[test]
    fn whoever_runs_the_executor_is_no_part_of_a_task() {
        let lines = |backtrace: &str| {
            let lines = lines_of(backtrace, Path::new("/home/ada"));
            lines.into_iter().map(|line| line.line).collect::<Vec<_>>()
        };
        let of_main = "2: {async_fn#0}\n at ./a.rs:20:1\n3: {closure#0}\n at ./a.rs:30:1\n4: main\n at ./a.rs:40:1\n";
        assert_eq!(
            lines(&format!("0: {{closure#0}}\n at ./a.rs:1:1\n1: helper\n at ./a.rs:10:1\n{of_main}")),
            [1, 10, 20]
        );
        assert_eq!(lines("0: a::ask::{{closure}}\n at ./a.rs:1:1\n1: a::main\n at ./a.rs:2:1\n"), [1]);
        let in_a_test = "0: a::ask::{{closure}}\n at ./a.rs:1:1\n1: block_on<()>\n at /x/registry/src/tokio/a.rs:1:1\n";
        assert_eq!(lines(&format!("{in_a_test}2: a::test::{{{{closure}}}}\n at ./a.rs:9:1\n")), [1]);
        assert_eq!(lines("0: helper\n at ./a.rs:1:1\n1: main\n at ./a.rs:2:1\n"), [1, 2], "no future at all");
        let polled = "1: poll<a::ask::{async_fn_env#0}>\n at /x/registry/src/tokio/a.rs:1:1\n2: main\n at ./a.rs:2:1\n";
        assert_eq!(lines(polled), [0; 0], "a task whose future is a library's");
        assert_eq!(
            lines(&format!("0: {{closure#0}}\n at ./a.rs:1:1\n{polled}")),
            [1],
            "a closure of the blocking pool"
        );
    }

    #[test]
    fn only_lines_of_the_program_are_kept() {
        let backtrace = "
   0: timeline::stack::CallStack::here
             at /home/ada/tokens/crates/timeline/src/stack.rs:44:9
   1: <timeline::recorder::Recorded<F> as core::future::future::Future>::poll
             at /home/ada/tokens/crates/timeline/src/recorder.rs:44:9
   2: tokio::time::sleep::Sleep::poll_elapsed
             at /home/ada/.cargo/registry/src/index/tokio-1.54.1/src/time/sleep.rs:1:1
   3: newsroom::ask::{{closure}}
             at ./src/newsroom.rs:14:9
      newsroom::inlined::{{closure}}
             at ./src/newsroom.rs:20:9
   4: newsroom::ask::{{closure}}
             at ./src/newsroom.rs:14:11
   5: core::ops::function::FnOnce::call_once
             at /rustc/0123/library/core/src/ops/function.rs:250:5
   6: start_thread
             at nptl/pthread_create.c:442:8
   7: main
";
        let line = |line| SourceLine { file: "src/newsroom.rs".to_owned(), line };
        assert_eq!(lines_of(backtrace, Path::new("/home/ada/newsroom")), [line(14), line(20)]);
        assert_eq!(
            source_line(r"C:\tokens\src\main.rs:7:1").map(|line| line.file).as_deref(),
            Some("C:/tokens/src/main.rs")
        );
    }
}
