//! At which line of the learner's code a future waits.
//!
//! A future that waits has given its waker to somebody. So poll it once more with a waker that looks around when it is
//! cloned: the call stack at that moment runs through every `async fn` down to the innermost `.await`.

use std::{
    backtrace::Backtrace,
    mem::ManuallyDrop,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{RawWaker, RawWakerVTable, Wake, Waker},
};

#[cfg(unix)]
use crate::stuck_thread::In;
use crate::waits::{self, Wait};

/// A line at which a future waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// `exercises/03-join/fan_out.rs:14:9`
    pub(crate) line: String,
    /// In what, where it is known.
    pub(crate) wait: Option<Wait>,
}

/// A join of many futures waits at many places, and nobody reads more than a few.
const MOST_PLACES: usize = 64;

/// How many threads are looking around. To read the line tables may take seconds on a busy machine; it is the harness that works
/// then, and not the learner's code.
static LOOKING: AtomicUsize = AtomicUsize::new(0);

/// A thread looks around, as long as this is there.
struct Looking;

impl Looking {
    fn begin() -> Self {
        LOOKING.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        LOOKING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A call stack as text: here the line tables are read.
fn read(stack: &Backtrace) -> String {
    let _looking = Looking::begin();
    stack.to_string()
}

/// Whether a thread looks around just now.
pub(crate) fn someone_looks_around() -> bool {
    LOOKING.load(Ordering::Relaxed) > 0
}

/// Remembers the places at which its waker was cloned, and passes wake-ups on.
#[derive(Debug)]
pub(crate) struct Tracer {
    waker: Waker,
    /// A future that wakes itself need not clone its waker to do so.
    looks_when_woken: bool,
    places: Mutex<Vec<Place>>,
}

impl Tracer {
    pub(crate) fn new(waker: Waker) -> Arc<Self> {
        Arc::new(Self { waker, looks_when_woken: false, places: Mutex::default() })
    }

    /// For a future that spins: it looks around when it is woken, too.
    pub(crate) fn of_a_spinner(waker: Waker) -> Arc<Self> {
        Arc::new(Self { waker, looks_when_woken: true, places: Mutex::default() })
    }

    /// The places found, each once, in the order in which they were polled.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut seen = std::collections::HashSet::new();
        places.retain(|place| seen.insert(place.line.clone()));
        places
    }

    /// A waker that looks around when it is cloned. Its clones do not.
    ///
    /// `std::task::Wake` cannot tell that a waker is cloned, hence the table by hand.
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        let data = Arc::into_raw(self.clone()).cast::<()>();
        // SAFETY: `data` comes from `Arc::into_raw`, and the table treats it as the `Arc<Tracer>` that it is. `Tracer` is
        // `Send` and `Sync`, as a waker must be.
        unsafe { Waker::from_raw(RawWaker::new(data, &TABLE)) }
    }

    fn look_around(&self) {
        // The runner has left the line tables out, and builds once more with them if a line was looked for.
        if std::env::var_os(verdict::variables::NO_LINES).is_some() {
            return;
        }
        // A few are enough: a future may wake itself very often in one poll.
        if self.places.lock().unwrap_or_else(PoisonError::into_inner).len() >= MOST_PLACES {
            return;
        }
        let Some(mut place) = innermost_place(&read(&Backtrace::force_capture())) else { return };
        if let Ok(folder) = std::env::current_dir() {
            place.line = from_top(&place.line, &folder);
        }
        self.places.lock().unwrap_or_else(PoisonError::into_inner).push(place);
    }
}

impl Wake for Tracer {
    fn wake_by_ref(self: &Arc<Self>) {
        if self.looks_when_woken {
            self.look_around();
        }
        self.waker.wake_by_ref();
    }

    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }
}

static TABLE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: `data` is from `Arc::into_raw` in `Tracer::waker`; `ManuallyDrop` leaves that reference alone.
        let tracer = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<Tracer>()) });
        tracer.look_around();
        let clone = ManuallyDrop::new(Waker::from(Arc::clone(&tracer)));
        RawWaker::new(clone.data(), clone.vtable())
    },
    // SAFETY: as above; waking by value gives up the reference.
    |data| unsafe { Arc::from_raw(data.cast::<Tracer>()) }.wake(),
    |data| {
        // SAFETY: as above; waking by reference keeps it.
        let tracer = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<Tracer>()) });
        tracer.wake_by_ref();
    },
    // SAFETY: as above; dropping the waker gives up the reference.
    |data| drop(unsafe { Arc::from_raw(data.cast::<Tracer>()) }),
);

/// The innermost line of the learner's file in a backtrace, as it stands there: `./fan_out.rs:14:9`.
fn innermost_place(backtrace: &str) -> Option<Place> {
    let frames = frames(backtrace);
    let learners = frames.iter().position(is_learners)?;
    Some(Place { line: frames[learners].place.clone(), wait: waits::recognise(&frames[..learners]) })
}

