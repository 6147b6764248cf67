//! What is remembered from one start to the next, on a disk that may be read-only or full.
//!
//! [`progress`] is a text file with a line for each exercise; [`kept_runs`] keeps the last run of each;
//! [`ticks`] tells the built book what has passed.

pub mod progress;
pub mod news;
pub mod kept_runs;
pub mod ticks;
