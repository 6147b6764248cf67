//! The book shows what the examples print and draw, and nothing else.
//!
//! `book/src/output/02-executor` holds the output of every example of this lesson but `scale`,
//! which measures. `UPDATE_BOOK=1 cargo test -p lesson-02-executor --test book` writes it anew;
//! then read the difference before you commit it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const CHAPTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../book/src/02-executor.md");
const OUTPUT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../book/src/output/02-executor");
/// Its numbers belong to a machine. They are in `book/src/measured`, with a date.
const MEASURES: &str = "scale";

#[test]
fn what_the_book_shows_is_what_the_examples_print() {
    let mut shown = BTreeMap::new();
    let examples = examples();
    assert!(examples.contains_key(MEASURES), "the list of exceptions is up to date");
    for (name, program) in examples.iter().filter(|(name, _)| *name != MEASURES) {
        for (shown_as, arguments) in runs(name) {
            let picture =
                Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{shown_as}.svg"));
            let _ = fs::remove_file(&picture);
            let output = Command::new(program)
                .args(&arguments)
                .arg("--svg")
                .arg(&picture)
                .output()
                .expect("the example can be started");
            assert!(
                output.status.success(),
                "{name} failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
            shown.insert(
                format!("{shown_as}.txt"),
                String::from_utf8(output.stdout).expect("the examples print text"),
            );
            if let Ok(picture) = fs::read_to_string(&picture) {
                shown.insert(format!("{shown_as}.svg"), picture);
            }
        }
    }
    assert!(!shown.is_empty(), "this lesson has examples");

    if env::var_os("UPDATE_BOOK").is_some() {
        return write(&shown);
    }
    let advice = "UPDATE_BOOK=1 cargo test -p lesson-02-executor --test book";
    for (file, now) in &shown {
        let then = fs::read_to_string(Path::new(OUTPUT).join(file)).unwrap_or_default();
        assert!(
            then == *now,
            "the book does not show what the example prints: {file}\n{advice}\n\n{now}"
        );
    }
    let stale: Vec<String> =
        files().into_iter().filter(|file| !shown.contains_key(file)).collect();
    assert!(stale.is_empty(), "no example prints {stale:?}\n{advice}");
}

/// An output that no reader sees is a check of nothing; a quiz without its answer is worse.
#[test]
fn the_chapter_shows_every_output() {
    let chapter = fs::read_to_string(CHAPTER).expect("the chapter is there");
    let missing: Vec<String> = files()
        .into_iter()
        .filter(|file| {
            !chapter.contains(&format!("{{{{#include output/02-executor/{file}}}}}"))
        })
        .collect();
    assert!(missing.is_empty(), "the chapter does not include {missing:?}");
}

/// The chapter's table of exercises, against the headers of the exercises as they are shipped.
#[test]
fn the_chapter_knows_every_exercise_and_its_minutes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let register = root.join("exercises/02-executor/Cargo.toml");
    let register =
        fs::read_to_string(register).expect("the register of exercises is there");
    let chapter = fs::read_to_string(CHAPTER).expect("the chapter is there");
    let names: Vec<&str> = register
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .filter(|name| !name.starts_with("exercises-"))
        .collect();
    assert!(!names.is_empty(), "this lesson has exercises");
    let rows: Vec<&str> = chapter
        .lines()
        .filter(|line| line.starts_with("| `") && line.ends_with(" min |"))
        .collect();
    assert_eq!(rows.len(), names.len(), "one row for each exercise: {rows:?}");
    for (name, row) in names.iter().zip(rows) {
        assert!(
            row.starts_with(&format!("| `{name}` |")),
            "in the order of the register: {row}"
        );
        // A learner edits the exercise itself; the starter is the file as it was shipped.
        let starter = root.join(format!("solutions/02-executor/starters/{name}.rs"));
        let starter = fs::read_to_string(starter).expect("every exercise has a starter");
        let header = starter.lines().take_while(|line| line.starts_with("//!"));
        let minutes =
            header.filter_map(|line| line.rsplit(" · ").next()?.strip_suffix(" min"));
        let minutes = minutes.last().expect("the header ends with the minutes");
        assert!(
            row.ends_with(&format!("| {minutes} min |")),
            "{name} takes {minutes} min: {row}"
        );
    }
}

/// What an example is shown as, and the arguments for it. Each stage has a section of its own.
fn runs(example: &str) -> Vec<(String, Vec<String>)> {
    if example != "stage_by_stage" {
        return vec![(example.to_owned(), Vec::new())];
    }
    (1..=6).map(|stage| (format!("{example}_{stage}"), vec![stage.to_string()])).collect()
}

/// The programs themselves, fresh: `cargo test --test book` alone would not build them.
fn examples() -> BTreeMap<String, PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "lesson-02-executor",
            "--examples",
            "--message-format",
            "json",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "cargo build failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("cargo writes JSON")
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["kind"][0] == "example")
        .filter_map(|message| {
            Some((
                message["target"]["name"].as_str()?.to_owned(),
                message["executable"].as_str()?.into(),
            ))
        })
        .collect()
}

fn files() -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(OUTPUT) else {
        return BTreeSet::new();
    };
    entries
        .map(|entry| {
            entry
                .expect("the folder can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

fn write(shown: &BTreeMap<String, String>) {
    fs::create_dir_all(OUTPUT).expect("the folder can be made");
    for stale in files().into_iter().filter(|file| !shown.contains_key(file)) {
        fs::remove_file(Path::new(OUTPUT).join(stale)).expect("the file can be removed");
    }
    for (file, text) in shown {
        fs::write(Path::new(OUTPUT).join(file), text).expect("the file can be written");
    }
}
