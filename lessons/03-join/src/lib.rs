//! # Lesson 03
