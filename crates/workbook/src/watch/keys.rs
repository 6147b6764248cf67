//! What keys do.

use std::thread;

use super::{Message, Next, Page, Watch, Watched, file::Neighbours, screen};
use crate::{
    actions, exit,
    judge::report::{Outcome, Report},
    screen::{browser, terminal::Key},
};

/// A letter and what it does.
#[derive(Debug)]
pub struct Binding {
    pub key: char,
    /// As the page of `?` says it.
    pub does: &'static str,
    act: fn(&mut Watch<'_>) -> Next,
}

/// The letters, in the order of the page of `?`.
pub const KEYS: [Binding; 14] = [
    binding('n', "next exercise", |watch| watch.stay(Watch::go_on)),
    binding('p', "previous exercise", |watch| watch.stay(Watch::go_back)),
    binding('h', "a hint; again: the next one", |watch| watch.stay(Watch::hint)),
    binding('d', "the task: what is to be done", |watch| watch.show(Page::Task)),
    binding('c', "all checks, in all their words", |watch| watch.show(Page::Checks)),
    binding('b', "the book, where it tells of this", |watch| watch.stay(Watch::book)),
    binding('l', "all exercises; choose one", |watch| watch.stay(Watch::list)),
    binding('r', "run the checks again", |watch| watch.stay(Watch::run_again)),
    binding('t', "the last run, drawn", |watch| watch.show(Page::Timeline)),
    binding('s', "the solution, after a pass", |watch| watch.stay(Watch::solution)),
    binding('g', "go to the exercise whose file you saved", |watch| watch.stay(Watch::go_to_saved)),
    binding('x', "back to the starter; your version is kept aside", |watch| watch.show(Page::ConfirmReset)),
    binding('?', "this page", |watch| watch.show(Page::Help)),
    binding('q', "quit; Ctrl-C, too", |_| Next::Quit(exit::PASSED)),
];

const fn binding(key: char, does: &'static str, act: fn(&mut Watch<'_>) -> Next) -> Binding {
    Binding { key, does, act }
}

/// What is said until it is known that no browser could be started.
pub const OPENS: &str = "The page opens in your browser.";

