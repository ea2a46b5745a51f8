//! The HTML report: what ten captures look like, that it stands for itself and stays well formed
//! whatever stands in a report, and that ten thousand connections do not bury it.
//! `UPDATE_GOLDEN=1` writes the files under `tests/golden` anew; `tests/pictures.sh` takes pictures.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use wsblame::driver::{Options, check};
use wsblame::report::html::{self, TOP};
use wsblame::report::model::Report;
use wsblame::report::saved::Saved;

/// Captures of many kinds: a verdict of each sort, silence, loss, a clean bill, many connections.
const CAPTURES: [&str; 10] = [
    "real/clean-nginx-deflate/capture.pcap",
    "real/extension-header-stripped/capture.pcap",
    "real/handshake-rejected-502/capture.pcap",
    "real/injected-403/capture.pcap",
    "real/ipv6-lossy/capture.pcap",
    "real/mid-stream-start/capture.pcap",
    "real/nginx-idle-15s/capture.pcap",
    "real/reload-storm/capture.pcap",
    "real/server-killed-mid-message/capture.pcap",
    "rules/deflate-bomb/fires.pcap",
];

fn report(capture: &str) -> Report {
    let path = Path::new("fixtures").join(capture);
    check(&[path], &Options::default(), &mut |_, _| {})
}

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    html::write(report, TOP, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn value(report: &Report) -> Value {
    serde_json::to_value(report).unwrap()
}

fn read_back(value: &Value) -> Option<Report> {
    let json = serde_json::to_vec(value).unwrap();
    match Saved::read(&json[..]) {
        Ok(Saved::Report(report)) => Some(*report),
        _ => None,
    }
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

/// Elements that a page is made of; none of them loads or runs anything.
const ELEMENTS: [&str; 54] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "svg",
    "defs",
    "pattern",
    "path",
    "rect",
    "circle",
    "text",
    "g",
    "header",
    "main",
    "section",
    "article",
    "nav",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "p",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "div",
    "span",
    "b",
    "code",
    "pre",
    "br",
    "figure",
    "figcaption",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "!doctype",
    "em",
    "strong",
    "ol",
    "i",
];

/// Attributes of them, beside `aria-` ones.
const ATTRIBUTES: [&str; 32] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "id",
    "width",
    "height",
    "viewbox",
    "viewBox",
    "d",
    "x",
    "y",
    "cx",
    "cy",
    "r",
    "rx",
    "role",
    "tabindex",
    "scope",
    "colspan",
    "text-anchor",
    "patternUnits",
    "stroke",
    "stroke-width",
    "fill",
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "patternunits",
];

/// Holds a page to what makes it one file that harms nobody and that everybody can read.
fn hold_to_structure(text: &str) -> Html {
    let page = Html::parse_document(text);
    assert_eq!(page.errors, Vec::<std::borrow::Cow<'static, str>>::new());
    let mut ids = BTreeSet::new();
    let elements = all(&page, "*");
    for element in &elements {
        let name = element.value().name();
        assert!(ELEMENTS.contains(&name), "{name}");
        for (attribute, value) in element.value().attrs() {
            assert!(ATTRIBUTES.contains(&attribute), "{name} {attribute}");
            let is_plain = |it: char| it.is_ascii_alphanumeric() || "- #".contains(it);
            if ["class", "id", "href", "aria-labelledby"].contains(&attribute) {
                assert!(value.chars().all(is_plain), "{attribute}={value}");
            }
            if attribute == "id" {
                assert!(ids.insert(value.to_owned()), "{value} twice");
            }
        }
    }
    for element in &elements {
        let element = element.value();
        if let Some(link) = element.attr("href") {
            assert!(ids.contains(link.strip_prefix('#').unwrap()), "{link}");
        }
        if let Some(label) = element.attr("aria-labelledby") {
            assert!(ids.contains(label), "{label}");
        }
    }
    for one in ["h1", "main", "title:not(svg title)", "header", "footer"] {
        assert_eq!(all(&page, one).len(), 1, "{one}");
    }
    for svg in all(&page, "svg:not([aria-hidden])") {
        assert!(svg.value().attr("aria-label").is_some());
        assert!(svg.text().next().is_some());
    }
    let mut level = 0;
    for heading in all(&page, "h1, h2, h3, h4, h5") {
        let next = heading.value().name()[1..].parse::<u8>().unwrap();
        assert!(next <= level + 1, "h{next} below h{level}");
        level = next;
    }
    let policy = all(&page, "meta[http-equiv=Content-Security-Policy]");
    let policy = policy[0].value().attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src"));
    let harmful = |it: char| it.is_control() && it != '\n' || "\u{202e}\u{200b}".contains(it);
    assert_eq!(text.chars().find(|it| harmful(*it)), None);
    page
}

#[test]
fn pages_are_as_they_were_accepted() {
    for capture in CAPTURES {
        let page = page(&report(capture));
        hold_to_structure(&page);
        let name = Path::new(capture).parent().unwrap().file_name().unwrap();
        let path = Path::new("tests/golden/html")
            .join(name)
            .with_extension("html");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        let accepted = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            page == accepted,
            "{path:?} is another; UPDATE_GOLDEN=1 cargo test --test html accepts it"
        );
    }
}

