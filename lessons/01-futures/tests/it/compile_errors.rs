//! Compile errors that teach, as the compiler prints them: the chapter shows these files.
//!
//! `TRYBUILD=overwrite cargo test -p lesson-01-futures --test it` writes them anew for another compiler. Each
//! program names nothing of the standard library in its errors that is shown with its source: that would depend on
//! whether the source is installed.

#[test]
fn the_compiler_says_what_the_book_shows() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
