//! A finding's bytes as a hexdump with its labels under them. It knows where labels stand, and
//! nothing of what bytes mean.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::page::{Line, Page, WIDTH};
use super::words::bounded;
use crate::report::model::{Finding, Label};
use crate::rules::Severity;

/// Bytes in a row, as hexdumps have it.
const ROW: usize = 16;

/// Rows shown: an excerpt holds a frame header and 16 bytes, which is two.
const ROWS: usize = 4;

/// Columns of a byte: two digits and a space.
const COLUMNS: usize = 3;

/// Puts the hexdump on the page; nothing where the finding has no bytes.
pub(super) fn write(page: &mut Page, indent: usize, finding: &Finding) {
    let bytes = decode(&finding.bytes);
    let texts = has_text(&bytes);
    let last = bytes.len().div_ceil(ROW).min(ROWS).saturating_sub(1);
    let gutter = offset(finding, last).map_or(0, |offset| offset.to_string().len());
    for (number, row) in bytes.chunks(ROW).take(ROWS).enumerate() {
        let before = indent + gutter + " | ".len();
        let starts = |it: &Label| Some(on_row(it, number, row.len())?.start);
        let last = finding.labels.iter().filter_map(starts).max();
        // Labels in front of the last one are put below their marks in any case.
        let fits = |it: &Label| starts(it) != last || fits(it, number, row.len(), before);
        let rendered = render(
            finding,
            number,
            row,
            texts && bytes.len() > ROW,
            texts,
            fits,
        );
        // The first line is an empty one of the gutter, and rows are as wide as their offset.
        let offset = offset(finding, number).map_or(0, |offset| offset.to_string().len());
        let rows = rendered.split_once('\n').map_or("", |(_, rows)| rows);
        // Without a label there is another empty line of the gutter at the end.
        let labelled = finding
            .labels
            .iter()
            .any(|it| on_row(it, number, row.len()).is_some());
        let rows = match rows.split_once('\n') {
            Some((bytes, _)) if !labelled => bytes,
            _ => rows,
        };
        page.verbatim(indent + gutter - offset, rows);
        for label in finding.labels.iter().filter(|it| !fits(it)) {
            let at = on_row(label, number, row.len()).map_or(0, |range| range.start * COLUMNS);
            let head = format!("{}| {}", " ".repeat(indent + gutter + 1), " ".repeat(at));
            let hanging = head.chars().count();
            page.entry(Line::new(head), hanging, bounded(&label.text));
        }
    }
}

/// Whether a label's text, if it is told in this row, fits beside its mark; the row's bytes begin
/// in column `before`.
fn fits(label: &Label, number: usize, bytes: usize, before: usize) -> bool {
    let begins_here = label.start >= number * ROW;
    let beside = on_row(label, number, bytes).filter(|_| begins_here);
    beside.is_none_or(|range| before + range.end * COLUMNS + label.text.chars().count() <= WIDTH)
}

/// The stream offset of a row's first byte, which numbers it.
fn offset(finding: &Finding, row: usize) -> Option<usize> {
    let start = usize::try_from(finding.stream_offset?).ok()?;
    start.checked_add(row * ROW)
}

