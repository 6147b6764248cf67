//! `cargo workbook update`, with real repositories: one that ships the workbook, and the clone of a learner.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Fixture, Ran};

/// The starter of an exercise whose task bears a number.
fn starter(name: &str, version: u32) -> String {
    format!(
        "//! # {name}\n//! The task, version {version}.\n\npub fn {name}() -> u32 {{\n    todo!(\"a number\")\n}}\n\nmod checks;\n"
    )
}

fn answered(name: &str, version: u32) -> String {
    starter(name, version).replace("todo!(\"a number\")", "41 + 1")
}

const SIX: [&str; 6] = ["quiet", "reworded", "rewritten", "removed", "mended", "staged"];

/// A git that knows nothing of the person who runs the tests.
fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    alone(&mut command);
    let output = command.args(args).current_dir(folder).output().expect("git is there");
    let ran = Ran::of(output);
    assert_eq!(ran.code, Some(0), "git {args:?}: {ran}");
    ran.stdout.trim_end().to_owned()
}

fn alone(command: &mut Command) {
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "Learner"),
        ("GIT_AUTHOR_EMAIL", "learner@example.com"),
        ("GIT_COMMITTER_NAME", "Learner"),
        ("GIT_COMMITTER_EMAIL", "learner@example.com"),
    ] {
        command.env(name, value);
    }
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
}

fn commit(folder: &Path, words: &str) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", words]);
}

/// The shipped workbook, and a clone of its first version.
struct Two {
    shipped: Fixture,
    learner: Fixture,
}

impl Two {
    fn new() -> Self {
        let shipped = Fixture::new();
        shipped.write(".gitignore", "/target\n/.workbook\n");
        shipped.write("README.md", "version 1\n");
        shipped.write("notes.md", "version 1\n");
        let targets: String =
            SIX.iter().map(|name| format!("[[test]]\nname = \"{name}\"\npath = \"{name}.rs\"\n")).collect();
        shipped.write("exercises/03-six/Cargo.toml", &format!("[package]\nname = \"exercises-03-six\"\n{targets}"));
        for name in SIX {
            shipped.write(&format!("exercises/03-six/{name}.rs"), &starter(name, 1));
            shipped.write(&format!("solutions/03-six/starters/{name}.rs"), &starter(name, 1));
        }
        git(shipped.root(), &["init", "--quiet", "--initial-branch", "main"]);
        commit(shipped.root(), "Version 1");
        let learner = Fixture::empty();
        git(learner.root(), &["clone", "--quiet", &shipped.root().to_string_lossy(), "."]);
        Self { shipped, learner }
    }

    /// Ships a version in which each kind of file has changed.
    fn ship(&self) {
        let write = |name: &str, text: &str| {
            self.shipped.write(&format!("exercises/03-six/{name}.rs"), text);
            self.shipped.write(&format!("solutions/03-six/starters/{name}.rs"), text);
        };
        write("reworded", &starter("reworded", 2));
        write("rewritten", &starter("rewritten", 2).replace("todo!(\"a number\")", "todo!(\"another number\")"));
        write("mended", &starter("mended", 2));
        write("staged", &starter("staged", 2));
        write("later", &starter("later", 1));
        self.shipped.edit(
            "exercises/03-six/Cargo.toml",
            "name = \"removed\"\npath = \"removed.rs\"",
            "name = \"later\"\npath = \"later.rs\"",
        );
        for folder in ["exercises/03-six", "solutions/03-six/starters"] {
            fs::remove_file(self.shipped.path(folder).join("removed.rs")).expect("it is there");
        }
        self.shipped.write("README.md", "version 2\n");
        self.shipped.write("lessons/04/src/lib.rs", "new\n");
        self.shipped.write("CHANGES.md", "new\n");
        commit(self.shipped.root(), "Version 2");
    }

