use proptest::prelude::*;

use super::*;
use crate::report::explanation::{explain, write_json};
use crate::report::model::Report;
use crate::report::sample;
use crate::report::text::page::WIDTH;

fn screen(pasted: &str, report: Option<&Report>) -> String {
    let mut out = Vec::new();
    write(&explain(pasted, report), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    anstream::adapter::strip_str(&text).to_string()
}

#[test]
fn an_unknown_text_is_said_to_be_unknown() {
    insta::assert_snapshot!(screen("segmentation fault\u{1b}[2J", None), @r#"
    "segmentation fault\u{1b}[2J"
      is none of the texts that wsblame knows, and not near enough to one to say
        what it means
    "#);
}

#[test]
fn an_unknown_text_with_a_capture_tells_what_that_shows() {
    let text = screen("segmentation fault", Some(&sample::runbook()));
    assert!(text.contains("What the capture shows"), "{text}");
    assert!(text.contains("[rsv-without-extension]"), "{text}");
}

#[test]
fn the_answer_stands_first() {
    let report = sample::runbook();
    let text = screen("Invalid WebSocket frame: RSV1 must be clear", Some(&report));
    let answer = text.lines().take(4).collect::<Vec<_>>().join("\n");
    assert!(answer.contains("the capture supports:"), "{text}");
    assert!(
        answer.contains("packet\u{a0}48") || answer.contains("packet 48"),
        "{text}"
    );
}

#[test]
fn every_text_is_explained_within_the_page() {
    for symptom in &crate::symptoms::Knowledge::get().symptoms {
        for (_, pasted) in &symptom.texts {
            for report in [None, Some(&sample::runbook())] {
                let text = screen(pasted, report);
                let wide = text.lines().find(|line| line.chars().count() > WIDTH);
                assert_eq!(wide, None, "{pasted}");
            }
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_text_is_shown_harmlessly_and_bounded(
        text in "\\PC{0,100}|([\\x00-\\x1f\\x7f\\u{80}-\\u{9f}\\u{200b}-\\u{202e}]|1006|RSV1|must|be|clear| ){0,300}",
        with_capture in any::<bool>(),
    ) {
        let report = sample::runbook();
        let explanation = explain(&text, with_capture.then_some(&report));
        let shown = screen(&text, with_capture.then_some(&report));
        let harmful = |it: char| it != '\n' && !crate::untrusted::Shown(it).is_harmless();
        prop_assert_eq!(shown.chars().find(|it| harmful(*it)), None);
        prop_assert!(shown.len() < 100_000);
        let mut json = Vec::new();
        write_json(&explanation, &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        prop_assert_eq!(json.chars().find(|it| harmful(*it)), None);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(read["text"].as_str(), Some(text.as_str()));
    }
}

#[test]
fn a_paste_of_any_length_is_bounded() {
    let shown = screen(&"RSV1 must be clear \u{1b}".repeat(500_000), None);
    assert!(shown.len() < 100_000);
    assert!(shown.contains("only its first 16384 bytes were looked at"));
}
