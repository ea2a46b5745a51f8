//! Segments of another machine.

use crate::rules::Severity;
use crate::rules::judge::{Judge, SegmentFacts, Telling};
use crate::rules::{Rule, Table};
use crate::tcp::Anomaly;

use super::marks;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "foreign-segment",
    table: Table::Stream,
    severity: Severity::Warning,
    reference: "RFC 9293 section 3.10.7",
    summary: "a data segment, FIN or RST that breaks by two independent marks (TTL, IP \
        identification, link address, TCP options or timestamps) with all others of its sender",
    meaning: "Every host leaves marks on what it sends: the TTL it starts with and the routers on \
        the way, the order of its TCP options, its clock, the counter in the IP header. This \
        segment has the sender's address and other marks than the sender's other segments, \
        which agree with each other: another machine made it.",
    harm: "The receiver cannot tell it from the true sender's. It reads bytes that its peer never \
        sent, or takes the connection for ended by its peer; the true sender knows nothing of \
        it.",
    says: &[],
    causes: &[
        "a firewall, intrusion prevention system or censor that answers or ends connections in \
            the name of the other side",
        "a load balancer or NAT gateway that has forgotten the connection, or found it idle for \
            too long, and resets it in the name of the server",
        "a second machine with the same address",
    ],
    fix: "Find the machine: the distance from its TTL up to 64, 128 or 255 is the number of \
        routers between it and this capture. Look into the logs of the firewall or balancer at \
        that distance at that time; capture at the sender itself to show that it never sent \
        this segment.",
    judge: Judge::Segment { fires, tell },
};

fn fires(rule: &Rule, facts: &SegmentFacts<'_>) -> Option<Severity> {
    matches!(facts.anomaly, Anomaly::Foreign(_)).then_some(rule.severity)
}

fn tell(facts: &SegmentFacts<'_>) -> Telling {
    let Anomaly::Foreign(foreign) = facts.anomaly else {
        return facts.tell("a segment of another machine");
    };
    let sender = facts.sender;
    let telling = facts.tell(format!(
        "this {} in the {sender}'s name differs from the {sender}'s {} other segments: {}",
        marks::kind(foreign.kind),
        foreign.others,
        marks::in_words(&foreign.marks),
    ));
    let rules = [
        "injected-http-response",
        "injected-http-request",
        "not-websocket",
        "tcp-overlap-conflict",
        "reset-injected",
    ];
    telling.because_of(facts.found_in(foreign.place.packet, &rules))
}
