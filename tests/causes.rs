//! Causes that no recorded capture shows have one that is built and shows them, and a near miss whose
//! verdict is another one.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;

use wsblame::diagnosis::causes::find;
use wsblame::driver::{Options, check};
use wsblame_fixtures::Precision;
use wsblame_fixtures::causes::{CauseFixtures, Fixture, all};

/// What is wrong with a fixture's file or verdict, if anything is.
fn fault(cause: &str, name: &str, fixture: &Fixture) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/causes")
        .join(cause)
        .join(name);
    let built = fixture.capture.to_pcap(Precision::Microseconds);
    if std::fs::read(&path).ok().as_ref() != Some(&built) {
        return Some(format!("{cause}/{name} is not what is built"));
    }
    let report = check(&[path], &Options::default(), &mut |_, _| {});
    let verdict = report.connections.first().unwrap().verdict.as_ref();
    let named = verdict.map(|verdict| (verdict.party.as_str(), verdict.cause));
    let expected = fixture.blame.map(|blame| (blame.party, blame.cause));
    (named != expected).then(|| format!("{cause}/{name}: {named:?}, expected {expected:?}"))
}

#[test]
fn built_captures_are_judged_as_declared() {
    let faults = |declared: CauseFixtures| {
        let CauseFixtures {
            cause,
            shows,
            near_miss,
        } = declared;
        assert!(find(cause).is_some(), "{cause}");
        assert_eq!(shows.blame.map(|blame| blame.cause), Some(cause));
        assert_ne!(near_miss.blame.map(|blame| blame.cause), Some(cause));
        [
            fault(cause, "shows.pcap", &shows),
            fault(cause, "near-miss.pcap", &near_miss),
        ]
    };
    let faults: Vec<String> = all().into_iter().flat_map(faults).flatten().collect();
    assert_eq!(faults, Vec::<String>::new());
}
