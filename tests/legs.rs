//! What two captures of the same traffic show together, one from each side of what lies between
//! (`compare` in `expected.json`, see fixtures/README.md).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod recorded;

use std::path::{Path, PathBuf};

use serde_json::Value;

use recorded::{expected, folders, name, run};

/// What the command is given: both captures, the client's side first; and, where one capture
/// holds both legs, that one alone.
fn runs(folder: &Path) -> Vec<Vec<PathBuf>> {
    let in_folder = |files: &[&str]| files.iter().map(|file| folder.join(file)).collect();
    let mut runs = if folder.join("direct.pcap").exists() {
        vec![in_folder(&["direct.pcap", "proxied.pcap"])]
    } else {
        vec![in_folder(&["near-client.pcap", "near-server.pcap"])]
    };
    if folder.join("any.pcap").exists() {
        runs.push(in_folder(&["any.pcap"]));
    }
    runs
}

/// The pair that `expected` is about, and all others, which are sound.
fn pair_of<'a>(expected: &Value, report: &'a Value) -> (&'a Value, Vec<&'a Value>) {
    let number = expected["connection"].as_u64().unwrap_or(1);
    let index = usize::try_from(number).unwrap() - 1;
    let pairs = report["pairs"].as_array().unwrap();
    let others = pairs.iter().enumerate();
    let others = others.filter(|(other, _)| *other != index);
    (&pairs[index], others.map(|(_, pair)| pair).collect())
}

fn is_legal(pair: &Value) -> bool {
    let differences = pair["differences"].as_array().unwrap();
    differences
        .iter()
        .all(|difference| difference["legal"] == true)
}

/// Says what is wrong with a pair. What `expected` leaves out is left open.
fn faults(expected: &Value, pair: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let verdict = &pair["verdict"];
    for key in ["party", "cause", "confidence"] {
        if let Some(value) = expected.get(key).filter(|value| **value != verdict[key]) {
            faults.push(format!("{key} {}, expected {value}", verdict[key]));
        }
    }
    let innocent = expected["never"].as_array();
    if innocent.is_some_and(|innocent| innocent.contains(&verdict["party"])) {
        faults.push(format!("falsely accused {}", verdict["party"]));
    }
    let told = pair["differences"].as_array().unwrap();
    for kind in expected["differences"].as_array().unwrap() {
        if !told.iter().any(|difference| difference["kind"] == *kind) {
            faults.push(format!("no difference {kind}"));
        }
    }
    if let Some(legal) = expected.get("legal_only") {
        let is_sound = is_legal(pair) && verdict.is_null();
        if *legal != is_sound {
            faults.push(format!("nothing but legal differences: {is_sound}"));
        }
    }
    faults
}

#[test]
fn two_legs_show_who_did_it() {
    let mut wrong = Vec::new();
    for folder in folders("legs") {
        let expected = &expected(&folder)["compare"];
        for captures in runs(&folder) {
            let (_, report) = run("compare", &captures);
            let (pair, others) = pair_of(expected, &report);
            let mut faults = faults(expected, pair);
            let sound = |pair: &&Value| pair["verdict"].is_null() && is_legal(pair);
            if !others.iter().all(sound) {
                faults.push("another pair is blamed for something".to_owned());
            }
            let name = format!("{} in {} captures", name(&folder), captures.len());
            wrong.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
