//! `cargo workbook book --live`: what a browser sees of it, over a plain connection.
//!
//! Nothing here waits for a fixed time: a test reads the stream until a state is there, and fails after a time that no healthy
//! machine needs.

#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::support::{CLEARED, Fixture, GREET, RIGHT, is_alive, script, terminal::Terminal, wait_until};

/// A fixture with a book that is built already, and an mdbook that has nothing left to do.
fn with_book() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("book/book.toml", "");
    fixture.write("book/book/index.html", "<h1>The book</h1>");
    fixture.write("book/book/01-demo.html", "<h1>The chapter</h1>");
    script(&fixture.path("bin/mdbook"), "if [ $1 = --version ]; then echo mdbook v0.5.9; fi");
    fixture
}

/// The runner without a terminal. It ends with the test, whatever happens.
struct Runner {
    child: Child,
    lines: BufReader<ChildStdout>,
    /// `127.0.0.1:40000`
    host: String,
}

impl Runner {
    fn start(fixture: &Fixture, args: &[&str]) -> Self {
        Self::of(command(fixture, args))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("it prints where the page is");
        let host = host_in(&line).unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { child, lines, host }
    }

    fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(kill.expect("kill is there").success());
    }

    fn exit_code(&mut self) -> Option<i32> {
        wait_until("it ends", || self.child.try_wait().expect("it was started")).code()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(fixture: &Fixture, args: &[&str]) -> Command {
    let mut command = fixture.command(&["book", "--live", "--no-open"]);
    command.args(args).env("PATH", fixture.path_without("mdbook")).stdin(Stdio::null());
    command
}

/// `127.0.0.1:40000` in `The live page: http://127.0.0.1:40000/live/`
fn host_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("http://")?;
    rest.split_once("/live/").map(|(host, _)| host.to_owned())
}

fn request(host: &str, path: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(90))).expect("a limit");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("it reads");
    BufReader::new(stream)
}

fn get(host: &str, path: &str) -> String {
    std::io::read_to_string(request(host, path)).expect("it answers and ends")
}

/// A browser's view of the stream.
struct Page {
    stream: BufReader<TcpStream>,
    state: Value,
}

impl Page {
    fn open(host: &str) -> Self {
        let mut page = Self { stream: request(host, "/live/events"), state: Value::Null };
        while !page.line().is_empty() {}
        page
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap_or_else(|error| panic!("{error} after {}", self.state));
        assert!(!line.is_empty(), "the stream ended after {}", self.state);
        line.trim_end_matches(['\r', '\n']).to_owned()
    }

    /// The next event: its name and its data.
    fn event(&mut self) -> (String, String) {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let line = self.line();
            match line.split_once(": ") {
                Some(("event", value)) => name = value.to_owned(),
                Some(("data", value)) => data = value.to_owned(),
                // A heartbeat, a number, or how soon to come again.
                Some(_) => {}
                None if line.is_empty() && !data.is_empty() => return (name, data),
                None => assert!(line.is_empty(), "no field: {line:?}"),
            }
        }
    }

    /// Reads states until one is as it should be.
    fn wait_for(&mut self, what: &str, holds: impl Fn(&Value) -> bool) -> &Value {
        loop {
            let (name, data) = self.event();
            assert_eq!(name, "state", "{what} never came; the last state: {}", self.state);
            self.state = serde_json::from_str(&data).expect("a state is JSON");
            if holds(&self.state) {
                return &self.state;
            }
        }
    }

    /// The verdict on the save with this number.
    fn verdict(&mut self, save: u64) -> &Value {
        let state = self.wait_for(&format!("a verdict on save {save}"), |state| {
            state["running"].is_null() && state["report"]["save"] == save
        });
        &state["report"]
    }
}