#[test]
fn a_page_says_who_and_shows_it() {
    let page = hold_to_structure(&page(&report(CAPTURES[1])));
    let text: String = page.root_element().text().collect();
    for expected in [
        "The WebSocket connection is broken",
        "likely an intermediary (nginx)",
        "proxy_set_header Sec-WebSocket-Extensions",
        "not in the answer, though it was offered",
        "FIN, RSV1, opcode 0x1 (text)",
        "frame.number == 11",
        "No byte of the connections is missing here",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    assert_eq!(all(&page, "article").len(), 1);
    // The frame that breaks the rule is marked, and the complaint that follows from it.
    assert_eq!(all(&page, "svg .badge:not(.soft)").len(), 1);
    assert_eq!(all(&page, "svg .badge.soft").len(), 1);
    assert_eq!(all(&page, "tr.missing").len(), 1);
    assert_eq!(all(&page, "pre b.b").len(), 1);
}

#[test]
fn silence_and_loss_are_drawn_and_written() {
    let page = hold_to_structure(&page(&report("real/nginx-idle-15s/capture.pcap")));
    let holes = all(&page, "svg g:has(.hole)");
    let text: String = holes[0].text().collect();
    assert!(text.contains("nothing passed for"), "{text}");
}

#[test]
fn a_clean_bill_says_what_it_cannot_vouch_for() {
    let page = hold_to_structure(&page(&report(CAPTURES[0])));
    let text: String = page.root_element().text().collect();
    assert!(text.contains("Nothing is broken"), "{text}");
    assert!(text.contains("would not show"));
    assert!(all(&page, "article").is_empty());
}

#[test]
fn the_command_writes_the_page_and_writes_it_again_from_json() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_wsblame"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(1));
        String::from_utf8(run.stdout).unwrap()
    };
    let capture = format!("fixtures/{}", CAPTURES[7]);
    let (written, json) = (at("a.html"), at("a.json"));
    let to = ["check", "--output", &written, "--output", &json];
    run(&[&to[..], &["--quiet", &capture]].concat());
    let again = run(&["report", "--format", "html", &json]);
    assert_eq!(again, std::fs::read_to_string(&written).unwrap());
    let fewer = run(&["report", "--format", "html", "--top", "3", &json]);
    assert_eq!(all(&hold_to_structure(&fewer), "article").len(), 3);
}

/// A report of so many connections, of which so many are broken in five ways.
fn many(connections: usize, broken: usize) -> Report {
    let mut report = value(&report(CAPTURES[1]));
    let kinds: Vec<_> = CAPTURES[1..8]
        .iter()
        .flat_map(|capture| {
            let value = value(&self::report(capture));
            let connections = value["connections"].as_array().unwrap().clone();
            connections.into_iter().filter(|it| it["broken"] == true)
        })
        .take(5)
        .collect();
    let sound = value(&self::report(CAPTURES[0]))["connections"][0].clone();
    let every = connections / broken;
    let all = (0..connections).map(|number| {
        let mut connection = if number % every == 0 {
            kinds[number / every % kinds.len()].clone()
        } else {
            sound.clone()
        };
        let time = |offset: usize| {
            let (minute, second) = ((number + offset) / 180 % 60, (number + offset) / 3 % 60);
            format!(
                "2026-03-01T10:{minute:02}:{second:02}.{:06}Z",
                number % 1000
            )
        };
        connection["id"] = Value::from(number as u64 + 1);
        connection["client"]["address"] =
            Value::from(format!("10.0.{}.{}", number / 250, number % 250));
        connection["start"] = Value::from(time(0));
        connection["end"] = Value::from(time(30));
        connection
    });
    report["connections"] = Value::Array(all.collect());
    let mut report = read_back(&report).unwrap();
    let all = std::mem::take(&mut report.connections);
    report.summary.count(&all);
    report.connections = all;
    report
}

#[test]
fn ten_thousand_connections_are_a_page_not_a_book() {
    let text = page(&many(10_000, 500));
    assert!(text.len() < 3_000_000, "{} bytes", text.len());
    let page = hold_to_structure(&text);
    assert_eq!(all(&page, "article").len(), TOP);
    assert_eq!(
        all(&page, "section[aria-labelledby=rest] tbody tr").len(),
        480
    );
    assert!(all(&page, "svg.chart g").len() <= 40);
    assert!(all(&page, "section[aria-labelledby=overview] tbody tr").len() < 60);
    assert!(all(&page, "*").len() < 20_000, "{}", all(&page, "*").len());
}

#[test]
fn all_of_two_thousand_may_be_broken() {
    let text = page(&many(3000, 3000));
    assert!(text.len() < 5_000_000, "{} bytes", text.len());
    assert!(text.contains("980 more are counted above and not listed here"));
}

