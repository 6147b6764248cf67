//! The pages "What people write" show the catalogues as they are, and the pages of the exercises their files.
//!
//! `UPDATE_BOOK=1 cargo test -p workbook --test it catalogue_pages` writes them anew; then read the difference.

use std::{env, fs, path::Path};

use workbook::{
    catalogue::{
        chapter,
        register::{Lesson, Register},
        workspace::Workspace,
    },
    judge::run,
    verify::{catalogue_pages, exercise_pages},
};

/// Writes the pages of all lessons in a folder of the book, or holds them to what they should be. Returns them.
fn hold(folder: &str, make: fn(&Workspace, &Lesson) -> String) -> Vec<(Lesson, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
    let workspace = Workspace { root: root.to_owned() };
    let register = Register::read(&workspace).expect("the manifests can be read");
    let source = root.join("book/src");
    let summary = fs::read_to_string(source.join("SUMMARY.md")).expect("the book has a summary");
    let mut pages = Vec::new();
    for lesson in register.lessons {
        let (path, now) = (source.join(folder).join(format!("{}.md", lesson.id)), make(&workspace, &lesson));
        if env::var_os("UPDATE_BOOK").is_some() {
            fs::create_dir_all(source.join(folder)).expect("the book can be written");
            fs::write(&path, &now).expect("the book can be written");
        }
        let then = fs::read_to_string(&path).unwrap_or_default();
        let advice = "UPDATE_BOOK=1 cargo test -p workbook --test it catalogue_pages";
        assert!(then == now, "{} is not what the files hold\n{advice}", path.display());
        assert!(summary.contains(&format!("({folder}/{}.md)", lesson.id)), "the summary names every page");
        pages.push((lesson, now));
    }
    pages
}

#[test]
fn the_pages_are_the_catalogues() {
    for (lesson, page) in hold("what_people_write", catalogue_pages::page) {
        assert!(
            page.matches("<details class=\"attempt\">").count() > lesson.exercises.len(),
            "every exercise has traps"
        );
    }
}

/// Each exercise has its section, with its file, its command, its chapter, its checks, and no solution.
#[test]
fn the_pages_of_the_exercises_are_their_files() {
    for (lesson, page) in hold("exercises", exercise_pages::page) {
        assert_eq!(page.matches("\n## ").count(), lesson.exercises.len(), "{}: a section for each exercise", lesson.id);
        for exercise in &lesson.exercises {
            let id = exercise.id();
            let section = page.split(&format!("\n## {}\n", exercise.title())).nth(1);
            let section =
                section.and_then(|rest| rest.split("\n## ").next()).unwrap_or_else(|| panic!("{id} has a section"));
            let starter = fs::read_to_string(exercise.starter_file()).expect("the starter is there");
            let ends = |line: &str| line == "mod checks;" || line.starts_with("#[path = \"checks/");
            let code = starter.lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
            let code: Vec<&str> = code.take_while(|line| !ends(line)).collect();
            let code = code.join("\n");
            let included = section.split("{{#include ../../../").nth(1).and_then(|rest| rest.split("}}").next());
            let [file, first, last] = included.expect("it includes the starter").split(':').collect::<Vec<_>>()[..]
            else {
                panic!("{id} includes lines of a file: {included:?}")
            };
            assert_eq!(file, format!("solutions/{}/starters/{}.rs", exercise.lesson, exercise.name));
            let [first, last] = [first, last].map(|line| line.parse::<usize>().expect("a number of a line"));
            let shown: Vec<&str> = starter.lines().skip(first - 1).take(last - first + 1).collect();
            assert_eq!(shown.join("\n"), code.trim_end(), "{id}: all of the code is shown, and nothing else");

            let about = run::expected(exercise);
            assert!(
                !about.is_empty()
                    && about.iter().all(|check| check.about.as_ref().is_some_and(|it| section.contains(it)))
            );
            for words in [
                format!("](../{}.md#{})", lesson.id, chapter::anchor(&chapter::section(exercise).unwrap_or_default())),
                format!("](../../../exercises/{id}.rs)"),
                format!("\ncargo workbook {id}\n"),
                format!("data-exercise=\"{id}\""),
                format!("\ncargo workbook solution {id}\n"),
            ] {
                assert!(section.contains(&words), "{id}: its section has no {words}");
            }
        }
    }
}
