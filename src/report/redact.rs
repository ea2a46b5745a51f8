//! Taking Close reasons out of a finished report. It knows every place where one can stand: the
//! Close frames, what findings about the closing quote, and the excerpts of findings.

use super::model::{Close, Comparison, Connection, Finding, Report, Verdict};
use crate::rules::{self, Table};

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

/// Replaces every Close reason of a comparison.
pub fn comparison(comparison: &mut Comparison) {
    comparison.connections.iter_mut().for_each(redact);
    for pair in &mut comparison.pairs {
        let Some(verdict) = &mut pair.verdict else {
            continue;
        };
        let Verdict {
            explanation,
            evidence,
            ..
        } = verdict;
        for text in evidence.iter_mut().chain([explanation]) {
            *text = without_quotations(text);
        }
    }
}

fn redact(connection: &mut Connection) {
    for finding in &mut connection.findings {
        if may_quote_a_reason(finding) {
            finding.message = without_quotations(&finding.message);
        }
        cut_excerpt(finding);
    }
    if let Some(verdict) = &mut connection.verdict {
        redact_verdict(verdict);
    }
    let Close { client, server, .. } = &mut connection.close;
    for close in [client, server].into_iter().flatten() {
        if !close.reason.is_empty() {
            REDACTED.clone_into(&mut close.reason);
        }
    }
}

/// What a verdict stands on may quote a reason, as the findings do.
fn redact_verdict(verdict: &mut Verdict) {
    let Verdict {
        explanation,
        evidence,
        against,
        alternatives,
        ..
    } = verdict;
    let reasons = alternatives.iter_mut().map(|other| &mut other.reason);
    let texts = evidence.iter_mut().chain(against).chain(reasons);
    for text in texts.chain([explanation]) {
        *text = without_quotations(text);
    }
}

/// Whether its message may quote a reason. Rules about the closing quote nothing else; one that
/// is not known may quote anything.
fn may_quote_a_reason(finding: &Finding) -> bool {
    rules::find(finding.rule).is_none_or(|rule| rule.table == Table::Closing)
}

/// The message with nothing between its quotation marks.
///
/// Looking for the reason itself would not do: a message has the bytes, a Close of the report
/// their text, and where they are no text the two are not the same.
pub(crate) fn without_quotations(message: &str) -> String {
    let mut kept = String::new();
    let mut characters = message.chars();
    while let Some(character) = characters.next() {
        kept.push(character);
        if character == '"' {
            pass_quotation(&mut characters);
            kept.push_str(REDACTED);
            kept.push('"');
        }
    }
    kept
}

/// Passes over a quotation and the mark that ends it, which is one without a backslash
/// ([`Untrusted`](crate::untrusted::Untrusted)).
fn pass_quotation(characters: &mut std::str::Chars<'_>) {
    while let Some(character) = characters.next() {
        match character {
            '"' => return,
            '\\' => drop(characters.next()),
            _ => {}
        }
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
    use crate::untrusted::Untrusted;

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
    fn a_reason_is_gone_whatever_it_is_made_of() {
        let long = "secret ".repeat(40);
        for reason in [
            b"secret".as_slice(),
            b"x\"): secret, \"secret",
            b"secret\\",
            b"\"",
            b"secret\xff\xfe secret",
            long.as_bytes(),
        ] {
            let mut report = sample::runbook();
            let connection = &mut report.connections[0];
            if let Some(close) = &mut connection.close.client {
                close.reason = String::from_utf8_lossy(reason).into_owned();
            }
            connection.findings[2].message = format!(
                "the client closed with 1002 (protocol error, \"{}\"): it complains",
                Untrusted(reason)
            );
            close_reasons(&mut report);
            let text = whole_text(&report);
            assert!(!text.contains("secret"), "{text}");
            assert_eq!(
                report.connections[0].findings[2].message,
                "the client closed with 1002 (protocol error, \"[redacted]\"): it complains"
            );
        }
    }

    #[test]
    fn words_that_a_reason_is_part_of_stay() {
        let mut report = sample::runbook();
        let connection = &mut report.connections[0];
        if let Some(close) = &mut connection.close.client {
            close.reason = "e".to_owned();
        }
        let blamed = "an HTTP response: 403, Server \"e\"";
        connection.findings[1].rule = "injected-http-response";
        connection.findings[1].message = blamed.to_owned();
        connection.findings[2].message = "the client echoes".to_owned();
        close_reasons(&mut report);
        let findings = &report.connections[0].findings;
        assert_eq!(findings[1].message, blamed);
        assert_eq!(findings[2].message, "the client echoes");
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
