//! Watch, in a real pseudo-terminal.

#![cfg(unix)]

use std::{fs, path::Path};

use crate::support::{CLEARED, Fixture, GREET, RIGHT, greet, is_alive, script, terminal::Terminal, wait_until};

fn watch(fixture: &Fixture, size: (u16, u16)) -> Terminal {
    watch_with(fixture, &[], size)
}

fn watch_with(fixture: &Fixture, args: &[&str], size: (u16, u16)) -> Terminal {
    Terminal::open(Path::new(env!("CARGO_BIN_EXE_workbook")), args, fixture.root(), &CLEARED, size)
}

/// Code that never ends by itself, and says in a file which process it is.
fn endless(fixture: &Fixture, file: &str) -> String {
    let path = fixture.path(file);
    format!(
        "{{ let _ = name; std::fs::write({:?}, std::process::id().to_string()).unwrap(); loop {{ std::thread::park() }} }}",
        path
    )
}

fn id_in(fixture: &Fixture, file: &str) -> u32 {
    let path = fixture.path(file);
    wait_until(&format!("{file} is written"), || fs::read_to_string(&path).ok()?.parse().ok())
}

#[test]
fn from_the_first_screen_to_the_next_exercise() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (80, 24));
    let screen = terminal.wait_for("say hello to Ada");
    for words in
        ["Greet", "5 min", "0/2", "exercises/01-demo/greet.rs", "A model greets", "not started", "h hint", "q quit"]
    {
        assert!(screen.contains(words), "no {words:?} on\n{screen}");
    }
    assert!(terminal.cursor_is_hidden());

    fixture.greet("name.to_owned()");
    let screen = terminal.wait_for("does not say Hello");
    assert!(screen.contains("✗ The greeting is polite.") && !screen.contains("not started"), "{screen}");

    fixture.greet("nobody_knows_this()");
    terminal.wait_for("cannot find function `nobody_knows_this`");

    fixture.greet(RIGHT);
    let screen = terminal.wait_for("Passed");
    for words in [
        "1/2",
        "Read on: book, chapter 1.",
        "Our solution: The name goes into the text by `format!`.",
        "Press s for the solution",
        "Press n for the next exercise: Count.",
    ] {
        assert!(screen.contains(words), "no {words:?} on\n{screen}");
    }
    terminal.press("n");
    terminal.wait_for("the numbers from 1 to 3");

    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    let screen = terminal.wait_for("`cargo workbook` goes on here.");
    assert!(screen.contains("the numbers from 1 to 3"), "the last verdict stays:\n{screen}");
    assert!(!terminal.cursor_is_hidden());
}

/// A teacher says "lesson 1": it begins with the first exercise of it that is left.
#[test]
fn a_lesson_to_begin_with() {
    let fixture = Fixture::new();
    fixture.write(".workbook/progress.txt", "01-demo/greet passed\n");
    for (lesson, file) in [("01", "exercises/01-demo/count.rs"), ("more", "exercises/02-more/count.rs")] {
        let mut terminal = watch_with(&fixture, &[lesson], (80, 24));
        terminal.wait_for(file);
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0);
    }
}

#[test]
fn keys_turn_pages() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("say hello to Ada");
    terminal.press("h");
    terminal.wait_for("Hint 1 of 3");
    terminal.press("h");
    terminal.wait_for("Hint 2 of 3");
    terminal.press("\u{1b}");
    terminal.wait_for("say hello to Ada");
    terminal.press("?");
    terminal.wait_for("Keys work at all times");
    terminal.press("t");
    terminal.wait_for("no call was started");
    terminal.press("s");
    terminal.wait_for("solution 01-demo/greet --spoil");
    terminal.press("p");
    terminal.wait_for("This is the first exercise.");
    terminal.press("l");
    terminal.wait_for("› – greet");
    terminal.press("jj\r");
    terminal.wait_for("exercises/02-more/count.rs");
    terminal.press("n");
    terminal.wait_for("This is the last exercise.");
    terminal.press("p");
    terminal.wait_for("exercises/01-demo/count.rs");
    terminal.press("\u{4}");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.wait_for("`cargo workbook 01-demo/count` goes on here.");
}

#[test]
fn the_solution_opens_after_a_pass() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("Passed");
    terminal.press("s");
    let screen = terminal.wait_for("solutions/01-demo/greet.rs");
    assert!(screen.contains("format!(\"Hello, {name}!\")") && !screen.contains("mod checks"), "{screen}");
    terminal.press("t");
    terminal.wait_for("1.0 s");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.wait_for("`cargo workbook` goes on with 01-demo/count.");
}

