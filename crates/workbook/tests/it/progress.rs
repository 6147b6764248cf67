//! Progress on a disk that is broken in every way we could think of: the verdict is shown, nothing is lost.

#[cfg(target_os = "linux")]
use std::fs;

use crate::support::{Fixture, RIGHT};

#[test]
fn garbage_in_the_progress_file_is_kept_aside() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let broken = "02-more/count passed\n99-later/new passed starred\n%%%% half a li";
    fixture.write(".workbook/progress.txt", broken);
    fixture
        .run(&["list"])
        .expect(0, &["✓ count", "warning: .workbook/progress.txt has 1 line that cannot be understood"]);
    assert_eq!(fixture.read(".workbook/progress.txt"), broken, "reading changes nothing");
    fixture.run(&["check", "greet"]).expect(0, &["Passed"]);
    assert_eq!(fixture.read(".workbook/kept/progress.1.txt"), broken);
    let progress = fixture.read(".workbook/progress.txt");
    for line in ["01-demo/greet passed\n", "02-more/count passed\n", "99-later/new passed starred\n"] {
        assert!(progress.contains(line), "{line} is not in\n{progress}");
    }
    fixture.run(&["list"]).expect(0, &[]).without("warning");
}

#[test]
fn progress_that_cannot_be_saved_changes_no_verdict() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    fixture.write(".workbook", "a file where the folder should be");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(0, &["Passed", "warning: Your progress is not saved"]);
    assert_eq!(ran.stderr.matches("warning").count(), 2, "one for reading, one for writing: {ran}");
    fixture.run(&["check", "01-demo"]).expect(1, &["1 of 2 passed", "not saved"]);
    fixture.run(&["hint", "greet"]).expect(0, &["Hint 1 of 3", "not saved"]);
}

/// Root may write everywhere, so as root the folder is one of the kernel's, in which nobody can create a file.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_changes_no_verdict() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let state = fixture.path(".workbook");
    fs::create_dir(&state).expect("the fixture can be written");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o555)).expect("it is ours");
    if fs::write(state.join("probe"), "").is_ok() {
        fs::remove_dir_all(&state).expect("it is ours");
        symlink("/proc/self", &state).expect("the fixture can be written");
    }
    fixture.run(&["check", "greet"]).expect(0, &["Passed", "not saved"]);
    fixture.run(&["hint", "greet"]).expect(0, &["Hint 1 of 3", "not saved"]);
    fixture.run(&["list"]).expect(0, &["– greet"]);
    fixture.run(&["reset", "greet"]).expect(3, &["so it was not reset"]);
}

/// No file may grow beyond nothing: for a program that writes, the same as a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    let fixture = Fixture::new();
    let before = "01-demo/greet passed\n";
    fixture.write(".workbook/progress.txt", before);
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" hint greet";
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script, env!("CARGO_BIN_EXE_workbook")]).current_dir(fixture.root());
    // A pipe has no size: what is printed arrives.
    let ran = crate::support::Ran::of(command.output().expect("bash is there"));
    ran.expect(0, &["Hint 1 of 3", "not saved"]);
    assert_eq!(fixture.read(".workbook/progress.txt"), before);
    let left: Vec<_> =
        fs::read_dir(fixture.path(".workbook")).expect("it is there").flatten().map(|e| e.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}

#[test]
fn a_starter_that_is_only_looked_at_leaves_no_mark() {
    let fixture = Fixture::new();
    fixture.run(&["list"]).expect(0, &[]);
    fixture.run(&[]).expect(0, &[]);
    assert!(!fixture.path(".workbook").exists());
}

/// Each reads the file, and each has something to add: nothing of it may be lost.
#[test]
fn many_runners_at_once_lose_no_tick() {
    use workbook::{catalogue::workspace::Workspace, memory::progress::Store};

    let fixture = Fixture::new();
    let store = Store::new(&Workspace { root: fixture.root().to_owned() });
    for round in 0..50 {
        let id = format!("01-demo/round_{round}");
        let barrier = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            let (store, id, barrier) = (&store, &id, &barrier);
            scope.spawn(move || {
                barrier.wait();
                store.update(id, |entry| entry.passed = true).expect("the disk can be written");
            });
            scope.spawn(move || {
                barrier.wait();
                store.update(id, |entry| entry.hints += 1).expect("the disk can be written");
            });
        });
        let entry = store.read().0.entry(&id);
        assert_eq!((entry.passed, entry.hints), (true, 1), "round {round}");
    }
}

/// An update by git says nothing itself: the next start does, once, and only what was not there before.
#[test]
fn the_first_start_after_an_update_says_what_is_new_once() {
    let fixture = Fixture::new();
    fixture.greet(crate::support::RIGHT);
    fixture.run(&["check", "greet"]).expect(0, &[]);
    fixture.run(&[]).expect(0, &[]).without("New since");
    let arrives = |names: &[&str]| {
        for name in names {
            let target = format!("[[test]]\nname = \"{name}\"\npath = \"{name}.rs\"\n\n[lints.rust]");
            fixture.edit("exercises/01-demo/Cargo.toml", "[lints.rust]", &target);
            fixture.write(&format!("exercises/01-demo/{name}.rs"), &fixture.read("exercises/01-demo/count.rs"));
        }
    };
    arrives(&["farewell", "apology"]);
    // A command says what it was asked, and nothing about news.
    fixture.run(&["list"]).expect(0, &[]).without("New since");
    fixture.run(&[]).expect(0, &["New since your last start: 01-demo/farewell, 01-demo/apology."]);
    fixture.run(&[]).expect(0, &[]).without("New since");
    arrives(&["one", "two", "three", "four"]);
    fixture
        .run(&[])
        .expect(0, &["New since your last start: 4 exercises: 01-demo/one, 01-demo/two, 01-demo/three and", "1 more"]);
    fixture.run(&[]).expect(0, &[]).without("New since");
}
