//! A check from the first line of its function to the last: who it is, and whether it came to its end.
//!
//! A check runs the learner's code several times, and any of these times the code may end the process
//! (`std::process::exit(0)`). Then libtest ends well, and says nothing. So a check tells the runner when its function has
//! ended, and a process that ends while a check goes on ends with a failure.

use std::{
    cell::Cell,
    fs,
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use verdict::Record;

#[cfg(unix)]
use std::io::{self, Write as _};

#[cfg(unix)]
use crate::{message::saw, report::Failure};
use crate::{report, stuck_at, waits};

/// The line above the checks of a file: it takes in the digest of the code under test, for the reports of its checks.
///
/// ```
/// harness::checks!();
/// # fn main() {}
/// ```
///
/// It stands in a module of its own, so that a new digest is a new unit of a few bytes for the compiler, and the checks are
/// not compiled again.
#[macro_export]
macro_rules! checks {
    () => {
        mod this_attempt {
            pub(super) static DIGEST: ::core::option::Option<&str> =
                ::core::option_env!(::core::concat!("WORKBOOK_ATTEMPT_", ::core::env!("CARGO_CRATE_NAME")));
        }
    };
}

/// A check that goes on, as long as this is there. Made by the attribute [`macro@crate::test`], as the first local of the
/// function: it is dropped after everything else in there.
#[derive(Debug)]
#[doc(hidden)]
#[must_use]
pub struct CheckFunction {
    this: This,
}

/// What a check knows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct This {
    name: &'static str,
    /// The module of the checks.
    module: &'static str,
    file: &'static str,
    line: u32,
    attempt: Option<&'static str>,
}

thread_local! {
    /// The check on this thread.
    static THIS: Cell<Option<This>> = const { Cell::new(None) };
}

/// The checks that go on, of all threads.
static GOING_ON: Mutex<Vec<This>> = Mutex::new(Vec::new());

/// The check that failed, and stands first in its file, with its message: what a person should read first. libtest sorts
/// by name, and by who is ready first.
static FIRST_FAILURE: Mutex<Option<(u32, String)>> = Mutex::new(None);

/// The harness itself ends the process, and has said why.
static HAS_SAID_WHY: AtomicBool = AtomicBool::new(false);

impl CheckFunction {
    /// The check begins.
    pub fn begins(
        name: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
        attempt: Option<&'static str>,
    ) -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(watch_the_end_of_the_process);
        let this = This { name, module, file, line, attempt };
        THIS.set(Some(this));
        GOING_ON.lock().unwrap_or_else(PoisonError::into_inner).push(this);
        Self { this }
    }
}

impl Drop for CheckFunction {
    fn drop(&mut self) {
        let mut going_on = GOING_ON.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = going_on.iter().position(|this| *this == self.this) {
            going_on.swap_remove(place);
        }
        drop(going_on);
        if !thread::panicking() {
            report::write(&Reporter::of_this_thread(), Record::Finished { file: self.this.file.replace('\\', "/") });
        }
        THIS.set(None);
    }
}

/// Whether a check runs on this thread, and not only code that it has started elsewhere.
pub(crate) fn is_on_this_thread() -> bool {
    THIS.get().is_some()
}

/// The check that something is reported of.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    pub(crate) name: String,
    pub(crate) attempt: Option<&'static str>,
    /// The module of the checks, if it is known.
    module: Option<&'static str>,
    /// Its file, as the compiler names it, and where it begins there, if it is known.
    file: Option<&'static str>,
    line: Option<u32>,
}

impl Reporter {
    /// The check that runs on this thread. One without the attribute has the name of its thread, which libtest gives it, or
    /// that which the runner says.
    pub(crate) fn of_this_thread() -> Self {
        if let Some(this) = THIS.get() {
            return Self::of(this);
        }
        let name = thread::current().name().filter(|name| *name != "main").map(str::to_owned);
        let name = name.or_else(|| std::env::var(verdict::variables::CHECK).ok());
        let name = name.unwrap_or_else(|| "this check".to_owned());
        Self {
            name: name.rsplit("::").next().unwrap_or(&name).to_owned(),
            attempt: None,
            module: None,
            file: None,
            line: None,
        }
    }

