//! # Lesson 02

pub mod runtime;
