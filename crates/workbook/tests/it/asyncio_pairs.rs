//! The page "From asyncio to tokio" shows programs in pairs, Python beside Rust, and what they print.
//!
//! The pairs stand in `book/asyncio/pairs`, what they print in `book/src/output/asyncio`.
//! `UPDATE_BOOK=1 cargo test -p workbook --test it asyncio_pairs` writes the latter anew; read the difference before you commit it.
//!
//! A learner need not have Python: without it the Python half is skipped, and says so. `PAIRS_NEED_PYTHON=1` forbids that.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use workbook::{
    catalogue::workspace::Workspace,
    judge::{cargo, diagnostics},
};

use crate::book::{files, print};

const ADVICE: &str = "`UPDATE_BOOK=1 cargo test -p workbook --test it asyncio_pairs` writes the files anew";

#[test]
fn the_rust_programs_print_what_the_page_shows() {
    let pairs = Pairs::open();
    let mut build = cargo::command(&pairs.workspace);
    build.args(["build", "--quiet", "--message-format", "json", "--package", "from-asyncio"]);
    let program = print(build).lines().find_map(|line| match serde_json::from_str(line) {
        Ok(diagnostics::Line::CompilerArtifact { executable, .. }) => executable,
        _ => None,
    });
    let program = program.expect("cargo says where the program is");
    for name in &pairs.names {
        let mut half = Command::new(&program);
        half.arg(name);
        pairs.compare(&format!("{name}.rs.txt"), &print(half));
    }
}

#[test]
fn the_python_programs_print_what_the_page_shows() {
    let pairs = Pairs::open();
    let Some(python) = python() else {
        assert!(env::var_os("PAIRS_NEED_PYTHON").is_none(), "there is no Python 3.11 or newer here");
        // Not `eprintln!`: a test that passes would keep it to itself.
        let _ = writeln!(io::stderr(), "skipped: the programs in Python (there is no Python 3.11 or newer here)");
        return;
    };
    // Python looks beside a program first: one called contextvars.py would take the place of the module.
    let mut modules = Command::new(python);
    modules.args(["-c", "import sys; print(*sys.stdlib_module_names)"]);
    let modules = print(modules);
    for name in &pairs.names {
        assert!(
            modules.split_whitespace().all(|module| module != name),
            "Python has a module {name}: choose another name"
        );
        let mut program = Command::new(python);
        program
            .current_dir(pairs.workspace.root.join(PAIRS))
            .args(["-X", "utf8", "-B", "../on_virtual_time.py", &format!("{name}.py")])
            // What a developer has set in the shell is no part of what the page shows.
            .env_remove("PYTHONASYNCIODEBUG")
            .env_remove("PYTHONDEVMODE")
            .env_remove("PYTHONWARNINGS");
        pairs.compare(&format!("{name}.py.txt"), &print(program).replace("\r\n", "\n"));
    }
}

/// Who adds a program adds its partner, its section and its row.
#[test]
fn every_pair_is_whole_and_is_shown() {
    let pairs = Pairs::open();
    for name in &pairs.names {
        for language in ["py", "rs"] {
            let file = format!("{name}.{language}");
            assert!(pairs.workspace.root.join(PAIRS).join(&file).exists(), "{PAIRS}/{file} is not there");
            for shown in [format!("../asyncio/pairs/{file}:program"), format!("output/asyncio/{file}.txt")] {
                let include = format!("{{{{#include {shown}}}}}");
                assert_eq!(pairs.page.matches(&include).count(), 1, "the page shows {shown} once");
            }
        }
    }
    let is_of_a_pair = |file: &String| {
        let name = file.strip_suffix(".py.txt").or(file.strip_suffix(".rs.txt"));
        name.is_some_and(|name| pairs.names.contains(name))
    };
    for stale in files(&pairs.output).iter().filter(|file| !is_of_a_pair(file)) {
        assert!(env::var_os("UPDATE_BOOK").is_some(), "no program prints output/asyncio/{stale}\n{ADVICE}");
        fs::remove_file(pairs.output.join(stale)).expect("the file can be removed");
    }
}

/// The table leads to the sections, and leaves none out.
#[test]
fn every_section_has_a_row_in_the_table() {
    let pairs = Pairs::open();
    let sections: Vec<String> = pairs.page.lines().filter_map(|line| line.strip_prefix("### ")).map(anchor).collect();
    let rows: Vec<&str> = pairs
        .page
        .lines()
        .filter(|line| line.starts_with("| ["))
        .map(|row| row.split_once("](#").and_then(|(_, rest)| rest.split(')').next()).expect("a row has a link"))
        .collect();
    assert_eq!(rows, sections, "the table has a row for each section, in the order of the page");
    assert_eq!(sections.len(), pairs.names.len(), "a section for each pair");
}

/// Code that is typed into the page is run by nobody.
#[test]
fn all_python_is_included() {
    let pairs = Pairs::open();
    for code in pairs.page.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        assert!(code.starts_with("{{#include ") && code.lines().count() == 1, "this was typed into the page:\n{code}");
    }
}

const PAIRS: &str = "book/asyncio/pairs";

struct Pairs {
    workspace: Workspace,
    /// The names of the programs, without the ends `.py` and `.rs`.
    names: BTreeSet<String>,
    page: String,
    output: PathBuf,
}

impl Pairs {
    fn open() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
        let programs = files(&root.join(PAIRS));
        let names: BTreeSet<String> = programs
            .iter()
            .filter_map(|file| file.strip_suffix(".py").or(file.strip_suffix(".rs")))
            .map(str::to_owned)
            .collect();
        assert!(!names.is_empty(), "there are programs in {PAIRS}");
        let page = fs::read_to_string(root.join("book/src/asyncio_to_tokio.md")).expect("the page can be read");
        let output = root.join("book/src/output/asyncio");
        Self { workspace: Workspace { root: root.to_owned() }, names, page, output }
    }

    #[track_caller]
    fn compare(&self, file: &str, now: &str) {
        let path = self.output.join(file);
        if env::var_os("UPDATE_BOOK").is_some() {
            fs::create_dir_all(&self.output).expect("the folder can be made");
            fs::write(&path, now).expect("the file can be written");
            return;
        }
        let then = fs::read_to_string(&path).unwrap_or_default();
        assert!(then == now, "the page shows something else than is printed: {file}\n{ADVICE}\n\n{now}");
    }
}

/// A Python that has `TaskGroup` and `asyncio.timeout`. Windows knows it by another name.
fn python() -> Option<&'static str> {
    let is_new_enough = |python: &&str| {
        let version = Command::new(python).args(["-c", "import sys; print(sys.version_info >= (3, 11))"]).output();
        version.is_ok_and(|version| version.stdout.starts_with(b"True"))
    };
    ["python3", "python"].into_iter().find(is_new_enough)
}

/// What mdBook and the forges make of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
