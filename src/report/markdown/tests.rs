//! What captures hold, put before a CommonMark parser: it must open nothing, and read as it was.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::document::{Document, Level};
use super::escape::Inline;
use super::*;
use crate::report::model::Verdict;
use crate::report::model::{Alternative, Confidence, Party};
use crate::report::sample;
use crate::untrusted::Shown;

fn shown(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, None, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Whatever a renderer may take a text for.
fn parse(text: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
    Parser::new_ext(text, options)
}

/// The blocks of a document, without the texts in them; nothing but what this report is made of.
fn skeleton(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut in_code = false;
    for event in parse(text) {
        match event {
            Event::Text(text) if !in_code => {
                let acts = |it: char| "@#<>[]`|\\*_~&$!^".contains(it);
                assert!(!text.contains(acts), "{text:?}");
                for acts in ["://", "www.", "//"] {
                    assert!(!text.contains(acts), "{text:?}");
                }
            }
            Event::Text(_) | Event::Code(_) => {}
            Event::Start(ref tag) => {
                match tag {
                    Tag::CodeBlock(_) => in_code = true,
                    Tag::Paragraph
                    | Tag::Heading { .. }
                    | Tag::List(None)
                    | Tag::Item
                    | Tag::Table(_)
                    | Tag::TableHead
                    | Tag::TableRow
                    | Tag::TableCell
                    | Tag::Strong => {}
                    other => panic!("{other:?} in {text}"),
                }
                blocks.push(format!("{event:?}"));
            }
            Event::End(tag) => {
                in_code &= tag != TagEnd::CodeBlock;
                blocks.push(format!("{tag:?}"));
            }
            other => panic!("{other:?} in {text}"),
        }
    }
    blocks
}

fn with_verdict(texts: &[String]) -> Report {
    let mut report = sample::filled(texts);
    let mut texts = texts.iter().cycle().skip(3);
    let mut text = || texts.next().cloned().unwrap_or_default();
    report.connections[0].verdict = Some(Box::new(Verdict {
        party: Party::Intermediary,
        confidence: Confidence::Likely,
        cause: "extension-response-stripped",
        product: Some(text()),
        explanation: text(),
        remedy: "Let it pass.".to_owned(),
        snippets: Vec::new(),
        confirm: Some(text()),
        evidence: vec![text(), text()],
        against: vec![text()],
        alternatives: vec![Alternative {
            cause: "idle-timeout",
            party: Party::ServerSide,
            confidence: Confidence::Possible,
            reason: text(),
        }],
        next_capture: None,
    }));
    report
}

/// What has been tried on renderers.
const HOSTILE: [&str; 40] = [
    "@everyone",
    "a@b.example",
    "#1 owner/repo#1 GH-1 ABC-123",
    "!1 $1 ~label %milestone &epic",
    "[x](http://evil.example)",
    "![x](//evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "</td></table><script>",
    "<!-- ",
    "<http://evil.example>",
    "http://evil.example",
    "www.evil.example",
    "javascript:alert(1)",
    "[x]: http://evil.example",
    "[^1]",
    "[[wiki]]",
    "&lt;b&gt; &#64;",
    "# heading",
    "heading\n=====",
    "- item",
    "1. item",
    "+ item",
    "* item",
    "> quotation",
    "---",
    "***",
    "| a | b |\n| --- | --- |",
    "a\\|b",
    "```\nout",
    "`````````` ` ``",
    "`",
    "\\",
    "a`b`c``d``",
    "**strong** _emphasis_ ~~gone~~",
    "    indented",
    "two  \nlines\\\nthree",
    ":100: :smile:",
    "{code}out{code} h1. heading",
    "\"unclosed `",
    "\u{202e}drow\u{200b}\u{feff}\u{2028}\0\r\n",
];

#[test]
fn nothing_in_a_capture_opens_anything() {
    let plain = skeleton(&shown(&with_verdict(&["word".to_owned()])));
    for hostile in HOSTILE {
        let report = with_verdict(&[hostile.to_owned()]);
        assert_eq!(skeleton(&shown(&report)), plain, "{hostile:?}");
    }
    let all: Vec<String> = HOSTILE.iter().map(|&it| it.to_owned()).collect();
    skeleton(&shown(&with_verdict(&all)));
    skeleton(&shown(&sample::hostile()));
}

#[test]
fn no_name_of_a_file_gets_out_of_its_command() {
    for hostile in HOSTILE {
        let mut report = with_verdict(&[hostile.to_owned()]);
        let connection = &mut report.connections[0];
        for peer in [&mut connection.client, &mut connection.server] {
            peer.address = "192.0.2.1".to_owned();
        }
        let text = shown(&report);
        assert!(text.contains("\ntshark -r "), "{text}");
        skeleton(&text);
    }
}

/// A text in each place that there is, and what is read in each.
fn read_back(text: &str) -> Vec<String> {
    let mut document = Document::default();
    document.heading(Level(2), &Inline::text(text));
    document.paragraph(&Inline::text(text));
    document.list([Inline::text(text), Inline::code(text)]);
    document.table(["a", "b"], [[Inline::text(text), Inline::code(text)]]);
    let markdown = document.into_text();
    skeleton(&markdown);
    let mut read = vec![String::new()];
    for event in parse(&markdown) {
        match event {
            Event::Text(text) | Event::Code(text) => read.last_mut().unwrap().push_str(&text),
            Event::End(
                TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell,
            ) => read.push(String::new()),
            _ => {}
        }
    }
    read
}

fn reads_as_it_was(text: &str) {
    let harmless = |text: &str| -> String {
        let text = text.replace(crate::report::words::NO_BREAK, " ");
        text.chars().map(|it| Shown(it).to_string()).collect()
    };
    let whole = harmless(text);
    if whole.trim().is_empty() {
        // There is no paragraph then.
        return;
    }
    let line = whole.trim_start_matches(' ').trim_end_matches(' ');
    let cell = |text: &str| text.replace("\\|", "\\\\u{7c}");
    let expected = [
        line.to_owned(),
        line.to_owned(),
        line.to_owned(),
        whole.clone(),
        "a".to_owned(),
        "b".to_owned(),
        cell(line),
        cell(&whole),
        String::new(),
    ];
    let read: Vec<_> = read_back(text);
    for (read, expected) in read.iter().zip(&expected) {
        assert_eq!(read.trim_end(), expected.trim_end(), "{text:?}");
    }
    assert_eq!(read.len(), expected.len(), "{text:?}");
}

#[test]
fn a_text_reads_as_it_was_wherever_it_stands() {
    for hostile in HOSTILE {
        reads_as_it_was(hostile);
    }
}

#[test]
fn ten_thousand_connections_are_a_page() {
    let with_verdict = with_verdict(&["word".to_owned()]);
    let verdict = with_verdict.connections[0].verdict.clone();
    let connections = (1..=10_000).map(|id| {
        let mut connection = sample::runbook_connection(id);
        connection.verdict = verdict.clone();
        if id % 20 == 0 {
            connection.verdict.as_mut().unwrap().cause = "idle-timeout";
        }
        connection
    });
    let report = sample::report(vec![sample::input("ws.pcap")], connections.collect());
    let text = shown(&report);
    skeleton(&text);
    assert!(text.lines().count() < 300, "{}", text.lines().count());
    let (most, fewer) = (text.find("| 9500 |"), text.find("| 500 |"));
    assert!(most.unwrap() < fewer.unwrap());
    for heading in ["broke connection 1\n", "broke connection 20\n"] {
        assert_eq!(text.matches(heading).count(), 1, "{heading}");
    }
    assert!(text.contains("And 9978 more"), "{text}");
    let mut out = Vec::new();
    write(&report, Some(5), &mut out).unwrap();
    let more = String::from_utf8(out).unwrap();
    assert_eq!(more.matches("broke connection").count(), 5);
}

#[test]
fn the_first_words_say_who_and_how_sure() {
    let text = shown(&with_verdict(&["word".to_owned()]));
    let begin = "# An intermediary (word) broke this WebSocket connection\n";
    assert!(text.starts_with(begin), "{text}");
    assert!(text.contains("- **How sure:** likely: "), "{text}");
}

#[test]
fn what_is_missing_is_no_clean_bill() {
    let whole = sample::report(vec![sample::input("ws.pcap")], vec![sample::connection(1)]);
    let text = shown(&whole);
    assert!(
        text.starts_with("# Clean: 1 WebSocket connection, no violation\n"),
        "{text}"
    );
    let text = shown(&sample::clean_with_gaps());
    assert!(text.contains(" in what was captured\n"), "{text}");
    assert!(text.contains("nobody vouches for it"), "{text}");
    let nothing = sample::report(vec![sample::input("ws.pcap")], Vec::new());
    assert!(shown(&nothing).starts_with("# Nothing to judge\n"));
}

fn telling() -> impl Strategy<Value = String> {
    let signs = "`|\\\"[]()<>@#&*_~!$%^:;./-+=?'{} \n\t\u{a0}\u{202e}1aZ";
    let signs: Vec<char> = signs.chars().collect();
    let character = prop_oneof![4 => prop::sample::select(signs), 1 => any::<char>()];
    prop::collection::vec(character, 0..30).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn every_text_reads_as_it_was(text in telling()) {
        reads_as_it_was(&text);
    }

    #[test]
    fn no_texts_of_a_capture_open_anything(texts in prop::collection::vec(telling(), 1..20)) {
        skeleton(&shown(&with_verdict(&texts)));
    }
}
