//! Records what futures did and draws it.
//!
//! A [`Timeline`] is a set of named [`Lane`]s on one clock. A lane holds [`Span`]s (what went on from one instant to
//! another: a call that waits, tokens that stream) and [`Mark`]s (what happened at one instant: a poll, a wake, a token,
//! a drop). All instants are [`Duration`]s since the start of the run, so a run on virtual time gives the same drawing
//! on every machine.

mod model;

pub use model::{Lane, Mark, MarkKind, Span, SpanKind, Timeline};
