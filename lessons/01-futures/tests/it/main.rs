//! What the chapter says of the lesson's code, as tests: the figures, and the compile errors.

mod figures;
mod least_you_need;
mod what_the_compiler_does;
mod compile_errors;
