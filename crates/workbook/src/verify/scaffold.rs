//! The files of a new exercise, or of a new lesson with its first exercise, in the pattern of those that are there.
//!
//! They compile and run at once, and every place that an author has to fill says `TODO`: `verify` lists what is left.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    catalogue::{
        register::{self, Exercise, Lesson, Register},
        select::NoSuch,
        workspace::Workspace,
    },
    files,
};

/// What is to be made.
#[derive(Debug)]
pub struct Scaffold<'a> {
    workspace: &'a Workspace,
    lesson: Lesson,
    is_new_lesson: bool,
    exercise: Exercise,
}

impl<'a> Scaffold<'a> {
    /// Understands `03-join/race`, and refuses what cannot become a folder, a package, a module and a test.
    pub fn new(workspace: &'a Workspace, register: &Register, typed: &str) -> Result<Self, NoSuch> {
        let Some((lesson, name)) = typed.split_once('/') else {
            return Err(NoSuch(format!(
                "`{typed}` is no LESSON/NAME.\nFor example: new 03-join/race, or new 16-topic/first"
            )));
        };
        let known =
            register.lessons.iter().find(|known| known.id == lesson || known.id.starts_with(&format!("{lesson}-")));
        let id = known.map_or(lesson, |known| known.id.as_str());
        let is_topic = |topic: &str| {
            !topic.is_empty() && topic.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let is_id = |id: &str| {
            id.split_once('-').is_some_and(|(n, topic)| n.len() == 2 && n.parse::<u8>().is_ok() && is_topic(topic))
        };
        if !is_id(id) {
            return Err(NoSuch(format!(
                "`{lesson}` is no lesson: two digits, a hyphen, a word in small letters.\nFor example: 16-topic"
            )));
        }
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !RESERVED.contains(&name);
        if !is_name {
            return Err(NoSuch(format!(
                "`{name}` cannot be the name of a test: small letters, digits and _, and no word of Rust"
            )));
        }
        let lesson = known.cloned().unwrap_or_else(|| Lesson { id: id.to_owned(), exercises: Vec::new() });
        if lesson.exercises.iter().any(|exercise| exercise.name == name) {
            return Err(NoSuch(format!(
                "{id}/{name} is there already.\n`cargo workbook verify {id}/{name}` says what it still needs."
            )));
        }
        let exercise = Exercise::new(workspace, id, name);
        Ok(Self { workspace, is_new_lesson: known.is_none(), lesson, exercise })
    }

    /// Of the exercise.
    pub fn id(&self) -> String {
        self.exercise.id()
    }

    /// Writes the files, and says which. A file that is there already is left as it is.
    pub fn write(&self) -> anyhow::Result<Vec<String>> {
        let mut written = Vec::new();
        if self.is_new_lesson {
            self.lesson_files(&mut written)?;
        }
        let exercise = &self.exercise;
        for (path, template) in [
            (exercise.file(), include_str!("../../templates/exercise/starter.rs")),
            (exercise.starter_file(), include_str!("../../templates/exercise/starter.rs")),
            (exercise.checks_file(), include_str!("../../templates/exercise/checks.rs")),
            (exercise.hints_file(), include_str!("../../templates/exercise/hints.md")),
            (exercise.solution_file(), include_str!("../../templates/exercise/solution.rs")),
            (exercise.traps_file(), include_str!("../../templates/exercise/traps.rs")),
            (exercise.also_right_file(), include_str!("../../templates/exercise/also_right.rs")),
        ] {
            self.create(path, template, &mut written)?;
        }
        let name = &exercise.name;
        let target = format!("[[test]]\nname = \"{name}\"\npath = \"{name}.rs\"\n\n");
        // Below the exercises that are there, above what the manifest says about lints.
        self.insert(&exercise.folder().join("Cargo.toml"), &target, before_lints, &mut written)?;
        self.insert(
            &exercise.solutions_folder().join("solutions.rs"),
            &format!("mod {name};\n"),
            at_the_end,
            &mut written,
        )?;
        Ok(written)
    }

    fn lesson_files(&self, written: &mut Vec<String>) -> anyhow::Result<()> {
        let root = &self.workspace.root;
        let id = &self.lesson.id;
        let (lesson, exercises, solutions) =
            (root.join("lessons").join(id), root.join("exercises").join(id), root.join("solutions").join(id));
        for (path, template) in [
            (exercises.join("Cargo.toml"), include_str!("../../templates/lesson/exercises.toml")),
            (solutions.join("Cargo.toml"), include_str!("../../templates/lesson/solutions.toml")),
            (
                solutions.join("solutions.rs"),
                "//! The solutions of lesson {{lesson}}, against the checks of its exercises.\n\n",
            ),
            (lesson.join("Cargo.toml"), include_str!("../../templates/lesson/lesson.toml")),
            (lesson.join("src/lib.rs"), include_str!("../../templates/lesson/lib.rs")),
            (lesson.join("src/one_call.rs"), include_str!("../../templates/lesson/one_call.rs")),
            (lesson.join(format!("examples/{}.rs", self.example())), include_str!("../../templates/lesson/example.rs")),
            (lesson.join("tests/it/main.rs"), include_str!("../../templates/lesson/tests_main.rs")),
            (lesson.join("tests/it/figures.rs"), include_str!("../../templates/lesson/figures.rs")),
            (root.join(format!("benches/benches/{id}.rs")), include_str!("../../templates/lesson/bench.rs")),
            (root.join(format!("book/src/{id}.md")), include_str!("../../templates/lesson/chapter.md")),
        ] {
            self.create(path, template, written)?;
        }
        let benches = root.join("benches/Cargo.toml");
        self.insert(&benches, &format!("[[bench]]\nname = \"{id}\"\nharness = false\n\n"), before_lints, written)?;
        let after_lessons =
            |text: &str| end_of_last_line(text, |line| line.starts_with("lesson-") || line == "[dev-dependencies]");
        self.insert(&benches, &format!("lesson-{id} = {{ path = \"../lessons/{id}\" }}\n"), after_lessons, written)?;
        let after_chapters =
            |text: &str| end_of_last_line(text, |line| line.trim_start().starts_with("- [") && line.ends_with("md)"));
        let chapter = format!(
            "- [TODO: the claim of the lesson]({id}.md)\n  - [Exercises of lesson {}](exercises/{id}.md)\n",
            self.chapter()
        );
        self.insert(&root.join("book/src/SUMMARY.md"), &chapter, after_chapters, written)?;
        let after_pages = |text: &str| end_of_last_line(text, |line| line.contains("](what_people_write/"));
        let page = format!("[What people write: lesson {}](what_people_write/{id}.md)\n", &id[..2]);
        self.insert(&root.join("book/src/SUMMARY.md"), &page, after_pages, written)?;
        let after_rows =
            |text: &str| end_of_last_line(text, |line| line.starts_with("| [") && line.contains("](lessons/"));
        let row = format!(
            "| [{id}](lessons/{id}): TODO | [chapter {}](book/read/{id}.md) | `cargo run -p lesson-{id} --example {}` | [1](exercises/{id}) |\n",
            self.chapter(),
            self.example()
        );
        self.insert(&root.join("README.md"), &row, after_rows, written)
    }

    fn create(&self, path: PathBuf, template: &str, written: &mut Vec<String>) -> anyhow::Result<()> {
        if !path.exists() {
            files::replace(&path, self.filled(template).as_bytes())
                .with_context(|| format!("cannot write {}", self.workspace.shown(&path)))?;
            written.push(self.workspace.shown(&path));
        }
        Ok(())
    }

    fn insert(
        &self,
        path: &Path,
        piece: &str,
        place: impl Fn(&str) -> usize,
        written: &mut Vec<String>,
    ) -> anyhow::Result<()> {
        let shown = self.workspace.shown(path);
        let mut text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        text.insert_str(place(&text), piece);
        files::replace(path, text.as_bytes()).with_context(|| format!("cannot write {shown}"))?;
        if !written.contains(&shown) {
            written.push(shown);
        }
        Ok(())
    }

    fn filled(&self, template: &str) -> String {
        let (number, topic) = self.lesson.id.split_once('-').unwrap_or_default();
        let title = self.exercise.name.replace('_', " ");
        let title = title[..1].to_uppercase() + &title[1..];
        template
            .replace("{{title}}", &title)
            .replace("{{id}}", &self.exercise.id())
            .replace("{{lesson}}", &self.lesson.id)
            .replace("{{name}}", &self.exercise.name)
            .replace("{{chapter}}", &self.chapter())
            .replace("{{number}}", number)
            .replace("{{example}}", &self.example())
            .replace("{{crate}}", &format!("{number}_{}", topic.replace('-', "_")))
    }

    fn chapter(&self) -> String {
        self.lesson.id[..2].trim_start_matches('0').to_owned()
    }

    /// Two examples of one name would end in one file.
    fn example(&self) -> String {
        format!("{}_one_call", self.lesson.id[3..].replace('-', "_"))
    }
}

/// Words that cannot name a module. `solutions` and `attempts` are files of every lesson.
const RESERVED: [&str; 41] = [
    "as",
    "async",
    "await",
    "box",
    "break",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "try",
    "type",
    "unsafe",
    "solutions",
    "attempts",
];

/// Before the `[lints]` of a manifest and the comment above them.
fn before_lints(manifest: &str) -> usize {
    let lints = manifest.find("\n[lints").map_or(manifest.len(), |at| at + 1);
    let mut at = lints;
    for line in manifest[..lints].lines().rev().take_while(|line| line.starts_with('#')) {
        at -= line.len() + 1;
    }
    at
}

fn at_the_end(text: &str) -> usize {
    text.len()
}

fn end_of_last_line(text: &str, is_meant: impl Fn(&str) -> bool) -> usize {
    let mut end = text.len();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if is_meant(line.trim_end()) {
            end = at;
        }
    }
    end
}