/// A function on the call stack.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) function: String,
    /// File, line and column; nothing where the function has no line table.
    pub(crate) place: String,
}

/// The frames of a backtrace, the innermost first: a function on one line, and on the next its place, where it is known. A
/// function that was inlined into the next has no number.
fn frames(backtrace: &str) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for line in backtrace.lines().map(str::trim_start) {
        if let Some(place) = line.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                frame.place = place.replace('\\', "/");
            }
        } else {
            let numbered = line.split_once(": ").filter(|(number, _)| number.chars().all(|c| c.is_ascii_digit()));
            let function = numbered.map_or(line, |(_, function)| function);
            frames.push(Frame { function: function.to_owned(), place: String::new() });
        }
    }
    frames
}

/// A place of a backtrace as it is seen from the top of the workspace. A backtrace names files as they are seen from the
/// folder in which the program runs: that of a package, two levels down.
fn from_top(place: &str, folder: &Path) -> String {
    let Some(place) = place.strip_prefix("./") else { return from_workspace(place) };
    let mut folders = folder.iter().rev().map(|name| name.to_string_lossy());
    match (folders.next(), folders.next()) {
        (Some(package), Some(kind)) => format!("{kind}/{package}/{place}"),
        _ => from_workspace(place),
    }
}

/// Whether a frame is in an attempt at an exercise, and not in what the harness, a library or the checks have written. The C
/// library, too, may have line tables.
fn is_learners(frame: &Frame) -> bool {
    let is_ours = frame.function.split([':', '<', ' ']).any(|part| part == "harness" || part == "timeline");
    // Relative paths begin with a dot or a folder of the workspace: a slash in front makes both kinds alike.
    let place = format!("/{}", frame.place);
    let is_rust = place.contains(".rs:");
    is_rust && !is_ours && !is_not_learners(&place)
}

/// Whether a file is a library's, the harness's or a check's.
pub(crate) fn is_not_learners(file: &str) -> bool {
    let file = format!("/{}", file.replace('\\', "/"));
    let of_libraries = ["/rustc/", "/registry/src/", "/lib/rustlib/"];
    // Seen from the top of the workspace, which may lie in a folder of such a name itself.
    let inside = format!("/{}", from_workspace(&file));
    let theirs = [
        "/checks/",
        // The copy beside an attempt that is not the learner's own file: see crates/workbook/src/judge/attempt.rs.
        ".checks.rs",
        "/crates/harness/src/",
        "/crates/mock-llm/",
        "/crates/timeline/",
        "/library/",
    ];
    of_libraries.iter().any(|part| file.contains(part)) || theirs.iter().any(|part| inside.contains(part))
}

/// The innermost line of the learner's on a call stack, as it is seen from the top of the workspace.
pub(crate) fn learners_line(stack: &Backtrace) -> Option<String> {
    innermost_place(&read(stack)).map(|place| match std::env::current_dir() {
        Ok(folder) => from_top(&place.line, &folder),
        Err(_) => place.line,
    })
}

/// The learner's function on a call stack: the innermost of this module that is not one of the checks in it. A program without
/// line tables still knows the names of its functions.
#[cfg(unix)]
pub(crate) fn learners_function(stack: &Backtrace, module: Option<&str>) -> In {
    let frames = frames(&read(stack));
    let folder = std::env::current_dir().unwrap_or_default();
    let line = frames.iter().find(|frame| is_learners(frame)).map(|frame| from_top(&frame.place, &folder));
    let function = module.and_then(|module| frames.iter().find_map(|frame| name_within(&frame.function, module)));
    In { function, line }
}

/// `Executor::run` of `<run_queue::Executor>::run`, and `Countdown::poll` of `<run_queue::Countdown as Future>::poll`. Nothing
/// for functions of another module, and for those of the checks.
#[cfg(unix)]
fn name_within(function: &str, module: &str) -> Option<String> {
    let path = function.trim_start_matches('<').strip_prefix(module)?.strip_prefix("::")?;
    if path.starts_with("checks::") {
        return None;
    }
    let (of, rest) = match path.split_once('>').filter(|_| function.starts_with('<')) {
        Some((of, rest)) => (of.split(" as ").next().unwrap_or(of), rest),
        None => (path, ""),
    };
    let name = format!("{of}{rest}").replace("::{{closure}}", "");
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
    is_plain.then_some(name)
}