#[test]
fn the_verdict_follows_each_save_on_every_page() {
    let fixture = with_book();
    let mut runner = Runner::start(&fixture, &[]);
    let mut page = Page::open(&runner.host);
    let report = page.verdict(0);
    assert_eq!((&report["outcome"], &report["checks"][0]["state"]), (&"not started".into(), &"failed".into()));
    let exercise = &page.state["exercise"];
    assert_eq!((&exercise["id"], &exercise["title"]), (&"01-demo/greet".into(), &"Greet".into()));
    assert!(exercise["task"][0].as_str().is_some_and(|task| task.starts_with("A model greets its user by name. ")));
    assert_eq!(page.state["chapter"]["address"], "/01-demo.html");

    // The check goes on for as long as the test wants to look at it.
    let go = fixture.path("go");
    fixture.greet(&format!(
        "while !std::path::Path::new({go:?}).exists() {{ std::thread::yield_now() }} println!(\"<b>{{name}}</b>\"); name.to_owned()"
    ));
    let state =
        page.wait_for("a check of save 1", |state| state["running"]["stage"] == "checking" && state["saves"] == 1);
    assert_eq!((&state["report"]["save"], &state["running"]["checks"][0]["state"]), (&0.into(), &"running".into()));
    fixture.write("go", "");
    let report = page.verdict(1);
    assert_eq!((&report["outcome"], &report["passed"]), (&"wrong".into(), &false.into()));
    assert!(report["headline"].as_str().is_some_and(|words| words.contains("does not say Hello")), "{report}");
    assert_eq!(report["printed"]["lines"], "<b>Ada</b>");
    assert!(page.state["after"].is_null());

    // Who comes in the middle, or again, sees it whole.
    let mut other = Page::open(&runner.host);
    assert_eq!(other.verdict(1)["outcome"], "wrong");

    fixture.greet(RIGHT);
    for page in [&mut page, &mut other] {
        let report = page.verdict(2);
        assert_eq!((&report["outcome"], &report["passed"]), (&"passed".into(), &true.into()));
        assert!(report["picture"]["svg"].as_str().is_some_and(|svg| svg.starts_with("<svg ")), "{report}");
        assert!(page.state["after"]["solution"].as_str().is_some_and(|text| text.contains("format!")));
        assert_eq!(page.state["after"]["next"]["file"], "exercises/01-demo/count.rs");
    }

    // Nobody presses keys here: the next exercise is the one whose file is saved.
    fixture.edit("exercises/01-demo/count.rs", "todo!(\"the numbers from 1 to {n}\")", "(1..=n).collect()");
    let state = page.wait_for("the other exercise", |state| {
        state["exercise"]["id"] == "01-demo/count" && state["report"]["passed"] == true
    });
    assert_eq!(state["exercise"]["done"], 2);

    runner.signal("TERM");
    while page.event() != ("end".to_owned(), "{}".to_owned()) {}
    assert_eq!(runner.exit_code(), Some(143));
    TcpListener::bind(&runner.host).expect("the port is free");
    let mut more = String::new();
    runner.lines.read_line(&mut more).expect("it ended");
    assert_eq!(more, "", "one line, and no more");
    assert!(fixture.read(".workbook/progress.txt").contains("01-demo/greet passed"));
}

#[test]
fn the_two_runs_are_on_the_page_and_what_the_check_says_in_parts() {
    let fixture = with_book();
    let run = |from: u32, to: u32| {
        format!(
            r#"{{{{"title":"","lanes":[{{{{"name":"<b>atlas","spans":[{{{{"kind":"waiting","from":{from},"to":{to}}}}}]}}}}]}}}}"#
        )
    };
    fixture.edit(
        "stand_in.rs",
        r#""yours":null,"expected":null,"place""#,
        &format!(
            r#""yours":{},"expected":{},"parts":[{{{{"name":"saw","words":"one & two"}}}}],"place""#,
            run(0, 2_000_000_000),
            run(0, 1_000_000_000)
        ),
    );
    fixture.greet("name.to_owned()");
    let runner = Runner::start(&fixture, &["greet"]);
    let mut page = Page::open(&runner.host);
    let report = page.verdict(0);
    assert_eq!(report["parts"], serde_json::json!([{ "name": "saw", "words": "one & two" }]));
    assert_eq!(report["text"], Value::Null, "the parts say it");
    let svg = report["picture"]["svg"].as_str().expect("a picture");
    assert_eq!(svg.matches("<g class=\"run\"").count(), 2, "yours and the expected one: {svg}");
    assert!(svg.contains("&lt;b&gt;atlas") && !svg.contains("<b>"), "names are texts: {svg}");
    assert!(report["picture"]["text"].as_str().is_some_and(|text| text.contains("≠")), "{report}");
}

#[test]
fn the_book_is_served_and_nothing_beside_it() {
    let fixture = with_book();
    fixture.write("book/secret.txt", "secret");
    let runner = Runner::start(&fixture, &[]);
    assert!(get(&runner.host, "/01-demo.html#section").ends_with("<h1>The chapter</h1>"));
    let page = get(&runner.host, "/live/");
    assert!(page.contains("script-src 'self';") && page.contains("<script src=\"live.js\""), "{page}");
    for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/nothing.html"] {
        assert!(get(&runner.host, path).starts_with("HTTP/1.1 404 "), "{path}");
    }
}

