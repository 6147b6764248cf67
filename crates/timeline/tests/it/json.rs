//! Timelines for other programs.

use timeline::{JsonError, Timeline};

use crate::runs::{deadlock, full_queue, serial, streams};

#[test]
fn what_is_written_is_read() {
    for run in [Timeline::default(), serial(), streams(), deadlock(), full_queue()] {
        assert_eq!(Timeline::from_json(&run.to_json()).expect("it was written a line ago"), run);
    }
}

#[test]
fn a_timeline_inside_another_document_is_version_1() {
    let run = streams();
    let inside = serde_json::to_string(&run).expect("a timeline has a JSON form");
    assert!(!inside.contains("version"));
    assert_eq!(Timeline::from_json(&inside).expect("it was written a line ago"), run);
}

#[test]
fn unknown_fields_are_ignored() {
    let run = Timeline::from_json(r#"{"version":1,"title":"","lanes":[],"later":true}"#).expect("it is a timeline");
    assert_eq!(run, Timeline::default());
}

#[test]
fn what_is_not_a_timeline_is_refused() {
    let refused = |json: &str| Timeline::from_json(json).expect_err("it is not a timeline");
    assert!(matches!(refused("{"), JsonError::Malformed(_)));
    assert!(matches!(refused(r#"{"version":1,"lanes":[]}"#), JsonError::Malformed(_)));
    assert!(matches!(refused(r#"{"version":2,"title":"","lanes":[]}"#), JsonError::Version { found: 2 }));
    let backwards = r#"{"title":"","lanes":[{"name":"a","spans":[{"kind":"waiting","from":2,"to":1}]}]}"#;
    assert_eq!(refused(backwards).to_string(), "lane `a`: a span ends before it begins");
    let unknown = r#"{"title":"","lanes":[{"name":"a","marks":[{"kind":"exploded","at":1}]}]}"#;
    assert!(refused(unknown).to_string().contains("unknown variant `exploded`"));
}

#[test]
fn levels_that_go_back_in_time_are_refused() {
    let json = r#"{"title":"","lanes":[],"gauges":[{"name":"q","levels":[{"at":2,"depth":1},{"at":1,"depth":0}]}]}"#;
    let error = Timeline::from_json(json).expect_err("its levels go back");
    assert_eq!(error.to_string(), "gauge `q`: its levels are not in the order of time");
}
