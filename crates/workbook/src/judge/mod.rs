//! From a file to a verdict.
//!
//! [`process`] runs a program that can be killed with all its children, and [`signals`] are the reason to; [`cargo`] builds,
//! and [`fresh`] makes sure that it sees every change; [`diagnostics`] is what the compiler says; [`run`] runs the checks,
//! each in a process of its own, in a [`scratch`] folder, and gathers a [`report`]. [`attempt`] compiles many versions of an
//! exercise at once.

pub mod process;
pub mod signals;
pub mod diagnostics;
pub mod cargo;
pub mod fresh;
pub mod scratch;
pub mod report;
pub mod run;
pub mod attempt;
