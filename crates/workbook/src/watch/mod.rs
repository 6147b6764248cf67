//! `cargo workbook` in a terminal: the next exercise, and a verdict on every save.
//!
//! One loop takes messages (keys, and what a worker has to tell) and looks at the file. The worker builds and runs; a new
//! save kills what it runs. Nothing in the loop waits for the worker, so keys are answered at all times.
//!
//! With a [live page](crate::live) the same loop shows each new state there, too. Then it does without a terminal, if it must.

mod clock;
mod file;
mod keys;
mod screen;
mod state;

use std::{
    any::Any,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use self::{
    file::{Elsewhere, Neighbours, Seen, Watched},
    screen::{Room, Screen},
};
use crate::{
    actions,
    catalogue::{checks::Check, register::Exercise},
    context::Context,
    judge::{
        cargo::{BuildStep, NoVerdict},
        process::Cancel,
        report::{CheckReport, Report},
        run::{self, Event, Job},
        signals,
    },
    live::Live,
    memory::{news, progress::Progress},
    screen::{
        render, say,
        style::Style,
        terminal::{self, Key, Raw},
    },
    text, update,
};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// A check that takes less than this shows its verdict only: a screen that flickers is hard to read.
const NOTICEABLE: Duration = Duration::from_millis(400);

/// What the learner looks at.
#[derive(Debug)]
enum Page {
    Verdict,
    /// What is to be done.
    Task,
    /// All checks, in all their words.
    Checks,
    Hint {
        lines: Vec<String>,
        /// Another one is left.
        has_more: bool,
    },
    /// The exercise that is chosen.
    List(usize),
    Timeline,
    Solution(Vec<String>),
    Help,
    ConfirmReset,
}

/// A check that goes on.
#[derive(Debug)]
struct Running {
    /// Tells its news from those of a check that was replaced.
    number: usize,
    /// How often the file had been saved when it began.
    saves: usize,
    cancel: Cancel,
    worker: JoinHandle<()>,
    since: Instant,
    stage: Event,
    /// How many crates were compiled.
    crates: usize,
    checks: Vec<(Check, Option<CheckReport>)>,
}

/// What wakes the loop up.
enum Message {
    Key(Key),
    /// From the check with this number.
    News(usize, News),
    /// Words about a page that no browser has opened.
    NoBrowser(String),
}

enum News {
    Event(Event),
    Done(Box<Result<Report, NoVerdict>>),
    /// A mistake in the runner.
    Panicked(String),
}

#[derive(Debug)]
struct Watch<'a> {
    context: &'a Context,
    exercises: Vec<&'a Exercise>,
    current: usize,
    progress: Progress,
    style: Style,
    page: Page,
    scroll: usize,
    /// What the last drawing had room for.
    room: Room,
    watched: Watched,
    /// The other exercises' files.
    neighbours: Neighbours,
    /// How often the file was saved since the exercise was opened.
    saves: usize,
    /// When it was saved last, as a clock on the wall shows it.
    saved_at: Option<String>,
    /// Which of these saves the report is about.
    reported: usize,
    running: Option<Running>,
    /// How many checks were started.
    started: usize,
    inbox: Receiver<Message>,
    outbox: Sender<Message>,
    report: Option<Report>,
    /// Why there is no report.
    trouble: Option<String>,
    /// The report is not on the disk yet.
    unsaved: bool,
    /// Short words at the foot, until the next key or save.
    notices: Vec<String>,
    /// The disk cannot be written: said once.
    complained: bool,
    /// Something changed, and is not on the screen yet.
    dirty: bool,
    /// A page in the browser, which shows the same.
    live: Option<&'a Live>,
    /// Something changed, and is not on that page yet.
    unshown: bool,
    /// There is a terminal, and somebody may press keys.
    has_keys: bool,
}

enum Next {
    Stay,
    /// Ctrl-Z: the shell has its turn.
    Stop,
    Quit(u8),
}

