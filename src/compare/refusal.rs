//! A handshake that did not lead to a WebSocket, though both legs have it: who refused it.

use crate::report::model::{Confidence, Outcome, Party};
use crate::side::Side;

use super::leg::Leg;
use super::suspect::Suspect;
use super::verdict::Case;

impl Case<'_, '_> {
    /// An answer that refuses, or none.
    pub(super) fn refusal(&self) -> Option<Suspect> {
        let (own, other) = (
            &self.near_client.connection.handshake,
            &self.near_server.connection.handshake,
        );
        let at = i64::MIN + 2;
        match other.outcome {
            Outcome::Rejected => {
                let status = other.status.unwrap_or_default();
                let packet = other.response_packet.unwrap_or_default();
                if matches!(status, 502 | 504) {
                    return Some(
                        Suspect::new(
                            "upstream-unreachable",
                            Party::ServerSide,
                            Confidence::Likely,
                            format!(
                                "the request reached a gateway near the server, which answered \
                                 {status} for what is behind it"
                            ),
                        )
                        .and(format!("packet {packet} near the server: {status}"))
                        .but("whether that gateway or the server behind it failed is not seen here")
                        .at(at),
                    );
                }
                let suspect = Suspect::new(
                    if status >= 500 && status != 501 && status != 505 {
                        "application-error"
                    } else {
                        "upgrade-refused"
                    },
                    Party::Server,
                    Confidence::Certain,
                    format!(
                        "the server itself refused the upgrade with {status}; its request had \
                         arrived intact"
                    ),
                )
                .and(format!("packet {packet} near the server: {status}"))
                .at(at);
                let suspect = match own.status {
                    Some(seen) if seen != status => {
                        suspect.and(format!("{seen} reached the client"))
                    }
                    Some(_) => suspect.and("the same status reached the client".to_owned()),
                    None => suspect,
                };
                Some(self.lost_credentials(status).map_or(suspect, |field| {
                    Suspect::new(
                        "upgrade-refused",
                        Party::Intermediary,
                        Confidence::Likely,
                        format!(
                            "the server refused the upgrade with {status}, and {field} had been \
                             removed from the request on its way"
                        ),
                    )
                    .and(format!("packet {packet} near the server: {status}"))
                    .but("it is not known whether the server would have accepted it with that")
                    .at(at)
                }))
            }
            // An answer that reached the client was given, and this capture ended before.
            Outcome::Unanswered if own.outcome == Outcome::Accepted => None,
            // It may still be on its way.
            Outcome::Unanswered if self.near_server.ended_first().is_none() => None,
            Outcome::Unanswered => {
                let server = self.near_server.ended_first();
                let (cause, how) = match server {
                    Some(Side::Server) => ("endpoint-died", "ended the connection without one"),
                    _ if self.was_left_waiting() => ("upstream-unreachable", "gave none"),
                    _ => return None,
                };
                Some(
                    Suspect::new(
                        cause,
                        Party::Server,
                        Confidence::Likely,
                        format!("the request reached the server, which had to answer and {how}"),
                    )
                    .and(format!(
                        "packet {} near the server: the request",
                        other.request_packet.unwrap_or_default()
                    ))
                    .at(at),
                )
            }
            Outcome::Accepted if own.outcome == Outcome::Unanswered => {
                let first = self.near_client.ended_first();
                (first == Some(Side::Server)).then(|| {
                    Suspect::new(
                        "upgrade-refused",
                        Party::Intermediary,
                        Confidence::Certain,
                        "the server answered with 101, and no answer reached the client",
                    )
                    .and(format!(
                        "packet {} near the server: 101",
                        other.response_packet.unwrap_or_default()
                    ))
                    .at(at)
                })
            }
            _ => None,
        }
    }

    /// Whether an answer was waited for in vain: a gateway told the client so.
    fn was_left_waiting(&self) -> bool {
        let own = &self.near_client.connection.handshake;
        let gave_up = matches!(own.status, Some(502..=504));
        gave_up && !self.near_server.has_unseen_end(Side::Server)
    }

    /// Credentials that a refused request had when it was sent, and not when it arrived.
    fn lost_credentials(&self, status: u16) -> Option<&'static str> {
        const FIELDS: [&str; 3] = ["Authorization", "Cookie", "Origin"];
        if !matches!(status, 401 | 403) {
            return None;
        }
        let head = |leg: &Leg<'_>, name: &str| {
            let request = leg.handshake()?.request()?;
            Some(request.head.fields.first(name).is_some())
        };
        FIELDS.into_iter().find(|name| {
            head(self.near_client, name) == Some(true)
                && head(self.near_server, name) == Some(false)
        })
    }
}
