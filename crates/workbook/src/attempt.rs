//! Compiles versions of exercises that are not the learner's file: starters, solutions, traps, and any file for
//! `check --attempt`.
use crate::{cargo::Trouble, register::Exercise, report::Report, run::Job};
use std::path::Path;

pub fn check_file(_job: &Job, _exercise: &Exercise, _file: &Path) -> Result<Report, Trouble> {
    Err(Trouble::Cancelled)
}

pub fn without_checks(t: &str) -> String {
    t.to_owned()
}
