//! docs/rules.md and docs/causes.md say what the declarations say; the first shows what the program
//! says of each rule's fixture. docs/products.md says what the table of products says.
//! `UPDATE_DOCS=1` writes them anew.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::{Path, PathBuf};

use wsblame::diagnosis::{causes::ALL as CAUSES, snippets};
use wsblame::driver::{Options, check};
use wsblame::products::Products;
use wsblame::report::model::Report;
use wsblame::report::{causes, pages, product_pages, text};
use wsblame::rules::ALL;

/// What the report on a rule's fixture says of the rule.
fn example(rule: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let capture = root.join("fixtures/rules").join(rule).join("fires.pcap");
    let report = check(&[capture], &Options::default(), &mut |_, _| {});
    text::told(&report, rule)
}

/// Holds a document to what it is to say.
fn hold(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "{name} is not what the program says; run UPDATE_DOCS=1 cargo test --test docs"
    );
}

/// The reports on all fixtures, those of real traffic first.
fn reports() -> Vec<Report> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let captures = |path: &Path| {
        let folders = std::fs::read_dir(path).unwrap();
        let mut captures: Vec<PathBuf> = folders
            .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|it| it != "json"))
            .collect();
        captures.sort();
        captures
    };
    let kinds = ["real", "legs", "causes", "rules"].map(|kind| captures(&fixtures.join(kind)));
    let report = |capture| check(&[capture], &Options::default(), &mut |_, _| {});
    kinds.into_iter().flatten().map(report).collect()
}

/// Whether a verdict names the cause, or has it for an alternative.
fn is_told(report: &Report, cause: &str) -> bool {
    let verdicts = report
        .connections
        .iter()
        .filter_map(|it| it.verdict.as_ref());
    verdicts.into_iter().any(|verdict| {
        verdict.cause == cause || verdict.alternatives.iter().any(|it| it.cause == cause)
    })
}

/// Causes that only two captures show.
const OF_TWO_LEGS: [&str; 3] = ["frame-dropped", "frame-inserted", "first-message-lost"];

#[test]
fn every_cause_is_named_on_a_fixture() {
    let reports = reports();
    let without: Vec<_> = CAUSES
        .iter()
        .map(|cause| cause.name)
        .filter(|cause| !OF_TWO_LEGS.contains(cause))
        .filter(|cause| !reports.iter().any(|it| is_told(it, cause)))
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn the_document_of_causes_says_what_the_declarations_say() {
    let reports = reports();
    let expected = causes::markdown(CAUSES, |cause| {
        reports.iter().find_map(|it| text::told_verdict(it, cause))
    });
    hold("docs/causes.md", &expected);
}

#[test]
fn the_document_says_what_the_declarations_say() {
    hold("docs/rules.md", &pages::markdown(ALL, example));
}

#[test]
fn the_products_are_those_of_the_table() {
    let products = Products::builtin();
    let expected = product_pages::markdown(&products, snippets::ALL);
    hold("docs/products.md", &expected);
    let (_, sample) = expected.split_once("```toml\n").unwrap();
    let (sample, _) = sample.split_once("```").unwrap();
    let extended = products.clone().with(sample);
    assert!(extended.is_ok(), "{}", extended.unwrap_err());
    assert!(extended.unwrap().all().len() > products.all().len());
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
