//! What the report says of packets and connections, as the comments that stand on them. Whatever came
//! from the wire is harmless where it is shown, and with redaction nothing is quoted.

use std::collections::BTreeMap;

use crate::packet::PacketId;
use crate::report::model::{CloseFrame, Connection, Finding, Report, TcpEnd};
use crate::report::redact::without_quotations;
use crate::side::Side;
use crate::untrusted::{Shown, Untrusted};

use super::Wish;
use super::pcapng::{COMMENT, Options};

/// Bytes of comments on the section, some five hundred verdicts: a reader takes a block that is much
/// longer for damage.
const LONGEST: usize = 256 << 10;

/// Comments by packet.
pub(super) type Comments = BTreeMap<PacketId, Vec<String>>;

/// A text without the characters that would break a line or command a terminal.
pub(super) fn harmless(text: &str) -> String {
    text.chars()
        .map(|character| Shown(character).to_string())
        .collect()
}

/// What is said of the packets of the broken connections.
pub(super) fn of(report: &Report, wish: Wish) -> Comments {
    let mut comments = Comments::new();
    if !wish.redact {
        // What users noted stays.
        for (input, about) in (0..).zip(&report.inputs) {
            for comment in &about.comments {
                if let Some(number) = comment.packet {
                    let packet = PacketId { input, number };
                    let all: &mut Vec<_> = comments.entry(packet).or_default();
                    all.push(harmless(&comment.text));
                }
            }
        }
    }
    for connection in report.connections.iter().filter(|it| it.broken) {
        for finding in &connection.findings {
            note_finding(&mut comments, connection, finding, wish);
        }
        for side in Side::BOTH {
            note_end(&mut comments, connection, side, wish);
        }
    }
    comments
}

fn note_finding(comments: &mut Comments, connection: &Connection, finding: &Finding, wish: Wish) {
    let text = |message: &str| {
        let sender = finding
            .sender
            .map_or(String::new(), |side| format!(", {}", side.as_str()));
        let message = shown(message, wish);
        format!(
            "wsblame: connection {}{sender}: {message} [{}]",
            connection.id, finding.rule
        )
    };
    let first = PacketId {
        input: finding.input,
        number: finding.packet,
    };
    add(comments, first, &text(&finding.message));
    let last = PacketId {
        input: finding.last_input,
        number: finding.last_packet,
    };
    if finding.count > 1 && last != first {
        let message = format!("the last of {} times", finding.count);
        add(comments, last, &text(&message));
    }
}

/// Says how a side ended, on the packets in which it did.
fn note_end(comments: &mut Comments, connection: &Connection, side: Side, wish: Wish) {
    let begin = format!("wsblame: connection {}, {}:", connection.id, side.as_str());
    if let Some(close) = connection.close.of(side) {
        let packet = PacketId {
            input: close.input,
            number: close.packet,
        };
        add(
            comments,
            packet,
            &format!("{begin} {}", close_words(close, wish)),
        );
    }
    let end = connection
        .close
        .tcp
        .of(side)
        .zip(*connection.close.tcp_at.of(side));
    if let Some((kind, at)) = end {
        let packet = PacketId {
            input: at.input,
            number: at.packet,
        };
        let kind = match kind {
            TcpEnd::Fin => "FIN",
            TcpEnd::Rst => "RST",
        };
        add(comments, packet, &format!("{begin} {kind}"));
    }
}

fn close_words(close: &CloseFrame, wish: Wish) -> String {
    let code = close.code.map_or(String::new(), |code| format!(" {code}"));
    if close.reason.is_empty() || wish.redact {
        format!("Close{code}")
    } else {
        format!("Close{code} \"{}\"", Untrusted(close.reason.as_bytes()))
    }
}

/// Adds a comment; the number that the packet has in its capture, by which the report calls it, is
/// another one here.
fn add(comments: &mut Comments, packet: PacketId, text: &str) {
    let all = comments.entry(packet).or_default();
    let text = format!("{text} (packet {} of the capture)", packet.number);
    if !all.contains(&text) {
        all.push(text);
    }
}

fn shown(text: &str, wish: Wish) -> String {
    if wish.redact {
        harmless(&without_quotations(text))
    } else {
        harmless(text)
    }
}

/// What the section says of itself: who wrote it, and the verdict on each broken connection.
pub(super) fn on_section(report: &Report, wish: Wish) -> Options {
    let tool = format!("{} {}", report.tool.name, report.tool.version);
    let mut options = Options::default();
    let kept = match wish.context {
        Some(packets) => format!("{packets} packets around what was found"),
        None => "all packets".to_owned(),
    };
    let masked = if wish.redact {
        "; payload is masked"
    } else {
        ""
    };
    options.add_text(
        COMMENT,
        &format!("{tool}: {kept} of the broken WebSocket connections{masked}"),
    );
    let mut broken = report.connections.iter().filter(|it| it.broken);
    for connection in broken.by_ref() {
        options.add_text(COMMENT, &verdict(connection, wish));
        if options.len() > LONGEST {
            break;
        }
    }
    let rest = broken.count();
    if rest > 0 {
        options.add_text(COMMENT, &format!("wsblame: and {rest} more"));
    }
    options.add_text(super::pcapng::APPLICATION, &tool);
    options
}

fn verdict(connection: &Connection, wish: Wish) -> String {
    let peer = |peer: &crate::report::model::Peer| match peer.address.contains(':') {
        true => format!("[{}]:{}", peer.address, peer.port),
        false => format!("{}:{}", peer.address, peer.port),
    };
    let begin = format!(
        "wsblame: connection {}, {} to {}",
        connection.id,
        peer(&connection.client),
        peer(&connection.server)
    );
    let Some(verdict) = &connection.verdict else {
        return format!("{begin}: broken");
    };
    let product = verdict
        .product
        .as_ref()
        .map_or(String::new(), |product| format!(" ({})", harmless(product)));
    format!(
        "{begin}: {} {}{product} [{}]: {}",
        verdict.confidence.as_str(),
        verdict.party.as_str(),
        verdict.cause,
        shown(&verdict.explanation, wish)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn comments_stand_on_the_packets_that_the_report_names() {
        let report = sample::runbook();
        let comments = of(&report, Wish::default());
        let connection = &report.connections[0];
        for finding in &connection.findings {
            let packet = PacketId {
                input: finding.input,
                number: finding.packet,
            };
            let tag = format!(
                "[{}] (packet {} of the capture)",
                finding.rule, finding.packet
            );
            assert!(comments[&packet].iter().any(|text| text.ends_with(&tag)));
        }
    }

    #[test]
    fn nothing_hostile_and_with_redaction_nothing_quoted_is_in_a_comment() {
        let mut report = sample::runbook();
        let connection = &mut report.connections[0];
        connection.findings[0].message = "it says \"se\u{1b}[2Jcret\"\nwsblame: all is well".into();
        if let Some(verdict) = &mut connection.verdict {
            verdict.explanation = "title \"secret\u{202e}\"".to_owned();
        }
        for redact in [false, true] {
            let wish = Wish {
                redact,
                context: None,
            };
            let section =
                String::from_utf8_lossy(&on_section(&report, wish).into_bytes()).into_owned();
            let texts = of(&report, wish).into_values().flatten();
            for text in texts.chain([section.replace('\0', "")]) {
                assert!(!text.contains(['\u{1b}', '\n', '\u{202e}']), "{text:?}");
                assert!(!redact || !text.contains("cret"), "{text:?}");
            }
        }
    }
}
