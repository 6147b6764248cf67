//! The program: its flags, its file, its environment, its end.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use mock_llm_server::{Config, Span};
use tempfile::TempDir;

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mock-llm-server"));
    program.env_clear();
    program
}

fn ran(program: &mut Command) -> Output {
    program.output().expect("the program runs")
}

fn settings(program: &mut Command) -> String {
    let output = ran(program.arg("--print-config"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("settings are UTF-8")
}

/// Every setting that a flag has: as a flag, as a variable, and as a line of the file.
const SETTINGS: [(&str, &str, &str); 23] = [
    ("host", "0.0.0.0", "\"0.0.0.0\""),
    ("port", "0", "0"),
    ("api-key", "sk-1,sk-2", "[\"sk-1\", \"sk-2\"]"),
    ("body-limit", "1000", "1000"),
    ("heartbeat", "2s", "\"2s\""),
    ("drain", "1s", "\"1s\""),
    ("threads", "2", "2"),
    ("journal-limit", "50", "50"),
    ("model", "atlas,birch", "[\"atlas\", \"birch\"]"),
    ("seed", "7", "7"),
    ("preset", "fast", "\"fast\""),
    ("time-to-first-token", "400ms", "\"400ms\""),
    ("time-to-first-token-std-dev", "50ms", "\"50ms\""),
    ("inter-token-latency", "20ms", "\"20ms\""),
    ("inter-token-latency-std-dev", "6ms", "\"6ms\""),
    ("time-per-prompt-token", "250us", "\"250us\""),
    ("reply", "Hello, you.", "\"Hello, you.\""),
    ("max-concurrent", "10", "10"),
    ("max-waiting", "5", "5"),
    ("requests-per-minute", "60", "60"),
    ("tokens-per-minute", "90000", "90000"),
    ("failure-injection-rate", "0.1", "0.1"),
    ("fault", "attempt=1:status=503", "[\"attempt=1:status=503\"]"),
];

fn variable(name: &str) -> String {
    format!("MOCK_LLM_{}", name.to_uppercase().replace('-', "_"))
}

const HIDDEN_KEYS: &str = "api-key = [\"****\", \"****\"]\n";

#[test]
fn flags_variables_and_the_file_agree() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("mock.toml");
    let lines = SETTINGS.map(|(name, _, written)| format!("{name} = {written}\n"));
    std::fs::write(&file, lines.concat()).expect("a file can be written");
    // What nobody has said is printed too: the default, or that there is none. Keys are not.
    let mut printed =
        lines.map(|line| if line.starts_with("api-key") { HIDDEN_KEYS.to_owned() } else { line }).to_vec();
    printed.push("failure-types = [\"rate-limit\", \"status=500\", \"status=503\"]\n".to_owned());
    printed.push("# reply-tokens is not set\n".to_owned());
    printed.sort_by_key(|line| line.trim_start_matches("# ").to_owned());
    let expected = printed.concat();

    let flags = SETTINGS.iter().flat_map(|(name, value, _)| [format!("--{name}"), (*value).to_owned()]);
    assert_eq!(settings(program().args(flags)), expected, "as flags");
    let variables = SETTINGS.iter().map(|(name, value, _)| (variable(name), *value));
    assert_eq!(settings(program().envs(variables)), expected, "as variables");
    assert_eq!(settings(program().arg("--config").arg(&file)), expected, "as a file");

    // A flag wins over its variable, and both over the file.
    let mut all = program();
    all.arg("--config").arg(&file).env("MOCK_LLM_SEED", "8").env("MOCK_LLM_PORT", "9").args(["--seed", "10"]);
    let printed = settings(&mut all);
    assert!(printed.contains("seed = 10\n") && printed.contains("port = 9\n") && printed.contains("drain = \"1s\"\n"));
}

#[test]
fn what_is_printed_can_be_read_again() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("mock.toml");
    let text = r#"
        seed = 18446744073709551615
        api-key = ["sk-secret-1234567890"]
        failure-injection-rate = "10%"
        failure-types = ["reset", "status=500"]
        fault = ["attempt=1,prompt=a, \"b\": and c:cut-after=1"]
        reply-tokens = 4
        time-to-first-token = "1.5s"
        [[models]]
        name = "atlas"
        preset = "realistic"
        reply = "a \"b\"\n\t\\ \u007F \u0001 日本 # = [x]"
        [[models]]
        name = "birch"
        [[replies]]
        prompt = "hi"
        text = "hello"
        [[replies]]
        prompt = "sun?"
        tool = "get_weather"
        arguments = "{}"
        [[replies]]
        prompt = "sun and rain?"
        calls = [{ tool = "get_weather", arguments = "{\"a\": 1}" }, { tool = "other" }]
        after-tools = 1
    "#;
    for text in ["", text] {
        std::fs::write(&file, text).expect("a file can be written");
        let printed = settings(program().arg("--config").arg(&file));
        assert!(!printed.contains("sk-secret"), "{printed}");
        for (name, ..) in SETTINGS {
            let has_line = |start: &str| printed.lines().any(|line| line.starts_with(start));
            assert!(has_line(&format!("{name} = ")) || has_line(&format!("# {name} is not set")), "{name}: {printed}");
        }
        std::fs::write(&file, &printed).expect("a file can be written");
        assert_eq!(settings(program().arg("--config").arg(&file)), printed);
    }
    let says = |line: &str| std::fs::read_to_string(&file).is_ok_and(|text| text.lines().any(|said| said == line));
    for line in [
        "seed = 18446744073709551615",
        "time-to-first-token = \"1500ms\"",
        "calls = [{ arguments = \"{\\\"a\\\": 1}\", tool = \"get_weather\" }, { tool = \"other\" }]",
    ] {
        assert!(says(line), "{line}");
    }
}

