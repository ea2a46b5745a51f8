//! Taking Close reasons out of a finished report. It knows every place where one can stand: the
//! Close frames, the messages of findings, and their excerpts.

use super::model::{Close, Connection, Finding, Report};
use crate::untrusted::Untrusted;

/// What stands where a reason stood.
const REDACTED: &str = "[redacted]";

/// Hexadecimal digits of the two bytes of a Close code.
const CODE_DIGITS: usize = 4;

/// Replaces every Close reason.
pub fn close_reasons(report: &mut Report) {
    for connection in &mut report.connections {
        redact(connection);
    }
}

fn redact(connection: &mut Connection) {
    let shown = shown_reasons(&connection.close);
    for finding in &mut connection.findings {
        for reason in &shown {
            finding.message = without(&finding.message, reason);
        }
        cut_excerpt(finding);
    }
    let Close { client, server, .. } = &mut connection.close;
    for close in [client, server].into_iter().flatten() {
        if !close.reason.is_empty() {
            REDACTED.clone_into(&mut close.reason);
        }
    }
}

/// The reasons as messages quote them, the longest first: one may be part of the other.
fn shown_reasons(close: &Close) -> Vec<String> {
    let mut shown: Vec<_> = [&close.client, &close.server]
        .into_iter()
        .flatten()
        .filter(|close| !close.reason.is_empty())
        .map(|close| Untrusted(close.reason.as_bytes()).to_string())
        .collect();
    shown.sort_by_key(|reason| std::cmp::Reverse(reason.len()));
    shown
}

/// The message without the reason; a reason that stands there in quotation marks is replaced
/// only there, so that a reason of one letter does not eat the words.
fn without(message: &str, reason: &str) -> String {
    let quoted = format!("\"{reason}\"");
    if message.contains(&quoted) {
        message.replace(&quoted, &format!("\"{REDACTED}\""))
    } else {
        message.replace(reason, REDACTED)
    }
}

/// Leaves a Close frame's header and code in the excerpt of a finding about one.
fn cut_excerpt(finding: &mut Finding) {
    let Some(digits) = close_frame_digits(&finding.bytes) else {
        return;
    };
    if finding.frame.is_none() || digits >= finding.bytes.len() {
        return;
    }
    finding.bytes.truncate(digits);
    let length = digits / 2;
    finding.labels.retain_mut(|label| {
        label.length = label.length.min(length.saturating_sub(label.start));
        label.length > 0
    });
}

/// How many hexadecimal digits of an excerpt are a Close frame's header and code; none if it
/// does not begin with a Close frame.
fn close_frame_digits(bytes: &str) -> Option<usize> {
    const OPCODE: u8 = 0x0f;
    const CLOSE: u8 = 0x8;
    let byte = |at: usize| u8::from_str_radix(bytes.get(at..at + 2)?, 16).ok();
    if byte(0)? & OPCODE != CLOSE {
        return None;
    }
    let second = byte(2)?;
    let length = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let masking_key = if second & 0x80 == 0 { 0 } else { 4 };
    Some(2 * (2 + length + masking_key) + CODE_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn whole_text(report: &Report) -> String {
        serde_json::to_string(report).unwrap()
    }

    #[test]
    fn no_reason_is_left_anywhere() {
        let mut report = sample::runbook();
        let complaint = &mut report.connections[0].findings[2];
        // An unmasked Close 1002 "RSV1 must be clear".
        complaint.bytes = "881403ea52535631206d757374".to_owned();
        complaint.labels = vec![
            sample::label(2, 2, "code 1002", true),
            sample::label(4, 18, "reason", false),
        ];
        close_reasons(&mut report);
        let text = whole_text(&report);
        assert!(!text.contains("must be clear"), "{text}");
        assert!(!text.contains("52535631"), "{text}");
        let complaint = &report.connections[0].findings[2];
        assert_eq!(complaint.bytes, "881403ea");
        assert_eq!(complaint.labels.len(), 1);
        assert!(complaint.message.contains("\"[redacted]\""));
        assert_eq!(
            report.connections[0].close.client.as_ref().unwrap().reason,
            REDACTED
        );
    }

    #[test]
    fn a_masked_close_frame_keeps_its_masked_code() {
        assert_eq!(close_frame_digits("889401020304"), Some(16));
        assert_eq!(close_frame_digits("88fe"), Some(2 * 8 + 4));
        assert_eq!(close_frame_digits("c11e"), None);
        assert_eq!(close_frame_digits("8"), None);
        assert_eq!(close_frame_digits("88é"), None);
    }

    #[test]
    fn an_empty_reason_stays_empty() {
        let mut report = sample::clean_with_gaps();
        close_reasons(&mut report);
        assert_eq!(
            report.connections[0].close.client.as_ref().unwrap().reason,
            ""
        );
    }
}
