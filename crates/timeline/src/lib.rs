//! Records what futures did and draws it.
//!
//! A [`Timeline`] is a set of named [`Lane`]s on one clock. A lane holds [`Span`]s (what went on from one instant to
//! another: a call that waits, tokens that stream) and [`Mark`]s (what happened at one instant: a poll, a wake, a token,
//! a drop). All instants are [`Duration`](std::time::Duration)s since the start of the run, so a run on virtual time
//! gives the same drawing on every machine.
//!
//! ```
//! use timeline::{Lane, TextStyle, Timeline};
//!
//! let run = Timeline::new("three calls, joined")
//!     .lane(Lane::call("atlas", 0.0, 1.0))
//!     .lane(Lane::call("birch", 0.0, 0.8))
//!     .lane(Lane::call("cedar", 0.0, 0.6));
//!
//! let drawing = run.text(&TextStyle { width: 50, ascii: true });
//! assert_eq!(drawing, "\
//! three calls, joined
//!       0 s    0.2 s  0.4 s  0.6 s  0.8 s  1.0 s
//!       |------+------+------+------+------|
//! atlas -----------------------------------] 1.000 s
//! birch ----------------------------] 800 ms
//! cedar ---------------------] 600 ms
//!
//! - waiting   ] finished
//! ");
//! ```
//!
//! In reading order:
//!
//! - the model: [`Timeline`], [`Lane`], [`Span`], [`Mark`], and [`Ending`], how a lane ended;
//! - [`Gauge`], how much is in a queue, drawn below the lanes;
//! - text for a terminal: [`Timeline::text`], [`beside`] for a run next to the one that was expected, and
//!   [`text_beside`] for two runs that are only compared;
//! - pictures for a page: [`Timeline::svg`] and [`svg_beside`];
//! - a page of its own, through which one steps: [`page`];
//! - words for those who cannot see either: [`Timeline::words`];
//! - the code beside the picture, with the line that runs at each step: [`Step`], [`Code`], and the [`CallStack`] from which
//!   the lines are known;
//! - [`Grid`]: runs of one program with other parameters, for a page in which a reader moves them;
//! - JSON for programs: [`Timeline::to_json`] and [`Timeline::from_json`];
//! - the [`Recorder`], which makes a timeline of the polls and wakes of any future on any runtime.
//!
//! What it leaves out on purpose: it keeps no clock (the recorder is given one), it writes no colour codes (text stays
//! text in a file and in a log), and it knows no runtime.

#![warn(missing_docs)]

mod code;
mod describe;
mod ending;
mod gauge;
mod grid;
mod json;
mod label;
mod model;
mod page;
mod reach;
mod recorder;
mod scale;
mod stack;
mod svg;
mod text;
mod words;

pub use code::{Code, CodeLine, code_as_markdown};
pub use ending::Ending;
pub use gauge::{Gauge, Level};
pub use grid::Grid;
pub use json::JsonError;
pub use model::{Lane, Mark, MarkKind, Span, SpanKind, Step, Timeline};
pub use page::page;
pub use recorder::{Depth, Recorded, Recorder, Wait, Worker};
pub use scale::instant;
pub use stack::{CallStack, SourceLine};
pub use svg::svg_beside;
pub use text::{TextStyle, beside, text_beside};
