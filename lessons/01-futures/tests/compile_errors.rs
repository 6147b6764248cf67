//! Compile errors that teach, as the compiler prints them: the chapter shows these files.
//!
//! `TRYBUILD=overwrite cargo test -p lesson-01-futures --test compile_errors` writes them anew for another compiler. Each
//! program names nothing of the standard library in its errors that is shown with its source: that would depend on
//! whether the source is installed.

#[test]
fn the_compiler_says_what_the_book_shows() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn the_chapter_shows_every_error() {
    const CHAPTER: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../book/src/01-futures.md");
    const ERRORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui");
    let chapter = std::fs::read_to_string(CHAPTER).expect("the chapter is there");
    let errors = std::fs::read_dir(ERRORS)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read"));
    let missing: Vec<String> = errors
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|file| {
            file.ends_with(".stderr") && !chapter.contains(&format!("tests/ui/{file}}}}}"))
        })
        .collect();
    assert!(missing.is_empty(), "the chapter does not include {missing:?}");
}
