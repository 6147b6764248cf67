//! How a check tells what happened: to the runner in records, to a person in words.

use std::{env, fs::OpenOptions, io::Write as _};

use timeline::{TextStyle, Timeline};
use verdict::{Line, Outcome, Record, variables};

use crate::{
    check_function::{Reporter, end_the_process},
    message::Message,
};

/// A failure, with all that is known of the run.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) check: Reporter,
    pub(crate) message: Message,
    pub(crate) yours: Option<Timeline>,
    pub(crate) expected: Option<Timeline>,
    pub(crate) place: Option<String>,
    /// The place was looked for in a backtrace.
    pub(crate) place_sought: bool,
}

impl Failure {
    /// Tells the runner, or a person.
    pub(crate) fn tell(self) {
        self.tell_by(|whole| eprint!("{whole}"));
    }

    /// As [`tell`](Self::tell), past libtest, which would keep it to itself until a check ends that never ends.
    pub(crate) fn tell_past_libtest(self) {
        let name = self.check.name.clone();
        self.tell_by(|whole| drop(write!(std::io::stderr(), "{whole}")));
        if env::var_os(variables::REPORT).is_none() {
            let ends =
                format!("The process ends here: `{name}` is in a poll that never returns, and cannot be stopped.");
            let _ = writeln!(std::io::stderr(), "{ends}");
        }
    }

    fn tell_by(self, print: impl FnOnce(&str)) {
        let style = style();
        let drawn = if self.message.outcome == Outcome::NotStarted { None } else { self.yours.as_ref() };
        let text = self.message.text(drawn, self.expected.as_ref().filter(|_| drawn.is_some()), &style);
        let headline = self.message.headline();
        let place = self.place.as_ref().map(|place| format!(" · {place}")).unwrap_or_default();
        let head = format!("{}: {}{place}", self.message.outcome, self.check.name);
        if env::var_os(variables::REPORT).is_none() {
            let whole = format!("\n{head}\n\n{text}\n");
            // libtest keeps what is printed here, and shows it under the check's name.
            if self.check.is_told_at_the_end(&whole) {
                print(&format!("{head}: {}\n", headline.lines().next().unwrap_or_default()));
            } else {
                print(&whole);
            }
            return;
        }
        let record = Record::Verdict {
            outcome: self.message.outcome,
            headline,
            text,
            parts: self.message.parts(),
            yours: self.yours,
            expected: self.expected,
            place: self.place,
            place_sought: self.place_sought,
        };
        write(&self.check, record);
    }
}

/// Appends a record to the report, if there is one. A report that cannot be written ends the process: whatever the check has
/// found out, nobody will hear it.
pub(crate) fn write(check: &Reporter, record: Record) {
    let Some(path) = env::var_os(variables::REPORT) else { return };
    let line = Line { check: check.name.clone(), attempt: check.attempt.map(str::to_owned), record };
    let mut line = serde_json::to_vec(&line).expect("a record is made of strings and numbers");
    line.push(b'\n');
    let file = OpenOptions::new().create(true).append(true).open(&path);
    if let Err(error) = file.and_then(|mut file| file.write_all(&line)) {
        let _ = writeln!(std::io::stderr(), "the report {} cannot be written: {error}", path.display());
        end_the_process(verdict::CANNOT_REPORT);
    }
}

/// How wide, and in which characters, to write.
fn style() -> TextStyle {
    let width = [variables::WIDTH, "COLUMNS"].into_iter().find_map(|name| env::var(name).ok()?.parse().ok());
    TextStyle { width: width.unwrap_or(80).clamp(30, 200), ascii: env::var_os(variables::ASCII).is_some() }
}
