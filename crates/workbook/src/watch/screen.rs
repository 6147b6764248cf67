//! What stands on the screen, and the least that has to be written to change it.

use std::{
    fs,
    io::{self, Write as _},
};

use super::{Page, Running, Watch, keys::KEYS};
use crate::{
    actions,
    catalogue::{header::Header, register::Exercise},
    judge::{
        cargo::BuildStep,
        report::{CheckReport, Outcome},
        run::{self, Event},
    },
    memory::{kept_runs::KeptRun, progress::count},
    screen::{
        render,
        style::{Ink, Style},
        terminal,
    },
    text,
};

/// With fewer rows than this, head and foot would leave nothing of the verdict.
const FEW: usize = 12;

/// With fewer columns than this, whole sentences do not fit.
const NARROW: usize = 32;

/// The lines that are on the screen.
#[derive(Debug, Default)]
pub struct Screen {
    lines: Vec<String>,
    size: (usize, usize),
}

/// What is to be shown.
#[derive(Debug)]
pub struct Frame {
    /// Always shown.
    pub head: Vec<String>,
    /// As much of it as there is room for, from the line to which it was scrolled.
    pub body: Vec<String>,
    /// Always shown.
    pub foot: Vec<String>,
}

impl Screen {
    /// Pushes what the shell printed out of the way, up into the terminal's memory.
    pub fn open(rows: usize) -> io::Result<Self> {
        let mut out = io::stdout().lock();
        write!(out, "{}\u{1b}[H", "\r\n".repeat(rows))?;
        out.flush()?;
        Ok(Self::default())
    }

    /// Draws a frame: only the lines that differ.
    pub fn draw(&mut self, frame: &Frame, scroll: usize, style: &Style, size: (usize, usize)) -> io::Result<Room> {
        let (out, room) = self.changes(frame, scroll, style, size);
        let mut stdout = io::stdout().lock();
        stdout.write_all(out.as_bytes())?;
        stdout.flush()?;
        Ok(room)
    }

    /// What is to be written so that a frame stands on the screen.
    fn changes(&mut self, frame: &Frame, scroll: usize, style: &Style, size: (usize, usize)) -> (String, Room) {
        let (columns, rows) = size;
        let (lines, room) = layout(frame, scroll, style, rows);
        let mut out = String::new();
        if self.size != size {
            out.push_str("\u{1b}[H\u{1b}[2J");
            self.lines.clear();
            self.size = size;
        }
        for (row, line) in lines.iter().enumerate().take(rows) {
            if self.lines.get(row) != Some(line) {
                let line = text::cut(line, columns, style.ellipsis());
                // Erased first: behind a line that fills the row the cursor stays on its last letter, and many terminals
                // (xterm, Apple's Terminal, the console of Windows) would erase that letter.
                out.push_str(&format!("\u{1b}[{};1H\u{1b}[K{line}\u{1b}[0m", row + 1));
            }
        }
        if lines.len() < self.lines.len() {
            out.push_str(&format!("\u{1b}[{};1H\u{1b}[J", lines.len() + 1));
        }
        self.lines = lines;
        (out, room)
    }

    /// Somebody else has written on it: the next frame is drawn whole.
    pub fn forget(&mut self) {
        self.size = (0, 0);
    }

    /// Leaves an empty screen, for what is to be read after the end.
    pub fn close(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        write!(out, "\u{1b}[H\u{1b}[J")?;
        out.flush()
    }
}

/// How much of a body there was room for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Room {
    /// How far it can be scrolled.
    pub most: usize,
    /// How many of its lines are shown.
    pub shown: usize,
}

/// Fits a frame into the rows there are. In very few, only the title and the body are left.
fn layout(frame: &Frame, scroll: usize, style: &Style, rows: usize) -> (Vec<String>, Room) {
    let small = Frame { head: frame.head[..1].to_vec(), body: frame.body.clone(), foot: Vec::new() };
    let frame = if rows < FEW { &small } else { frame };
    let room = rows.saturating_sub(frame.head.len() + frame.foot.len()).max(1);
    let mut lines = frame.head.clone();
    if frame.body.len() <= room {
        lines.extend(frame.body.iter().cloned());
        lines.extend(vec![String::new(); room - frame.body.len()]);
        lines.extend(frame.foot.iter().cloned());
        return (lines, Room { most: 0, shown: room });
    }
    // The last row of the room says how much there is below and above.
    let shown = room.saturating_sub(1).max(1);
    let most = frame.body.len() - shown;
    let from = scroll.min(most);
    lines.extend(frame.body[from..from + shown].iter().cloned());
    let below = most - from;
    let arrows = if style.ascii { "arrow keys" } else { "↑ ↓" };
    let words = match below {
        0 => format!("  the end ({arrows})"),
        below if style.width < NARROW => format!("  {below} more ({arrows})"),
        below => format!("  {} below ({arrows})", count(below, "more line")),
    };
    lines.push(style.paint(Ink::Faint, &words));
    lines.extend(frame.foot.iter().cloned());
    (lines, Room { most, shown })
}

