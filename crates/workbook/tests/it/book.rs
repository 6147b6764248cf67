//! The book shows what the programs print and draw, and nothing else.
//!
//! `book/src/output/NN-topic` holds what every example of a lesson prints and draws, and the chapter of the lesson includes it.
//! `UPDATE_BOOK=1 cargo test -p workbook --test it book` writes these files anew; then read the difference before you commit it.
//!
//! An example that is shown in another way says so in its head:
//!
//! - `//! Shown: in 6 parts`: it runs once for each number from 1 to 6, with the number as its argument.
//! - `//! Shown: as it was measured`: its numbers belong to a machine. They are in `book/src/measured`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use workbook::{
    catalogue::{chapter::page_of_exercise, header::Header, register, workspace::Workspace},
    judge::{cargo, diagnostics},
};

const ADVICE: &str = "`UPDATE_BOOK=1 cargo test -p workbook --test it book` writes the files anew";

#[test]
fn what_the_book_shows_is_what_the_examples_print() {
    let book = Book::open();
    let mut shown = book.run_examples();
    for chapter in &book.chapters {
        let shown = shown.remove(chapter.lesson.as_str()).unwrap_or_default();
        assert!(!shown.is_empty(), "lesson {} has examples", chapter.lesson);
        if env::var_os("UPDATE_BOOK").is_some() {
            chapter.write(&shown);
            continue;
        }
        for (file, now) in &shown {
            let then = fs::read_to_string(chapter.output.join(file)).unwrap_or_default();
            let lesson = &chapter.lesson;
            assert!(then == *now, "the book shows something else than is printed: {lesson}/{file}\n{ADVICE}\n\n{now}");
        }
        let stale: Vec<String> = files(&chapter.output).into_iter().filter(|file| !shown.contains_key(file)).collect();
        assert!(stale.is_empty(), "no example of lesson {} prints {stale:?}\n{ADVICE}", chapter.lesson);
    }
}