/// A printed file has no keys, and a server that asked for some must not become one that asks for none.
#[test]
fn a_printed_file_starts_no_server_until_it_has_its_keys_again() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("mock.toml");
    std::fs::write(&file, settings(program().args(["--port", "0", "--api-key", "sk-1"])))
        .expect("a file can be written");
    let output = ran(program().arg("--config").arg(&file));
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("api-key: **** stands for a key that was not printed"));
    let running = started(program().arg("--config").arg(&file).env("MOCK_LLM_API_KEY", "sk-1"));
    assert!(running.1.starts_with("listening on "), "{}", running.1);
}

#[test]
fn the_help_names_the_defaults_that_hold() {
    let help = ran(program().arg("--help"));
    let help = String::from_utf8(help.stdout).expect("help is UTF-8");
    let printed = settings(&mut program());
    let mut compared = 0;
    for block in help.split("\n      --").skip(1) {
        let name = block.split(' ').next().unwrap_or_default();
        let Some((_, default)) = block.split_once("[default: ") else { continue };
        let default = default.split(']').next().unwrap_or_default();
        let Some(value) = printed.lines().find_map(|line| line.strip_prefix(&format!("{name} = "))) else {
            // A default in words: `no limit`, or what follows from other settings.
            assert!(printed.contains(&format!("# {name} is not set\n")), "{name}: {printed}");
            continue;
        };
        compared += 1;
        let value = value.replace(['[', ']', '"', ' '], "");
        let is_number = |text: &str| text.parse::<f64>().ok();
        let agree = value == default || is_number(&value).is_some() && is_number(&value) == is_number(default);
        assert!(agree || default == "0ms" && value == "0s", "{name}: {value} is printed, {default} is in the help");
    }
    assert!(compared >= 12, "{compared} defaults\n{help}");
}

#[test]
fn the_help_says_how_long_a_client_may_be_silent() {
    let help = ran(program().arg("--help"));
    let help = String::from_utf8(help.stdout).expect("help is UTF-8").split_whitespace().collect::<Vec<_>>().join(" ");
    let Config { read_timeout, body_timeout, .. } = Config::default();
    // The unit of the help is seconds, and a minute is 1m elsewhere.
    assert_eq!((Span(read_timeout).to_string(), Span(body_timeout).to_string()), ("1m".to_owned(), "5m".to_owned()));
    let words = "closed when it is idle, or the head of a request is not whole, for 60s; when a body is silent for 60s, or not \
                 whole after 5m (408)";
    assert!(help.contains(words), "{help}");
}

