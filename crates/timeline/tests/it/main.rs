//! What the drawings show, and what the recorder sees.

mod runs;
mod text;
mod svg;
mod json;
mod lines;
mod recorder;
mod any_timeline;