/// The frame for the present state.
pub fn frame(watch: &Watch<'_>) -> Frame {
    Frame { head: head(watch), body: body(watch), foot: foot(watch) }
}

fn head(watch: &Watch<'_>) -> Vec<String> {
    let style = &watch.style;
    let exercise = watch.exercise();
    let lesson = watch.context.register.lesson(&exercise.lesson).expect("an exercise is part of its lesson");
    let (done, of) = render::done(lesson, &watch.progress);
    let mut heading = render::heading(exercise, &watch.context.workspace.shown(&exercise.file()), style);
    let mut bar = format!("{}  {} {done}/{of}", style.paint(Ink::Faint, &exercise.lesson), style.bar(done, of));
    let mut gap = style.width.saturating_sub(text::width(&heading[0]) + text::width(&bar) + 1);
    if gap < 2 {
        bar = format!("{done}/{of}");
        gap = style.width.saturating_sub(text::width(&heading[0]) + text::width(&bar) + 1);
    }
    if gap == 0 {
        bar.clear();
    }
    heading[0] = format!("{}{}{bar}", heading[0], " ".repeat(gap));
    heading.push(String::new());
    heading
}

fn foot(watch: &Watch<'_>) -> Vec<String> {
    let style = &watch.style;
    let mut lines = vec![String::new()];
    let status = status(watch);
    if !status.is_empty() {
        lines.extend(text::wrap(&format!("  {status}"), style.width));
    }
    for notice in &watch.notices {
        lines.extend(text::paragraphs(notice, style.width.saturating_sub(3)).iter().map(|line| format!("  {line}")));
    }
    lines.extend(keys(watch));
    lines
}

/// What goes on now.
fn status(watch: &Watch<'_>) -> String {
    let style = &watch.style;
    let Some(running) = watch.running.as_ref() else {
        // The same verdict again looks as if nothing had happened.
        let is_told = watch.saves > 0 && watch.report.is_some();
        let at = watch.saved_at.as_ref().map(|time| format!(", {time}")).unwrap_or_default();
        let words = if is_told { format!("save {}{at}: checked", watch.saves) } else { String::new() };
        return style.paint(Ink::Faint, &words);
    };
    if !running.is_noticeable() {
        return String::new();
    }
    let seconds = format!("{:.1} s", running.since.elapsed().as_secs_f64());
    style.paint(Ink::Note, &format!("{}  {seconds}", stage(running)))
}

/// How far a check has come.
pub fn stage(running: &Running) -> String {
    match &running.stage {
        Event::Building(BuildStep::Waiting) => "waiting for another cargo (your editor's?)".to_owned(),
        Event::Building(BuildStep::Compiling(name)) if running.crates > 1 => {
            format!("compiling {name}, crate {}", running.crates)
        }
        Event::Building(_) => "compiling".to_owned(),
        Event::Running(_) | Event::Checked(..) => "checking".to_owned(),
    }
}

