//! Timelines for other programs.

use serde::{Deserialize, Serialize};

use crate::Timeline;

/// The version of the format that this crate writes.
const VERSION: u64 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    #[serde(flatten)]
    timeline: &'a Timeline,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default = "first")]
    version: u64,
}

fn first() -> u64 {
    VERSION
}

/// Why a text is not a timeline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is not JSON, or a field is missing or of another type.
    #[error("not a timeline: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A later version of this crate wrote it.
    #[error("a timeline of version {found}; this program reads version {VERSION}")]
    Version {
        /// The version that the text names.
        found: u64,
    },
    /// A span ends before it begins.
    #[error("lane `{lane}`: a span ends before it begins")]
    Backwards {
        /// The name of the lane.
        lane: String,
    },
    /// The levels of a gauge are not in the order of time.
    #[error("gauge `{gauge}`: its levels are not in the order of time")]
    Unordered {
        /// The name of the gauge.
        gauge: String,
    },
}

impl Timeline {
    /// Writes the timeline as one line of JSON.
    ///
    /// Version 1 of the format:
    ///
    /// | field | value |
    /// |---|---|
    /// | `version` | `1` |
    /// | `title` | text |
    /// | `lanes` | array, in drawing order |
    /// | `lanes[].name` | text |
    /// | `lanes[].spans` | array, left out when empty: `kind`, `from`, `to` |
    /// | `lanes[].spans[].kind` | `queued`, `for-room`, `for-item`, `waiting`, `streaming`, `running` |
    /// | `lanes[].marks` | array, left out when empty: `kind`, `at` |
    /// | `lanes[].marks[].kind` | `spawned`, `started`, `first-token`, `token`, `polled`, `woken`, `finished`, `failed`, `dropped`, `stuck` |
    /// | `lanes[].steps` | array, left out when empty: `at`, `lines` |
    /// | `lanes[].steps[].lines` | array, the innermost first: `file`, `line` |
    /// | `code` | array, left out when empty: `file`, `lines` |
    /// | `code[].lines` | array: `number` (from 1), `text` |
    /// | `gauges` | array, left out when empty: `name`, `capacity` (left out without a limit), `levels` |
    /// | `gauges[].levels` | array in the order of time: `at`, `depth` |
    /// | `end` | when the run ended; left out when unknown |
    ///
    /// Instants (`from`, `to`, `at`, `end`) are whole nanoseconds since the start of the run. An instant of more than
    /// `u64::MAX` nanoseconds (584 years) is written as that many.
    ///
    /// ```
    /// use timeline::{Lane, Timeline};
    ///
    /// let run = Timeline::new("one call").lane(Lane::call("atlas", 0.0, 0.5));
    /// assert_eq!(
    ///     run.to_json(),
    ///     r#"{"version":1,"title":"one call","lanes":[{"name":"atlas","#.to_owned()
    ///         + r#""spans":[{"kind":"waiting","from":0,"to":500000000}],"#
    ///         + r#""marks":[{"kind":"finished","at":500000000}]}]}"#
    /// );
    /// ```
    pub fn to_json(&self) -> String {
        serde_json::to_string(&Written { version: VERSION, timeline: self })
            .expect("a timeline holds text, numbers and lists, which all have a JSON form")
    }

    /// Reads what [`to_json`](Self::to_json) wrote. Unknown fields are ignored; a text without `version` is read as
    /// version 1.
    ///
    /// # Errors
    /// See [`JsonError`].
    ///
    /// ```
    /// use timeline::{Lane, Timeline};
    ///
    /// # fn main() -> Result<(), timeline::JsonError> {
    /// let run = Timeline::new("one call").lane(Lane::call("atlas", 0.0, 0.5));
    /// assert_eq!(Timeline::from_json(&run.to_json())?, run);
    /// assert!(Timeline::from_json("{}").is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_json(json: &str) -> Result<Self, JsonError> {
        let Version { version: found } = serde_json::from_str(json)?;
        if found != VERSION {
            return Err(JsonError::Version { found });
        }
        let timeline: Self = serde_json::from_str(json)?;
        for lane in &timeline.lanes {
            if lane.spans.iter().any(|span| span.to < span.from) {
                return Err(JsonError::Backwards { lane: lane.name.clone() });
            }
        }
        for gauge in &timeline.gauges {
            if !gauge.levels.is_sorted_by_key(|level| level.at) {
                return Err(JsonError::Unordered { gauge: gauge.name.clone() });
            }
        }
        Ok(timeline)
    }
}
