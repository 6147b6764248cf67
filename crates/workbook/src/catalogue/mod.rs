//! Which exercises there are, and what their files say. Reads only, and compiles nothing.
//!
//! [`workspace`] finds the root; [`register`] reads which exercises there are from the manifests of `exercises/`; [`header`],
//! [`checks`] and [`hints`] read an exercise's files; [`chapter`] says where the book tells of it; [`select`] turns what was
//! typed into an exercise. [`items`] and [`overlay`] read the catalogues of attempts, and lay an attempt over the solution.

pub mod workspace;
pub mod register;
pub mod header;
pub mod checks;
pub mod hints;
pub mod chapter;
pub mod select;
pub mod items;
pub mod overlay;
