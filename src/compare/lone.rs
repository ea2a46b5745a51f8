//! A connection near the client that has no counterpart near the server: whether somebody in
//! between answered it without asking anybody, or asked in vain.

use crate::analyzer::tape::{Attempted, Bystander, Carries};
use crate::report::model::{Confidence, Difference, DifferenceKind, Outcome, Party, Spot, Verdict};
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
    /// It holds no connection at all.
    pub(super) is_bare: bool,
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

/// Who broke it; `None` where nothing is broken. Where nobody refused it, it shows no more than it
/// does alone.
pub(super) fn verdict(leg: &Leg<'_>, elsewhere: &Elsewhere<'_>) -> Option<Verdict> {
    suspect(leg, elsewhere)
        .map(Suspect::into_verdict)
        .or_else(|| leg.connection.verdict.as_deref().cloned())
}

/// Who answered it, where that is what broke it.
fn suspect(leg: &Leg<'_>, elsewhere: &Elsewhere<'_>) -> Option<Suspect> {
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
        return None;
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
    let hidden = |other: &&Bystander| {
        let is_coded = matches!(other.carries, Carries::Tls | Carries::Http2);
        let was_tried = other.opening != Attempted::Refused;
        is_coded || (was_tried && !other.is_whole)
    };
    if elsewhere.beside(leg).any(|other| hidden(&other)) {
        return Some(
            Suspect::new(
                "upgrade-refused",
                Party::ServerSide,
                Confidence::Possible,
                format!(
                    "the request was refused ({told}); not all connections near the server can be \
                     read (TLS, HTTP/2 or parts that were not captured), so that it may have gone \
                     on in one of them"
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
    if matches!(status, Some(502..=504)) {
        return Some(
            Suspect::new(
                "upstream-unreachable",
                Party::Undetermined,
                Confidence::Possible,
                format!(
                    "a gateway answered {told}, and the capture near the server shows no attempt to \
                     reach one: it knows by itself that its server is down, or asked where nothing \
                     was captured"
                ),
            )
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
    // Only proxies ask for such credentials.
    if status == Some(407) || (elsewhere.was_running(leg) && !elsewhere.is_bare) {
        let certain = Suspect::new(cause, Party::Intermediary, Confidence::Certain, words);
        return Some(certain.and(answer));
    }
    Some(
        Suspect::new(
            "capture-incomplete",
            Party::Capture,
            Confidence::Likely,
            format!(
                "the request was refused ({told}), and the capture near the server has no \
                 connection of that time: it was taken elsewhere or at another time, or nothing \
                 was asked there"
            ),
        )
        .and(answer),
    )
}
