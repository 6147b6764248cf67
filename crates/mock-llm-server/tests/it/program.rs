//! The program: its flags, its file, its environment, its end.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

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
    ("api-key", "sk-1,sk-2", "[\"sk-1\",\"sk-2\"]"),
    ("body-limit", "1000", "1000"),
    ("heartbeat", "2s", "\"2s\""),
    ("drain", "1s", "\"1s\""),
    ("threads", "2", "2"),
    ("journal-limit", "50", "50"),
    ("model", "atlas,birch", "[\"atlas\",\"birch\"]"),
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

#[test]
fn flags_variables_and_the_file_agree() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("mock.toml");
    let lines = SETTINGS.map(|(name, _, written)| format!("{name} = {written}\n"));
    std::fs::write(&file, lines.concat()).expect("a file can be written");
    let mut sorted = lines.to_vec();
    sorted.sort();
    let expected = sorted.concat();

    let flags = SETTINGS.iter().flat_map(|(name, value, _)| [format!("--{name}"), (*value).to_owned()]);
    assert_eq!(settings(program().args(flags)), expected, "as flags");
    let variable = |name: &str| format!("MOCK_LLM_{}", name.to_uppercase().replace('-', "_"));
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
    let text = "failure-types = [\"reset\",\"status=500\"]\nreply-tokens = 4\n\n[[models]]\nname = \"atlas\"\n\
                preset = \"realistic\"\nreply = \"a \\\"b\\\"\\nc\"\n\n[[replies]]\nprompt = \"hi\"\ntext = \"hello\"\n\n\
                [[replies]]\narguments = \"{}\"\nprompt = \"sun?\"\ntool = \"get_weather\"\n";
    std::fs::write(&file, text).expect("a file can be written");
    assert_eq!(settings(program().arg("--config").arg(&file)), text);
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
    let mut child = program().args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
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