#[test]
fn the_terminal_stays_as_it_is_and_the_page_goes_along() {
    let fixture = with_book();
    let script = format!(
        "PATH='{}' exec {} book --live --no-open",
        fixture.path_without("mdbook"),
        env!("CARGO_BIN_EXE_workbook")
    );
    let mut terminal = Terminal::open(Path::new("/bin/sh"), &["-c", &script], fixture.root(), &CLEARED, (80, 30));
    let screen = terminal.wait_for("not started");
    assert!(screen.contains("exercises/01-demo/greet.rs") && screen.contains("h hint"), "{screen}");
    let host = host_in(&screen).unwrap_or_else(|| panic!("no address on\n{screen}"));
    let mut page = Page::open(&host);
    page.verdict(0);
    assert_eq!(page.state["has_keys"], true);

    terminal.press("h");
    terminal.wait_for("Hint 1 of 3");
    let state = page.wait_for("the hint", |state| state["hint"].is_string());
    assert!(state["hint"].as_str().is_some_and(|hint| hint.starts_with("Hint 1 of 3\n") && !hint.contains('\u{1b}')));

    fixture.greet(RIGHT);
    terminal.wait_for("Passed");
    assert_eq!(page.verdict(1)["outcome"], "passed");
    terminal.press("n");
    terminal.wait_for("the numbers from 1 to 3");
    page.wait_for("the next exercise", |state| state["exercise"]["id"] == "01-demo/count");

    terminal.press("q");
    while page.event().0 != "end" {}
    assert_eq!(terminal.wait_for_end(), 0);
    TcpListener::bind(&host).expect("the port is free");
}

/// A browser that is there and reads nothing, and one that asks for nothing: neither holds up the verdict or the end.
#[test]
fn a_silent_browser_holds_up_nothing() {
    let fixture = with_book();
    let mut runner = Runner::start(&fixture, &[]);
    let _silent = request(&runner.host, "/live/events");
    let _idle: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(&runner.host).expect("it listens")).collect();
    let mut page = Page::open(&runner.host);
    page.verdict(0);
    fixture.greet(RIGHT);
    assert_eq!(page.verdict(1)["outcome"], "passed");
    let id = runner.child.id();
    runner.signal("INT");
    assert_eq!(runner.exit_code(), Some(130));
    assert!(!is_alive(id));
}

/// `nohup` has switched the signal off: the runner goes on when the terminal is closed.
#[test]
fn a_signal_that_was_switched_off_does_not_end_it() {
    let fixture = with_book();
    let runner = command(&fixture, &[]);
    let mut nohup = Command::new("/bin/sh");
    nohup.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(runner.get_program()).args(runner.get_args());
    nohup.current_dir(fixture.root()).stdin(Stdio::null());
    for (name, value) in runner.get_envs() {
        match value {
            Some(value) => nohup.env(name, value),
            None => nohup.env_remove(name),
        };
    }
    let mut runner = Runner::of(nohup);
    let mut page = Page::open(&runner.host);
    page.verdict(0);
    runner.signal("HUP");
    fixture.greet(RIGHT);
    assert_eq!(page.verdict(1)["outcome"], "passed");
    runner.signal("TERM");
    assert_eq!(runner.exit_code(), Some(143));
}

/// Nobody can press keys.
#[test]
fn a_file_that_is_gone_comes_back_by_a_command() {
    let fixture = with_book();
    let runner = Runner::start(&fixture, &[]);
    let mut page = Page::open(&runner.host);
    page.verdict(0);
    std::fs::remove_file(fixture.path(GREET)).expect("it is there");
    let state = page.wait_for("words about the file", |state| state["trouble"].is_string());
    let words = state["trouble"].as_str().expect("words");
    assert!(words.contains("`cargo workbook reset 01-demo/greet`") && !words.contains("press"), "{words}");
    fixture.run(&["reset", "greet"]).expect(0, &["01-demo/greet is the starter."]);
    assert_eq!(page.verdict(1)["outcome"], "not started");
}

#[test]
fn a_port_that_is_taken_is_said() {
    let fixture = with_book();
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    let output = command(&fixture, &["--port", &port]).output().expect("the runner starts");
    crate::support::Ran::of(output).expect(3, &[&format!("cannot be served at port {port}"), "Without --port"]);
    drop(taken);
    let runner = Runner::start(&fixture, &["--port", &port]);
    assert_eq!(runner.host, format!("127.0.0.1:{port}"));
}