/// A path as it is seen from the top of the workspace. What is not under one of its folders stays as it is.
pub(crate) fn from_workspace(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let folders = ["exercises/", "solutions/", "lessons/", "crates/", "target/"];
    // The last: the workbook may lie in a folder of such a name itself.
    let starts = folders.iter().filter_map(|folder| Some(path.rfind(&format!("/{folder}"))? + 1));
    let from = starts.max().unwrap_or(0);
    path[from..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learners_line_is_the_innermost_that_nobody_else_wrote() {
        let backtrace = "
   0: harness::stuck_at::Tracer::look_around
             at /home/ada/workbook/crates/harness/src/stuck_at.rs:44:9
   1: tokio::sync::oneshot::Inner<T>::poll_recv
             at /home/ada/.cargo/registry/src/index/tokio-1.54.1/src/sync/oneshot.rs:1:1
      an::inlined::function
             at /home/ada/.cargo/registry/src/index/tokio-1.54.1/src/sync/oneshot.rs:2:1
   2: fan_out::inner::{{closure}}
             at /home/ada/workbook/exercises/03-join/fan_out.rs:14:9
   3: fan_out::ask_all::{{closure}}
             at /home/ada/workbook/exercises/03-join/fan_out.rs:20:9
   4: fan_out::checks::it_ends::{{closure}}
             at /home/ada/workbook/exercises/03-join/checks/fan_out.rs:8:9";
        let place = innermost_place(backtrace).expect("the file is in it");
        assert_eq!(place.line, "/home/ada/workbook/exercises/03-join/fan_out.rs:14:9");
        assert_eq!(place.wait.map(|wait| wait.name), Some("a `oneshot::Receiver`"));
        assert_eq!(innermost_place("   0: nothing\n"), None);
        // The checks of an attempt are a copy beside it.
        assert_eq!(innermost_place("   0: a::checks::b\n             at /w/target/tmp/a.checks.rs:3:1\n"), None);
        assert_eq!(innermost_place("  20: start_thread\n             at nptl/pthread_create.c:442:8\n"), None);
    }

    #[cfg(unix)]
    #[test]
    fn functions_are_named_as_the_learner_wrote_them() {
        for (function, name) in [
            ("run_queue::Executor::run", Some("Executor::run")),
            ("<run_queue::Executor>::run", Some("Executor::run")),
            ("<run_queue::Countdown as core::future::future::Future>::poll", Some("Countdown::poll")),
            ("run_queue::wait::{{closure}}::{{closure}}", Some("wait")),
            ("run_queue::checks::drive::{{closure}}", None),
            ("std::thread::park", None),
            ("harness::check::Check::by_hand<run_queue::Executor>", None),
        ] {
            assert_eq!(name_within(function, "run_queue").as_deref(), name, "{function}");
        }
    }

    /// A watchdog that looks on meanwhile must not take this for the learner's code: so it is asked in the middle, at the
    /// first allocation.
    #[test]
    fn whoever_reads_a_call_stack_looks_around() {
        let stack = Backtrace::force_capture();
        for reads in [
            (|stack| drop(learners_line(stack))) as fn(&Backtrace),
            #[cfg(unix)]
            |stack| drop(learners_function(stack, None)),
        ] {
            let seen = std::rc::Rc::new(std::cell::Cell::new(false));
            let look = seen.clone();
            crate::at_the_first_allocation(move || look.set(someone_looks_around()), || reads(&stack));
            assert!(seen.get());
        }
    }

    #[test]
    fn a_check_is_not_the_learners_wherever_its_file_lies() {
        assert!(is_not_learners("checks/fan_out.rs"));
        assert!(is_not_learners("/w/target/tmp/attempts-03-join/fan_out_file.checks.rs:8:9"));
        assert!(!is_not_learners("/w/target/tmp/attempts-03-join/fan_out_file.rs:8:9"));
        assert!(!is_not_learners("exercises/03-join/fan_out.rs"));
        assert!(!is_not_learners("/home/ada/checks/library/registry/exercises/03-join/fan_out.rs:8:9"));
        assert!(is_not_learners("/home/ada/.cargo/registry/src/index/tokio-1.54.1/src/sync/oneshot.rs:1:1"));
        assert!(is_not_learners("library/core/src/panicking.rs:1:1"));
    }

    #[test]
    fn paths_start_at_the_workspace() {
        let folder = Path::new("/home/ada/exercises/workbook/exercises/03-join");
        assert_eq!(from_top("./fan_out.rs:14:9", folder), "exercises/03-join/fan_out.rs:14:9");
        assert_eq!(from_top("/w/target/tmp/a/fan_out.rs:1:2", folder), "target/tmp/a/fan_out.rs:1:2");
        assert_eq!(from_workspace("./exercises/03-join/fan_out.rs"), "exercises/03-join/fan_out.rs");
        assert_eq!(from_workspace(r"C:\tokens\exercises\03-join\fan_out.rs"), "exercises/03-join/fan_out.rs");
        assert_eq!(from_workspace("/home/ada/exercises/w/target/tmp/a.rs"), "target/tmp/a.rs");
        assert_eq!(from_workspace("src/main.rs"), "src/main.rs");
    }
}
