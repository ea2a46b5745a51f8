//! docs/rules.md and docs/causes.md say what the declarations say; the first shows what the program
//! says of each rule's fixture. `UPDATE_DOCS=1` writes them anew.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::Path;

use wsblame::diagnosis;
use wsblame::driver::{Options, check};
use wsblame::report::{causes, pages, text};
use wsblame::rules::ALL;

/// What the report on a rule's fixture says of the rule.
fn example(rule: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let capture = root.join("fixtures/rules").join(rule).join("fires.pcap");
    let report = check(&[capture], &Options::default(), &mut |_, _| {});
    text::told(&report, rule)
}

#[test]
fn the_document_says_what_the_declarations_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let expected = pages::markdown(ALL, example);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/rules.md is not what the rules say; run UPDATE_DOCS=1 cargo test --test docs"
    );
}

#[test]
fn the_document_of_causes_says_what_the_declarations_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/causes.md");
    let expected = causes::markdown(diagnosis::causes::ALL);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/causes.md is not what the causes say; run UPDATE_DOCS=1 cargo test --test docs"
    );
}

#[test]
fn every_rule_is_shown_in_a_report() {
    let without: Vec<_> = ALL
        .iter()
        .map(|rule| rule.name)
        .filter(|rule| example(rule).is_none_or(|it| !it.contains(&format!("[{rule}]"))))
        .collect();
    assert!(without.is_empty(), "{without:?}");
}