#[test]
fn a_flag_beats_the_file_for_the_models_that_it_describes_too() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("mock.toml");
    let text = "reply-tokens = 3\n[[models]]\nname = \"atlas\"\ninter-token-latency = \"20ms\"\nreply-tokens = 9\n\
                [[models]]\nname = \"birch\"\nreply = \"from the file\"\n";
    std::fs::write(&file, text).expect("a file can be written");
    let of_models = |program: &mut Command| {
        let printed = settings(program.arg("--config").arg(&file));
        let start = printed.find("\n[[models]]").unwrap_or(printed.len());
        printed[start..].to_owned()
    };
    assert_eq!(
        of_models(program().args(["--inter-token-latency", "5ms", "--reply", "from the flag"])),
        "\n[[models]]\ninter-token-latency = \"5ms\"\nname = \"atlas\"\nreply = \"from the flag\"\n\
         \n[[models]]\ninter-token-latency = \"5ms\"\nname = \"birch\"\nreply = \"from the flag\"\n"
    );
    assert_eq!(
        of_models(program().env("MOCK_LLM_REPLY_TOKENS", "2").args(["--model", "birch,cedar"])),
        "\n[[models]]\nname = \"birch\"\nreply-tokens = 2\n",
        "a variable too; and only the models that are named"
    );
    let running = started(program().arg("--config").arg(&file).args(["--port", "0", "--model", "cedar,birch"]));
    assert!(running.1.trim().ends_with("models: cedar, birch"), "{}", running.1);
}

#[test]
fn an_empty_variable_says_nothing() {
    let variables = || SETTINGS.iter().map(|(name, ..)| variable(name)).chain(["MOCK_LLM_CONFIG".to_owned()]);
    let others = ["failure-types", "reply-tokens"].map(variable);
    let empty = variables().chain(others).map(|name| (name, ""));
    assert_eq!(settings(program().envs(empty)), settings(&mut program()));
    let output = settings(program().env("MOCK_LLM_SEED", "").args(["--seed", "7"]));
    assert!(output.contains("seed = 7\n"));
}

#[test]
fn every_flag_is_in_the_help_with_its_variable() {
    let help = ran(program().arg("--help"));
    let help = String::from_utf8(help.stdout).expect("help is UTF-8");
    for (name, ..) in SETTINGS {
        let variable = format!("[env: MOCK_LLM_{}", name.to_uppercase().replace('-', "_"));
        assert!(help.contains(&format!("--{name} ")) && help.contains(&variable), "{name}\n{help}");
    }
    for fault in
        ["status=N", "rate-limit", "insufficient-quota", "refused", "reset-after", "slow-bytes", "x-mock-fault"]
    {
        assert!(help.contains(fault), "{fault}");
    }
}

#[test]
fn wrong_settings_say_what_would_be_right() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("mock.toml");
    let table = [
        ("bogus = 1", "unknown field `bogus`"),
        ("[[models]]\nname = \"a\"\nbogus = 1", "unknown field `bogus`, expected one of `name`"),
        ("[[models]]\npreset = \"fast\"", "a model needs a name"),
        ("name = \"atlas\"", "`name` belongs into [[models]]"),
        ("drain = \"soon\"", "`soon` is not a length of time"),
        ("fault = [\"explode\"]", "there is no fault `explode`"),
        ("failure-types = [\"explode\"]", "failure-types: there is no fault `explode`"),
        ("reply = \"a\"\nreply-tokens = 3", "reply and reply-tokens exclude each other"),
        ("model = [\"a\", \"a\"]", "two models are named `a`"),
        ("threads = 0", "threads: at least one is needed"),
        ("[[replies]]\nprompt = \"hi\"", "the reply to `hi` needs one of text, tool and calls"),
    ];
    for (text, words) in table {
        std::fs::write(&file, text).expect("a file can be written");
        let output = ran(program().arg("--config").arg(&file));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(words), "{text}: {error}");
        assert_eq!(output.status.code(), Some(2));
    }
    let output = ran(program().args(["--config", "/no/such/file.toml"]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read /no/such/file.toml"));
    let output = ran(program().args(["--failure-injection-rate", "10"]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("such as 10%"));
}

/// A running program that ends with the test.
struct Running(Child, String);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn running(arguments: &[&str]) -> Running {
    started(program().args(arguments))
}

fn started(program: &mut Command) -> Running {
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
    Running(child, line)
}

#[test]
fn a_program_on_a_free_port_says_which() {
    let running = running(&["--port", "0", "--model", "atlas,birch"]);
    let line = running.1.trim();
    assert!(
        line.starts_with("listening on http://127.0.0.1:") && line.ends_with("/v1, models: atlas, birch"),
        "{line}"
    );
}

#[cfg(unix)]
#[test]
fn a_signal_stops_it_gracefully() {
    for signal in ["-INT", "-TERM"] {
        let mut running = running(&["--port", "0"]);
        let id = running.0.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().is_ok_and(|status| status.success()));
        assert_eq!(running.0.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}
