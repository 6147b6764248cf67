//! # Lesson 06: TODO: its claim, in a sentence
//!
//! TODO: the story of the lesson.
//!
//! One idea in each module, in the order to read them:
//!
//! 1. [`one_call`] TODO: what it shows.
//!
//! What it leaves out: TODO.

pub mod one_call;