/// Members whose strings are words of the contract: nothing else is read back there.
const WORDS: [&str; 14] = [
    "schema",
    "severity",
    "party",
    "confidence",
    "outcome",
    "sender",
    "kind",
    "at",
    "near",
    "bytes",
    "tcp",
    "time",
    "start",
    "end",
];

/// Puts texts, in turn, wherever a report has free text.
fn fill(value: &mut Value, texts: &mut impl Iterator<Item = String>) {
    match value {
        Value::String(text) if text.parse::<wsblame::time::Timestamp>().is_err() => {
            *text = texts.next().unwrap();
        }
        Value::Array(values) => values.iter_mut().for_each(|it| fill(it, texts)),
        Value::Object(members) => {
            for (name, value) in members {
                if !WORDS.contains(&name.as_str()) {
                    fill(value, texts);
                }
            }
        }
        _ => {}
    }
}

fn filled(capture: &str, texts: &[String]) -> Report {
    let mut value = value(&report(capture));
    fill(&mut value, &mut texts.iter().cloned().cycle());
    read_back(&value).unwrap()
}

#[test]
fn markup_in_every_field_stays_text() {
    let texts = [
        "</pre></code></td><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</title></style></svg><svg onload=alert(1)>",
        "javascript:alert(1)",
        "\u{1b}[2J\u{202e}\u{7}\r\n\0",
        "{{ 7 * 7 }}{% raw %}<!--",
    ];
    let joined = "<script>alert(1)</script>{{ 7 * 7 }}\u{1b}[2J\u{202e}\u{7}";
    for capture in &CAPTURES[1..] {
        hold_to_structure(&page(&filled(capture, &texts.map(str::to_owned))));
        let text = page(&filled(capture, &[joined.to_owned()]));
        let page = hold_to_structure(&text);
        let shown: String = page.root_element().text().collect();
        assert!(shown.contains("<script>alert(1)</script>"));
        assert!(shown.contains("{{ 7 * 7 }}"));
        assert!(shown.contains("\\u{1b}[2J\\u{202e}\\u{7}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_stands_in_a_report_stays_text(
        capture in 0..CAPTURES.len(),
        texts in prop::collection::vec(text(), 1..30),
    ) {
        hold_to_structure(&page(&filled(CAPTURES[capture], &texts)));
    }

    #[test]
    fn numbers_of_nobody_do_no_harm(
        capture in 1..CAPTURES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), number()), 1..20),
    ) {
        let mut value = value(&report(CAPTURES[capture]));
        let mut places = Vec::new();
        numbers(&value, "", &mut places);
        for (at, number) in changes {
            let place: &String = at.get(&places);
            *value.pointer_mut(place).unwrap() = number;
        }
        if let Some(report) = read_back(&value) {
            hold_to_structure(&page(&report));
        }
    }
}

/// Texts of which many are markup or not harmless.
fn text() -> impl Strategy<Value = String> {
    let telling: Vec<char> = "<>&'\"/=!-;:{}%#\\` \0\t\n\r\u{1b}\u{7f}\u{9b}\u{202e}\u{200b}"
        .chars()
        .collect();
    let character = prop_oneof![prop::sample::select(telling), any::<char>()];
    prop::collection::vec(character, 0..20).prop_map(String::from_iter)
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::from(0)),
        Just(Value::from(u64::MAX)),
        Just(Value::from(u32::MAX)),
        any::<u64>().prop_map(Value::from),
        (0..300u64).prop_map(Value::from),
        Just(Value::from("9999-12-31T23:59:59.999999999Z")),
        Just(Value::from("1677-09-21T00:12:44Z")),
    ]
}

/// The paths of all numbers and times in a report.
fn numbers(value: &Value, path: &str, all: &mut Vec<String>) {
    match value {
        Value::Number(_) => all.push(path.to_owned()),
        Value::String(text) if text.parse::<wsblame::time::Timestamp>().is_ok() => {
            all.push(path.to_owned());
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                numbers(value, &format!("{path}/{index}"), all);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                numbers(value, &format!("{path}/{name}"), all);
            }
        }
        _ => {}
    }
}

/// Writes the pages that `tests/pictures.sh` takes pictures of.
#[test]
#[ignore = "tests/pictures.sh asks for it"]
fn pages_for_pictures() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    std::fs::create_dir_all(&folder).unwrap();
    let texts = [
        "</pre><script>document.title='owned'</script>",
        "\u{1b}[2J\u{202e}\u{7}\r\n",
        "<b>&amp;</b>",
    ];
    for (name, report) in [
        ("one", report(CAPTURES[1])),
        ("idle", report(CAPTURES[6])),
        ("lossy", report(CAPTURES[4])),
        ("storm", report(CAPTURES[7])),
        ("clean", report(CAPTURES[0])),
        ("many", many(10_000, 500)),
        ("hostile", filled(CAPTURES[1], &texts.map(str::to_owned))),
    ] {
        std::fs::write(folder.join(name).with_extension("html"), page(&report)).unwrap();
    }
}
