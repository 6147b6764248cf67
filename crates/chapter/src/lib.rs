//! Holds a chapter of the book to its lesson. For the lessons' own tests.
//!
//! `book/src/output/NN-topic` holds what every example of a lesson prints and draws, and the chapter includes it. A lesson's
//! `tests/book.rs` asks a [`Chapter`] for three things: that these files are what the programs print today, that the
//! chapter shows every one of them, and that its table of exercises is the register's.
//!
//! `UPDATE_BOOK=1 cargo test -p lesson-NN-topic --test book` writes the files anew; then read the difference before you
//! commit it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// One chapter, with the examples of its lesson.
#[derive(Debug)]
pub struct Chapter {
    /// `03-join`.
    lesson: &'static str,
    measures: BTreeSet<&'static str>,
    parts: BTreeMap<&'static str, u32>,
}

impl Chapter {
    /// The chapter of the lesson `03-join`, say.
    pub fn of(lesson: &'static str) -> Self {
        Self { lesson, measures: BTreeSet::new(), parts: BTreeMap::new() }
    }

    /// This example measures: its numbers belong to a machine. They are in `book/src/measured`, with a date.
    #[must_use]
    pub fn but(mut self, example: &'static str) -> Self {
        self.measures.insert(example);
        self
    }

    /// This example is shown in parts: it runs once for each number from 1 to `parts`, with the number as its argument.
    #[must_use]
    pub fn in_parts(mut self, example: &'static str, parts: u32) -> Self {
        self.parts.insert(example, parts);
        self
    }

    /// The files in `book/src/output` are what the examples print and draw today.
    ///
    /// # Panics
    /// With the name of the first file that differs, and how to write it anew; or where an example fails.
    pub fn shows_what_the_examples_print(&self) {
        let shown = self.run_examples();
        assert!(!shown.is_empty(), "this lesson has examples");
        if env::var_os("UPDATE_BOOK").is_some() {
            return self.write(&shown);
        }
        let advice = format!("UPDATE_BOOK=1 cargo test -p lesson-{} --test book", self.lesson);
        for (file, now) in &shown {
            let then = fs::read_to_string(self.output().join(file)).unwrap_or_default();
            assert!(then == *now, "the book does not show what the example prints: {file}\n{advice}\n\n{now}");
        }
        let stale: Vec<String> = self.files().into_iter().filter(|file| !shown.contains_key(file)).collect();
        assert!(stale.is_empty(), "no example prints {stale:?}\n{advice}");
    }

    /// The chapter includes every file. An output that no reader sees is a check of nothing; a quiz without its answer is
    /// worse.
    ///
    /// # Panics
    /// With the files that it does not include.
    pub fn shows_every_output(&self) {
        let chapter = self.text();
        let is_shown = |file: &String| chapter.contains(&format!("{{{{#include output/{}/{file}}}}}", self.lesson));
        let missing: Vec<String> = self.files().into_iter().filter(|file| !is_shown(file)).collect();
        assert!(missing.is_empty(), "the chapter does not include {missing:?}");
    }

    /// The chapter's table of exercises has a row for each one of the register, in its order, with the minutes of its header.
    ///
    /// # Panics
    /// With the row that is wrong.
    pub fn knows_every_exercise_and_its_minutes(&self) {
        let register = root().join("exercises").join(self.lesson).join("Cargo.toml");
        let register = fs::read_to_string(register).expect("the register of exercises is there");
        let names = register.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let names: Vec<&str> = names.filter(|name| !name.starts_with("exercises-")).collect();
        assert!(!names.is_empty(), "this lesson has exercises");
        let chapter = self.text();
        let rows = chapter.lines().filter(|line| line.starts_with("| `") && line.ends_with(" min |"));
        let rows: Vec<&str> = rows.collect();
        assert_eq!(rows.len(), names.len(), "one row for each exercise: {rows:?}");
        for (name, row) in names.iter().zip(rows) {
            assert!(row.starts_with(&format!("| `{name}` |")), "in the order of the register: {row}");
            let minutes = self.minutes(name);
            assert!(row.ends_with(&format!("| {minutes} min |")), "{name} takes {minutes} min: {row}");
        }
    }

