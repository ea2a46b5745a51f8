//! Every rule has a capture in which it fires and a near miss in which it does not, and exactly
//! what is declared is found in them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use wsblame::driver::{Options, check};
use wsblame::report::model;
use wsblame::rules::ALL;
use wsblame_fixtures::Precision;
use wsblame_fixtures::rules::{Expected, Fixture, RuleFixtures, all};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}

/// Every fixture with the rule's name and the path of its file.
fn fixtures() -> Vec<(&'static str, PathBuf, Fixture)> {
    let files = |declared: RuleFixtures| {
        let RuleFixtures {
            rule,
            fires,
            near_miss,
        } = declared;
        let folder = folder().join(rule);
        [("fires.pcap", fires), ("near-miss.pcap", near_miss)]
            .map(|(name, fixture)| (rule, folder.join(name), fixture))
    };
    all().into_iter().flat_map(files).collect()
}

/// `error masked-server-frame server packet 6 frame 1`
fn line(severity: &str, rule: &str, sender: &str, packet: u64, frame: Option<u64>) -> String {
    let frame = frame.map_or_else(String::new, |frame| format!(" frame {frame}"));
    format!("{severity} {rule} {sender} packet {packet}{frame}")
}

fn declared(expected: &Expected) -> String {
    let severity = expected.severity.as_str();
    let sender = expected.sender.as_str();
    line(
        severity,
        expected.rule,
        sender,
        expected.packet,
        expected.frame,
    )
}

fn found(finding: &model::Finding) -> String {
    let severity = finding.severity.as_str();
    let sender = finding.sender.map_or("nobody", |side| side.as_str());
    line(
        severity,
        finding.rule,
        sender,
        finding.packet,
        finding.frame,
    )
}

#[test]
fn every_rule_has_its_fixtures_and_every_fixture_its_rule() {
    let declared: Vec<&str> = all().iter().map(|fixtures| fixtures.rule).collect();
    let rules: Vec<&str> = ALL.iter().map(|rule| rule.name).collect();
    let without: Vec<_> = rules
        .iter()
        .filter(|rule| !declared.contains(rule))
        .collect();
    assert!(without.is_empty(), "rules without fixtures: {without:?}");
    assert_eq!(declared, rules, "fixtures in the catalogue's order");

    let entries = std::fs::read_dir(folder()).unwrap();
    let folders: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let rules: BTreeSet<String> = rules.into_iter().map(str::to_owned).collect();
    assert_eq!(folders, rules, "folders in fixtures/rules");
}

#[test]
fn the_files_are_what_the_recipe_makes() {
    let mut wrong = Vec::new();
    for (_, path, fixture) in fixtures() {
        let made = fixture.capture.to_pcap(Precision::Microseconds);
        if std::fs::read(&path).ok() != Some(made) {
            wrong.push(path);
        }
    }
    assert!(
        wrong.is_empty(),
        "not there or not the same: {wrong:#?}; to write them: cargo run -p wsblame-fixtures"
    );
}

#[test]
fn exactly_what_is_declared_is_found() {
    let mut wrong = String::new();
    for (rule, path, fixture) in fixtures() {
        let report = check(
            std::slice::from_ref(&path),
            &Options::default(),
            &mut |_, _| {},
        );
        let connections = report.connections.iter();
        let found: Vec<String> = connections
            .flat_map(|connection| &connection.findings)
            .filter(|finding| finding.severity.as_str() != "info" || finding.rule == rule)
            .map(found)
            .collect();
        let declared: Vec<String> = fixture.findings.iter().map(declared).collect();
        if found != declared {
            let shows = fixture.shows;
            wrong.push_str(&format!(
                "{}: {shows}\n  declared {declared:#?}\n  found {found:#?}\n",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn fires_declares_the_rule_and_near_miss_does_not() {
    for RuleFixtures {
        rule,
        fires,
        near_miss,
    } in all()
    {
        let names = |fixture: &Fixture| fixture.findings.iter().any(|found| found.rule == rule);
        assert!(names(&fires), "{rule}: fires");
        assert!(!names(&near_miss), "{rule}: near-miss");
    }
}
