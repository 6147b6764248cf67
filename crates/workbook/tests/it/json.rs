//! The output of `--json` is what JSON.md says: each field there is in the output with its type, and no other is.

use std::collections::BTreeMap;

use crate::support::{Fixture, RIGHT};
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../JSON.md");

/// The fields that a table below a heading describes: their names and types.
fn table(heading: &str, which: usize) -> BTreeMap<String, String> {
    let (_, section) = DOCUMENT.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let section = section.split("\n#").next().expect("a part");
    let tables: Vec<&str> = section.split("| field |").skip(1).collect();
    let row = |line: &str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        Some((cells.next()?.strip_prefix('`')?.trim_end_matches('`').to_owned(), cells.next()?.to_owned()))
    };
    tables[which].lines().filter_map(row).collect()
}

/// The object has exactly these fields, each of its type.
#[track_caller]
fn fits(object: &Value, fields: &BTreeMap<String, String>) {
    let object = object.as_object().unwrap_or_else(|| panic!("no object: {object}"));
    let names: Vec<&String> = object.keys().collect();
    let documented: Vec<&String> = fields.keys().collect();
    assert_eq!(names, documented);
    for (name, kinds) in fields {
        let value = &object[name];
        let fits = kinds.split(" or ").any(|kind| match kind {
            "string" => value.is_string(),
            "number" => value.is_u64(),
            "boolean" => value.is_boolean(),
            "object" | "timeline" => value.is_object(),
            "null" => value.is_null(),
            "list" => value.is_array(),
            "list of strings" => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            other => panic!("JSON.md names a type {other}"),
        });
        assert!(fits, "`{name}` is to be {kinds}, and is {value}");
    }
}

#[test]
fn check() {
    let fixture = Fixture::new();
    for (body, outcome, code) in [
        ("todo!(\"{name}\")", "not started", 1),
        ("nobody_knows_this()", "does not compile", 1),
        ("println!(\"out\"); name.to_owned()", "wrong", 1),
        (RIGHT, "passed", 0),
    ] {
        fixture.greet(body);
        let ran = fixture.run(&["check", "greet", "--json"]);
        ran.expect(code, &[]);
        assert_eq!(ran.stdout.lines().count(), 1, "one object on one line");
        let json = ran.json();
        fits(&json, &table("## `check --json`", 0));
        assert_eq!(
            (&json["version"], &json["command"], &json["passed"]),
            (&1.into(), &"check".into(), &(code == 0).into())
        );
        let exercise = &json["exercises"][0];
        fits(exercise, &table("### An exercise", 0));
        assert_eq!(exercise["outcome"], outcome);
        assert_eq!(exercise["checks"].as_array().map(Vec::len), Some(3));
        exercise["checks"].as_array().expect("a list").iter().for_each(|check| fits(check, &table("### A check", 0)));
        let diagnostics = exercise["diagnostics"].as_array().expect("a list");
        diagnostics.iter().for_each(|diagnostic| fits(diagnostic, &table("### A diagnostic", 0)));
        assert_eq!(!diagnostics.is_empty(), outcome == "does not compile");
    }
    let outcomes: Vec<&str> =
        workbook::judge::report::Outcome::ALL.map(workbook::judge::report::Outcome::name).to_vec();
    let (_, section) = DOCUMENT.split_once("### Outcomes").expect("the heading is there");
    let section = section.split("\n#").next().expect("a part");
    let documented: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(documented, outcomes);
}

#[test]
fn check_of_a_lesson_and_of_an_attempt() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let json = fixture.run(&["check", "01-demo", "--json"]).json();
    assert_eq!(json["count"], serde_json::json!({ "exercises": 2, "passed": 1 }));
    assert_eq!(json["exercises"][1]["id"], "01-demo/count");
    assert_eq!(json["attempt"], Value::Null);
    let attempt = "solutions/01-demo/traps/greet.rs:15";
    let ran = fixture.run(&["check", "greet", "--trap", "for_everybody", "--json"]);
    let json = ran.expect(1, &[]).json();
    assert_eq!((&json["attempt"], &json["exercises"][0]["file"]), (&attempt.into(), &attempt.into()));
    assert_eq!(json["exercises"][0]["failed"], "greets_by_name");
    let ran = fixture.run(&["check", "nothing", "--json"]);
    ran.expect(2, &[]);
    assert_eq!(ran.stdout, "", "no object where nothing was checked");
}

#[test]
fn list() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    fixture.run(&["check", "greet"]).expect(0, &[]);
    fixture.write(".workbook/progress.txt", &(fixture.read(".workbook/progress.txt") + "%%%\n"));
    let json = fixture.run(&["list", "--json"]).json();
    fits(&json, &table("## `list --json`", 0));
    assert_eq!(json["warnings"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["count"], serde_json::json!({ "exercises": 3, "passed": 1 }));
    let exercise = &json["lessons"][0]["exercises"][0];
    fits(exercise, &table("## `list --json`", 1));
    assert_eq!(
        (&exercise["passed"], &exercise["edited"], &exercise["minutes"]),
        (&true.into(), &true.into(), &5.into())
    );
}

#[test]
fn verify() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let json = fixture.run(&["verify", "01-demo", "--json"]).json();
    fits(&json, &table("## `verify --json`", 0));
    assert_eq!(json["passed"], true);
    assert_eq!(json["notes"][0]["file"], "exercises/01-demo/greet.rs");
    let counts =
        serde_json::json!({ "exercises": 2, "checks": 5, "starters": 2, "solutions": 2, "also_right": 0, "traps": 4 });
    assert_eq!(json["count"], counts);
}