/// Begins with the exercise of this id, else with the first that has not passed. With a page and without a terminal it prints
/// nothing, and ends with a signal.
pub fn run(context: &Context, start: Option<&str>, live: Option<&Live>) -> anyhow::Result<u8> {
    let mut watch = Watch::new(context, start, live)?;
    watch.notices.extend(update::interrupted(&context.workspace).map(str::to_owned));
    watch.notices.extend(news::since_the_last_start(&context.workspace, &context.register));
    signals::listen();
    signals::continued();
    if !watch.has_keys {
        let ended = watch.without_terminal();
        watch.stop();
        watch.save();
        return ended;
    }
    if let Some(live) = live {
        watch.notices.push(format!("The live page: {}", live.address()));
    }
    let raw = Raw::enter(!context.plain)?;
    let keys = watch.outbox.clone();
    // A key that comes after the end is nobody's.
    terminal::read_keys(move |key| drop(keys.send(Message::Key(key))));
    let ended = if context.plain { watch.lines(&raw) } else { watch.screens(&raw) };
    watch.stop();
    watch.save();
    drop(raw);
    let code = ended?;
    if !context.plain {
        say::line(watch.farewell().join("\n"));
    }
    Ok(code)
}

impl<'a> Watch<'a> {
    fn new(context: &'a Context, start: Option<&str>, live: Option<&'a Live>) -> anyhow::Result<Self> {
        let (progress, warning) = context.store.read();
        let first = match start {
            Some(id) => id.to_owned(),
            None => context.current(&progress)?.id(),
        };
        let exercises: Vec<&Exercise> = context.register.exercises().collect();
        let current = exercises.iter().position(|exercise| exercise.id() == first).unwrap_or_default();
        let (outbox, inbox) = mpsc::channel();
        Ok(Self {
            context,
            watched: Watched::new(exercises[current].file()),
            neighbours: Neighbours::new(&exercises, current),
            saves: 0,
            saved_at: None,
            reported: 0,
            exercises,
            current,
            progress,
            style: context.style,
            page: Page::Verdict,
            scroll: 0,
            room: Room::default(),
            running: None,
            started: 0,
            inbox,
            outbox,
            report: None,
            trouble: None,
            unsaved: false,
            notices: warning.into_iter().collect(),
            complained: false,
            dirty: true,
            live,
            unshown: true,
            has_keys: terminal::is_interactive(),
        })
    }