#[test]
fn keys_are_answered_while_a_check_runs() {
    let fixture = Fixture::new();
    fixture.greet(&endless(&fixture, "id"));
    let mut terminal = watch(&fixture, (80, 24));
    let check = id_in(&fixture, "id");
    terminal.wait_for("checking");
    terminal.press("h");
    terminal.wait_for("Hint 1 of 3");
    terminal.press("l");
    terminal.wait_for("› – greet");
    assert!(is_alive(check), "the check runs all the time");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    wait_until("the check is gone", || (!is_alive(check)).then_some(()));
}

#[test]
fn a_new_save_kills_the_check_that_runs() {
    let fixture = Fixture::new();
    fixture.greet(&endless(&fixture, "first"));
    let mut terminal = watch(&fixture, (80, 24));
    let first = id_in(&fixture, "first");
    fixture.greet(&endless(&fixture, "second"));
    let second = id_in(&fixture, "second");
    wait_until("the first check is gone", || (!is_alive(first)).then_some(()));
    fixture.greet(RIGHT);
    terminal.wait_for("Passed");
    wait_until("the second check is gone", || (!is_alive(second)).then_some(()));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn every_way_to_save_is_seen() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("say hello to Ada");

    // Beside it, then renamed over it: vim, helix, JetBrains.
    fixture.write("exercises/01-demo/.greet.rs.swp", "swap file");
    fixture.write("exercises/01-demo/4913", "vim asks whether it may write here");
    fs::remove_file(fixture.path("exercises/01-demo/4913")).expect("it is there");
    fixture.write("exercises/01-demo/greet.rs.new", &greet("name.to_owned()"));
    fs::rename(fixture.path("exercises/01-demo/greet.rs.new"), fixture.path(GREET)).expect("it is there");
    terminal.wait_for("does not say Hello");

    // The old one moved away, a new one written.
    fs::rename(fixture.path(GREET), fixture.path("exercises/01-demo/greet.rs~")).expect("it is there");
    fixture.greet("\"Hello\".to_owned()");
    terminal.wait_for("no name in it");

    // Emptied, then written in parts.
    let text = greet(RIGHT);
    fixture.write(GREET, "");
    fixture.write(GREET, &text[..text.len() / 2]);
    fixture.write(GREET, &text);
    terminal.wait_for("Passed");

    fs::remove_file(fixture.path(GREET)).expect("it is there");
    terminal.wait_for("is gone. Save it again");
    terminal.press("xy");
    terminal.wait_for("say hello to Ada");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn reset_asks_first() {
    let fixture = Fixture::new();
    let mine = greet("name.to_owned()");
    fixture.write(GREET, &mine);
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("does not say Hello");
    terminal.press("x");
    terminal.wait_for("Put the starter of 01-demo/greet back?");
    terminal.press("n");
    terminal.wait_for("does not say Hello");
    assert_eq!(fixture.read(GREET), mine);
    terminal.press("xy");
    terminal.wait_for(".workbook/kept/01-demo/greet.1.rs");
    terminal.wait_for("say hello to Ada");
    assert_eq!(fixture.read(".workbook/kept/01-demo/greet.1.rs"), mine);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn control_c_ends_it_with_130_and_a_working_terminal() {
    let fixture = Fixture::new();
    fixture.write(".workbook/progress.txt", "02-more/count passed\n");
    fixture.greet(&endless(&fixture, "id"));
    let mut terminal = watch(&fixture, (80, 24));
    let check = id_in(&fixture, "id");
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_end(), 130);
    wait_until("the check is gone", || (!is_alive(check)).then_some(()));
    terminal.wait_for("goes on here.");
    assert!(!terminal.cursor_is_hidden());
    assert_eq!(fixture.read(".workbook/progress.txt"), "02-more/count passed\n");
}

/// The shell asks the terminal before and after: both answers are the same if everything was restored.
#[test]
fn the_terminal_is_as_before_after_quit_interrupt_and_termination() {
    let fixture = Fixture::new();
    let runner = env!("CARGO_BIN_EXE_workbook");
    let script = format!(
        "stty -g > before; {runner}; echo quit $?; read go; stty -g > after1; {runner}; echo interrupt $?; read go; stty -g > after2; \
         {runner} & echo $! > id; wait $!; stty -g > after3; echo the end"
    );
    let script = script.replace(
        &format!("{runner} & echo $! > id; wait $!"),
        &format!("sh -c 'echo $$ > id; exec {runner}'; echo terminated $?"),
    );
    let mut terminal = Terminal::open(Path::new("/bin/sh"), &["-c", &script], fixture.root(), &CLEARED, (80, 24));
    terminal.wait_for("say hello to Ada");
    terminal.press("q");
    terminal.wait_for("quit 0");
    terminal.press("\n");
    terminal.wait_for("h hint");
    terminal.press("\u{3}");
    terminal.wait_for("interrupt 130");
    terminal.press("\n");
    terminal.wait_for("h hint");
    let id = id_in_text(&fixture, "id");
    let status = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill is there");
    assert!(status.success());
    terminal.wait_for("terminated 143");
    terminal.wait_for("the end");
    assert_eq!(terminal.wait_for_end(), 0);
    let before = fixture.read("before");
    for after in ["after1", "after2", "after3"] {
        assert_eq!(fixture.read(after), before, "{after}");
    }
}

fn id_in_text(fixture: &Fixture, file: &str) -> String {
    wait_until("the id is written", || Some(fixture.read(file).trim().to_owned()).filter(|id| !id.is_empty()))
}

#[test]
fn forty_columns_lose_no_word() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (40, 24));
    let screen = terminal.wait_for("say hello to Ada");
    for words in
        ["Greet", "0/2", "exercises/01-demo/greet.rs", "A model greets its user by name.", "not started", "q quit"]
    {
        assert!(support_filled(&screen).contains(words), "no {words:?} on\n{screen}");
    }
    fixture.greet("\"Hello\".to_owned()");
    terminal.wait_for("the greeting has no name in it");
    terminal.resize(80, 30);
    let screen = terminal.wait_for("l list ? help q quit");
    assert!(screen.contains("no name in it"), "{screen}");
    terminal.resize(30, 10);
    terminal.wait_for("more (↑ ↓)");
    terminal.press("          ");
    terminal.wait_for("the end");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

