//! The figures of this lesson, exact on the paused clock.

mod chat;
mod figures;
mod sse;
