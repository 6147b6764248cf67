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
            let folder = env::current_dir().unwrap_or_default();
            lines_of(&self.taken.backtrace.to_string(), &folder)
        })
    }
}

impl PartialEq for CallStack {
    fn eq(&self, other: &Self) -> bool {
        self.lines() == other.lines()
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
fn lines_of(backtrace: &str, folder: &Path) -> Vec<SourceLine> {
    let mut lines: Vec<SourceLine> = Vec::new();
    for place in backtrace.lines().filter_map(|text| text.trim_start().strip_prefix("at ")) {
        let line = source_line(place).filter(|line| is_the_programs(&line.file, folder));
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines
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
mod tests {
    use super::*;

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
            source_line(r"C:\work\src\main.rs:7:1").map(|line| line.file).as_deref(),
            Some("C:/work/src/main.rs")
        );
    }
}
