//! A finding's bytes as rows of a hexdump, with its labels: narrow enough for a telephone.

use serde::Serialize;

use crate::report::model::{Finding, Label};
use crate::report::text::excerpt::{decode, printable};
use crate::report::words::bounded;

/// Bytes in a row.
const ROW: usize = 8;

/// Bytes that are shown: a frame's header and 16 bytes of payload are fewer.
const BYTES: usize = 64;

/// Labels that are shown.
const LABELS: usize = 16;

/// A hexdump.
#[derive(Serialize)]
pub(super) struct Excerpt {
    rows: Vec<Row>,
    labels: Vec<Told>,
}

/// A row of it.
#[derive(Serialize)]
struct Row {
    /// The stream offset of its first byte.
    offset: String,
    bytes: Vec<Byte>,
    /// Columns that have no byte.
    padding: String,
    text: String,
}

/// A byte of it.
#[derive(Serialize)]
struct Byte {
    hex: String,
    /// `bad`, `known` or nothing.
    mark: &'static str,
}

/// A label: its bytes and its text.
#[derive(Serialize)]
struct Told {
    bytes: String,
    text: String,
    offending: bool,
}

/// The hexdump of a finding; none where it has no bytes.
pub(super) fn view(finding: &Finding) -> Option<Excerpt> {
    let mut bytes = decode(&finding.bytes);
    bytes.truncate(BYTES);
    if bytes.is_empty() {
        return None;
    }
    let start = finding.stream_offset;
    let rows = bytes.chunks(ROW).enumerate().map(|(number, row)| {
        let first = number * ROW;
        let offset = start.map(|it| it.saturating_add(first as u64).to_string());
        let numbered = row.iter().enumerate();
        Row {
            offset: offset.unwrap_or_default(),
            bytes: numbered
                .map(|(at, byte)| Byte {
                    hex: format!("{byte:02x}"),
                    mark: mark(&finding.labels, first + at),
                })
                .collect(),
            // A single row needs none.
            padding: "   ".repeat(bytes.len().min(ROW) - row.len()),
            text: printable(row),
        }
    });
    let mut rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|row| row.offset.len()).max().unwrap_or(0);
    for row in &mut rows {
        row.offset = format!("{:>width$}", row.offset);
    }
    let labels = finding.labels.iter().take(LABELS).map(|label| Told {
        bytes: of_label(&bytes, label),
        text: bounded(&label.text),
        offending: label.offending,
    });
    Some(Excerpt {
        rows,
        labels: labels.collect(),
    })
}

/// The mark of a byte: what breaks the rule goes before what is only known.
fn mark(labels: &[Label], at: usize) -> &'static str {
    let covers = |label: &&Label| {
        let end = label.start.saturating_add(label.length);
        (label.start..end).contains(&at)
    };
    let covering: Vec<_> = labels.iter().filter(covers).collect();
    if covering.iter().any(|label| label.offending) {
        "bad"
    } else if covering.is_empty() {
        ""
    } else {
        "known"
    }
}

/// A label's bytes; of many the first ones.
fn of_label(bytes: &[u8], label: &Label) -> String {
    const SHOWN: usize = 4;
    let of: Vec<_> = bytes
        .iter()
        .skip(label.start)
        .take(label.length)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match of.get(..SHOWN) {
        Some(first) if of.len() > SHOWN => format!("{} …", first.join(" ")),
        _ => of.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{finding, label};

    #[test]
    fn rows_have_offsets_and_labels_their_bytes() {
        let finding = Finding {
            bytes: "c11eaa56c11eaa5600".to_owned(),
            stream_offset: Some(98),
            labels: vec![label(0, 1, "RSV1", true), label(2, 7, "payload", false)],
            ..finding("rsv-without-extension", Severity::Error, 1, 0, "")
        };
        let view = view(&finding).unwrap();
        let offsets: Vec<_> = view.rows.iter().map(|it| it.offset.as_str()).collect();
        assert_eq!(offsets, [" 98", "106"]);
        let marks: Vec<_> = view.rows[0].bytes.iter().map(|it| it.mark).collect();
        assert_eq!(marks[..3], ["bad", "", "known"]);
        assert_eq!(view.labels[1].bytes, "aa 56 c1 1e …");
    }

    #[test]
    fn labels_beside_the_bytes_do_no_harm() {
        let labels = vec![
            label(usize::MAX, usize::MAX, "x", true),
            label(0, 0, "x", true),
        ];
        let finding = Finding {
            bytes: "c1".repeat(500),
            stream_offset: Some(u64::MAX),
            labels,
            ..finding("x", Severity::Error, 1, 0, "")
        };
        assert_eq!(view(&finding).unwrap().rows.len(), 8);
    }

    use crate::rules::Severity;
}
