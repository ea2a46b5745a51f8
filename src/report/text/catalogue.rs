//! The rules as text: the list, and one of them explained. It knows how they are laid out.

use std::io::{self, Write};

use super::finding;
use super::page::{FAINT, Line, PLAIN, Page, STRONG};
use crate::report::catalogue::{Entry, by_table};
use crate::rules::Severity;

/// Writes a line for each rule, by table.
///
/// # Errors
///
/// Those of `out`.
pub fn write_list(entries: &[Entry], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut page = Page::default();
    let width = entries.iter().map(|it| it.name.len()).max().unwrap_or(0);
    for (table, of) in by_table(entries) {
        page.line(0, Line::default().and(STRONG, table));
        for entry in of {
            let head = Line::new("  ")
                .and(style(entry), format!("{:<7}", entry.severity))
                .and(PLAIN, format!("  {:<width$}  ", entry.name));
            page.entry(head, 2 + 7 + 2 + width + 2, entry.summary);
        }
        page.blank();
    }
    out.write_all(page.into_text().as_bytes())
}

/// Writes everything that is said of one rule.
///
/// # Errors
///
/// Those of `out`.
pub fn write_explanation(entry: &Entry, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut page = Page::default();
    let head = Line::default()
        .and(STRONG, entry.name)
        .and(PLAIN, " – ")
        .and(style(entry), entry.severity)
        .and(FAINT, format!(" – {}, {}", entry.table, entry.reference));
    page.line(0, head);
    page.entry(Line::new("  "), 2, entry.summary);
    section(&mut page, "What it means", &[entry.meaning]);
    section(&mut page, "Why it breaks connections", &[entry.harm]);
    section(&mut page, "What software says", entry.says);
    section(&mut page, "Usual causes", entry.causes);
    section(&mut page, "What to change", &[entry.fix]);
    out.write_all(page.into_text().as_bytes())
}

pub(super) fn section(page: &mut Page, heading: &str, texts: &[&str]) {
    if texts.iter().all(|text| text.is_empty()) {
        return;
    }
    page.blank();
    page.line(0, Line::default().and(STRONG, heading));
    for text in texts {
        let head = if texts.len() > 1 { "  - " } else { "  " };
        page.entry(Line::new(head), head.len(), *text);
    }
}

fn style(entry: &Entry) -> anstyle::Style {
    let all = [Severity::Error, Severity::Warning, Severity::Info];
    let severity = all.into_iter().find(|it| it.as_str() == entry.severity);
    severity.map_or(PLAIN, finding::style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::catalogue::tests::{KEY, RSV};

    fn stripped(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn the_list_goes_by_table() {
        insta::assert_snapshot!(stripped(|out| write_list(&[KEY, RSV], out)), @r"
        Frames
          error    rsv-without-extension  RSV1, RSV2 or RSV3 is set and no agreed
                                          extension defines that bit

        Handshake
          error    bad-key                Sec-WebSocket-Key is absent | repeated

        ");
    }

    #[test]
    fn a_rule_is_explained_with_causes_and_fix() {
        insta::assert_snapshot!(stripped(|out| write_explanation(&RSV, out)), @r"
        rsv-without-extension – error – Frames, RFC 6455 section 5.2
          RSV1, RSV2 or RSV3 is set and no agreed extension defines that bit

        What it means
          The sender set a bit that only an extension may give a meaning, and the 101 of
          this connection names no such extension.

        Why it breaks connections
          Every receiver must fail the connection: it cannot know what the payload is.

        What software says
          - Node ws: Invalid WebSocket frame: RSV1 must be clear
          - tungstenite: Reserved bits are non-zero

        Usual causes
          - a proxy took Sec-WebSocket-Extensions out of the 101, and the server
            compresses
          - bytes of an HTTP response stand where a frame was due

        What to change
          Let the header pass, or switch compression off on the server.
        ");
    }
}
