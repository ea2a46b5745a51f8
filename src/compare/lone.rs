//! A connection near the client that has no counterpart near the server: whether somebody in
//! between answered it without asking anybody, or asked in vain.

use crate::analyzer::tape::{Attempted, Bystander, Carries};
use crate::report::model::{Confidence, Difference, DifferenceKind, Outcome, Party, Spot};
use crate::side::Side;
use crate::time::Timestamp;

use super::causes;
use super::leg::Leg;
use super::suspect::Suspect;

/// How far the clocks of two hosts may be apart for a connection to count as one's that is looked
/// for, in nanoseconds.
const APART: i64 = 5_000_000_000;

/// The other capture, as far as it is no WebSocket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elsewhere<'a> {
    pub(super) bystanders: &'a [Bystander],
    /// The times of its first and last packet.
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    /// It is the same capture.
    pub(super) is_same: bool,
}

impl Elsewhere<'_> {
    /// Other connections of about that time.
    fn beside(&self, leg: &Leg<'_>) -> impl Iterator<Item = &Bystander> {
        let connection = leg.connection;
        let from = connection.start.nanos().saturating_sub(APART);
        let until = connection.end.nanos().saturating_add(APART);
        let client = connection.client.address.parse().ok();
        self.bystanders.iter().filter(move |other| {
            let is_own = self.is_same && Some(other.client.address) == client;
            !is_own && other.end.nanos() >= from && other.start.nanos() <= until
        })
    }

    /// Whether it was running then.
    fn was_running(&self, leg: &Leg<'_>) -> bool {
        let (Some(from), Some(until)) = (self.from, self.until) else {
            return false;
        };
        from.nanos().saturating_sub(APART) <= leg.connection.end.nanos()
            && until.nanos().saturating_add(APART) >= leg.connection.start.nanos()
    }
}

/// What is missing.
pub(super) fn difference(leg: &Leg<'_>) -> Difference {
    let packet = leg.connection.handshake.request_packet;
    let message = match leg.connection.handshake.outcome {
        Outcome::Rejected => {
            "the request was refused near the client, and none was sent on near the server"
        }
        _ => "nothing near the server belongs to this connection",
    };
    Difference {
        kind: DifferenceKind::LegMissing,
        legal: true,
        sender: None,
        near_client: Some(Spot {
            packet: packet.unwrap_or(leg.connection.first_packet),
            input: leg.connection.input,
            time: leg.connection.start,
            frame: None,
        }),
        near_server: None,
        message: message.to_owned(),
        count: 1,
    }
}

/// Who broke it; `None` where nothing is broken.
pub(super) fn suspect(leg: &Leg<'_>, elsewhere: &Elsewhere<'_>) -> Option<Suspect> {
    let connection = leg.connection;
    if !connection.broken {
        return None;
    }
    let handshake = &connection.handshake;
    let is_answered = match handshake.outcome {
        Outcome::Rejected => true,
        Outcome::Unanswered => leg.ended_first() == Some(Side::Server),
        Outcome::Accepted | Outcome::Unseen => false,
    };
    if !is_answered {
        return Some(endpoint(leg).unwrap_or_else(|| unknown(leg)));
    }
    let status = handshake.status;
    let told = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let at = handshake.response_packet.unwrap_or(connection.last_packet);
    let answer = format!("packet {at} near the client: {told}");
    let failed = elsewhere
        .beside(leg)
        .find(|other| other.opening != Attempted::Opened);
    let is_gateway = matches!(status, None | Some(502..=504));
    if let Some(attempt) = failed.filter(|_| is_gateway) {
        let how = match attempt.opening {
            Attempted::Refused => "refused (RST)",
            _ => "not answered",
        };
        return Some(
            Suspect::new(
                "upstream-unreachable",
                Party::Server,
                Confidence::Certain,
                format!(
                    "the proxy tried to reach the server, which was {how}, and so answered {told}"
                ),
            )
            .and(format!(
                "packet {} near the server: a SYN from {} to {} was {how}",
                attempt.first_packet.number, attempt.client, attempt.server
            ))
            .and(answer),
        );
    }
    let hidden = |other: &&Bystander| matches!(other.carries, Carries::Tls | Carries::Http2);
    if elsewhere.beside(leg).any(|other| hidden(&other)) {
        return Some(
            Suspect::new(
                "upgrade-refused",
                Party::ServerSide,
                Confidence::Possible,
                format!(
                    "the request was refused ({told}); the connections near the server cannot be \
                     read (TLS or HTTP/2), so that it may have gone on in one of them"
                ),
            )
            .and(answer),
        );
    }
    let plain = elsewhere
        .beside(leg)
        .find(|other| other.carries == Carries::Http);
    if let Some(plain) = plain {
        return Some(
            Suspect::new(
                "upgrade-headers-stripped",
                Party::Intermediary,
                Confidence::Likely,
                "the request for an upgrade was sent on as an ordinary request: near the server \
                 there is HTTP at that time, and no upgrade in it",
            )
            .and(format!(
                "packet {} near the server: HTTP from {} to {}",
                plain.first_packet.number, plain.client, plain.server
            ))
            .and(answer),
        );
    }
    let cause = status.map_or("upgrade-refused", causes::of_status);
    let cause = match cause {
        "block-page-injected" | "gateway-error-injected" => "upgrade-refused",
        other => other,
    };
    let words = format!(
        "whoever answered {told} did so by himself: near the server no connection was tried for \
         this request"
    );
    let confidence = if elsewhere.was_running(leg) {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let suspect = Suspect::new(cause, Party::Intermediary, confidence, words).and(answer);
    Some(if confidence == Confidence::Certain {
        suspect
    } else {
        suspect.but("the capture near the server has no packets of that time")
    })
}

/// A rule that the client broke on its own leg.
fn endpoint(leg: &Leg<'_>) -> Option<Suspect> {
    let finding = leg.errors(Side::Client).next()?;
    let cause = causes::of_rule(finding.rule)?;
    Some(
        Suspect::new(
            cause,
            Party::Client,
            Confidence::Certain,
            format!("the client itself broke a rule: {}", finding.message),
        )
        .and(format!(
            "packet {} near the client: {} [{}]",
            finding.packet, finding.message, finding.rule
        )),
    )
}

fn unknown(leg: &Leg<'_>) -> Suspect {
    let first = leg.connection.findings.iter();
    let first = first.max_by_key(|finding| finding.severity);
    let suspect = Suspect::new(
        "undetermined",
        Party::Undetermined,
        Confidence::Possible,
        "it is broken near the client, and nothing near the server belongs to it: without the \
         other leg nobody can be named for certain",
    );
    match first {
        Some(finding) => suspect.and(format!(
            "packet {} near the client: {} [{}]",
            finding.packet, finding.message, finding.rule
        )),
        None => suspect,
    }
}
