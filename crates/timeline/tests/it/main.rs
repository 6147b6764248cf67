//! What the drawings show, and what the recorder sees.

mod runs;
mod text;
mod svg;
mod json;
mod recorder;
mod any_timeline;