fn render(
    finding: &Finding,
    number: usize,
    row: &[u8],
    padded: bool,
    texts: bool,
    fits: impl Fn(&Label) -> bool,
) -> String {
    let mut source: String = row.iter().map(|byte| format!("{byte:02x} ")).collect();
    if texts {
        let width = if padded { ROW * COLUMNS } else { 0 };
        source = format!("{source:<width$} {}", printable(row));
    }
    let mut snippet = Snippet::source(source.trim_end().to_owned()).fold(false);
    snippet = match offset(finding, number) {
        Some(offset) => snippet.line_start(offset),
        None => snippet.line_numbering(false),
    };
    let start = number * ROW;
    for label in &finding.labels {
        let Some(range) = on_row(label, number, row.len()) else {
            continue;
        };
        let kind = if label.offending {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let span = range.start * COLUMNS..range.end * COLUMNS - 1;
        // A label that began in an earlier row said its text there.
        let begins_here = label.start >= start;
        let text = (begins_here && fits(label)).then(|| bounded(&label.text));
        snippet = snippet.annotation(kind.span(span).label(text));
    }
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    Renderer::styled().render(&[Group::with_level(level).element(snippet)])
}

/// The bytes of a row that a label stands at.
fn on_row(label: &Label, number: usize, bytes: usize) -> Option<Range<usize>> {
    let row = number * ROW;
    let start = label.start.max(row) - row;
    let end = label.start.saturating_add(label.length);
    let end = end.checked_sub(row)?.min(bytes);
    (start < end).then_some(start..end)
}

pub(in crate::report) fn decode(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks_exact(2)
        .map_while(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// Whether the bytes read as text somewhere: a column of dots would help nobody.
fn has_text(bytes: &[u8]) -> bool {
    const WORD: usize = 4;
    bytes
        .windows(WORD)
        .any(|word| word.iter().all(u8::is_ascii_graphic))
}

pub(in crate::report) fn printable(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '.',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{finding, label};

    fn shown(bytes: &[u8], offset: Option<u64>, labels: Vec<Label>) -> String {
        let mut page = Page::default();
        let finding = Finding {
            bytes: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            stream_offset: offset,
            labels,
            ..finding("injected-http-response", Severity::Error, 1, 0, "")
        };
        write(&mut page, 2, &finding);
        let text = page.into_text();
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn labels_stand_under_their_bytes() {
        let labels = vec![
            label(0, 1, "RSV1", true),
            label(1, 1, "30 bytes, not masked", false),
        ];
        insta::assert_snapshot!(shown(&[0xc1, 0x1e, 0xaa], Some(214), labels), @r"
        214 | c1 1e aa
            | ^^ -- 30 bytes, not masked
            | |
            | RSV1
        ");
    }

    #[test]
    fn a_long_excerpt_has_rows_with_their_offsets_and_its_text() {
        let labels = vec![
            label(0, 16, "status line of an HTTP response", true),
            label(17, 6, "product", false),
        ];
        let bytes = b"HTTP/1.1 502 Bad\r\nServer: x";
        insta::assert_snapshot!(shown(bytes, Some(90), labels), @r"
         90 | 48 54 54 50 2f 31 2e 31 20 35 30 32 20 42 61 64  HTTP/1.1 502 Bad
            | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            | status line of an HTTP response
        106 | 0d 0a 53 65 72 76 65 72 3a 20 78                 ..Server: x
            |    ----------------- product
        ");
    }

    #[test]
    fn a_label_over_two_rows_says_its_text_once() {
        let shown = shown(&[7; 20], Some(0), vec![label(14, 4, "here", true)]);
        assert_eq!(shown.matches("here").count(), 1, "{shown}");
        assert_eq!(shown.matches("^^^^^").count(), 2, "{shown}");
    }

    #[test]
    fn a_label_too_long_to_stand_beside_its_bytes_stands_below() {
        let labels = vec![
            label(0, 1, "RSV1: compressed", false),
            label(
                2,
                16,
                "no DEFLATE data that can be read; its beginning",
                true,
            ),
        ];
        let shown = shown(&[7; 18], Some(195), labels);
        assert!(
            shown.lines().all(|line| line.chars().count() <= 80),
            "{shown}"
        );
        insta::assert_snapshot!(shown, @r"
        195 | 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07
            | --    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            | |
            | RSV1: compressed
            |       no DEFLATE data that can be read; its beginning
        211 | 07 07
            | ^^^^^
        ");
    }

    #[test]
    fn labels_beside_the_bytes_do_no_harm() {
        for (start, length) in [(3, 1), (usize::MAX, usize::MAX), (0, 0), (1, usize::MAX)] {
            shown(&[1, 2, 3], None, vec![label(start, length, "x", true)]);
            shown(
                &[1, 2, 3],
                Some(u64::MAX),
                vec![label(start, length, "x", true)],
            );
        }
        assert_eq!(shown(&[], Some(1), vec![label(0, 1, "x", true)]), "");
    }

    #[test]
    fn digits_that_are_none_end_the_excerpt() {
        assert_eq!(decode("c11e"), [0xc1, 0x1e]);
        assert_eq!(decode("c1é"), [0xc1]);
        assert_eq!(decode("c1zz22"), [0xc1]);
    }
}
