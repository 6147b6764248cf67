//! What the chapter says of the lesson's code, as tests: the figures, and the compile errors.

mod figures;
mod compile_errors;