/// One line of keys; two where the terminal is narrow.
fn keys(watch: &Watch<'_>) -> Vec<String> {
    let passed = watch.report.as_ref().is_some_and(crate::judge::report::Report::passed);
    let keys: &[(&str, &str)] = match &watch.page {
        Page::ConfirmReset => &[("y", "reset"), ("n", "keep")],
        Page::List(_) => &[("↑↓", "choose"), ("enter", "open"), ("esc", "back"), ("q", "quit")],
        Page::Hint { has_more: true, .. } => &[("h", "next hint"), ("esc", "back"), ("q", "quit")],
        Page::Hint { .. } | Page::Help | Page::Task | Page::Checks | Page::Timeline | Page::Solution(_) => {
            &[("esc", "back"), ("q", "quit")]
        }
        Page::Verdict if passed => &[
            ("n", "next"),
            ("s", "solution"),
            ("t", "timeline"),
            ("b", "book"),
            ("l", "list"),
            ("?", "help"),
            ("q", "quit"),
        ],
        // The others are on the page of `?`.
        Page::Verdict if watch.style.width < 60 => {
            &[("h", "hint"), ("d", "task"), ("n", "next"), ("?", "help"), ("q", "quit")]
        }
        Page::Verdict => &[
            ("h", "hint"),
            ("n", "next"),
            ("d", "task"),
            ("c", "checks"),
            ("b", "book"),
            ("t", "timeline"),
            ("l", "list"),
            ("?", "help"),
            ("q", "quit"),
        ],
    };
    let style = &watch.style;
    let mut lines = vec![String::new()];
    for (key, does) in keys {
        let key = if style.ascii { key.replace("↑↓", "arrows") } else { (*key).to_owned() };
        let item = format!("{} {}", style.paint(Ink::Strong, &key), style.paint(Ink::Faint, does));
        let line = lines.last_mut().expect("never empty");
        let gap = if line.is_empty() { 0 } else { 2 };
        if gap > 0 && text::width(line) + gap + text::width(&item) > style.width.saturating_sub(1) {
            lines.push(item);
        } else {
            line.push_str(&" ".repeat(gap));
            line.push_str(&item);
        }
    }
    lines
}

pub fn body(watch: &Watch<'_>) -> Vec<String> {
    let style = &watch.style;
    match &watch.page {
        Page::Verdict => verdict(watch),
        Page::Task => render::task(watch.exercise(), style),
        Page::Checks => all_checks(watch),
        Page::Hint { lines, .. } | Page::Solution(lines) => folded(lines, style),
        Page::Timeline => folded(&timeline(watch), style),
        Page::Help => help(style),
        Page::List(selected) => list(watch, *selected),
        Page::ConfirmReset => {
            let exercise = watch.exercise();
            let words = format!(
                "Put the starter of {} back? Your version is kept under .workbook/kept/{}/.",
                exercise.id(),
                exercise.lesson
            );
            render::indented(text::wrap(&words, style.width.saturating_sub(3)))
        }
    }
}

fn verdict(watch: &Watch<'_>) -> Vec<String> {
    let style = &watch.style;
    let exercise = watch.exercise();
    if let Some(running) = watch.running.as_ref().filter(|running| running.is_noticeable()) {
        // The verdict on the version before would be read as that on this one.
        if !running.checks.is_empty() {
            return in_progress(&running.checks, style);
        }
        return render::task(exercise, style);
    }
    if let Some(trouble) = &watch.trouble {
        return render::indented(text::paragraphs(trouble, style.width.saturating_sub(3)));
    }
    let Some(report) = &watch.report else { return render::task(exercise, style) };
    let is_small = size().1 < FEW;
    let mut lines = Vec::new();
    if is_small {
        lines.extend(render::outcome_line(report, style));
    }
    // Who has just come here must know first what is to be done.
    if watch.saves == 0 && !is_small && !report.passed() && report.outcome != Outcome::NotStarted {
        lines.extend(render::task(exercise, style));
        lines.push(String::new());
    }
    lines.extend(render::report(report, exercise, style));
    lines.push(String::new());
    if report.passed() {
        lines.extend(after_a_pass(watch));
    } else if let Some(read) = exercise.header().read {
        let words = format!("Read: {read} (press b). The task: d.");
        let words = text::wrap(&words, style.width.saturating_sub(3));
        lines.extend(render::indented(words.iter().map(|line| style.paint(Ink::Faint, line)).collect()));
    }
    lines
}

/// The checks with all their words. Before the first report, those that there are.
fn all_checks(watch: &Watch<'_>) -> Vec<String> {
    let style = &watch.style;
    if let Some(report) = &watch.report {
        return render::whole_checks(&report.checks, style);
    }
    let checks: Vec<CheckReport> = run::expected(watch.exercise()).into_iter().map(CheckReport::not_run).collect();
    render::whole_checks(&checks, style)
}

/// Checks while they run: the mark of each that has ended.
fn in_progress(checks: &[(crate::catalogue::checks::Check, Option<CheckReport>)], style: &Style) -> Vec<String> {
    let lines = checks.iter().flat_map(|(check, report)| {
        let mark = match report {
            Some(report) => render::mark(report, style),
            None => style.paint(Ink::Faint, style.dot()),
        };
        let report = CheckReport::not_run(check.clone());
        render::one_line(&mark, &render::check_label(&report), style)
    });
    lines.collect()
}

