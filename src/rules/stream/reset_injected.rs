//! RSTs of somebody between.

use crate::rules::Severity;
use crate::rules::judge::{Judge, SegmentFacts, Telling};
use crate::rules::{Rule, Table};
use crate::tcp::{Anomaly, OutOfWindow};
use crate::time::seconds;

use super::marks;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "reset-injected",
    table: Table::Stream,
    severity: Severity::Error,
    reference: "RFC 9293 section 3.5.3",
    summary: "a RST with a foreign TTL, or outside of the receiver's window, whose sender goes on \
        with new data or acknowledgements",
    meaning: "A host that resets a connection forgets it at once and sends nothing more on it. \
        This side went on after its RST as if nothing had happened, and the RST does not fit its \
        other segments: a machine between the two ends forged it.",
    harm: "The receiver of the RST drops the connection, and its application sees a reset or 1006. \
        The other end takes it for open, goes on, and is answered with resets.",
    says: &[
        "tungstenite: WebSocket protocol error: Connection reset without closing handshake",
        "Python websockets: no close frame received or sent",
    ],
    causes: &[
        "a firewall, intrusion prevention system or web filter that ends connections it does not \
            want, or cannot parse behind the 101",
        "a load balancer or NAT gateway that drops idle connections and resets one side",
        "a censor on the way",
    ],
    fix: "The distance from this RST's TTL up to 64, 128 or 255 is the number of routers between \
        the forger and this capture: look into the policy and logs of the firewall there, and \
        exempt this traffic or put it into TLS. Capture at the other end too: a RST that was \
        never sent there is proof.",
    judge: Judge::Segment { fires, tell },
};

fn fires(rule: &Rule, facts: &SegmentFacts<'_>) -> Option<Severity> {
    matches!(facts.anomaly, Anomaly::InjectedReset(_)).then_some(rule.severity)
}

fn tell(facts: &SegmentFacts<'_>) -> Telling {
    let Anomaly::InjectedReset(reset) = facts.anomaly else {
        return facts.tell("a RST that its sender did not send");
    };
    let sender = facts.sender;
    let mut reasons = Vec::new();
    if !reset.marks.is_empty() {
        let (marks, others) = (marks::in_words(&reset.marks), reset.others);
        reasons.push(format!(
            "the RST differs from the {sender}'s {others} other segments: {marks}"
        ));
    }
    reasons.extend(reset.out_of_window.map(|far| match far {
        OutOfWindow::Before(bytes) => {
            format!("the RST stands {bytes} bytes before what the receiver had acknowledged")
        }
        OutOfWindow::Behind(bytes) => {
            format!("the RST stands {bytes} bytes behind the receiver's window")
        }
    }));
    let goes_on = reset.goes_on;
    let with = if goes_on.with_data {
        "new data"
    } else {
        "a new acknowledgement"
    };
    facts.tell(format!(
        "the {sender} did not send this RST: the {sender} goes on {} later with {with}, in {}; \
         {}",
        seconds(goes_on.later),
        goes_on.packet.seen_from(facts.place().packet),
        reasons.join("; "),
    ))
}
