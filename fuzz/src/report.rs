//! What must hold of every report, whatever the capture holds.

use wsblame::report::model::Report;
use wsblame::report::{json, markdown, text};

/// Checks a report by its words and numbers; gives its JSON.
pub fn check(report: &Report) -> Vec<u8> {
    check_numbers(report);
    let mut shown = Vec::new();
    text::write(report, &mut shown).unwrap();
    check_text(&shown);
    let mut shown = Vec::new();
    markdown::write(report, None, &mut shown).unwrap();
    check_text(&shown);
    let bytes = to_json(report);
    check_json(&bytes, report);
    bytes
}

/// The report's JSON.
pub fn to_json(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    json::write(report, &mut bytes).unwrap();
    bytes
}

fn check_numbers(report: &Report) {
    let summary = &report.summary;
    assert_eq!(summary.connections, report.connections.len() as u64);
    let broken = report.connections.iter().filter(|it| it.broken).count();
    assert_eq!(summary.broken, broken as u64);
    for (id, connection) in (1..).zip(&report.connections) {
        assert_eq!(connection.id, id);
        assert!(connection.start <= connection.end);
        let one_input = report.inputs.len() == 1;
        for finding in &connection.findings {
            assert!(finding.count > 0, "{finding:?}");
            if one_input {
                let lasts = finding.packet <= finding.last_packet;
                assert!(lasts || finding.count > 1, "{finding:?}");
            }
            let shown = finding.bytes.len() / 2;
            for label in &finding.labels {
                assert!(label.start + label.length <= shown, "{finding:?}");
            }
        }
        for captured in [&connection.captured.client, &connection.captured.server] {
            assert_eq!(captured.gaps == 0, captured.missing_bytes == 0);
        }
    }
}

/// Only line ends and the sequences that select a style are more than plain characters.
fn check_text(shown: &[u8]) {
    let text = std::str::from_utf8(shown).expect("the text is UTF-8");
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\n' => {}
            '\u{1b}' => {
                assert_eq!(characters.next(), Some('['), "{text:?}");
                let end = characters.find(|it| !it.is_ascii_digit() && *it != ';');
                assert_eq!(end, Some('m'), "{text:?}");
            }
            other => assert!(!other.is_control(), "{other:?} in {text:?}"),
        }
    }
}

fn check_json(bytes: &[u8], report: &Report) {
    assert!(bytes.iter().all(|byte| *byte >= b' ' || *byte == b'\n'));
    let value: serde_json::Value = serde_json::from_slice(bytes).expect("the JSON is JSON");
    let connections = value["connections"].as_array().unwrap();
    assert_eq!(connections.len(), report.connections.len());
}
