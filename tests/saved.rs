//! A report that was written as JSON says, read back, what it said; is what the published schema
//! says; and does no harm, whatever stands in it. `UPDATE_DOCS=1` writes the schemas anew.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use wsblame::analyzer::Exposure;
use wsblame::compare::compare;
use wsblame::driver::{Options, check, record};
use wsblame::report::model::{Comparison, Report};
use wsblame::report::saved::Saved;
use wsblame::report::{json, text};
use wsblame::source::Captures;

/// Every capture among the fixtures, by path.
fn captures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut captures = Vec::new();
    for kind in ["real", "legs", "causes", "rules", "legs-built"] {
        for folder in std::fs::read_dir(root.join(kind)).unwrap() {
            let files = std::fs::read_dir(folder.unwrap().path()).unwrap();
            let paths = files.map(|file| file.unwrap().path());
            captures.extend(paths.filter(|it| it.extension().is_some_and(|it| it != "json")));
        }
    }
    captures.sort();
    captures
}

fn report(capture: &Path) -> Report {
    check(&[capture.to_owned()], &Options::default(), &mut |_, _| {})
}

fn as_json(report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    json::write(report, &mut out).unwrap();
    out
}

fn as_text(report: &Report) -> String {
    let mut out = Vec::new();
    text::write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read_back(json: &[u8]) -> Report {
    match Saved::read(json).unwrap() {
        Saved::Report(report) => *report,
        Saved::Comparison(_) => unreachable!("it is a report"),
    }
}

/// The comparisons of all legs that were recorded on both sides.
fn comparisons() -> Vec<Comparison> {
    let legs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/legs");
    let folders = std::fs::read_dir(legs).unwrap();
    let mut folders: Vec<_> = folders.map(|it| it.unwrap().path()).collect();
    folders.sort();
    let recording = |path: PathBuf, first| {
        let captures = Captures::gather(&[path]);
        record(&captures, first, &Options::default(), &mut |_, _| {})
    };
    let both = folders.into_iter().filter_map(|folder| {
        let [near, far] = ["near-client.pcap", "near-server.pcap"].map(|name| folder.join(name));
        let exist = near.exists() && far.exists();
        exist.then(|| {
            let (near, far) = (recording(near, 0), recording(far, 1));
            compare(near, Some(far), Exposure::default())
        })
    });
    both.collect()
}

fn comparison_as_json(comparison: &Comparison) -> Vec<u8> {
    let mut out = Vec::new();
    json::write_comparison(comparison, &mut out).unwrap();
    out
}

/// The schema as it is generated from the types; the published one is held to it.
fn schema(name: &str, schema: &schemars::Schema) -> Value {
    let generated = serde_json::to_value(schema).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/schema")
        .join(name);
    let mut written = serde_json::to_string_pretty(&generated).unwrap();
    written.push('\n');
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &written).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == written,
        "docs/schema/{name} is not what the types say; run UPDATE_DOCS=1 cargo test --test saved"
    );
    generated
}

#[test]
fn a_report_that_is_read_back_says_what_it_said() {
    for capture in captures() {
        let report = report(&capture);
        let json = as_json(&report);
        let again = read_back(&json);
        assert_eq!(as_text(&again), as_text(&report), "{capture:?}");
        assert!(as_json(&again) == json, "{capture:?}");
    }
}

#[test]
fn every_report_is_what_the_schema_says() {
    let schema = schema("wsblame.report-1.json", &schemars::schema_for!(Report));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for capture in captures() {
        let value: Value = serde_json::from_slice(&as_json(&report(&capture))).unwrap();
        if let Err(error) = validator.validate(&value) {
            panic!("{capture:?}: {error} at {}", error.instance_path());
        }
    }
}

#[test]
fn every_comparison_is_what_the_schema_says_and_read_back_says_what_it_said() {
    let schema = schema("wsblame.compare-1.json", &schemars::schema_for!(Comparison));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for comparison in comparisons() {
        let json = comparison_as_json(&comparison);
        let value: Value = serde_json::from_slice(&json).unwrap();
        if let Err(error) = validator.validate(&value) {
            panic!("{error} at {}", error.instance_path());
        }
        let Saved::Comparison(again) = Saved::read(&json[..]).unwrap() else {
            unreachable!("it is a comparison")
        };
        assert!(comparison_as_json(&again) == json);
    }
}

fn wsblame(arguments: &[&str], folder: &Path) -> (Option<i32>, String, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (run.status.code(), text(run.stdout), text(run.stderr))
}

#[test]
fn the_command_renders_what_check_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let capture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/real/extension-header-stripped/capture.pcap");
    let capture = capture.to_str().unwrap();
    let check = wsblame(&["check", "--output", "a.json", capture], folder.path());
    let rendered = wsblame(&["report", "a.json", "--output", "a.txt"], folder.path());
    assert_eq!(rendered, check);
    let written = std::fs::read_to_string(folder.path().join("a.txt")).unwrap();
    assert_eq!(written, check.1);
}

#[test]
fn what_is_no_report_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content, expected) in [
        (
            "a.json",
            "{",
            "a.json: it is no report in JSON: EOF while parsing",
        ),
        ("b.json", "{}", "b.json: its schema is \"\""),
        (
            "c.json",
            "{\"schema\": \"wsblame.report/2\"}",
            "schema is \"wsblame.report/2\"",
        ),
        (
            "d.json",
            "{\"schema\": \"wsblame.report/1\"}",
            "missing field `tool`",
        ),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
        let (status, printed, complaint) = wsblame(&["report", name], folder.path());
        assert_eq!((status, printed.as_str()), (Some(2), ""), "{name}");
        assert!(complaint.contains(expected), "{complaint}");
        assert_eq!(complaint.lines().count(), 1);
    }
}

/// The paths of all values in a report.
fn paths(value: &Value, path: &str, all: &mut Vec<String>) {
    all.push(path.to_owned());
    match value {
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                paths(value, &format!("{path}/{index}"), all);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                paths(value, &format!("{path}/{name}"), all);
            }
        }
        _ => {}
    }
}

/// Values that nothing of this program writes there.
fn hostile() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::from(u64::MAX)),
        Just(Value::from("\u{1b}[2J\u{202e}\u{7}\r\n<script>")),
        ".{0,40}".prop_map(Value::from),
        Just(Value::from("9999-12-31T23:59:59.999999999Z")),
        Just(Value::Array(Vec::new())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_stands_in_a_report_does_no_harm(
        capture: Index,
        changes in prop::collection::vec((any::<Index>(), hostile()), 1..4),
    ) {
        let captures = captures();
        let mut value = serde_json::to_value(report(&captures[capture.index(captures.len())])).unwrap();
        for (at, hostile) in changes {
            let mut all = Vec::new();
            paths(&value, "", &mut all);
            if let Some(place) = value.pointer_mut(&all[at.index(all.len())]) {
                *place = hostile;
            }
        }
        let json = serde_json::to_vec(&value).unwrap();
        if let Ok(Saved::Report(report)) = Saved::read(&json[..]) {
            let text = as_text(&report);
            let plain = anstream::adapter::strip_str(&text).to_string();
            prop_assert!(!plain.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r']), "{plain}");
        }
    }
}
