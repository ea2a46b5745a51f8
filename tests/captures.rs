//! Captures of real traffic: what an independent reading of their bytes says (`expected.json`,
//! see fixtures/README.md) is what the report says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod recorded;

use serde_json::{Map, Value, json};

use recorded::{Fixture, fixtures, run};
use wsblame::rules;

/// Takes out whom to blame, and whom not: that is no reading of the bytes (tests/verdicts.rs).
fn leave_out_verdicts(expected: &mut Value) {
    match expected {
        Value::Object(keys) => {
            keys.remove("verdict");
            keys.values_mut().for_each(leave_out_verdicts);
        }
        Value::Array(values) => values.iter_mut().for_each(leave_out_verdicts),
        _ => {}
    }
}

/// The findings of a report that `expected.json` would hold (fixtures/README.md), those of one
/// packet in the order of their names: which of them a report puts first is not its subject.
fn covered_findings(connection: &Value) -> Vec<&Value> {
    let findings = connection["findings"].as_array().unwrap();
    let is_forged = |packet: &Value| {
        let forged =
            |other: &Value| other["rule"] == "reset-injected" && other["packet"] == *packet;
        findings.iter().any(forged)
    };
    let counts = |finding: &&Value| match finding["rule"].as_str().unwrap() {
        "capture-gap" => true,
        "foreign-segment" => !is_forged(&finding["packet"]),
        _ => finding["severity"] != "info",
    };
    let mut covered: Vec<&Value> = findings.iter().filter(counts).collect();
    covered.sort_by_key(|finding| (finding["packet"].as_u64(), finding["rule"].as_str()));
    covered
}

/// Takes out of `expected` what rules say that are not there yet, so that a capture may be here
/// before its rule is. Where another rule stands in for a missing one it is expected instead;
/// else findings and exit status are not held to anything, since what the missing rule would
/// have explained may be judged by another.
fn leave_out_missing_rules(expected: &mut Value) {
    let mut is_whole = true;
    for connection in expected["connections"].as_array_mut().unwrap() {
        for finding in connection["findings"].as_array_mut().unwrap() {
            let finding = finding.as_object_mut().unwrap();
            let instead_of = finding.remove("instead_of");
            if !is_known(&finding["rule"]) {
                finding.insert("rule".to_owned(), instead_of.unwrap_or_default());
                is_whole &= is_known(&finding["rule"]);
            }
        }
    }
    if !is_whole {
        let expected = expected.as_object_mut().unwrap();
        expected.remove("exit_status");
        for connection in expected["connections"].as_array_mut().unwrap() {
            connection.as_object_mut().unwrap().remove("findings");
        }
    }
}

fn is_known(rule: &Value) -> bool {
    rule.as_str()
        .is_some_and(|rule| rules::find(rule).is_some())
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
        "layers": connection["layers"],
        "preambles": connection["preambles"],
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
    for fixture in fixtures() {
        let Fixture {
            name,
            capture,
            mut expected,
        } = fixture;
        leave_out_verdicts(&mut expected);
        leave_out_missing_rules(&mut expected);
        let (status, report) = run("check", &[capture]);
        let connections = report["connections"].as_array().unwrap();
        let connections: Vec<Value> = connections.iter().map(in_expected_form).collect();
        let found = json!({
            "packets": report["inputs"][0]["packets"],
            "exit_status": status,
            "connections": connections,
        });
        for (key, expected) in expected.as_object().unwrap() {
            if !["what", "captured"].contains(&key.as_str()) {
                let place = format!("{name}: {key}");
                differences(&place, expected, &found[key], &mut wrong);
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
