//! What the built book knows of the progress: `book/book/progress.js`, which its pages load.
//!
//! A page that was opened as a file may load a script and nothing else, so it is a script with one value. mdBook puts an empty
//! one there with each build (`book/src/progress.js`). It holds the solutions of what has passed, and no other: before a pass
//! there is none in the page, folded or not.

use std::{collections::BTreeMap, fs, io};

use crate::{
    catalogue::{register::Exercise, register::Register, workspace::Workspace},
    files,
    memory::progress::Progress,
};

/// Writes it anew, where the book has been built. `solution` reads the solution of an exercise.
///
/// # Errors
/// The file cannot be written.
pub fn write(
    workspace: &Workspace,
    register: &Register,
    progress: &Progress,
    solution: impl Fn(&Exercise) -> Option<String>,
) -> io::Result<()> {
    let book = workspace.root.join("book").join("book");
    if !book.join("index.html").is_file() {
        return Ok(());
    }
    let passed = register.exercises().filter(|exercise| progress.passed(&exercise.id()));
    let passed: BTreeMap<String, Option<String>> = passed.map(|exercise| (exercise.id(), solution(exercise))).collect();
    let value = serde_json::to_string(&passed).map_err(io::Error::other)?;
    let script = format!(
        "// Written by `cargo workbook`: what has passed, with its solution.\nwindow.workbookPassed = {value};\n"
    );
    let path = book.join("progress.js");
    if fs::read(&path).is_ok_and(|now| now == script.as_bytes()) {
        return Ok(());
    }
    files::replace_soon(&path, script.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::register::Lesson;

    #[test]
    fn only_what_has_passed_is_in_the_book() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let workspace = Workspace { root: folder.path().to_owned() };
        let exercises = ["fan_out", "hedge"].map(|name| Exercise::new(&workspace, "03-join", name)).into();
        let register = Register { lessons: vec![Lesson { id: "03-join".to_owned(), exercises }] };
        let progress = Progress::parse("03-join/fan_out passed\n03-join/hedge failed=a\ngone/now passed\n");
        let solution = |exercise: &Exercise| Some(format!("// \"{}\"", exercise.name));
        let book = folder.path().join("book/book");
        let path = book.join("progress.js");

        write(&workspace, &register, &progress, solution).expect("there is nothing to write to");
        assert!(!path.exists(), "the book is not built");

        fs::create_dir_all(&book).expect("the folder can be made");
        fs::write(book.join("index.html"), "").expect("the file can be written");
        write(&workspace, &register, &progress, solution).expect("it can be written");
        let script = fs::read_to_string(&path).expect("it was written");
        let value = script.lines().last().and_then(|line| line.strip_prefix("window.workbookPassed = "));
        let value: BTreeMap<String, String> =
            serde_json::from_str(value.expect("one value").trim_end_matches(';')).expect("JSON");
        assert_eq!(value, BTreeMap::from([("03-join/fan_out".to_owned(), "// \"fan_out\"".to_owned())]));
    }
}
