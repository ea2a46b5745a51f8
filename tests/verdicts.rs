//! Whom the report blames: of every capture of real traffic it is known who broke the connection
//! and what somebody who has this one capture may say of it (`verdict` in `expected.json`, see
//! fixtures/README.md).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod recorded;

use serde_json::Value;

use recorded::{Fixture, fixtures, run};

/// What is wrong with a verdict, if anything is.
fn fault(expected: &Value, verdict: &Value) -> Option<String> {
    let (party, cause) = (&verdict["party"], &verdict["cause"]);
    if expected.is_null() || verdict.is_null() {
        return (expected.is_null() != verdict.is_null())
            .then(|| format!("blamed {party} ({cause}), expected {expected}"));
    }
    let names = |list: &str| expected[list].as_array().unwrap().contains(party);
    if names("never") {
        return Some(format!("falsely accused {party} ({cause})"));
    }
    if !names("parties") {
        let parties = &expected["parties"];
        return Some(format!("blamed {party} ({cause}), expected {parties}"));
    }
    let expected = &expected["cause"];
    (!expected.is_null() && expected != cause)
        .then(|| format!("cause {cause} ({party}), expected {expected}"))
}

#[test]
fn nobody_is_blamed_who_did_not_do_it() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let Fixture {
            name,
            capture,
            expected,
        } = fixture;
        let (_, report) = run("check", &[capture]);
        let expected = expected["connections"].as_array().unwrap();
        let found = report["connections"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{name}: connections");
        for (number, (expected, found)) in expected.iter().zip(found).enumerate() {
            let fault = fault(&expected["verdict"], &found["verdict"]);
            wrong.extend(fault.map(|fault| format!("{name}, connection {}: {fault}", number + 1)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