    /// What a learner has done meanwhile.
    fn work(&self) {
        for name in ["quiet", "reworded", "rewritten", "removed", "staged"] {
            self.learner.write(&six(name), &answered(name, 1));
        }
        // They have found the same mistake in the task.
        self.learner.write(&six("mended"), &starter("mended", 2));
        self.learner.write(".workbook/progress.txt", "03-six/quiet passed\n03-six/removed passed\n");
        self.learner.write("README.md", "mine\n");
        self.learner.write("notes.md", "mine\n");
        self.learner.write("CHANGES.md", "my own list\n");
        self.learner.write("lessons", "a file where a folder comes\n");
        self.learner.write("scribble.txt", "nobody else's\n");
        git(self.learner.root(), &["add", "exercises/03-six/staged.rs"]);
    }

    fn update(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("the runner starts"))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.learner.command(&["update"]);
        alone(&mut command);
        command.args(args).env("COLUMNS", "200");
        command
    }

    /// All is new, and all that the learner wrote is there.
    #[track_caller]
    fn is_updated(&self) {
        let read = |path: &str| self.learner.read(path);
        assert_eq!(read(&six("quiet")), answered("quiet", 1));
        assert_eq!(read(&six("reworded")), answered("reworded", 2));
        assert_eq!(read(&six("rewritten")), answered("rewritten", 1), "the answer stays where the task changed in it");
        assert!(!self.learner.path(&six("removed")).exists());
        assert_eq!(read(&six("mended")), starter("mended", 2));
        assert_eq!(read(&six("staged")), answered("staged", 2));
        assert_eq!(read("README.md"), "version 2\n");
        assert_eq!(read("CHANGES.md"), "new\n");
        assert_eq!(read("lessons/04/src/lib.rs"), "new\n");
        assert_eq!(read("notes.md"), "mine\n", "the new version does not touch it");
        assert_eq!(read("scribble.txt"), "nobody else's\n");
        assert_eq!(read(".workbook/progress.txt"), "03-six/quiet passed\n03-six/removed passed\n");
        let kept = |path: &str| read(&format!(".workbook/kept/{path}"));
        assert_eq!(kept("03-six/reworded.1.rs"), answered("reworded", 1));
        assert_eq!(kept("03-six/staged.1.rs"), answered("staged", 1));
        assert_eq!(kept("03-six/removed.1.rs"), answered("removed", 1));
        assert_eq!(kept("README.1.md"), "mine\n");
        assert_eq!(kept("CHANGES.1.md"), "my own list\n");
        assert_eq!(kept("lessons.1.txt"), "a file where a folder comes\n");
        let kept: Vec<PathBuf> = files(&self.learner.path(".workbook/kept"));
        assert_eq!(kept.len(), 6, "nothing is kept twice: {kept:?}");
        assert!(!self.learner.path(".workbook/update").exists());
        for marker in ["<<<<", "====", ">>>>"] {
            SIX.iter().filter(|name| **name != "removed").for_each(|name| assert!(!read(&six(name)).contains(marker)));
        }
    }

    fn head(&self) -> String {
        git(self.learner.root(), &["rev-parse", "HEAD"])
    }

    /// Nothing at all was changed.
    #[track_caller]
    fn refuses(&self, args: &[&str], words: &[&str]) {
        let before =
            (self.head(), git(self.learner.root(), &["status", "--porcelain"]), self.learner.read(&six("reworded")));
        self.update(args).expect(3, words);
        let after =
            (self.head(), git(self.learner.root(), &["status", "--porcelain"]), self.learner.read(&six("reworded")));
        assert_eq!(before, after);
        assert!(!self.learner.path(".workbook/update").exists());
    }
}

