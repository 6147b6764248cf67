//! What people read, and what programs read.
//!
//! [`style`] is colour and width; [`terminal`] is the screen and its keys; [`say`] prints; [`status`] is the line that says what
//! goes on; [`render`] draws a report for people, [`json`] writes it for programs.

pub mod style;
pub mod terminal;
pub mod say;
pub mod status;
pub mod render;
pub mod json;