    /// The minutes that an exercise's header names. A learner edits the exercise itself; the starter is the file as it was
    /// shipped.
    fn minutes(&self, exercise: &str) -> String {
        let starter = root().join(format!("solutions/{}/starters/{exercise}.rs", self.lesson));
        let starter = fs::read_to_string(starter).expect("every exercise has a starter");
        let header = starter.lines().take_while(|line| line.starts_with("//!"));
        let minutes = header.filter_map(|line| line.rsplit(" · ").next()?.strip_suffix(" min"));
        minutes.last().expect("the header ends with the minutes").to_owned()
    }

    /// What the examples print and draw, by the name of the file that holds it.
    fn run_examples(&self) -> BTreeMap<String, String> {
        let examples = self.build_examples();
        for name in self.measures.iter().chain(self.parts.keys()) {
            assert!(examples.contains_key(*name), "there is no example {name} any more");
        }
        let pictures = tempfile::tempdir().expect("a temporary folder");
        let mut shown = BTreeMap::new();
        for (name, program) in examples.iter().filter(|(name, _)| !self.measures.contains(name.as_str())) {
            for (shown_as, arguments) in self.runs(name) {
                let picture = pictures.path().join(format!("{shown_as}.svg"));
                let mut example = Command::new(program);
                example.args(&arguments).arg("--svg").arg(&picture);
                shown.insert(format!("{shown_as}.txt"), print(example));
                if let Ok(picture) = fs::read_to_string(&picture) {
                    shown.insert(format!("{shown_as}.svg"), picture);
                }
            }
        }
        shown
    }

    /// What an example is shown as, and the arguments for it.
    fn runs(&self, example: &str) -> Vec<(String, Option<String>)> {
        match self.parts.get(example) {
            None => vec![(example.to_owned(), None)],
            Some(parts) => (1..=*parts).map(|part| (format!("{example}_{part}"), Some(part.to_string()))).collect(),
        }
    }

    /// The programs themselves, fresh: `cargo test --test book` alone would not build them.
    fn build_examples(&self) -> BTreeMap<String, PathBuf> {
        let package = format!("lesson-{}", self.lesson);
        // The cargo that runs the test, so that both build with one compiler.
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--package", &package, "--examples", "--message-format", "json"]);
        let messages = print(cargo);
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let examples = messages.filter(|message| message["target"]["kind"][0] == "example");
        examples
            .filter_map(|message| {
                let name = message["target"]["name"].as_str()?;
                Some((name.to_owned(), message["executable"].as_str()?.into()))
            })
            .collect()
    }

    fn text(&self) -> String {
        let file = root().join("book/src").join(self.lesson).with_extension("md");
        fs::read_to_string(file).expect("the chapter is there")
    }

    fn output(&self) -> PathBuf {
        root().join("book/src/output").join(self.lesson)
    }

    fn files(&self) -> BTreeSet<String> {
        let Ok(entries) = fs::read_dir(self.output()) else { return BTreeSet::new() };
        let names = entries.map(|entry| entry.expect("the folder can be read").file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    fn write(&self, shown: &BTreeMap<String, String>) {
        fs::create_dir_all(self.output()).expect("the folder can be made");
        for stale in self.files().into_iter().filter(|file| !shown.contains_key(file)) {
            fs::remove_file(self.output().join(stale)).expect("the file can be removed");
        }
        for (file, text) in shown {
            fs::write(self.output().join(file), text).expect("the file can be written");
        }
    }
}

/// What a command prints. It runs at the top of the workspace.
fn print(mut command: Command) -> String {
    let output = command.current_dir(root()).output().expect("the program can be started");
    assert!(output.status.success(), "{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program prints text")
}

/// The top of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/")
}