/// The page that draws somebody else's program shows what that program prints and draws.
#[test]
fn what_is_drawn_of_another_program_is_what_it_draws() {
    let book = Book::open();
    let root = &book.workspace.root;
    let mut build = cargo::command(&book.workspace);
    build.args(["build", "--quiet", "--package", "draw", "--example", "backup", "--message-format", "json"]);
    let program = print(build).lines().find_map(|line| match serde_json::from_str(line) {
        Ok(diagnostics::Line::CompilerArtifact { executable: Some(program), .. }) => Some(PathBuf::from(program)),
        _ => None,
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut run = Command::new(program.expect("the example was built"));
    run.args(["svg", "md"].map(|ending| folder.path().join("backup").with_extension(ending))).current_dir(root);
    let printed = print(run);
    let drawn = |ending: &str| {
        fs::read_to_string(folder.path().join("backup").with_extension(ending)).expect("the program has written it")
    };
    let page = fs::read_to_string(root.join("book/src/draw_your_own.md")).expect("the page is there");
    for (ending, now) in [("txt", printed), ("svg", drawn("svg")), ("md", drawn("md"))] {
        let file = format!("output/draw/backup.{ending}");
        assert!(page.contains(&format!("{{{{#include {file}}}}}")), "the page does not include {file}");
        let path = root.join("book/src").join(&file);
        if env::var_os("UPDATE_BOOK").is_some() {
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
            fs::write(&path, &now).expect("the file can be written");
        }
        let then = fs::read_to_string(&path).unwrap_or_default();
        assert!(then == now, "the page shows something else than is drawn: {file}\n{ADVICE}\n\n{now}");
    }
}

/// An output that no reader sees is a check of nothing; a quiz without its answer is worse.
#[test]
fn every_output_is_shown_in_its_chapter() {
    for chapter in &Book::open().chapters {
        let shown = files(&chapter.output);
        // The picture of a grid's first run is in the grid; alone it is for readers without scripts, in `book/read`.
        let is_in_a_grid =
            |file: &String| file.strip_suffix(".svg").is_some_and(|name| shown.contains(&format!("{name}.html")));
        let is_missing = |file: &&String| !chapter.includes(&format!("output/{}/{file}", chapter.lesson));
        let missing: Vec<&String> = shown.iter().filter(is_missing).filter(|file| !is_in_a_grid(file)).collect();
        assert!(missing.is_empty(), "chapter {} does not include {missing:?}", chapter.lesson);
    }
}

/// Code that is typed into a page is compiled by nobody. The definition of `Future` is the standard library's.
#[test]
fn all_code_is_included() {
    let book = Book::open();
    let mut blocks = 0;
    for page in files(&book.workspace.root.join("book/src")).iter().filter(|page| page.ends_with(".md")) {
        let text = fs::read_to_string(book.workspace.root.join("book/src").join(page)).expect("the page can be read");
        for code in text.split("```rust").skip(1).filter_map(|rest| rest.split("```").next()) {
            let code = code.split_once('\n').map_or("", |(_attributes, code)| code);
            let is_included = code.lines().all(|line| line.is_empty() || line.starts_with("{{#include "));
            assert!(is_included || code.starts_with("pub trait Future {"), "this was typed into {page}:\n{code}");
            blocks += 1;
        }
    }
    assert!(blocks > 0, "the book shows code");
}

/// A lesson keeps compile errors that teach in `tests/ui`.
#[test]
fn every_compile_error_is_shown_in_its_chapter() {
    let book = Book::open();
    let mut errors = 0;
    for chapter in &book.chapters {
        let folder = format!("lessons/{}/tests/ui", chapter.lesson);
        for file in files(&book.workspace.root.join(&folder)).iter().filter(|file| file.ends_with(".stderr")) {
            assert!(chapter.includes(&format!("../../{folder}/{file}")), "{} does not include {file}", chapter.lesson);
            errors += 1;
        }
    }
    assert!(errors > 0, "there are compile errors that teach");
}

/// The table of exercises has a row for each one of the register, in its order, with a link to its page and the minutes of its
/// header.
#[test]
fn every_chapter_knows_its_exercises_and_their_minutes() {
    for chapter in &Book::open().chapters {
        let rows: Vec<&str> =
            chapter.text.lines().filter(|line| line.starts_with("| [`") && line.ends_with(" min |")).collect();
        let exercises = &chapter.exercises;
        assert_eq!(rows.len(), exercises.len(), "chapter {} has one row for each exercise: {rows:?}", chapter.lesson);
        for (exercise, row) in exercises.iter().zip(rows) {
            let name = &exercise.name;
            let (page, place) = page_of_exercise(exercise);
            let begins = format!("| [`{name}`]({page}.md#{place}) |");
            assert!(
                row.starts_with(&begins),
                "not in the order of the register, or no link to its page: {row}\n{begins}"
            );
            let minutes = exercise.header().minutes.unwrap_or_else(|| panic!("the header of {name} has no minutes"));
            assert!(row.ends_with(&format!("| {minutes} min |")), "{name} takes {minutes} min: {row}");
        }
    }
}

/// The head of an exercise names its chapter, and the section of it that `b` opens and that a verdict sends the reader to.
#[test]
fn every_exercise_sends_its_reader_to_a_section_that_is_there() {
    for (chapter, number) in Book::open().chapters.iter().zip(1..) {
        let sections: Vec<&str> =
            chapter.text.lines().filter_map(|line| line.strip_prefix("## ").or(line.strip_prefix("### "))).collect();
        let mut without = Vec::new();
        for exercise in &chapter.exercises {
            let (name, read) = (&exercise.name, exercise.header().read.unwrap_or_default());
            let section = read.strip_prefix(&format!("book, chapter {number}"));
            match section.unwrap_or_else(|| panic!("{name} is of chapter {number}: {read:?}")).strip_prefix(", ") {
                Some(section) => {
                    assert!(sections.contains(&section), "{name}: there is no {section:?} in {sections:?}")
                }
                None => without.push(name),
            }
        }
        // A lesson that is new may leave it for later, as a whole.
        let is_new = without.len() == chapter.exercises.len();
        assert!(is_new || without.is_empty(), "{}: {without:?} name no section", chapter.lesson);
    }
}

struct Book {
    workspace: Workspace,
    chapters: Vec<Chapter>,
}

/// One chapter, with the exercises of its lesson.
struct Chapter {
    /// `03-join`
    lesson: String,
    exercises: Vec<register::Exercise>,
    text: String,
    /// What its examples print and draw.
    output: PathBuf,
}

impl Book {
    /// A chapter for every lesson of the register.
    fn open() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
        let workspace = Workspace { root: root.to_owned() };
        let register = register::Register::read(&workspace).expect("the manifests can be read");
        let source = root.join("book/src");
        let chapters = register.lessons.into_iter().map(|register::Lesson { id: lesson, exercises }| {
            let text = source.join(&lesson).with_extension("md");
            let text = fs::read_to_string(text).unwrap_or_else(|error| panic!("chapter {lesson}: {error}"));
            let output = source.join("output").join(&lesson);
            Chapter { lesson, exercises, text, output }
        });
        Self { chapters: chapters.collect(), workspace }
    }

    /// What the examples of each lesson print and draw, by the name of the file that holds it.
    fn run_examples(&self) -> BTreeMap<&str, BTreeMap<String, String>> {
        let pictures = tempfile::tempdir().expect("a temporary folder");
        let mut shown: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
        for (example, program) in self.build_examples() {
            let (chapter, source) = self.source(&example);
            let files = shown.entry(&chapter.lesson).or_default();
            for (shown_as, argument) in runs(&example, &source) {
                let picture = pictures.path().join(format!("{shown_as}.svg"));
                let mut example = Command::new(&program);
                example.args(argument).arg("--svg").arg(&picture).current_dir(&self.workspace.root);
                files.insert(format!("{shown_as}.txt"), print(example));
                // The picture, the code beside it, and a grid of pictures.
                for ending in ["svg", "code.md", "html"] {
                    if let Ok(text) = fs::read_to_string(picture.with_extension(ending)) {
                        files.insert(format!("{shown_as}.{ending}"), text);
                    }
                }
            }
        }
        shown
    }

    /// The programs, all of them in one build: `cargo test --test it book` alone would not build them.
    fn build_examples(&self) -> BTreeMap<String, PathBuf> {
        let mut build = cargo::command(&self.workspace);
        build.args(["build", "--quiet", "--examples", "--message-format", "json"]);
        for chapter in &self.chapters {
            build.args(["--package", &format!("lesson-{}", chapter.lesson)]);
        }
        let mut programs = BTreeMap::new();
        for line in print(build).lines() {
            if let Ok(diagnostics::Line::CompilerArtifact { target, executable: Some(program), .. }) =
                serde_json::from_str(line)
            {
                let other = programs.insert(target.name.clone(), program.into());
                assert!(other.is_none(), "two examples have the name {}, and cargo keeps one of them", target.name);
            }
        }
        programs
    }

    /// The chapter that an example belongs to, and its text.
    fn source(&self, example: &str) -> (&Chapter, String) {
        let found = self.chapters.iter().find_map(|chapter| {
            let folder = self.workspace.root.join("lessons").join(&chapter.lesson).join("examples");
            let files = [folder.join(example).with_extension("rs"), folder.join(example).join("main.rs")];
            Some((chapter, files.iter().find_map(|file| fs::read_to_string(file).ok())?))
        });
        found.unwrap_or_else(|| panic!("no lesson has the example {example}"))
    }
}

impl Chapter {
    /// The whole of a file, as it stands.
    fn includes(&self, file: &str) -> bool {
        self.text.contains(&format!("{{{{#include {file}}}}}"))
    }

    fn write(&self, shown: &BTreeMap<String, String>) {
        fs::create_dir_all(&self.output).expect("the folder can be made");
        for stale in files(&self.output).into_iter().filter(|file| !shown.contains_key(file)) {
            fs::remove_file(self.output.join(stale)).expect("the file can be removed");
        }
        for (file, text) in shown {
            fs::write(self.output.join(file), text).expect("the file can be written");
        }
    }
}

/// What an example is shown as, each with the argument for it: the line `Shown:` of its head.
fn runs(example: &str, source: &str) -> Vec<(String, Option<String>)> {
    let head = Header::parse(source).task;
    match head.lines().find_map(|line| line.strip_prefix("Shown: ")) {
        None => vec![(example.to_owned(), None)],
        Some("as it was measured") => Vec::new(),
        Some(parts) => {
            let parts = parts.strip_prefix("in ").and_then(|parts| parts.strip_suffix(" parts"));
            let parts: u32 = parts
                .and_then(|number| number.parse().ok())
                .unwrap_or_else(|| panic!("the example {example} is shown `in N parts`, or `as it was measured`"));
            (1..=parts).map(|part| (format!("{example}_{part}"), Some(part.to_string()))).collect()
        }
    }
}

/// What a program prints.
pub fn print(mut program: Command) -> String {
    let output = program.output().expect("the program can be started");
    assert!(output.status.success(), "{program:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program prints text")
}

/// The names of the files in a folder; none, where there is no such folder.
pub fn files(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let names = entries.map(|entry| entry.expect("the folder can be read").file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}
