//! Sides that fall silent without an end.

use std::time::Duration;

use crate::rules::Severity;
use crate::rules::judge::{Judge, SegmentFacts, Telling};
use crate::rules::{Rule, Table};
use crate::tcp::{Anomaly, Repeated, Unanswered};
use crate::time::seconds;

/// Times that a segment must have been sent again, and from the first to the last of them.
const TIMES: u32 = 3;
const TIME: Duration = Duration::from_secs(3);

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "peer-vanished",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 9293 section 3.8.3",
    summary: "the other side sent a segment (or keep-alive probe) again at least 3 times over at \
        least 3 s, and nothing of this side, seen before, came until the end",
    meaning: "One side had something to say and said it again and again; this side, which had \
        answered before, neither acknowledged it nor ended the connection.",
    harm: "No end is ever told: the side that goes on sending learns of it from a timer, often \
        minutes later (15 minutes by default on Linux), and until then takes the connection for \
        open.",
    says: &[
        "Python websockets: sent 1011 (internal error) keepalive ping timeout; no close frame \
            received",
    ],
    causes: &[
        "a NAT gateway, firewall or load balancer on the way forgot the connection and drops its \
            packets",
        "the machine lost its power or its network, or went to sleep: a laptop, a phone that \
            changed networks, a virtual machine that was stopped",
        "a path that broke in one direction",
    ],
    fix: "Send Pings more often than the shortest idle timeout on the way, and give up when no \
        Pong comes; bound how long TCP tries (TCP_USER_TIMEOUT). To tell a dead machine from a \
        dead path, capture at the silent end as well: if the packets arrive there, that machine \
        does not answer; if they do not, the path lost them.",
    judge: Judge::Segment { fires, tell },
};

fn unanswered<'a>(facts: &SegmentFacts<'a>) -> Option<&'a Unanswered> {
    match facts.anomaly {
        Anomaly::Unanswered(unanswered) => Some(unanswered),
        _ => None,
    }
}

fn fires(rule: &Rule, facts: &SegmentFacts<'_>) -> Option<Severity> {
    let known = unanswered(facts)?;
    (known.count >= TIMES && known.time >= TIME).then_some(rule.severity)
}

fn tell(facts: &SegmentFacts<'_>) -> Telling {
    let Some(unanswered) = unanswered(facts) else {
        return facts.tell("no answer");
    };
    let (silent, other) = (facts.sender, facts.sender.peer());
    let here = facts.place().packet;
    let what = match unanswered.repeated {
        Repeated::Data(1) => "a segment of 1 byte".to_owned(),
        Repeated::Data(bytes) => format!("a segment of {bytes} bytes"),
        Repeated::Fin => "its FIN".to_owned(),
        Repeated::Probe => "keep-alive probes".to_owned(),
    };
    let how = match unanswered.repeated {
        Repeated::Probe => "",
        _ => " again",
    };
    facts.tell(format!(
        "nothing came from the {silent} any more: the {other} sent {what}{how} {} times in \
         {} (the last in {}), and no answer is in the capture",
        unanswered.count,
        seconds(unanswered.time),
        unanswered.last_packet.seen_from(here)
    ))
}
