//! Where the book tells of an exercise: the chapter of its lesson, the section that its task names, and the page of the
//! exercises.

use std::fs;

use super::{register::Exercise, workspace::Workspace};

/// What the chapter of a lesson claims in its title. The id of the lesson, where there is no chapter yet.
pub fn claim(workspace: &Workspace, lesson: &str) -> String {
    let chapter = workspace.root.join("book/src").join(lesson).with_extension("md");
    let chapter = fs::read_to_string(chapter).unwrap_or_default();
    chapter.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(lesson).to_owned()
}

/// The section that stands behind the chapter in the head of an exercise: `Core ideas`, of `book, chapter 3, Core ideas`.
pub fn section(exercise: &Exercise) -> Option<String> {
    let read = exercise.header().read?;
    read.splitn(3, ',').nth(2).map(|section| section.trim().to_owned())
}

/// Where an exercise has its page, from the root of the book and without an ending: `exercises/03-join`, and the name of its
/// section there.
pub fn page_of_exercise(exercise: &Exercise) -> (String, String) {
    (format!("exercises/{}", exercise.lesson), anchor(&exercise.title()))
}

/// The name that mdBook gives to a section.
pub fn anchor(title: &str) -> String {
    let kept = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c.to_ascii_lowercase()),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    };
    title.chars().filter_map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_named_as_mdbook_names_it() {
        assert_eq!(anchor("The least you need"), "the-least-you-need");
        assert_eq!(anchor("Quiz: predict, then run"), "quiz-predict-then-run");
        assert_eq!(anchor("`select!` drops"), "select-drops");
    }
}