fn six(name: &str) -> String {
    format!("exercises/03-six/{name}.rs")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[test]
fn a_newer_workbook_comes_and_what_a_learner_wrote_stays() {
    let two = Two::new();
    two.work();
    two.update(&[]).expect(0, &["This is the newest workbook that"]);
    two.ship();
    let ran = two.update(&[]);
    ran.expect(
        0,
        &[
            "03-six/reworded: the task is newer, and your lines are in it. As it was before: .workbook/kept/03-six/reworded.1.rs",
            "03-six/rewritten: the task changed where you have written. Your version stays in exercises/03-six/rewritten.rs.",
            "The new one is solutions/03-six/starters/rewritten.rs; `cargo workbook reset 03-six/rewritten` begins with it",
            "03-six/removed: the workbook has no such exercise any more. Your version: .workbook/kept/03-six/removed.1.rs",
            "README.md: the new version has one of its own, which is in place now. Yours: .workbook/kept/README.1.md",
            "Updated. New: 1 exercise: 03-six/later.",
        ],
    );
    ran.without("03-six/quiet:").without("03-six/mended:").without("notes.md");
    two.is_updated();
    assert_eq!(two.head(), git(two.shipped.root(), &["rev-parse", "HEAD"]));
    // It has said what is new, so the next start does not.
    assert!(two.learner.read(".workbook/exercises.txt").contains("\n03-six/later\n"));
    two.update(&[]).expect(0, &["This is the newest workbook that"]).without("Updated");
    two.is_updated();
    // What it advises does what it says.
    two.learner.run(&["reset", "03-six/rewritten"]).expect(0, &[".workbook/kept/03-six/rewritten.1.rs"]);
    assert!(two.learner.read(&six("rewritten")).contains("another number"));
}

#[test]
fn a_clean_clone_and_one_that_looks_elsewhere() {
    let two = Two::new();
    two.ship();
    git(two.learner.root(), &["remote", "remove", "origin"]);
    two.refuses(&[], &["does not know where it came from", "update --from"]);
    // From the folder in which the person stands.
    let folder = two.shipped.root().to_string_lossy().into_owned();
    two.update(&["--from", &folder]).expect(0, &["Updated."]).without("kept");
    assert_eq!(git(two.learner.root(), &["status", "--porcelain"]), "");
    two.update(&["--from"]).expect(2, &["--from"]);
    two.update(&["elsewhere"]).expect(2, &["does not know what to do with"]);
}

#[test]
fn answers_that_were_committed_are_kept_with_their_history() {
    for branch in [None, Some("mine")] {
        let two = Two::new();
        if let Some(branch) = branch {
            git(two.learner.root(), &["switch", "--quiet", "--no-track", "-c", branch]);
        }
        two.work();
        commit(two.learner.root(), "My answers");
        let mine = two.head();
        two.ship();
        two.update(&[]).expect(0, &["Your branch has commits of its own", "Updated."]);
        two.is_updated();
        let shipped = git(two.shipped.root(), &["rev-parse", "HEAD"]);
        assert_eq!(git(two.learner.root(), &["rev-parse", "HEAD^1", "HEAD^2"]), format!("{mine}\n{shipped}"));
        two.update(&[]).expect(0, &["This is the newest workbook that"]);
        // And once more, after the next answer.
        commit(two.learner.root(), "My answers, on the new tasks");
        two.shipped.write("README.md", "version 3\n");
        commit(two.shipped.root(), "Version 3");
        two.update(&[]).expect(0, &["Updated."]).without("kept/03-six");
        assert_eq!(two.learner.read("README.md"), "version 3\n");
        assert_eq!(git(two.learner.root(), &["status", "--porcelain"]), "");
    }
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() {
    let two = Two::new();
    two.ship();
    two.learner.write(&six("reworded"), &answered("reworded", 1));
    let root = two.learner.root();

    let hidden = two.shipped.root().with_extension("away");
    fs::rename(two.shipped.root(), &hidden).expect("a folder can be renamed");
    two.refuses(&[], &["cannot be reached", "Nothing was changed", "git fetch:"]);
    fs::rename(&hidden, two.shipped.root()).expect("a folder can be renamed");

    let nowhere = tempfile::tempdir().expect("a temporary folder");
    let ran = two.command(&[]).env("PATH", nowhere.path()).output().expect("the runner starts");
    Ran::of(ran).expect(3, &["git cannot be started", "Install it", "Nothing was changed"]);

    git(root, &["checkout", "--quiet", "--detach"]);
    two.refuses(&[], &["no branch is checked out", "git switch main"]);
    git(root, &["switch", "--quiet", "main"]);

    two.learner.write(".git/index.lock", "");
    let ran = two.update(&[]);
    ran.expect(3, &["another git is at work", ".git/index.lock", "remove that file"]);
    fs::remove_file(two.learner.path(".git/index.lock")).expect("it is there");

    git(root, &["add", &six("reworded")]);
    two.learner.write(&six("reworded"), &answered("reworded", 1).replace("41", "40"));
    two.refuses(
        &[],
        &["is staged in one version and in the folder in another", "git add exercises/03-six/reworded.rs"],
    );
    git(root, &["reset", "--quiet"]);

    for (file, what) in [("MERGE_HEAD", "a merge is half done"), ("CHERRY_PICK_HEAD", "a cherry-pick is half done")] {
        two.learner.write(&format!(".git/{file}"), &format!("{}\n", two.head()));
        two.refuses(&[], &[what, "--abort"]);
        fs::remove_file(two.learner.path(&format!(".git/{file}"))).expect("it is there");
    }

    two.learner.write("CHANGES.md/a_folder/that_is_in_the_way", "");
    two.refuses(&[], &["CHANGES.md is no file", "Move it away"]);
    fs::remove_dir_all(two.learner.path("CHANGES.md")).expect("it is there");

    let other = Fixture::new();
    git(other.root(), &["init", "--quiet"]);
    commit(other.root(), "Something else");
    two.refuses(&["--from", &other.root().to_string_lossy()], &["holds another project"]);

    #[cfg(unix)]
    {
        let link = two.learner.path("lessons/04");
        fs::create_dir(two.learner.path("lessons")).expect("the fixture can be written");
        std::os::unix::fs::symlink("../exercises", &link).expect("the fixture can be written");
        let words = ["lessons/04 is a link, and the new version has a folder of this name.", "Move it away"];
        two.update(&[]).expect(3, &words);
        fs::remove_file(link).expect("it is there");
    }

    two.update(&[]).expect(0, &["Updated."]);
}

/// An archive that was unpacked, alone or inside somebody's own repository.
#[test]
fn an_archive_is_no_clone() {
    let archive = Fixture::new();
    let words = ["no git clone", "git clone https://", ".workbook"];
    archive.run(&["update"]).expect(3, &words);
    git(archive.root(), &["init", "--quiet"]);
    let inside = archive.path("inside");
    fs::create_dir(&inside).expect("the folder can be written");
    for name in ["Cargo.toml", "exercises"] {
        fs::rename(archive.path(name), inside.join(name)).expect("it is there");
    }
    let mut command = archive.command(&["update"]);
    Ran::of(command.current_dir(&inside).output().expect("the runner starts")).expect(3, &words);
}

/// Git itself refuses: here, because the new version cannot be written.
#[cfg(unix)]
#[test]
fn where_git_fails_everything_is_as_it_was() {
    let two = Two::new();
    two.work();
    two.ship();
    // A git that does all but go forward.
    let shim = Shim::new("case \" $* \" in *' merge --ff-only '*) echo 'no space left' >&2; exit 1;; esac");
    let texts = || [SIX.map(|name| two.learner.read(&six(name))).concat(), two.learner.read("README.md")];
    let before = texts();
    let ran = Ran::of(shim.on(two.command(&[])).output().expect("the runner starts"));
    ran.expect(3, &["Your files are as they were", "no space left"]);
    assert_eq!(texts(), before);
    assert_eq!(two.learner.read("lessons"), "a file where a folder comes\n");
    assert_eq!(two.learner.read("CHANGES.md"), "my own list\n");
    two.update(&[]).expect(0, &["Updated."]);
    two.is_updated();
}

/// The update is killed each time before it would start a program: once at the first, once at the second, …
#[cfg(unix)]
#[test]
fn killed_anywhere_and_run_again_it_ends_well() {
    let template = Two::new();
    template.work();
    template.ship();
    let mut killed = 0;
    for step in 1.. {
        let two = Two { shipped: Fixture::empty(), learner: Fixture::empty() };
        let copied = Command::new("cp").arg("-a").arg(template.learner.path(".")).arg(two.learner.root()).status();
        assert!(copied.is_ok_and(|status| status.success()));
        let count = two.shipped.path("count");
        let shim = Shim::new(&format!(
            "n=$(cat {count:?} 2>/dev/null || echo 0); n=$((n + 1)); echo $n >{count:?}\nif [ $n -eq {step} ]; then kill -9 $PPID; exit 1; fi"
        ));
        let status = shim.on(two.command(&[])).output().expect("the runner starts").status;
        if status.success() {
            break;
        }
        assert_eq!(status.code(), None, "step {step}: it was killed");
        killed += 1;
        two.update(&[]).expect(0, &["Asking"]);
        two.is_updated();
    }
    assert!(killed > 20, "an update asks git more often than {killed} times");
}

/// Killed with the starters in the folder, and then the learner writes on before the next update.
#[cfg(unix)]
#[test]
fn what_is_written_while_an_update_lies_interrupted_is_kept_too() {
    for (when, head_moved) in [("merge --ff-only", false), ("merge-file", true)] {
        let two = Two::new();
        two.work();
        two.ship();
        let shim = Shim::new(&format!("case \" $* \" in *' {when} '*) kill -9 $PPID; exit 1;; esac"));
        let status = shim.on(two.command(&[])).output().expect("the runner starts").status;
        assert_eq!(status.code(), None);
        let again = starter("reworded", if head_moved { 2 } else { 1 }).replace("todo!(\"a number\")", "6 * 7");
        two.learner.write(&six("reworded"), &again);
        two.update(&[]).expect(0, &["03-six/reworded", "interrupted"]);
        assert!(two.learner.read(&six("reworded")).contains("6 * 7"), "{when}");
        let kept = files(&two.learner.path(".workbook/kept/03-six"));
        let texts: Vec<String> = kept.iter().map(|path| fs::read_to_string(path).expect("it is there")).collect();
        assert!(texts.contains(&answered("reworded", 1)), "{when}: {kept:?}");
    }
}

/// The first update was stopped with the starters in the folder, and the second one cannot keep anything aside.
#[cfg(unix)]
#[test]
fn the_only_copy_of_an_answer_is_never_written_over() {
    let two = Two::new();
    two.work();
    two.ship();
    let shim = Shim::new("case \" $* \" in *' merge --ff-only '*) kill -9 $PPID; exit 1;; esac");
    assert_eq!(shim.on(two.command(&[])).output().expect("the runner starts").status.code(), None);
    two.learner.write(&six("reworded"), &starter("reworded", 1).replace("todo!(\"a number\")", "6 * 7"));
    two.learner.write(".workbook/kept", "a file where the folder should be");
    two.update(&[]).expect(3, &["cannot be kept aside"]);
    let texts = files(&two.learner.path(".workbook")).into_iter().filter_map(|path| fs::read_to_string(path).ok());
    assert!(texts.into_iter().any(|text| text == answered("reworded", 1)), "the first answer is nowhere");
    // Once it can, both are there.
    fs::remove_file(two.learner.path(".workbook/kept")).expect("it is there");
    two.update(&[]).expect(0, &["03-six/reworded", "Updated."]);
    assert_eq!(two.learner.read(".workbook/kept/03-six/reworded.1.rs"), answered("reworded", 1));
    assert!(two.learner.read(&six("reworded")).contains("6 * 7"));
}

/// An editor saves by itself, at any moment. Here it is after the file was read and before git writes it.
#[cfg(unix)]
#[test]
fn what_is_saved_while_an_update_works_is_not_written_over() {
    let two = Two::new();
    two.work();
    two.ship();
    let blob = git(two.shipped.root(), &["rev-parse", &format!("HEAD:{}", six("reworded"))]);
    let saved = answered("reworded", 1).replace("41", "40");
    two.shipped.write("saved.rs", &saved);
    let (from, to) = (two.shipped.path("saved.rs"), two.learner.path(&six("reworded")));
    let shim = Shim::new(&format!("case \"$*\" in *'cat-file blob {blob}') cp {from:?} {to:?};; esac"));
    let ran = Ran::of(shim.on(two.command(&[])).output().expect("the runner starts"));
    ran.expect(3, &["exercises/03-six/reworded.rs was saved while the update was at work", "run it again"]);
    assert_eq!(two.learner.read(&six("reworded")), saved);
    assert_eq!(two.learner.read(&six("rewritten")), answered("rewritten", 1));
    assert!(!two.learner.path(".workbook/update").exists());
    two.update(&[]).expect(0, &["Updated."]);
    assert_eq!(two.learner.read(&six("reworded")), answered("reworded", 2).replace("41", "40"));
}

/// The same while git fails: all is put back, and nothing that was saved meanwhile is lost.
#[cfg(unix)]
#[test]
fn what_is_saved_while_git_fails_is_kept() {
    let two = Two::new();
    two.work();
    two.ship();
    let saved = answered("reworded", 1).replace("41", "40");
    two.shipped.write("saved.rs", &saved);
    let (from, to) = (two.shipped.path("saved.rs"), two.learner.path(&six("reworded")));
    let shim = Shim::new(&format!("case \" $* \" in *' merge --ff-only '*) cp {from:?} {to:?}; exit 1;; esac"));
    let ran = Ran::of(shim.on(two.command(&[])).output().expect("the runner starts"));
    ran.expect(3, &["Your files are as they were"]);
    assert_eq!(two.learner.read(&six("reworded")), answered("reworded", 1));
    assert_eq!(two.learner.read(".workbook/kept/03-six/reworded.1.rs"), saved);
}

/// What a learner sees who does not know that the update was stopped: starters where the answers were.
#[cfg(unix)]
#[test]
fn the_next_start_says_that_an_update_was_interrupted() {
    let two = Two::new();
    two.work();
    two.learner.run(&[]).expect(0, &[]).without("interrupted");
    two.ship();
    let shim = Shim::new("case \" $* \" in *' merge --ff-only '*) kill -9 $PPID; exit 1;; esac");
    assert_eq!(shim.on(two.command(&[])).output().expect("the runner starts").status.code(), None);
    let words = "An update was interrupted. What you wrote is safe: `cargo workbook update` finishes it";
    two.learner.run(&[]).expect(0, &[words]);
    two.update(&[]).expect(0, &["Updated."]);
    two.learner.run(&[]).expect(0, &[]).without("interrupted");
}

/// A `git` of the test's, first in the `PATH`.
#[cfg(unix)]
struct Shim(tempfile::TempDir);

#[cfg(unix)]
impl Shim {
    /// Runs the lines, then the real git.
    fn new(lines: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("git");
        let real = std::env::var("PATH").expect("there is a PATH");
        fs::write(&path, format!("#!/bin/sh\n{lines}\nPATH={real:?} exec git \"$@\"\n"))
            .expect("the folder can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        Self(folder)
    }

    fn on(&self, mut command: Command) -> Command {
        let path = std::env::var("PATH").expect("there is a PATH");
        command.env("PATH", format!("{}:{path}", self.0.path().display()));
        command
    }
}
