//! What the report of a check holds.

use serde::{Deserialize, Serialize};
use timeline::Timeline;

use crate::Outcome;

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The check that speaks: the name of its function, without the modules around it.
    pub check: String,
    /// The digest that the runner gave to the build in [`attempt`](crate::variables::attempt). `None` where the check was
    /// built without the runner.
    #[serde(default)]
    pub attempt: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub record: Record,
}

/// A part of a message, with the words that it has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `saw`, `expected`, `why`, or `look at`.
    pub name: String,
    /// In lines as they were written, and not broken to any width.
    pub words: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record")]
pub enum Record {
    /// The learner's code was run, and ended.
    #[serde(rename = "run")]
    Run {
        /// The run as it was.
        yours: Timeline,
        /// The run that the check expects, where it says so.
        #[serde(default)]
        expected: Option<Timeline>,
    },
    /// The check failed. At most one in a report.
    #[serde(rename = "verdict")]
    Verdict {
        /// How. Never [`Outcome::Passed`].
        outcome: Outcome,
        /// One line for a list.
        headline: String,
        /// The whole message, with drawings, for a terminal of the width in [`WIDTH`](crate::variables::WIDTH).
        text: String,
        /// The same without drawings, part by part: for a page, which has a width of its own.
        #[serde(default)]
        parts: Vec<Part>,
        /// The run as it was, as far as it came.
        #[serde(default)]
        yours: Option<Timeline>,
        /// The run that the check expects, where it says so.
        #[serde(default)]
        expected: Option<Timeline>,
        /// The learner's line that the verdict is about: `exercises/03-join/fan_out.rs:12:5`.
        #[serde(default)]
        place: Option<String>,
        /// `place` comes from a backtrace. It is missing where the program was compiled without line tables: then the same
        /// check, built with them, knows it.
        #[serde(default)]
        place_sought: bool,
    },
    /// What the check is about was not there to be judged: it neither passed nor failed. Another check says what is wrong.
    #[serde(rename = "not judged")]
    NotJudged {
        /// What was missing, in a sentence.
        why: String,
    },
    /// The function of the check came to its end. Not there when the code ended the process before.
    #[serde(rename = "finished")]
    Finished {
        /// The file in which the check stands, as the compiler saw it: `exercises/03-join/checks/fan_out.rs`, or in another
        /// package `solutions/03-join/../../exercises/…`. Relative to the folder of the workspace.
        file: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_comes_back_as_it_was() {
        let timeline = Timeline::new("calls").lane(timeline::Lane::call("atlas", 0.0, 1.937));
        let records = [
            Record::Run { yours: timeline.clone(), expected: None },
            Record::Verdict {
                outcome: Outcome::TooSlow,
                headline: "saw 3 s; expected 1 s".to_owned(),
                text: "saw       3 s\n".to_owned(),
                parts: vec![Part { name: "saw".to_owned(), words: "3 s".to_owned() }],
                yours: Some(timeline.clone()),
                expected: Some(timeline),
                place: Some("exercises/03-join/fan_out.rs:12:5".to_owned()),
                place_sought: true,
            },
            Record::NotJudged { why: "The calls do not overlap.".to_owned() },
            Record::Finished { file: "exercises/03-join/checks/fan_out.rs".to_owned() },
        ];
        for record in records {
            let line = Line { check: "is_fast".to_owned(), attempt: None, record };
            let json = serde_json::to_string(&line).expect("a record is JSON");
            assert!(!json.contains('\n'), "one record, one line: {json}");
            assert_eq!(serde_json::from_str::<Line>(&json).expect("a record"), line);
        }
    }
}
