//! Draws what the futures of a tokio program do: who waited when, for how long, and at which line of the code.
//!
//! Three lines in a program that you have: make a [`Drawing`], name the futures that you want to see, and save it.
//!
//! ```
//! use std::time::Duration;
//! use draw::{Drawing, Drawn};
//! use tokio::time::sleep;
//!
//! async fn fetch(millis: u64) {
//!     sleep(Duration::from_millis(millis)).await;
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> std::io::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("run.html");
//! let drawing = Drawing::new("two pages");
//!
//! tokio::join!(fetch(300).drawn(&drawing, "front page"), fetch(200).drawn(&drawing, "archive"));
//!
//! drawing.save(&file)?; // run.html, to be opened in a browser
//! print!("{}", drawing.text());
//! # assert!(drawing.text().contains("front page"));
//! # Ok(())
//! # }
//! ```
//!
//! The file's ending says what it is: a page through which one steps, with the code beside the picture (`html`), the picture
//! alone (`svg`), text for a terminal (`txt`), or JSON for another program (`json`).
//!
//! **The clock** is tokio's. In a program of yours that is the real one. In a test with `start_paused = true` it is the paused
//! one, and the drawing is the same at each run and on each machine.
//!
//! **The lines** come from the line tables of the program: the profile `dev` has them, and any other one with
//! `debug = "line-tables-only"`. Without them the drawing has no code beside it.
//!
//! **What it costs.** Each poll of a named future takes a lock, reads the clock twice, and looks at the call stack: some
//! microseconds. What is not named costs nothing. Leave the names out of a benchmark.
//!
//! What it leaves out on purpose: it does not look into futures that have no name, nor into tasks that nobody named (for a
//! program that runs for days, that is what `tokio-console` is for), and it sends nothing anywhere.

#![warn(missing_docs)]

use std::{fs, future::Future, io, path::Path, sync::Arc, time::Duration};

pub use timeline::{Depth, Recorded, Recorder, SpanKind, Timeline, Wait, Worker};
use timeline::{TextStyle, code_as_markdown, page};
use tokio::{runtime::Handle, task::JoinHandle, time::Instant};

/// A run of a program, while it goes on and afterwards. A clone draws into the same picture.
#[derive(Debug, Clone)]
pub struct Drawing {
    title: String,
    recorder: Recorder,
    clock: Clock,
}

/// Any future, drawn. See [`drawn`](Self::drawn).
pub trait Drawn: Future + Sized {
    /// The same future with a lane of its own in `drawing`: what [`Drawing::future`] does, at the end of an expression.
    fn drawn(self, drawing: &Drawing, name: impl Into<String>) -> Recorded<Self> {
        drawing.future(name, self)
    }
}

impl<F: Future> Drawn for F {}

impl Drawing {
    /// A drawing whose time zero is now, on the clock of the runtime that this is called in.
    ///
    /// # Panics
    /// Outside of a tokio runtime: it has the clock.
    #[track_caller]
    pub fn new(title: impl Into<String>) -> Self {
        let clock = Clock::new();
        let now = clock.clone();
        Self { title: title.into(), recorder: Recorder::with_lines(move || now.elapsed()), clock }
    }

    /// A drawing that does not look at the call stack: no code beside the picture, and less work at each poll.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[track_caller]
    pub fn without_lines(title: impl Into<String>) -> Self {
        let clock = Clock::new();
        let now = clock.clone();
        Self { title: title.into(), recorder: Recorder::new(move || now.elapsed()), clock }
    }

    /// Gives `future` a lane of this name: its polls and wakes, when it ran and when it waited, and how it ended. It gives what
    /// the future gives, and is dropped with it when it is dropped.
    ///
    /// The lane shows the lines at which the future waits, down to the innermost `.await`. See [`Recorder::future`].
    pub fn future<F: Future>(&self, name: impl Into<String>, future: F) -> Recorded<F> {
        self.recorder.future(name, future)
    }

    /// Spawns `future` as a task with a lane of this name: [`tokio::spawn`] of [`future`](Self::future). It is drawn from its first
    /// poll, and goes on when the handle is dropped, as any task does.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[track_caller]
    pub fn spawn<F>(&self, name: impl Into<String>, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        tokio::spawn(self.future(name, future))
    }

    /// Gives a lane to a task that says itself what it does: `worker.during(SpanKind::ForItem, queue.recv()).await`. See
    /// [`Recorder::worker`].
    pub fn worker(&self, name: impl Into<String>) -> Worker {
        self.recorder.worker(name)
    }

    /// Opens a chart below the lanes: how many items are in a queue that holds `capacity`, or any number for `None`. See
    /// [`Recorder::gauge`].
    pub fn gauge(&self, name: impl Into<String>, capacity: Option<usize>) -> Depth {
        self.recorder.gauge(name, capacity)
    }

    /// What records: for counts of polls and wakes, and for waits that are no futures.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The run up to now, with the functions in which it was. The sources are read where the line tables say that they are.
    pub fn timeline(&self) -> Timeline {
        let now = self.clock.elapsed();
        let run = self.recorder.timeline_at(&self.title, now).with_functions();
        Timeline { end: Some(now), ..run }
    }

    /// The run up to now, as text for a terminal of 80 columns.
    pub fn text(&self) -> String {
        self.timeline().text(&TextStyle { width: 80, ascii: false })
    }

    /// Writes the run up to now into a file. Its ending says in which form:
    ///
    /// | ending | form |
    /// |---|---|
    /// | `html` | a page through which one steps; it needs no other file and no network |
    /// | `svg` | the picture |
    /// | `json` | see [`Timeline::to_json`] |
    /// | `md` | the code alone, for a page of mdBook that shows the picture and has the player: see [`code_as_markdown`] |
    /// | any other | text, 80 columns wide |
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&self, file: impl AsRef<Path>) -> io::Result<()> {
        let (file, run) = (file.as_ref(), self.timeline());
        let text = match file.extension().and_then(|ending| ending.to_str()) {
            Some("html") => page(&[&run]),
            Some("svg") => run.svg(),
            Some("json") => run.to_json(),
            Some("md") => code_as_markdown(&[&run]),
            _ => self.text(),
        };
        fs::write(file, text)
    }
}

/// The clock of one runtime, on every thread. A paused clock is known only inside of its runtime, and a future may be woken and
/// dropped elsewhere.
#[derive(Debug, Clone)]
struct Clock {
    runtime: Arc<Handle>,
    start: Instant,
}

impl Clock {
    #[track_caller]
    fn new() -> Self {
        Self { runtime: Arc::new(Handle::current()), start: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        let _inside = self.runtime.enter();
        self.start.elapsed()
    }
}
