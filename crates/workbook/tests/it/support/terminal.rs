//! A real pseudo-terminal with a program in it, and what stands on its screen.
//!
//! Nothing here waits for a fixed time: a test waits until words are on the screen, and fails after a time that no
//! healthy machine needs.

use std::{
    io::{Read as _, Write},
    num::NonZero,
    path::Path,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longer than anything takes, on the slowest machine that runs the tests.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Screen>,
    reader: JoinHandle<()>,
}

struct Screen {
    parser: Mutex<vt100::Parser>,
    changed: Condvar,
    closed: AtomicBool,
}

impl Terminal {
    /// Starts a program in a terminal of this size.
    pub fn open(program: &Path, args: &[&str], folder: &Path, cleared: &[&str], (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("the system has pseudo-terminals");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(folder);
        cleared.iter().for_each(|name| command.env_remove(name));
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let keys = pair.master.take_writer().expect("nobody else writes");
        let mut output = pair.master.try_clone_reader().expect("the terminal can be read");
        // What scrolls out of the screen stays in its memory, as in the terminal of a person.
        let parser = Mutex::new(vt100::Parser::new(cells(rows), cells(columns), 2000));
        let screen = Arc::new(Screen { parser, changed: Condvar::new(), closed: AtomicBool::new(false) });
        let reader = thread::spawn({
            let screen = Arc::clone(&screen);
            move || {
                let mut buffer = [0; 4096];
                while let Ok(length @ 1..) = output.read(&mut buffer) {
                    if screen.closed.load(Ordering::SeqCst) {
                        return;
                    }
                    screen.parser.lock().expect("no panic").process(&buffer[..length]);
                    screen.changed.notify_all();
                }
            }
        });
        Self { master: pair.master, keys, child, screen, reader }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the terminal takes keys");
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.screen.parser.lock().expect("no panic").screen_mut().set_size(cells(rows), cells(columns));
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("the terminal can be resized");
    }

    pub fn screen(&self) -> String {
        self.screen.parser.lock().expect("no panic").screen().contents()
    }

    pub fn cursor_is_hidden(&self) -> bool {
        self.screen.parser.lock().expect("no panic").screen().hide_cursor()
    }

    /// Whether it was asked to mark what is pasted.
    pub fn marks_what_is_pasted(&self) -> bool {
        self.screen.parser.lock().expect("no panic").screen().bracketed_paste()
    }

    /// Whether anything on the screen is coloured, bold or faint.
    pub fn has_colour(&self) -> bool {
        let parser = self.screen.parser.lock().expect("no panic");
        let (rows, columns) = parser.screen().size();
        let cells = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
        let plain = |cell: &vt100::Cell| cell.fgcolor() == vt100::Color::Default && !cell.bold() && !cell.dim();
        cells.filter_map(|(row, column)| parser.screen().cell(row, column)).any(|cell| !plain(cell))
    }

    /// Waits until the screen holds these words; words may be broken between lines.
    #[track_caller]
    pub fn wait_for(&self, words: &str) -> String {
        self.wait_until(&format!("{words:?}"), |screen| filled(screen).contains(words))
    }

    #[track_caller]
    pub fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let parser = self.screen.parser.lock().expect("no panic");
            let screen = parser.screen().contents();
            if holds(&screen) {
                return screen;
            }
            let left = end.saturating_duration_since(Instant::now());
            let late = left.is_zero();
            drop(self.screen.changed.wait_timeout(parser, left).expect("no panic"));
            assert!(!late, "the screen never showed {what}:\n{screen}");
        }
    }

    /// The id of the program.
    pub fn id(&self) -> u32 {
        self.child.process_id().expect("it was started")
    }

    /// Closes the window. The program lives, or does not.
    pub fn close(self) {
        self.screen.closed.store(true, Ordering::SeqCst);
        // The reader waits for output, and a terminal of another size is drawn again.
        for columns in (20..).take_while(|_| !self.reader.is_finished()) {
            self.resize(columns % 60 + 20, 20);
            thread::sleep(Duration::from_millis(20));
        }
        // The program ends by itself; who waits for it is told by its id.
        let Self { master, keys, mut child, .. } = self;
        drop((master, keys));
        thread::spawn(move || child.wait());
    }

    /// Waits for the end of the program, and returns its exit code.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("it was started") {
                return status.exit_code();
            }
            assert!(Instant::now() < end, "the program does not end:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has a size")
}

fn filled(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
