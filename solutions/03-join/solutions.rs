//! The solutions of lesson 03-join, against the checks of its exercises.

mod fan_out;
mod gather;
mod fail_fast;
mod collect_errors;
mod as_completed;
mod background;
mod task_group;
mod hedge;