    fn of(This { name, module, file, line, attempt }: This) -> Self {
        Self { name: name.to_owned(), attempt, module: Some(module), file: Some(file), line: Some(line) }
    }

    /// The lines of the learner's file at which something is made that never comes: `exercises/03-join/fan_out.rs:14`. Nothing
    /// where the code under test is another attempt than the exercise's own file.
    pub(crate) fn lines_that_never_come(&self) -> Vec<String> {
        let found = || {
            let file = self.file?.replace('\\', "/");
            let (folder, name) = file.split_once("/checks/")?;
            // The exercise's own program has its name. It runs in the folder of its package.
            if self.module()? != name.strip_suffix(".rs")? {
                return None;
            }
            let lines = waits::never_comes(&fs::read_to_string(name).ok()?);
            Some(lines.into_iter().map(|line| stuck_at::from_workspace(&format!("{folder}/{name}:{line}"))).collect())
        };
        found().unwrap_or_default()
    }

    /// The module of the code under test, as it is called in its program: that in which the checks are.
    pub(crate) fn module(&self) -> Option<&'static str> {
        self.module?.rsplit_once("::").map(|(module, _)| module)
    }

    /// Keeps a message for the end of the process, where a person reads on. `false`: nothing will be said there.
    pub(crate) fn is_told_at_the_end(&self, message: &str) -> bool {
        let Some(line) = self.line.filter(|_| cfg!(unix)) else { return false };
        let mut first = FIRST_FAILURE.lock().unwrap_or_else(PoisonError::into_inner);
        if first.as_ref().is_none_or(|(before, _)| line < *before) {
            *first = Some((line, message.to_owned()));
        }
        true
    }
}

/// Ends the process. The reason has been told, or is in the report.
pub(crate) fn end_the_process(code: i32) -> ! {
    HAS_SAID_WHY.store(true, Ordering::SeqCst);
    std::process::exit(code)
}

/// `exit` runs what was left with `atexit`. Where there is no such thing, a process that ends early is noticed by the runner
/// alone.
fn watch_the_end_of_the_process() {
    #[cfg(unix)]
    {
        extern "C" fn ends() {
            the_process_ends();
        }
        // SAFETY: `ends` is a function of this program, which stays where it is until the process is gone. A panic in it
        // does not unwind into C: it ends the process, with a failure.
        unsafe { libc::atexit(ends) };
    }
}

/// The process ends: after the last check, or in the middle of one.
#[cfg(unix)]
fn the_process_ends() {
    // `try_lock`: whoever calls `exit` may do it anywhere.
    let going_on = GOING_ON.try_lock().map(|going_on| going_on.clone()).unwrap_or_default();
    let too_early = THIS.get().or(going_on.first().copied()).filter(|_| !HAS_SAID_WHY.load(Ordering::SeqCst));
    if let Some(this) = too_early {
        let check = Reporter::of(this);
        let message = saw("the process ended while your code ran")
            .expected("the function to return, and the check to go on")
            .because(
                "`std::process::exit` ends the whole program at once, whoever calls it and with whatever code: the checks \
                 in it, too. A function that has nothing to do returns.",
            );
        let failure = Failure { check, message, yours: None, expected: None, place: None, place_sought: false };
        failure.tell();
    }
    let first = FIRST_FAILURE.try_lock().ok().and_then(|mut first| first.take());
    if let Some((_, message)) = first {
        let _ = write!(io::stdout(), "{message}");
        let _ = io::stdout().flush();
    }
    if too_early.is_some() {
        // SAFETY: it ends this process, and nothing else happens in it.
        unsafe { libc::_exit(101) };
    }
}