fn support_filled(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn plain_draws_over_nothing_and_uses_ascii() {
    let fixture = Fixture::new();
    let mut terminal = watch_with(&fixture, &["--plain"], (80, 40));
    terminal.wait_for("say hello to Ada");
    fixture.greet("\"Hello\".to_owned()");
    let screen = terminal.wait_for("no name in it");
    assert!(screen.contains("say hello to Ada") && screen.is_ascii(), "the state before is still there:\n{screen}");
    assert!(!terminal.cursor_is_hidden());
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn progress_that_cannot_be_saved_is_said_once() {
    let fixture = Fixture::new();
    fixture.write(".workbook", "a file where the folder should be");
    fixture.greet(RIGHT);
    let mut terminal = watch(&fixture, (80, 24));
    let screen = terminal.wait_for("Your progress is not saved");
    assert!(screen.contains("Passed") && screen.contains("1/2"), "{screen}");
    terminal.press("r");
    terminal.wait_until("the verdict without the warning", |screen| {
        screen.contains("Passed") && !screen.contains("not saved")
    });
    terminal.press("n");
    terminal.wait_for("the numbers from 1 to 3");
    // It counts as long as the runner runs, and so do hints that were shown.
    terminal.press("hh");
    terminal.wait_for("Hint 2 of 3");
    terminal.press("xy");
    let screen = terminal.wait_for("The starter is back.");
    assert!(screen.contains("1/2"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Closing the window must end the runner, not leave it running where nobody sees it.
#[test]
fn a_closed_terminal_ends_it_and_its_check() {
    let fixture = Fixture::new();
    fixture.greet(&endless(&fixture, "id"));
    let terminal = watch(&fixture, (80, 24));
    let check = id_in(&fixture, "id");
    let runner = terminal.id();
    terminal.close();
    wait_until("the runner is gone", || (!is_alive(runner)).then_some(()));
    wait_until("the check is gone", || (!is_alive(check)).then_some(()));
}

#[test]
fn colour_is_there_unless_it_is_unwanted() {
    let fixture = Fixture::new();
    let runner = Path::new(env!("CARGO_BIN_EXE_workbook"));
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("say hello to Ada");
    assert!(terminal.has_colour());
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    let script = format!("NO_COLOR=1 {}", runner.display());
    let mut terminal = Terminal::open(Path::new("/bin/sh"), &["-c", &script], fixture.root(), &CLEARED, (80, 24));
    let screen = terminal.wait_for("say hello to Ada");
    assert!(!terminal.has_colour() && screen.contains('▱'), "no colour, and all characters:\n{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn the_task_and_the_checks_are_a_key_away() {
    let fixture = Fixture::new();
    fixture.greet("name.to_owned()");
    let mut terminal = watch(&fixture, (80, 30));
    let screen = terminal.wait_for("does not say Hello");
    assert!(screen.contains("A model greets its user by name."), "who comes here sees the task first:\n{screen}");
    fixture.greet("let name = name; name.to_owned()");
    let screen = terminal.wait_for(": checked");
    let saved = screen.lines().find(|line| line.contains(": checked")).expect("it was waited for");
    let shape: String = saved.trim().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "save 0, 00:00:00: checked", "{saved}");
    assert!(screen.contains("does not say Hello") && !screen.contains("A model greets"), "{screen}");
    assert!(screen.contains("Read: book, chapter 1 (press b). The task: d."), "{screen}");
    terminal.press("d");
    terminal.wait_for("A model greets its user by name.");
    terminal.press("c");
    terminal.wait_for("✓ Another name gets another greeting.");
    terminal.press("b");
    terminal.wait_for("book/read/01-demo.md");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn keys_that_mean_nothing_do_nothing_and_pasted_text_is_no_keys() {
    let fixture = Fixture::new();
    let mine = greet("name.to_owned()");
    fixture.write(GREET, &mine);
    let mut terminal = watch(&fixture, (80, 40));
    terminal.wait_for("does not say Hello");
    terminal.press("\u{1b}[200~let proxy = 1;\r\u{1b}[201~?");
    terminal.wait_for("Keys work at all times");
    terminal.press("zZ9~\r");
    terminal.press("x");
    let screen = terminal.wait_for("Put the starter of 01-demo/greet back?");
    assert!(!screen.contains("Keys work"), "{screen}");
    terminal.press("zq");
    terminal.press("\u{1b}");
    terminal.wait_for("does not say Hello");
    assert_eq!(fixture.read(GREET), mine);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn the_last_hint_offers_no_other_and_pages_after_a_compile_error_say_what_they_speak_of() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("say hello to Ada");
    terminal.press("hhh");
    let screen = terminal.wait_for("Hint 3 of 3");
    assert!(!screen.contains("next hint"), "{screen}");
    fixture.greet("nobody_knows_this()");
    terminal.wait_for("cannot find function");
    terminal.press("h");
    terminal.wait_for("This is about the run before.");
    terminal.press("t");
    terminal.wait_for("This is the run before.");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn a_save_of_another_exercise_offers_to_go_there() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("say hello to Ada");
    let count = fixture.read("exercises/02-more/count.rs");
    fixture.write("exercises/02-more/count.rs", &(count + "\n"));
    terminal.wait_for("You saved exercises/02-more/count.rs. Press g to go there.");
    terminal.press("g");
    terminal.wait_until("the other exercise", |screen| {
        screen.lines().nth(1).is_some_and(|line| line.contains("exercises/02-more/count.rs"))
    });
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn five_rows_show_the_first_line_of_the_verdict() {
    let fixture = Fixture::new();
    fixture.greet("name.to_owned()");
    let mut terminal = watch(&fixture, (20, 5));
    let screen = terminal.wait_for("wrong");
    assert!(screen.starts_with("Greet") && screen.trim_end().ends_with(" more (↑ ↓)"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// A shell with job control, as a person has it.
#[test]
fn the_shell_has_its_turn_and_gives_the_screen_back() {
    let fixture = Fixture::new();
    let script = format!(
        "set -m; {}; stty -a | grep -o -- '-icanon'; echo stopped; read go; clear; fg; echo the end",
        env!("CARGO_BIN_EXE_workbook")
    );
    let mut terminal = Terminal::open(Path::new("/bin/sh"), &["-c", &script], fixture.root(), &CLEARED, (80, 24));
    terminal.wait_for("say hello to Ada");
    terminal.press("\u{1a}");
    let screen = terminal.wait_for("stopped");
    assert!(!screen.contains("-icanon"), "the shell's terminal is its own:\n{screen}");
    assert!(!terminal.cursor_is_hidden());
    terminal.press("\n");
    terminal.wait_for("say hello to Ada");
    terminal.press("?");
    terminal.wait_for("Keys work at all times");
    terminal.press("q");
    terminal.wait_for("the end");
}

/// The runner leads the session of its terminal here, as in a container or a window of tmux: nobody could let it go on, so the
/// system does not stop it.
#[test]
fn where_no_shell_has_started_it_control_z_draws_the_screen_again() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("say hello to Ada");
    // Only what differs is drawn, and the head of this page is the same.
    terminal.press("\u{1a}?");
    let screen = terminal.wait_for("Keys work at all times");
    assert!(screen.contains(GREET), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    let mut terminal = watch_with(&fixture, &["--plain"], (80, 60));
    terminal.wait_for("say hello to Ada");
    terminal.press("\u{1a}");
    terminal.wait_until("the state once more", |screen| screen.matches("say hello to Ada").count() == 2);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Where no browser runs yet, what opens the page may be the browser itself.
#[test]
fn a_browser_that_stays_open_holds_up_nothing() {
    let fixture = Fixture::new();
    fixture.write("book/book/01-demo.html", "");
    let opener = |text: &str| ["xdg-open", "open"].map(|name| script(&fixture.path("bin").join(name), text));
    // It ends with the test, whose folder then goes.
    let folder = fixture.root().display();
    opener(&format!(
        "printf %s $$ > {folder}/new && mv {folder}/new {folder}/id; while [ -e {folder} ]; do sleep 0.1; done"
    ));
    let start = format!("PATH='{folder}/bin':\"$PATH\" exec {}", env!("CARGO_BIN_EXE_workbook"));
    let mut terminal = Terminal::open(Path::new("/bin/sh"), &["-c", &start], fixture.root(), &CLEARED, (80, 24));
    terminal.wait_for("say hello to Ada");
    terminal.press("b");
    terminal.wait_for("The page opens in your browser.");
    let browser = id_in(&fixture, "id");
    terminal.press("?");
    terminal.wait_for("Keys work at all times");
    let group = std::process::Command::new("ps").args(["-o", "pgid=", "-p", &browser.to_string()]).output();
    let group = String::from_utf8(group.expect("ps is there").stdout).expect("a number");
    assert_eq!(group.trim(), browser.to_string(), "a signal to the runner's group is not for the browser");
    opener("exit 3");
    terminal.press("\u{1b}b");
    let screen = terminal.wait_for("No browser could be started from here. The page:");
    assert!(!screen.contains("opens in your browser"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(is_alive(browser), "it goes on");
}

/// Emacs' shell, for example.
#[test]
fn a_dumb_terminal_gets_no_escapes() {
    let fixture = Fixture::new();
    let start = format!("TERM=dumb exec {}", env!("CARGO_BIN_EXE_workbook"));
    let mut terminal = Terminal::open(Path::new("/bin/sh"), &["-c", &start], fixture.root(), &CLEARED, (80, 40));
    terminal.wait_for("say hello to Ada");
    fixture.greet("\"Hello\".to_owned()");
    let screen = terminal.wait_for("no name in it");
    assert!(screen.contains("say hello to Ada") && screen.is_ascii(), "the state before is still there:\n{screen}");
    assert!(!terminal.cursor_is_hidden() && !terminal.has_colour() && !terminal.marks_what_is_pasted());
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// A clone that was made while the clock was wrong. The runner itself gives such files the present time.
#[test]
fn another_time_alone_is_no_save() {
    let fixture = Fixture::new();
    let tomorrow = std::time::SystemTime::now() + std::time::Duration::from_secs(86400);
    let file = fs::File::options().write(true).open(fixture.path("exercises/01-demo/count.rs"));
    file.and_then(|file| file.set_modified(tomorrow)).expect("it is ours");
    let mut terminal = watch(&fixture, (80, 24));
    terminal.wait_for("say hello to Ada");
    // What follows the other file has been looked at.
    fixture.write("exercises/02-more/count.rs", &(fixture.read("exercises/02-more/count.rs") + "\n"));
    let screen = terminal.wait_for("Press g to go there.");
    assert!(screen.contains("You saved exercises/02-more/count.rs"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// The answers are not where they were written: a start that shows starters says where they are.
#[test]
fn a_start_after_an_interrupted_update_says_so() {
    let fixture = Fixture::new();
    fixture.write(".workbook/update/plan.txt", "base 1\nfrom 1\nto 2\nfile exercises/01-demo/greet.rs\n");
    let terminal = watch(&fixture, (80, 24));
    terminal.wait_for("An update was interrupted. What you wrote is safe: `cargo workbook update` finishes it");
}

/// The first start has nothing to compare with, so it says nothing of news.
#[test]
fn a_start_after_an_update_says_what_is_new() {
    let fixture = Fixture::new();
    let mut terminal = watch(&fixture, (80, 24));
    assert!(!terminal.wait_for("say hello to Ada").contains("New since"));
    terminal.press("q");
    wait_until("the exercises are remembered", || fs::read(fixture.path(".workbook/exercises.txt")).ok());
    fixture.edit(".workbook/exercises.txt", "01-demo/count\n", "");
    let terminal = watch(&fixture, (80, 24));
    terminal.wait_for("New since your last start: 01-demo/count.");
}
