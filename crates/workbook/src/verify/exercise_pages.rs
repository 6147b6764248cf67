//! The pages "Exercises" of the book: for each exercise its task, its file, its command, what its checks ask for, and the way to
//! its solution. One page for each lesson, with a section for each exercise: a page for each exercise would make a side bar in
//! which nobody finds the chapters.
//!
//! As the pages "What people write", they are made from the files and committed, and a test holds them to the files. They show
//! the starters as they were shipped: what a learner writes does not change the book.

use std::fs;

use crate::{
    catalogue::{
        chapter,
        register::{Exercise, Lesson},
        workspace::Workspace,
    },
    judge::{attempt, run},
    memory::progress::count,
};

/// The page of one lesson, in Markdown.
pub fn page(workspace: &Workspace, lesson: &Lesson) -> String {
    let claim = chapter::claim(workspace, &lesson.id);
    let id = &lesson.id;
    let mut page = format!(
        "# Exercises: {}\n\nThe chapter is [{claim}](../{id}.md). Each of its exercises is one file, and `cargo workbook` leads you \
         through them in this order. You may begin with any other: nothing in an exercise needs the code of another.\n\n\
         `cargo workbook ID` starts with that exercise and checks it on every save. `cargo workbook check ID` checks it once.\n\n\
         A link to a file works where you read the book in the folder in which it was built. A tick is set by \
         `cargo workbook book` and by each verdict after it; load the page again to see it.\n\n",
        lowercase(&claim),
    );
    page.push_str("| exercise | time |\n|---|---|\n");
    for exercise in &lesson.exercises {
        let minutes = exercise.header().minutes.map(|minutes| format!("{minutes} min")).unwrap_or_default();
        page.push_str(&format!("| {} | {minutes} |\n", link("", exercise)));
    }
    for exercise in &lesson.exercises {
        page.push_str(&section(workspace, exercise));
    }
    page
}

/// A link to the section of an exercise, by its name.
fn link(page: &str, exercise: &Exercise) -> String {
    format!("[`{}`]({page}#{})", exercise.name, chapter::page_of_exercise(exercise).1)
}

fn section(workspace: &Workspace, exercise: &Exercise) -> String {
    let (id, lesson, header) = (exercise.id(), &exercise.lesson, exercise.header());
    let title = exercise.title();
    let minutes = header.minutes.map(|minutes| format!("{minutes} minutes. ")).unwrap_or_default();
    let read = chapter::section(exercise);
    let read = read.map_or_else(
        || format!("Read [the chapter](../{lesson}.md)."),
        |section| format!("Read [{section}](../{lesson}.md#{}).", chapter::anchor(&section)),
    );
    let file = workspace.shown(&exercise.file());
    let checks = run::expected(exercise);
    let about = checks.iter().map(|check| check.about.clone().unwrap_or_else(|| check.name.replace('_', " ")));
    let about: String = about.map(|about| format!("- {about}\n")).collect();
    let code = code(workspace, exercise);
    format!(
        "\n## {title}\n\n{minutes}{read} The file: [{file}](../../../{file})\n\n{task}\n\n\
         ```sh\ncargo workbook {id}\n```\n\n\
         <details>\n<summary>The file as it comes</summary>\n\n```rust,ignore\n{code}\n```\n\n</details>\n\n\
         <details>\n<summary>What it is checked for: {count}</summary>\n\n{about}\n</details>\n\n\
         <details class=\"solution\" data-exercise=\"{id}\">\n<summary>After a pass: the solution</summary>\n\n\
         ```sh\ncargo workbook solution {id}\n```\n\n\
         Then see [what people write](../what_people_write/{lesson}.md#{anchor}): wrong answers, and other right ones. Before a pass \
         that page tells too much.\n\n</details>\n",
        task = header.task,
        count = count(checks.len(), "check"),
        anchor = chapter::anchor(&title),
    )
}

/// The lines of the starter, without its head and without those that connect it to the checks. mdBook includes them.
fn code(workspace: &Workspace, exercise: &Exercise) -> String {
    let starter = exercise.starter_file();
    let text = attempt::without_checks(&fs::read_to_string(&starter).unwrap_or_default());
    let is_code = |line: &&str| !line.trim().is_empty() && !line.starts_with("//!");
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(is_code).unwrap_or_default() + 1;
    let last = lines.iter().rposition(is_code).unwrap_or_default() + 1;
    format!("{{{{#include ../../../{}:{first}:{last}}}}}", workspace.shown(&starter))
}

/// A claim in the middle of a sentence.
pub fn lowercase(claim: &str) -> String {
    let mut letters = claim.chars();
    let first = letters.next().map(char::to_lowercase).into_iter().flatten();
    first.chain(letters).collect()
}
