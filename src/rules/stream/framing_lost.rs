//! Headers that are none.

use crate::rules::Severity;
use crate::rules::judge::{Judge, StreamFacts, Telling};
use crate::rules::{ALL, Rule, Table};
use crate::websocket::event::Oddity;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "framing-lost",
    table: Table::Stream,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "every byte is there, a header breaks two independent rules, and no good header \
        stands at the place it announces",
    meaning: "The bytes that stand where a frame header was due are no header. Either the frame \
        before them is longer or shorter than its header says, or something put bytes in or took \
        bytes out.",
    harm: "From here on the receiver reads payload as headers; its error text names bits that \
        nobody set.",
    says: &[
        "Node ws: Invalid WebSocket frame: invalid opcode 7",
        "Java-WebSocket: unknown opcode 13",
        "Chrome: Invalid frame header",
        "Node ws: Invalid WebSocket frame: invalid status code 22373",
    ],
    causes: &[
        "a sender whose length field does not count what it sends: characters instead of \
            bytes, or two writers at once",
        "bytes that something inserted or removed above TCP",
    ],
    fix: "Look at the last good frame: compare its length with what was meant to be sent. Count \
        bytes, not characters, and let one task write. If the sender is right, capture on the \
        other side of the intermediary.",
    judge: Judge::Stream { fires, tell },
};

fn fires(rule: &Rule, facts: &StreamFacts<'_>) -> Option<Severity> {
    matches!(facts.oddity, Oddity::FramingLost { .. }).then_some(rule.severity)
}

fn tell(facts: &StreamFacts<'_>) -> Telling {
    let Oddity::FramingLost {
        place,
        header,
        notable,
        next,
    } = facts.oddity
    else {
        return facts.tell("framing lost");
    };
    let reasons: Vec<&str> = notable
        .iter()
        .filter_map(|one| {
            ALL.iter().find_map(|rule| match &rule.judge {
                Judge::Frame { on, .. } if on.intersects(one) => Some(rule.name),
                _ => None,
            })
        })
        .collect();
    let next = match next {
        Some(_) => "what follows where its frame would end is no header either",
        None => "the stream ends before its frame would",
    };
    let last = match facts.last_frame {
        Some(last) => format!(
            "the last good frame is number {} in {}",
            last.frame.unwrap_or_default(),
            last.packet.seen_from(place.packet)
        ),
        None => "no good frame came before it".to_owned(),
    };
    let bytes = header.to_bytes();
    let end = bytes.len();
    Telling::new(
        *place,
        format!(
            "no frame begins here: read as a header, these bytes break {}, and {next}; {last}{}",
            reasons.join(", "),
            facts.unjudged()
        ),
    )
    .showing(bytes)
    .offending(0..end, "a frame header was due here")
}