    fn exercise(&self) -> &'a Exercise {
        self.exercises[self.current]
    }

    /// The next exercise, after this one, that has not passed; failing that, one before.
    fn next_open(&self) -> Option<&'a Exercise> {
        let (before, after) = self.exercises.split_at(self.current);
        let mut in_turn = after.iter().skip(1).chain(before);
        in_turn.find(|exercise| !self.progress.passed(&exercise.id())).copied()
    }

    /// The loop with a screen that is drawn over.
    fn screens(&mut self, raw: &Raw) -> anyhow::Result<u8> {
        let mut size = screen::size();
        let mut drawn = Screen::open(size.1)?;
        let mut last = Instant::now();
        self.start();
        loop {
            let ticks = self.running.as_ref().is_some_and(Running::is_noticeable);
            if self.dirty || (ticks && last.elapsed() >= Duration::from_millis(100)) {
                self.style.width = size.0;
                self.room = drawn.draw(&screen::frame(self), self.scroll, &self.style, size)?;
                self.scroll = self.scroll.min(self.room.most);
                (self.dirty, last) = (false, Instant::now());
                self.show_live();
                self.save();
            }
            match self.turn()? {
                Next::Stay => {}
                Next::Stop => {
                    drawn.close()?;
                    raw.stop()?;
                    // Nothing stops where no shell could go on: then no signal says that it goes on here.
                    drawn.forget();
                    self.dirty = true;
                }
                Next::Quit(code) => {
                    drawn.close()?;
                    return Ok(code);
                }
            }
            if signals::continued() {
                raw.resume()?;
                drawn.forget();
                self.dirty = true;
            }
            let now = screen::size();
            if now != size {
                size = now;
                self.dirty = true;
            }
        }
    }

    /// The loop without: `--plain` prints each new state below the last one.
    fn lines(&mut self, raw: &Raw) -> anyhow::Result<u8> {
        let mut announced = false;
        self.start();
        loop {
            let waits = self.running.is_some() && matches!(self.page, Page::Verdict);
            if self.dirty && !waits {
                self.style.width = screen::size().0;
                let frame = screen::frame(self);
                let mut out = io::stdout().lock();
                for line in frame.head.iter().chain(&frame.body).chain(&frame.foot) {
                    write!(out, "{line}\r\n")?;
                }
                write!(out, "\r\n")?;
                out.flush()?;
                (self.dirty, announced) = (false, false);
                self.show_live();
                self.save();
            }
            if waits && !announced && self.running.as_ref().is_some_and(Running::is_noticeable) {
                print!("compiling and checking {} ...\r\n", self.exercise().id());
                io::stdout().flush()?;
                announced = true;
            }
            match self.turn()? {
                Next::Stay => {}
                Next::Stop => {
                    raw.stop()?;
                    self.dirty = true;
                }
                Next::Quit(code) => return Ok(code),
            }
            if signals::continued() {
                raw.resume()?;
                self.dirty = true;
            }
        }
    }

    /// The loop with nothing but the page.
    fn without_terminal(&mut self) -> anyhow::Result<u8> {
        self.start();
        loop {
            self.show_live();
            self.save();
            if let Next::Quit(code) = self.turn()? {
                return Ok(code);
            }
        }
    }

    /// One turn of the loop: keys, news, the file.
    fn turn(&mut self) -> anyhow::Result<Next> {
        let message = self.inbox.try_recv().or_else(|_| {
            // Checks that end at once are many messages and one state: the page is drawn when no other waits.
            self.show_live();
            self.inbox.recv_timeout(LOOK)
        });
        match message {
            Ok(Message::Key(key)) => match self.key(key) {
                Next::Stay => {}
                next => return Ok(next),
            },
            Ok(Message::News(number, news)) => self.take_news(number, news),
            Ok(Message::NoBrowser(words)) => {
                self.notices.retain(|notice| notice != keys::OPENS);
                self.notices.push(words);
                self.changed();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("the loop holds a sender itself"),
        }
        if let Some(signal) = signals::received() {
            return Ok(Next::Quit(128 + signal));
        }
        match self.watched.look() {
            Seen::Same => {}
            Seen::Saved => {
                self.notices.clear();
                self.page = Page::Verdict;
                self.saves += 1;
                self.saved_at = clock::now();
                self.start();
            }
            Seen::Gone => self.miss_the_file(),
        }
        match self.neighbours.look() {
            None => {}
            Some(Elsewhere::Saved(index)) if !self.has_keys => {
                self.open(index);
                return Ok(Next::Stay);
            }
            Some(Elsewhere::Saved(index)) => {
                let file = self.context.workspace.shown(&self.exercises[index].file());
                self.notices = vec![format!("You saved {file}. Press g to go there.")];
                self.changed();
            }
            Some(Elsewhere::Many(number)) => {
                self.notices = vec![format!(
                    "{number} other exercises have changed at once. Was that an update? End this and start it again: then \
                     what is new is here, too."
                )];
                self.changed();
            }
        }
        Ok(Next::Stay)
    }

    /// The file is gone, and with it what the report is about.
    fn miss_the_file(&mut self) {
        self.stop();
        self.save();
        self.report = None;
        let exercise = self.exercise();
        let file = self.context.workspace.shown(&exercise.file());
        self.trouble = Some(if self.has_keys {
            format!("{file} is gone. Save it again, or press x to put the starter there.")
        } else {
            let id = exercise.id();
            format!("{file} is gone. Save it again, or put the starter there: `cargo workbook reset {id}`")
        });
        self.changed();
    }

    /// What is shown is not what is.
    fn changed(&mut self) {
        self.dirty = true;
        self.unshown = true;
    }

    /// Tells the page, where there is one. It never waits for a browser.
    fn show_live(&mut self) {
        if let Some(live) = self.live.filter(|_| self.unshown) {
            live.show(&state::state(self));
            self.unshown = false;
        }
    }

    /// Begins a check, and ends the one that runs.
    fn start(&mut self) {
        self.stop();
        // The report before may have come in the same turn: then it was not drawn, and nobody has written it down.
        self.save();
        self.scroll = 0;
        self.changed();
        let width = render::message_width(&Style { width: screen::size().0, ..self.style });
        let job = Job { width, ..self.context.job(&Cancel::default(), false) };
        let cancel = job.cancel.clone();
        let exercise = self.exercise().clone();
        self.started += 1;
        let number = self.started;
        let outbox = self.outbox.clone();
        let worker = thread::spawn(move || {
            // The loop ends before its worker only where the whole process does.
            let send = |news| drop(outbox.send(Message::News(number, news)));
            let check = AssertUnwindSafe(|| run::check(&job, &exercise, &|event| send(News::Event(event))));
            send(match panic::catch_unwind(check) {
                Ok(result) => News::Done(Box::new(result)),
                Err(payload) => News::Panicked(words_of(payload.as_ref())),
            });
        });
        self.running = Some(Running {
            number,
            saves: self.saves,
            cancel,
            worker,
            since: Instant::now(),
            stage: Event::Building(BuildStep::Compiling(String::new())),
            crates: 0,
            checks: Vec::new(),
        });
    }

    /// Kills what runs, and waits for the worker, which then has nothing left to do.
    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.cancel.cancel();
            // Its panics are caught.
            let _ = running.worker.join();
        }
    }

    fn take_news(&mut self, number: usize, news: News) {
        let Some(running) = self.running.as_mut().filter(|running| running.number == number) else { return };
        match news {
            News::Event(event) => {
                running.take(event);
                self.unshown = true;
            }
            News::Done(result) => {
                self.reported = running.saves;
                self.running = None;
                self.take_result(*result);
                self.changed();
            }
            News::Panicked(words) => {
                self.reported = running.saves;
                self.running = None;
                // It is about a save before this one.
                self.report = None;
                self.trouble = Some(format!("This is a mistake in the runner. Please report it: {words}"));
                self.changed();
            }
        }
    }

    fn take_result(&mut self, result: Result<Report, NoVerdict>) {
        match result {
            Ok(report) => {
                if report.passed() {
                    // It counts in this session, whatever the disk says.
                    self.progress.pass(&report.exercise);
                }
                self.report = Some(report);
                self.trouble = None;
                self.unsaved = true;
            }
            Err(trouble) => {
                self.report = None;
                self.trouble = Some(trouble.to_string());
            }
        }
    }

    /// Writes the report down, once it is on the screen: a disk takes its time, and nobody should wait for it.
    fn save(&mut self) {
        if !std::mem::take(&mut self.unsaved) {
            return;
        }
        let Some(report) = &self.report else { return };
        let warning = actions::remember(self.context, report, self.exercise());
        self.complain(warning);
    }

    fn complain(&mut self, warning: Option<String>) {
        if let Some(warning) = warning.filter(|_| !self.complained) {
            self.complained = true;
            self.notices.push(warning);
            self.changed();
        }
    }

    /// What stays in the terminal after the end: the last verdict, whole.
    fn farewell(&self) -> Vec<String> {
        let exercise = self.exercise();
        let mut lines = render::heading(exercise, &self.context.workspace.shown(&exercise.file()), &self.style);
        lines.push(String::new());
        if let Some(report) = &self.report {
            lines.extend(render::report(report, exercise, &self.style));
            lines.push(String::new());
        } else if let Some(trouble) = &self.trouble {
            lines.extend(render::indented(text::paragraphs(trouble, self.style.width.saturating_sub(3))));
            lines.push(String::new());
        }
        let id = exercise.id();
        let next = self.context.current(&self.progress).map(Exercise::id).unwrap_or_default();
        lines.push(if next == id {
            "`cargo workbook` goes on here.".to_owned()
        } else if self.progress.passed(&id) {
            format!("`cargo workbook` goes on with {next}.")
        } else {
            // Others before this one have not passed.
            format!("`cargo workbook {id}` goes on here.")
        });
        lines
    }
}

