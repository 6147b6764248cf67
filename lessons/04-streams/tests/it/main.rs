//! The figures of this lesson, exact on the paused clock, and what the chapter says.

mod chat;
mod figures;
mod least_you_need;
mod sse;
mod what_streams_do;