impl Watch<'_> {
    fn stay(&mut self, act: impl FnOnce(&mut Self)) -> Next {
        act(self);
        Next::Stay
    }

    pub fn key(&mut self, key: Key) -> Next {
        match key {
            Key::Control('c') => return Next::Quit(exit::INTERRUPTED),
            Key::Control('d') => return Next::Quit(exit::PASSED),
            Key::Control('z') => return Next::Stop,
            // What the system says with a signal where the terminal is closed.
            Key::Gone => return Next::Quit(129),
            Key::Control(_) => return Next::Stay,
            _ => {}
        }
        self.changed();
        let is_confirmation = matches!(self.page, Page::ConfirmReset);
        if is_confirmation {
            let is_yes = matches!(key, Key::Char('y' | 'Y'));
            if is_yes || matches!(key, Key::Char('n' | 'N') | Key::Escape) {
                self.notices.clear();
                self.page = Page::Verdict;
            }
            if is_yes {
                self.reset();
            }
            return Next::Stay;
        }
        if let Page::List(selected) = self.page {
            let last = self.exercises.len().saturating_sub(1);
            match key {
                Key::Up | Key::Char('k' | 'p') => self.page = Page::List(selected.saturating_sub(1)),
                Key::Down | Key::Char('j' | 'n') => self.page = Page::List((selected + 1).min(last)),
                Key::Enter => {
                    self.open(selected);
                    return Next::Stay;
                }
                _ => return self.common_key(key),
            }
            self.scroll = self.list_scroll();
            return Next::Stay;
        }
        self.common_key(key)
    }

    fn common_key(&mut self, key: Key) -> Next {
        let page = self.room.shown.saturating_sub(1).max(1);
        match key {
            Key::Up | Key::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            // Drawing takes back what goes too far.
            Key::Down | Key::Char('j') => self.scroll += 1,
            Key::PageUp => self.scroll = self.scroll.saturating_sub(page),
            Key::PageDown | Key::Char(' ') => self.scroll += page,
            Key::Home => self.scroll = 0,
            Key::Escape => {
                self.notices.clear();
                self.scroll = 0;
                self.page = Page::Verdict;
            }
            key => return self.letter(key),
        }
        Next::Stay
    }

    /// A key that means nothing does nothing.
    fn letter(&mut self, key: Key) -> Next {
        let Some(binding) = KEYS.iter().find(|binding| key == Key::Char(binding.key)) else { return Next::Stay };
        self.notices.clear();
        self.scroll = 0;
        (binding.act)(self)
    }

    fn show(&mut self, page: Page) -> Next {
        self.page = page;
        Next::Stay
    }

    fn go_back(&mut self) {
        match self.current.checked_sub(1) {
            Some(before) => self.open(before),
            None => self.notices.push("This is the first exercise.".to_owned()),
        }
    }

    fn list(&mut self) {
        self.page = Page::List(self.current);
        self.scroll = self.list_scroll();
    }

    fn run_again(&mut self) {
        self.page = Page::Verdict;
        self.start();
    }

    /// The exercise below in the list. After a pass, the next that has not passed.
    fn go_on(&mut self) {
        let passed = self.report.as_ref().is_some_and(Report::passed);
        if passed && let Some(open) = self.next_open() {
            let id = open.id();
            let index = self.exercises.iter().position(|exercise| exercise.id() == id);
            return self.open(index.unwrap_or(self.current));
        }
        if self.current + 1 < self.exercises.len() {
            self.open(self.current + 1);
        } else {
            self.notices.push("This is the last exercise.".to_owned());
        }
    }

    pub fn open(&mut self, index: usize) {
        self.save();
        self.current = index;
        self.page = Page::Verdict;
        self.scroll = 0;
        self.report = None;
        self.trouble = None;
        self.saves = 0;
        self.neighbours = Neighbours::new(&self.exercises, index);
        self.watched = Watched::new(self.exercise().file());
        self.start();
    }

    /// Opens the other exercise whose file was saved.
    fn go_to_saved(&mut self) {
        if let Some(index) = self.neighbours.saved.take() {
            self.open(index);
        }
    }

    fn hint(&mut self) {
        let (lines, warning) = actions::next_hint(self.context, self.exercise());
        self.complain(warning);
        let mut lines = lines.unwrap_or_else(|| vec!["  This exercise has no hints.".to_owned()]);
        if self.does_not_compile() {
            lines.splice(
                0..0,
                ["  (Your file does not compile. This is about the run before.)".to_owned(), String::new()],
            );
        }
        self.page = Page::Hint { lines, has_more: actions::has_more_hints(self.context, self.exercise()) };
    }

    /// Whether the pages about a run speak of an earlier one.
    pub fn does_not_compile(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.outcome == Outcome::DoesNotCompile)
    }

    fn book(&mut self) {
        if let Some(live) = self.live {
            let address = live.address();
            let failed = format!("No browser could be started from here. The live page: {address}");
            return self.browse(failed, move || browser::opens_address(&address));
        }
        let (page, section) = actions::book_page(&self.context.workspace, self.exercise());
        if page.is_file() {
            let failed = format!("No browser could be started from here. The page: {}", page.display());
            return self.browse(failed, move || browser::opens(&page, section.as_deref()));
        }
        let source = format!("book/read/{}.md", self.exercise().lesson);
        self.notices.push(format!(
            "The book is not built yet: run `cargo workbook book` in another terminal, or read {source}."
        ));
    }

    /// On a thread of its own: what opens a page may be the browser itself, and then it ends when the browser is closed.
    fn browse(&mut self, failed: String, opens: impl FnOnce() -> bool + Send + 'static) {
        self.notices.push(OPENS.to_owned());
        let outbox = self.outbox.clone();
        thread::spawn(move || {
            if !opens() {
                // Who has quit meanwhile looks for no browser.
                drop(outbox.send(Message::NoBrowser(failed)));
            }
        });
    }

    fn solution(&mut self) {
        let exercise = self.exercise();
        if !self.progress.passed(&exercise.id()) {
            let words = "s shows the solution after a pass. Before: cargo workbook solution";
            self.notices.push(format!("{words} {} --spoil", exercise.id()));
            return;
        }
        let text = actions::read_solution(&self.context.workspace, exercise);
        let text = text.unwrap_or_else(|error| format!("{error:#}"));
        let path = self.context.workspace.shown(&exercise.solution_file());
        self.page = Page::Solution([path, String::new()].into_iter().chain(text.lines().map(str::to_owned)).collect());
    }

    fn reset(&mut self) {
        self.stop();
        self.save();
        match actions::reset(self.context, self.exercise()) {
            Ok(reset) => {
                self.complain(reset.warning);
                self.notices.push(match reset.kept {
                    Some(path) => format!("The starter is back. Your version: {path}"),
                    None => "The starter is back.".to_owned(),
                });
            }
            Err(error) => self.notices.push(format!("{error:#}")),
        }
        self.progress = self.context.store.read().0;
        self.watched = Watched::new(self.exercise().file());
        self.start();
    }

    /// Keeps the chosen line of the list on the screen.
    fn list_scroll(&self) -> usize {
        let Page::List(selected) = self.page else { return 0 };
        let room = screen::size().1.saturating_sub(7).max(1);
        // Each lesson before it adds its title and an empty line.
        let lessons = self.context.register.lessons.iter();
        let mut row = selected + 1;
        let mut seen = 0;
        for lesson in lessons {
            seen += lesson.exercises.len();
            if seen <= selected {
                row += 2;
            }
        }
        (row + 2).saturating_sub(room)
    }
}
