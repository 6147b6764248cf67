//! The figures of this lesson, exact on the paused clock.

mod figures;
