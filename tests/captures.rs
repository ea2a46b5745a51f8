//! Captures of real traffic: what an independent reading of their bytes says (`expected.json`,
//! see fixtures/README.md) is what the report says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use wsblame::rules::{self, Table};

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/real");
    let entries = std::fs::read_dir(all).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn capture(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut captures = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("expected.json"));
    let capture = captures.next().unwrap();
    assert_eq!(captures.next(), None, "one capture a folder");
    capture
}

/// The exit status, and the report, as anybody gets them.
fn check(capture: &Path) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(["check", "--format", "json"])
        .arg(capture)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), report)
}

/// Whether `expected.json` speaks of this rule (fixtures/README.md).
fn is_covered(name: &str) -> bool {
    const BESIDES: [&str; 6] = [
        "injected-http-response",
        "not-websocket",
        "framing-lost",
        "handshake-rejected",
        "accept-mismatch",
        "capture-gap",
    ];
    const NEED_TIME: [&str; 2] = ["idle-timeout-closure", "peer-vanished"];
    let rule = rules::find(name).unwrap();
    BESIDES.contains(&name)
        || (matches!(rule.table, Table::Frames | Table::Closing) && !NEED_TIME.contains(&name))
}

/// The findings that `expected.json` would hold.
fn covered_findings(connection: &Value) -> Vec<&Value> {
    let findings = connection["findings"].as_array().unwrap();
    let counts = |finding: &&Value| {
        let rule = finding["rule"].as_str().unwrap();
        is_covered(rule) && (finding["severity"] != "info" || rule == "capture-gap")
    };
    findings.iter().filter(counts).collect()
}

/// Says of every key of `expected` what `found` has instead; nothing where they agree. What is
/// not in `expected` is no difference, but for frames, where it stands for 0.
fn differences(place: &str, expected: &Value, found: &Value, wrong: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(keys), Value::Object(_)) if !place.ends_with(".frames") => {
            for (key, value) in keys {
                differences(&format!("{place}.{key}"), value, &found[key], wrong);
            }
        }
        (Value::Array(values), Value::Array(others)) => {
            if values.len() != others.len() {
                let (expected, found) = (values.len(), others.len());
                wrong.push(format!(
                    "{place}: expected {expected} of them, found {found}"
                ));
            }
            for (index, (value, other)) in values.iter().zip(others).enumerate() {
                differences(&format!("{place}[{index}]"), value, other, wrong);
            }
        }
        _ if expected == found => {}
        _ => wrong.push(format!("{place}: expected {expected}, found {found}")),
    }
}

/// A connection of the report in the form of `expected.json`.
fn in_expected_form(connection: &Value) -> Value {
    let endpoint = |peer: &Value| {
        let address = peer["address"].as_str().unwrap();
        let port = &peer["port"];
        if address.contains(':') {
            format!("[{address}]:{port}")
        } else {
            format!("{address}:{port}")
        }
    };
    // Kinds of frames that did not come are left out there.
    let frames = |side: &str| {
        let kinds = connection["frames"][side].as_object().unwrap();
        let came = |(kind, count): &(&String, &Value)| {
            kind.as_str() != "payload_bytes" && count.as_u64() != Some(0)
        };
        let came = kinds.iter().filter(came);
        Value::Object(
            came.map(|(kind, count)| (kind.clone(), count.clone()))
                .collect::<Map<_, _>>(),
        )
    };
    let handshake = &connection["handshake"];
    json!({
        "client": endpoint(&connection["client"]),
        "server": endpoint(&connection["server"]),
        "outcome": handshake["outcome"],
        "status": handshake["status"],
        "negotiated_extensions": handshake["negotiated_extensions"],
        "frames": { "client": frames("client"), "server": frames("server") },
        "close": connection["close"],
        "findings": covered_findings(connection),
    })
}

#[test]
fn reports_say_what_the_bytes_say() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let expected = std::fs::read(folder.join("expected.json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let (status, report) = check(&capture(&folder));
        let connections = report["connections"].as_array().unwrap();
        let connections: Vec<Value> = connections.iter().map(in_expected_form).collect();
        let found = json!({
            "packets": report["inputs"][0]["packets"],
            "exit_status": status,
            "connections": connections,
        });
        for key in ["packets", "exit_status", "connections"] {
            differences(
                &format!("{name}: {key}"),
                &expected[key],
                &found[key],
                &mut wrong,
            );
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
