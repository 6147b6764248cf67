//! The pages "What people write" of the book: every catalogue, for teachers, with each answer folded away.
//!
//! They are made from the catalogues and committed, because a stock mdBook builds the book. A test holds them to the
//! catalogues, and writes them anew when it is asked to.

use super::exercise_pages::lowercase;
use crate::{
    catalogue::{
        chapter,
        checks::Check,
        register::{Exercise, Lesson},
        workspace::Workspace,
    },
    judge::{
        attempt::{Attempt, Kind, Source},
        run,
    },
};

/// The page of one lesson, in Markdown.
pub fn page(workspace: &Workspace, lesson: &Lesson) -> String {
    let claim = chapter::claim(workspace, &lesson.id);
    let mut page = format!(
        "# What people write: {}\n\nFor teachers. Here are the wrong answers that the checks of lesson {} reject, and the other right ones \
         that they accept.\nEach is folded away, and shows only what differs from the solution.\n",
        lowercase(&claim),
        lesson.id
    );
    for exercise in &lesson.exercises {
        exercise_section(workspace, exercise, &mut page);
    }
    page
}

fn exercise_section(workspace: &Workspace, exercise: &Exercise, page: &mut String) {
    let checks = run::expected(exercise);
    let (task, place) = chapter::page_of_exercise(exercise);
    page.push_str(&format!("\n## {}\n\n[The task](../{task}.md#{place})\n", exercise.title()));
    for trap in Attempt::catalogue(workspace, exercise, Kind::Trap) {
        let header = trap.header();
        let name = trap.name().unwrap_or_default().to_owned();
        let by = header.caught_by.unwrap_or_default();
        let says: Vec<String> = header.says.iter().map(|words| format!("“{words}”")).collect();
        let text = format!(
            "{} It says {}.{}\n\nSee its verdict: `cargo workbook check {} --trap {name}`",
            caught_by(&by, &checks),
            says.join(" and "),
            left_out(&header.without),
            exercise.id()
        );
        page.push_str(&folded(&header.trap.unwrap_or_default(), &text, &code(workspace, &trap)));
    }
    let others = Attempt::catalogue(workspace, exercise, Kind::AlsoRight);
    if !others.is_empty() {
        page.push_str("\n### Also right\n");
    }
    for other in others {
        let about = other.header().task;
        let about = about.strip_prefix("Also right:").unwrap_or(&about).trim().replace('\n', " ");
        page.push_str(&folded(&about, left_out(&other.header().without).trim(), &code(workspace, &other)));
    }
}

fn caught_by(name: &str, checks: &[Check]) -> String {
    let about = checks.iter().find(|check| check.name == name).and_then(|check| check.about.as_deref());
    match about {
        Some(about) => format!("Caught by `{name}`: *{about}*"),
        None => format!("Caught by {name}."),
    }
}

fn left_out(without: &[String]) -> String {
    without.iter().map(|item| format!(" It leaves out `{item}`.")).collect()
}

/// The lines of the catalogue, which mdBook includes.
fn code(workspace: &Workspace, attempt: &Attempt) -> String {
    let Source::Variant { catalogue, variant, .. } = &attempt.source else { return String::new() };
    let lines = variant.lines();
    format!("{{{{#include ../../../{}:{}:{}}}}}", workspace.shown(catalogue), lines.start(), lines.end())
}

/// One answer, behind its first line. A blank line after the summary lets Markdown stand inside.
fn folded(summary: &str, text: &str, code: &str) -> String {
    let text = if text.is_empty() { String::new() } else { format!("{text}\n\n") };
    format!(
        "\n<details class=\"attempt\">\n<summary>{}</summary>\n\n{text}```rust,ignore\n{}\n```\n\n</details>\n",
        html(summary),
        code
    )
}

/// A line of Markdown as HTML: of its marks only those of code are used in the heads of attempts. It begins as a sentence
/// does.
fn html(line: &str) -> String {
    let first = line.chars().next().map(char::to_uppercase).into_iter().flatten();
    let line: String = first.chain(line.chars().skip(1)).collect();
    let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut parts = escaped.split('`');
    let mut html = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        html.push_str(if at % 2 == 0 { "<code>" } else { "</code>" });
        html.push_str(part);
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_a_summary_is_html() {
        assert_eq!(html("the `now` is over"), "The <code>now</code> is over");
        assert_eq!(html("`a < b` is & stays"), "<code>a &lt; b</code> is &amp; stays");
    }
}