/// What a panic says.
fn words_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

impl Running {
    fn is_noticeable(&self) -> bool {
        self.since.elapsed() >= NOTICEABLE
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Building(building) => {
                self.crates += usize::from(matches!(building, BuildStep::Compiling(_)));
                self.stage = Event::Building(building);
            }
            Event::Running(checks) => {
                self.checks = checks.iter().map(|check| (check.clone(), None)).collect();
                self.stage = Event::Running(checks);
            }
            Event::Checked(index, report) => {
                if let Some(slot) = self.checks.get_mut(index) {
                    slot.1 = Some(report);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{
        catalogue::{register::Register, workspace::Workspace},
        judge::report::State,
        memory::progress::Store,
    };

    const FILE: &str = "exercises/01-demo/greet.rs";

    /// A workbook with one exercise, which no cargo could build.
    fn context(folder: &Path) -> Context {
        let write = |path: &str, text: &str| fs::write(folder.join(path), text).expect("the folder can be written");
        fs::create_dir_all(folder.join("exercises/01-demo")).expect("the folder can be written");
        write("exercises/01-demo/Cargo.toml", "[[test]]\nname = \"greet\"\n");
        write(FILE, "//! # Greet\n");
        let workspace = Workspace { root: folder.to_owned() };
        Context {
            register: Register::read(&workspace).expect("there is a lesson"),
            store: Store::new(&workspace),
            workspace,
            style: Style::plain(80),
            plain: true,
        }
    }

    fn passed() -> Report {
        let check = Check { name: "is_polite".to_owned(), about: None, line: 1 };
        let check = CheckReport { state: State::Passed, ..CheckReport::not_run(check) };
        Report::of_checks("01-demo/greet".to_owned(), FILE.to_owned(), vec![check])
    }

    /// A check that has begun, of which nothing has come yet.
    fn begin(watch: &mut Watch<'_>) {
        watch.saves += 1;
        watch.started += 1;
        watch.running = Some(Running {
            number: watch.started,
            saves: watch.saves,
            cancel: Cancel::default(),
            worker: thread::spawn(|| {}),
            since: Instant::now(),
            stage: Event::Running(Vec::new()),
            crates: 0,
            checks: Vec::new(),
        });
    }

    fn end(watch: &mut Watch<'_>, news: News) {
        watch.take_news(watch.started, news);
    }

    #[test]
    fn a_check_that_panicked_hides_behind_no_verdict() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let context = context(folder.path());
        let mut watch = Watch::new(&context, None, None).expect("there is an exercise");
        begin(&mut watch);
        end(&mut watch, News::Done(Box::new(Ok(passed()))));
        begin(&mut watch);
        end(&mut watch, News::Panicked("index out of bounds".to_owned()));
        assert_eq!(watch.reported, 2);
        let state = state::state(&watch);
        assert!(state["report"].is_null() && state["trouble"].as_str().is_some_and(|words| words.contains("bounds")));
        let frame = screen::frame(&watch);
        let screen = [frame.head, frame.body, frame.foot].concat().join("\n");
        assert!(screen.contains("index out of bounds") && !screen.contains("checked"), "{screen}");
        let farewell = watch.farewell().join("\n");
        assert!(farewell.contains("index out of bounds") && !farewell.contains("Passed"), "{farewell}");
    }

    /// It is written down when it is drawn, and `--plain` draws nothing while a check runs.
    #[test]
    fn a_pass_is_written_down_where_the_file_is_saved_or_gone_before_it_is_drawn() {
        let saved_or_gone: [fn(&mut Watch<'_>); 2] = [|watch| watch.start(), |watch| watch.miss_the_file()];
        for next in saved_or_gone {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let context = context(folder.path());
            let is_written = || context.store.read().0.passed("01-demo/greet");
            let mut watch = Watch::new(&context, None, None).expect("there is an exercise");
            begin(&mut watch);
            end(&mut watch, News::Done(Box::new(Ok(passed()))));
            assert!(!is_written());
            next(&mut watch);
            watch.stop();
            assert!(is_written());
        }
    }
}
