//! The rules as values that every list and explanation is made from: JSON and the Markdown
//! table here, text in `text::catalogue`. It knows their words, not their checks.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use super::causes;
use crate::rules::{Rule, Table};

/// The name and number of the JSON form.
pub const SCHEMA: &str = "wsblame.rules/1";

/// What is said of one rule.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// The heading of its table.
    pub table: &'static str,
    /// How serious it is, unless its check says otherwise for a case.
    pub severity: &'static str,
    /// Where the requirement is written.
    pub reference: &'static str,
    /// When it fires, in one line.
    pub summary: &'static str,
    /// What it means that it fired.
    pub meaning: &'static str,
    /// Why that breaks connections.
    pub harm: &'static str,
    /// What real software says when it meets it: `library: text`.
    pub says: &'static [&'static str],
    /// What usually is behind it, the commonest first.
    pub causes: &'static [&'static str],
    /// What to change.
    pub fix: &'static str,
}

impl From<&Rule> for Entry {
    fn from(rule: &Rule) -> Self {
        Self {
            name: rule.name,
            table: rule.table.as_str(),
            severity: rule.severity.as_str(),
            reference: rule.reference,
            summary: rule.summary,
            meaning: rule.meaning,
            harm: rule.harm,
            says: rule.says,
            causes: rule.causes,
            fix: rule.fix,
        }
    }
}

/// The entries of these rules, in their order.
#[must_use]
pub fn entries(rules: &[&Rule]) -> Vec<Entry> {
    rules.iter().map(|rule| Entry::from(*rule)).collect()
}

/// Entries by table, in the catalogue's order; tables without any are left out.
pub(super) fn by_table(entries: &[Entry]) -> impl Iterator<Item = (&'static str, Vec<&Entry>)> {
    Table::ALL.into_iter().filter_map(|table| {
        let table = table.as_str();
        let of: Vec<_> = entries.iter().filter(|it| it.table == table).collect();
        (!of.is_empty()).then_some((table, of))
    })
}

/// Writes the entries, and those of causes, as JSON, with a line end behind it.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json(
    entries: &[Entry],
    causes: &[causes::Entry],
    out: &mut (impl io::Write + ?Sized),
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Catalogue<'a> {
        schema: &'static str,
        rules: &'a [Entry],
        causes: &'a [causes::Entry],
    }
    let catalogue = Catalogue {
        schema: SCHEMA,
        rules: entries,
        causes,
    };
    super::json::write_value(&catalogue, out)
}

/// The table of the README: by table of the catalogue, a row for each rule.
#[must_use]
pub fn markdown_table(rules: &[&Rule]) -> String {
    markdown(&entries(rules))
}

fn markdown(entries: &[Entry]) -> String {
    let mut table = "| rule | severity | found when |\n|---|---|---|\n".to_owned();
    for (heading, of) in by_table(entries) {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| **{heading}** | | |");
        for entry in of {
            let summary = cell(entry.summary);
            let _ = writeln!(
                table,
                "| `{}` | {} | {summary} |",
                entry.name, entry.severity
            );
        }
    }
    table
}

/// A text that begins no element. Underscores inside words begin none.
pub(super) fn plain(text: &str) -> String {
    cell(text).replace("\\_", "_")
}

/// A text that cannot end its cell or begin an element.
pub(super) fn cell(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if matches!(character, '|' | '\\' | '<' | '*' | '_' | '[') {
            escaped.push('\\');
        }
        escaped.push(if character == '\n' { ' ' } else { character });
    }
    escaped
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::report) const RSV: Entry = Entry {
        name: "rsv-without-extension",
        table: "Frames",
        severity: "error",
        reference: "RFC 6455 section 5.2",
        summary: "RSV1, RSV2 or RSV3 is set and no agreed extension defines that bit",
        meaning: "The sender set a bit that only an extension may give a meaning, and the 101 of \
                  this connection names no such extension.",
        harm: "Every receiver must fail the connection: it cannot know what the payload is.",
        says: &[
            "Node ws: Invalid WebSocket frame: RSV1 must be clear",
            "tungstenite: Reserved bits are non-zero",
        ],
        causes: &[
            "a proxy took Sec-WebSocket-Extensions out of the 101, and the server compresses",
            "bytes of an HTTP response stand where a frame was due",
        ],
        fix: "Let the header pass, or switch compression off on the server.",
    };

    pub(in crate::report) const KEY: Entry = Entry {
        name: "bad-key",
        table: "Handshake",
        severity: "error",
        summary: "Sec-WebSocket-Key is absent | repeated",
        ..RSV
    };

    #[test]
    fn the_markdown_table_has_a_row_for_each_rule_by_table() {
        insta::assert_snapshot!(markdown(&[KEY, RSV]), @r"
        | rule | severity | found when |
        |---|---|---|
        | **Frames** | | |
        | `rsv-without-extension` | error | RSV1, RSV2 or RSV3 is set and no agreed extension defines that bit |
        | **Handshake** | | |
        | `bad-key` | error | Sec-WebSocket-Key is absent \| repeated |
        ");
    }

    #[test]
    fn json_lists_every_entry() {
        let mut out = Vec::new();
        write_json(&[RSV, KEY], &[], &mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["schema"], SCHEMA);
        assert_eq!(value["rules"][1]["name"], "bad-key");
        assert_eq!(value["rules"][0]["causes"][1], RSV.causes[1]);
        assert_eq!(value["rules"][0]["says"][0], RSV.says[0]);
    }

    #[test]
    fn json_holds_no_character_that_a_terminal_acts_on() {
        let entry = Entry {
            fix: "\u{9b}31m\u{202e}",
            ..RSV
        };
        let mut out = Vec::new();
        write_json(&[entry], &[], &mut out).unwrap();
        assert!(out.is_ascii());
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["rules"][0]["fix"], entry.fix);
    }
}
