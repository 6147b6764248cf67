//! The runner as a person meets it: its commands, its screen, its files; and what it says of this workbook.

mod support;

mod commands;
mod verdicts;
#[cfg(unix)]
mod watch;
mod progress;
mod json;
mod live;
mod verify_rules;
mod new;
mod update;
mod asyncio_pairs;
mod book;
mod catalogue_pages;
mod handed_out;
mod questions;
mod readable;
mod pages;
mod verify;
mod readme;
