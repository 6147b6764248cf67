//! How a check tells the runner what happened: records of JSON, one on a line, appended to a file.
//!
//! The file's name comes in `WORKBOOK_REPORT`. Without it, nobody but a person listens, and the message is printed.

use std::{env, fs::OpenOptions, io::Write as _, thread};

use serde::Serialize;
use timeline::{TextStyle, Timeline};

use crate::{message::Message, outcome::Outcome};

/// One line of the report.
#[derive(Debug, Serialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub(crate) enum Record<'a> {
    /// The learner's code was run. Proof that the check did its work.
    Run { check: &'a str, yours: &'a Timeline, expected: Option<&'a Timeline> },
    /// The check failed.
    Verdict {
        check: &'a str,
        outcome: Outcome,
        headline: &'a str,
        text: &'a str,
        yours: Option<&'a Timeline>,
        expected: Option<&'a Timeline>,
        place: Option<&'a str>,
        /// `place` comes from a backtrace, and is missing where the program was compiled without line tables.
        place_sought: bool,
    },
}

/// A failure, with all that is known of the run.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) check: String,
    pub(crate) message: Message,
    pub(crate) yours: Option<Timeline>,
    pub(crate) expected: Option<Timeline>,
    pub(crate) place: Option<String>,
    /// The place was looked for in a backtrace.
    pub(crate) place_sought: bool,
}

impl Failure {
    /// Tells the runner, if there is one. Otherwise returns what a person should read.
    pub(crate) fn tell(&self) -> Option<String> {
        let style = style();
        let drawn = if self.message.outcome == Outcome::NotStarted { None } else { self.yours.as_ref() };
        let text = self.message.text(drawn, self.expected.as_ref().filter(|_| drawn.is_some()), &style);
        let written = write(&Record::Verdict {
            check: &self.check,
            outcome: self.message.outcome,
            headline: &self.message.headline(),
            text: &text,
            yours: self.yours.as_ref(),
            expected: self.expected.as_ref(),
            place: self.place.as_deref(),
            place_sought: self.place_sought,
        });
        if written {
            return None;
        }
        let place = self.place.as_ref().map(|place| format!(" · {place}")).unwrap_or_default();
        Some(format!("\n{}: {}{place}\n\n{text}", self.message.outcome, self.check))
    }
}

/// Appends a record to the report. `false`: there is no report, or it cannot be written.
pub(crate) fn write(record: &Record<'_>) -> bool {
    let Some(path) = env::var_os("WORKBOOK_REPORT") else { return false };
    let mut line = serde_json::to_vec(record).expect("a record is made of strings and numbers");
    line.push(b'\n');
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(&line)).is_ok()
}

/// The name of the check that runs on this thread: libtest names the thread after it, and where it does not, the runner
/// says it.
pub(crate) fn name_of_check() -> String {
    let thread = thread::current().name().filter(|name| *name != "main").map(str::to_owned);
    let name = thread.or_else(|| env::var("WORKBOOK_CHECK").ok()).unwrap_or_else(|| "this check".to_owned());
    name.rsplit("::").next().unwrap_or(&name).to_owned()
}

/// How wide, and in which characters, to write.
fn style() -> TextStyle {
    let width = ["WORKBOOK_WIDTH", "COLUMNS"].into_iter().find_map(|name| env::var(name).ok()?.parse().ok());
    TextStyle { width: width.unwrap_or(80).clamp(30, 200), ascii: env::var_os("WORKBOOK_ASCII").is_some() }
}
