//! What keys do.

use super::{Next, Page, Watch, Watched, screen};
use crate::{actions, exit, judge::report::Report, screen::terminal::Key};

/// A letter and what it does.
#[derive(Debug)]
pub struct Binding {
    pub key: char,
    /// As the page of `?` says it.
    pub does: &'static str,
    act: fn(&mut Watch<'_>) -> Next,
}

/// The letters, in the order of the page of `?`.
pub const KEYS: [Binding; 10] = [
    binding('n', "next exercise", |watch| watch.stay(Watch::go_on)),
    binding('p', "previous exercise", |watch| watch.stay(Watch::go_back)),
    binding('h', "a hint; again: the next one", |watch| watch.stay(Watch::hint)),
    binding('l', "all exercises; choose one", |watch| watch.stay(Watch::list)),
    binding('r', "run the checks again", |watch| watch.stay(Watch::run_again)),
    binding('t', "the last run, drawn", |watch| watch.show(Page::Timeline(screen::timeline(watch)))),
    binding('s', "the solution, after a pass", |watch| watch.stay(Watch::solution)),
    binding('x', "back to the starter; your version is kept aside", |watch| watch.show(Page::ConfirmReset)),
    binding('?', "this page", |watch| watch.show(Page::Help)),
    binding('q', "quit; Ctrl-C, too", |_| Next::Quit(exit::PASSED)),
];

const fn binding(key: char, does: &'static str, act: fn(&mut Watch<'_>) -> Next) -> Binding {
    Binding { key, does, act }
}

impl Watch<'_> {
    fn stay(&mut self, act: impl FnOnce(&mut Self)) -> Next {
        act(self);
        Next::Stay
    }

    pub fn key(&mut self, key: Key) -> Next {
        match key {
            Key::Control('c') => return Next::Quit(exit::INTERRUPTED),
            Key::Control('d') => return Next::Quit(exit::PASSED),
            // What the system says with a signal where the terminal is closed.
            Key::Gone => return Next::Quit(129),
            Key::Control(_) => return Next::Stay,
            _ => {}
        }
        self.dirty = true;
        let is_confirmation = matches!(self.page, Page::ConfirmReset);
        if is_confirmation {
            self.notices.clear();
            self.page = Page::Verdict;
            if matches!(key, Key::Char('y' | 'Y')) {
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
            key => {
                self.notices.clear();
                self.scroll = 0;
                return self.letter(key);
            }
        }
        Next::Stay
    }

    /// Any other key goes back to the verdict.
    fn letter(&mut self, key: Key) -> Next {
        match KEYS.iter().find(|binding| key == Key::Char(binding.key)) {
            Some(binding) => (binding.act)(self),
            None => self.show(Page::Verdict),
        }
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

    fn open(&mut self, index: usize) {
        self.save();
        self.current = index;
        self.page = Page::Verdict;
        self.scroll = 0;
        self.report = None;
        self.trouble = None;
        self.watched = Watched::new(self.exercise().file());
        self.start();
    }

    fn hint(&mut self) {
        let (lines, warning) = actions::next_hint(self.context, self.exercise());
        self.complain(warning);
        self.page = Page::Hint(lines.unwrap_or_else(|| vec!["  This exercise has no hints.".to_owned()]));
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