/// What is still to be filled: the lines that say `TODO`, in the files of an exercise.
pub fn left_to_do(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().filter(|(_, line)| line.contains("TODO"));
    lines.map(|(at, line)| (at + 1, line.trim().trim_start_matches(['/', '!', '#', ' '])))
}

/// The files of a lesson that an author may leave unfinished.
pub fn files_of_lesson(workspace: &Workspace, lesson: &Lesson) -> Vec<PathBuf> {
    let root = &workspace.root;
    let mut files = vec![
        root.join(format!("book/src/{}.md", lesson.id)),
        root.join(format!("benches/benches/{}.rs", lesson.id)),
        root.join("book/src/SUMMARY.md"),
        root.join("README.md"),
        root.join("lessons").join(&lesson.id).join("Cargo.toml"),
    ];
    for folder in ["src", "examples", "tests/it"] {
        files.extend(register::entries(&root.join("lessons").join(&lesson.id).join(folder)));
    }
    files.retain(|file| file.is_file());
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_goes_where_its_like_stands() {
        let manifest = "[[test]]\nname = \"a\"\n\n# Why.\n# More.\n[lints.rust]\n";
        assert_eq!(&manifest[before_lints(manifest)..], "# Why.\n# More.\n[lints.rust]\n");
        let rows = "| [a](lessons/a) |\n| [b](lessons/b) |\n\nend\n";
        assert_eq!(&rows[end_of_last_line(rows, |line| line.contains("](lessons/"))..], "\nend\n");
        assert_eq!(left_to_do("a\n/// TODO: why.\n").collect::<Vec<_>>(), [(2, "TODO: why.")]);
    }
}
