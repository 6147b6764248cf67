//! The README says what the program says: its transcript, its examples, its links.
//!
//! `UPDATE_BOOK=1 cargo test -p workbook --test it readme` writes the transcript anew.

use std::{fs, path::Path, process::Command};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/")
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("there is a README")
}

#[test]
fn the_transcript_is_what_the_program_prints() {
    let arguments = "check 03-join/fan_out --trap futures_made_first";
    let readme = readme();
    assert!(readme.contains(&format!("`cargo workbook {arguments}`")), "the README says how to see its transcript");
    let output = Command::new(env!("CARGO_BIN_EXE_workbook"))
        .args(arguments.split(' '))
        .env_remove("COLUMNS")
        .env("NO_COLOR", "1")
        .current_dir(root())
        .output()
        .expect("the runner starts");
    let printed = String::from_utf8(output.stdout).expect("the runner prints UTF-8");
    assert_eq!(output.status.code(), Some(1), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    if std::env::var_os("UPDATE_BOOK").is_some() {
        let (before, rest) = readme.split_once("```text\n").expect("the README has a transcript");
        let (_, after) = rest.split_once("\n```").expect("the transcript has an end");
        let updated = format!("{before}```text\n{}\n```{after}", printed.trim_end());
        return fs::write(root().join("README.md"), updated).expect("the README can be written");
    }
    assert!(readme.contains(printed.trim_end()), "the README shows something else than is printed:\n{printed}");
}

#[test]
fn every_file_that_it_links_to_is_there() {
    let readme = readme();
    let links: Vec<&str> = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let files: Vec<&&str> = links.iter().filter(|link| !link.starts_with("http")).collect();
    assert!(files.len() > 10, "the README is a map: {files:?}");
    for file in files {
        assert!(root().join(file).exists(), "{file} is not there");
    }
}

#[test]
fn every_example_that_it_runs_is_there() {
    let readme = readme();
    let examples: Vec<(&str, &str)> = readme
        .split("cargo run -p lesson-")
        .skip(1)
        .filter_map(|rest| rest.split_once(" --example "))
        .map(|(lesson, rest)| (lesson, rest.split('`').next().unwrap_or(rest)))
        .collect();
    assert!(!examples.is_empty());
    for (lesson, example) in examples {
        let folder = root().join("lessons").join(lesson).join("examples");
        let is_there = folder.join(format!("{example}.rs")).exists() || folder.join(example).join("main.rs").exists();
        assert!(is_there, "lesson {lesson} has no example {example}");
    }
}
