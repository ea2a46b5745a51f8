//! Two versions of the same bytes.

use crate::decode::Checksum;
use crate::packet::PacketId;
use crate::rules::Severity;
use crate::rules::judge::{Judge, SHOWN_PAYLOAD, SegmentFacts, Telling};
use crate::rules::{Rule, Table};
use crate::tcp::{Anomaly, Conflict};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "tcp-overlap-conflict",
    table: Table::Stream,
    severity: Severity::Error,
    reference: "RFC 9293 section 3.4",
    summary: "two segments carry different bytes for the same place of the stream; info where \
        only one of them has a valid checksum",
    meaning: "TCP numbers every byte, and a host that sends a byte again sends the same one. Here \
        the same numbers came with different bytes: somebody else wrote one of the two \
        versions. Where exactly one of them has a valid TCP checksum, the other was damaged on \
        its way, and receivers drop it.",
    harm: "Which version an application reads depends on which one came first, so that the two \
        ends, and this capture, may each have read another stream. What is found in the frames \
        behind it was found in the version that was captured first.",
    says: &[],
    causes: &[
        "a firewall, proxy or censor that injects its own answer (a blocking page, say) ahead of \
            the true one",
        "an intermediary that rewrites payload and does not rewrite what is sent again",
        "a damaged packet, where one checksum is wrong",
    ],
    fix: "Compare the two versions, and the TTLs of their packets with those of the same \
        sender's others: the version with the strange TTL is the foreign one. Capture on the \
        sender's own machine to see which of them it sent, and keep this traffic away from the \
        box between (another port, TLS).",
    judge: Judge::Segment { fires, tell },
};

fn conflict<'a>(facts: &SegmentFacts<'a>) -> Option<&'a Conflict> {
    match facts.anomaly {
        Anomaly::Conflict(conflict) => Some(conflict),
        _ => None,
    }
}

fn fires(rule: &Rule, facts: &SegmentFacts<'_>) -> Option<Severity> {
    let conflict = conflict(facts)?;
    Some(match conflict.only_valid() {
        Some(_) => Severity::Info,
        None => rule.severity,
    })
}

fn tell(facts: &SegmentFacts<'_>) -> Telling {
    let Some(conflict) = conflict(facts) else {
        return facts.tell("two versions of the same bytes");
    };
    let (first, second) = (&conflict.first, &conflict.second);
    let here = conflict.place.packet;
    let names = (first.packet.seen_from(here), second.packet.seen_from(here));
    let mut message = format!(
        "from byte {} of this stream on, {} has other bytes than {} had",
        conflict.place.stream_offset, names.1, names.0
    );
    match conflict.only_valid() {
        Some(valid) => message.push_str(&format!(
            "; only the checksum of {} is valid: the other is dropped by its receiver",
            valid.packet.seen_from(here)
        )),
        None if first.checksum == Checksum::Valid && second.checksum == Checksum::Valid => {
            message.push_str("; both checksums are valid");
        }
        None => {}
    }
    // Beside the bytes there is no room for the name of another input; the message has it.
    let label = |when, packet: PacketId| match packet.input == here.input {
        true => format!("captured {when}, in packet {}", packet.number),
        false => format!("captured {when}"),
    };
    let begin = |bytes: &[u8]| bytes.iter().take(SHOWN_PAYLOAD / 2).copied().collect();
    let (first_bytes, second_bytes): (Vec<u8>, Vec<u8>) =
        (begin(&first.bytes), begin(&second.bytes));
    let border = first_bytes.len();
    let bytes = [first_bytes, second_bytes].concat();
    let end = bytes.len();
    let injected = ["injected-http-response", "not-websocket"];
    let versions = [first.packet, second.packet];
    let mut causes = versions.iter();
    let cause = causes.find_map(|packet| facts.found_in(*packet, &injected));
    facts
        .tell(message)
        .because_of(cause)
        .showing(bytes)
        .context(0..border, label("first", first.packet))
        .offending(border..end, label("later", second.packet))
}