fn after_a_pass(watch: &Watch<'_>) -> Vec<String> {
    let exercise = watch.exercise();
    let mut words = Vec::new();
    if let Some(idea) = idea(exercise) {
        words.push(format!("Our solution: {idea}"));
        words.push(String::new());
    }
    if let Some(read) = exercise.header().read {
        words.push(format!("Read on: {read}."));
    }
    words.push("Press s for the solution: why it works, and what else does.".to_owned());
    words.push(match watch.next_open() {
        Some(next) => format!("Press n for the next exercise: {}.", next.title()),
        None => "That was the last one: every exercise has passed.".to_owned(),
    });
    let room = watch.style.width.min(100).saturating_sub(3);
    render::indented(words.iter().flat_map(|words| text::wrap(words, room)).collect())
}

/// The first paragraph of the solution, which says in short what the exercise was about.
pub fn idea(exercise: &Exercise) -> Option<String> {
    let solution = fs::read_to_string(exercise.solution_file()).unwrap_or_default();
    let task = Header::parse(&solution).task;
    task.split("\n\n").next().filter(|idea| !idea.is_empty()).map(|idea| idea.replace('\n', " "))
}

fn list(watch: &Watch<'_>, selected: usize) -> Vec<String> {
    let current = watch.exercises.get(selected).map(|exercise| exercise.id());
    render::list(&watch.context.register, &watch.progress, current.as_deref(), &watch.style)
}

fn help(style: &Style) -> Vec<String> {
    let mut lines: Vec<String> = text::wrap(
        "Edit the file named above and save it: the verdict follows by itself. Keys work at all times.",
        style.width.min(100).saturating_sub(3),
    );
    lines.push(String::new());
    let letters = KEYS.iter().map(|binding| (binding.key.to_string(), binding.does));
    let arrows = if style.ascii { "up, down" } else { "↑ ↓" };
    let others = [
        ("esc", "back to the verdict"),
        (arrows, "one line up or down; k and j, too"),
        ("space", "one page down; the keys for pages, too"),
        ("home", "to the first line"),
        ("ctrl-z", "back to the shell; `fg` goes on here"),
    ];
    // A console of Windows knows no jobs.
    let others = others.into_iter().filter(|(key, _)| cfg!(unix) || *key != "ctrl-z");
    for (key, does) in letters.chain(others.map(|(key, does)| (key.to_owned(), does))) {
        let mut words = text::wrap(does, style.width.saturating_sub(14)).into_iter();
        lines.push(format!("{}  {}", style.paint(Ink::Strong, &format!("{key:>8}")), words.next().unwrap_or_default()));
        lines.extend(words.map(|line| format!("          {line}")));
    }
    render::indented(lines)
}

fn folded(lines: &[String], style: &Style) -> Vec<String> {
    lines.iter().flat_map(|line| text::fold(line, style.width.saturating_sub(1))).collect()
}

/// The last run as lines, for the page.
fn timeline(watch: &Watch<'_>) -> Vec<String> {
    let exercise = watch.exercise();
    match KeptRun::load(&watch.context.workspace, exercise) {
        Some(run) => {
            // The last column stays empty: a terminal may break the line after it.
            let style = Style { width: watch.style.width.saturating_sub(1), ..watch.style };
            let mut lines = actions::drawing(&run, exercise, &style);
            if watch.does_not_compile() {
                let words = "Your file does not compile. This is the run before.".to_owned();
                lines.splice(0..0, [words, String::new()]);
            }
            lines
        }
        None => vec!["There is no run to draw yet.".to_owned()],
    }
}

/// The size of the terminal, or what is usual.
pub fn size() -> (usize, usize) {
    terminal::size().unwrap_or((80, 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The terminal of the other tests keeps the last letter of a full row whatever is erased behind it: some do not.
    #[test]
    fn a_row_is_erased_before_it_is_written() {
        let full = |letter: &str| letter.repeat(40);
        let mut screen = Screen::default();
        for letter in ["a", "b"] {
            let frame = Frame { head: vec![full("t")], body: vec![full(letter), String::new()], foot: vec![full("z")] };
            let (out, _) = screen.changes(&frame, 0, &Style::plain(40), (40, 12));
            assert!(out.contains(&full(letter)), "{out:?}");
            for row in out.split(";1H").skip(1) {
                assert!(row.starts_with("\u{1b}[K"), "{row:?}");
            }
        }
    }
}
