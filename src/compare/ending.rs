//! How the two legs ended: who ended first, and who only passed that on.

use crate::report::model::{DifferenceKind as Kind, Outcome, Spot, TcpEnd};
use crate::side::Side;
use crate::time::Timestamp;

use super::clock::Clock;
use super::difference::{Differences, Found, Way};
use super::leg::Leg;

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ender {
    /// An endpoint, and the other leg was ended for it.
    Endpoint(Side),
    /// Whoever is between the two captures.
    Between,
}

/// The end of a connection that two legs show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub(super) ender: Ender,
    /// When, by the clock near the client, in nanoseconds.
    pub(super) at: i64,
    pub(super) near_client: Option<Spot>,
    pub(super) near_server: Option<Spot>,
    pub(super) by_reset: bool,
    /// Both legs show it.
    pub(super) is_certain: bool,
}

/// How long a leg may stay open after the other one ended, in nanoseconds.
const MEANWHILE: i64 = 1_000_000_000;

/// The two legs at their end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends<'p, 'a> {
    pub(super) near_client: &'p Leg<'a>,
    pub(super) near_server: &'p Leg<'a>,
    pub(super) clock: Clock,
    /// It is one TCP connection: nobody in between ends it in his own name.
    pub(super) is_one: bool,
}

impl Ends<'_, '_> {
    /// The leg near to a side.
    const fn leg(&self, side: Side) -> &Leg<'_> {
        match side {
            Side::Client => self.near_client,
            Side::Server => self.near_server,
        }
    }

    fn near_client_at(&self, side: Side) -> Option<i64> {
        let end = self.near_client.end(side)?;
        Some(end.time.nanos())
    }

    fn near_server_at(&self, side: Side) -> Option<i64> {
        let end = self.near_server.end(side)?;
        Some(self.clock.near_client(end.time))
    }

    /// Who ended it; `None` where the captures do not tell.
    pub(super) fn ending(&self) -> Option<Ending> {
        if self.is_one {
            return self.injected().or_else(|| self.ended_by_endpoint());
        }
        let (own, other) = (
            self.near_client.ended_first(),
            self.near_server.ended_first(),
        );
        let unseen = |leg: &Leg<'_>| Side::BOTH.into_iter().any(|side| leg.has_unseen_end(side));
        if unseen(self.near_client) || unseen(self.near_server) {
            return None;
        }
        let doubt = self.clock.doubt();
        let (ender, is_certain) = match (own, other) {
            (None, None) => return None,
            (Some(Side::Server), Some(Side::Client)) => (Ender::Between, true),
            (Some(Side::Client), Some(Side::Client)) => {
                let (client, proxy) = (
                    self.near_client_at(Side::Client)?,
                    self.near_server_at(Side::Client)?,
                );
                if proxy.saturating_add(doubt) < client {
                    (Ender::Between, true)
                } else {
                    (Ender::Endpoint(Side::Client), true)
                }
            }
            (Some(Side::Server), Some(Side::Server)) => {
                let (proxy, server) = (
                    self.near_client_at(Side::Server)?,
                    self.near_server_at(Side::Server)?,
                );
                if proxy.saturating_add(doubt) < server {
                    (Ender::Between, true)
                } else {
                    (Ender::Endpoint(Side::Server), true)
                }
            }
            (Some(Side::Client), Some(Side::Server)) => {
                let (client, server) = (
                    self.near_client_at(Side::Client)?,
                    self.near_server_at(Side::Server)?,
                );
                let first = if client <= server {
                    Side::Client
                } else {
                    Side::Server
                };
                (
                    Ender::Endpoint(first),
                    client.abs_diff(server) > doubt.unsigned_abs(),
                )
            }
            (Some(Side::Client), None) => (Ender::Endpoint(Side::Client), true),
            (None, Some(Side::Server)) => (Ender::Endpoint(Side::Server), true),
            (Some(Side::Server), None) => {
                let at = self.near_client_at(Side::Server)?;
                (Ender::Between, self.is_seen_near_server(at))
            }
            (None, Some(Side::Client)) => {
                let at = self.near_server_at(Side::Client)?;
                (Ender::Between, self.is_seen_near_client(at))
            }
        };
        // A FIN may be among what is missing.
        let hides = |leg: &Leg<'_>, side| leg.connection.captured.of(side).missing_bytes > 0;
        let is_hidden = ender == Ender::Between
            && (hides(self.near_client, Side::Client) || hides(self.near_server, Side::Server));
        let is_hidden = is_hidden
            || match ender {
                Ender::Endpoint(side) => is_hidden_before(self.leg(side), side),
                Ender::Between => false,
            };
        let is_certain = is_certain && !is_hidden;
        let (near_client, near_server) = match ender {
            Ender::Endpoint(side) => (self.near_client.end(side), self.near_server.end(side)),
            Ender::Between => (
                self.near_client.end(Side::Server),
                self.near_server.end(Side::Client),
            ),
        };
        let own_at = near_client.map(|end| end.time.nanos());
        let other_at = near_server.map(|end| self.clock.near_client(end.time));
        let own_kind = |leg: &Leg<'_>, side| *leg.connection.close.tcp.of(side);
        let kinds = match ender {
            Ender::Endpoint(Side::Client) => [own_kind(self.near_client, Side::Client), None],
            Ender::Endpoint(Side::Server) => [own_kind(self.near_server, Side::Server), None],
            Ender::Between => [
                own_kind(self.near_client, Side::Server),
                own_kind(self.near_server, Side::Client),
            ],
        };
        Some(Ending {
            ender,
            at: match ender {
                Ender::Endpoint(Side::Client) => own_at.or(other_at)?,
                Ender::Endpoint(Side::Server) => other_at.or(own_at)?,
                Ender::Between => own_at.into_iter().chain(other_at).min()?,
            },
            near_client,
            near_server,
            by_reset: kinds.contains(&Some(TcpEnd::Rst)),
            is_certain,
        })
    }

    /// Whether the capture near the server goes on well behind a moment.
    fn is_seen_near_server(&self, at: i64) -> bool {
        let until = self.near_server.captured_until;
        until.is_some_and(|until| self.is_behind(self.clock.near_client(until), at))
    }

    fn is_seen_near_client(&self, at: i64) -> bool {
        let until = self.near_client.captured_until;
        until.is_some_and(|until: Timestamp| self.is_behind(until.nanos(), at))
    }

    fn is_behind(&self, until: i64, at: i64) -> bool {
        until
            >= at
                .saturating_add(MEANWHILE)
                .saturating_add(self.clock.doubt())
    }

    /// A RST that one place shows and whose sender did not send it: where he was, he went on, and
    /// whoever resets a connection does not.
    pub(super) fn injected(&self) -> Option<Ending> {
        let of = |side: Side| {
            let (near, far) = match side {
                Side::Client => (self.near_client, self.near_server),
                Side::Server => (self.near_server, self.near_client),
            };
            let is_reset = *far.connection.close.tcp.of(side) == Some(TcpEnd::Rst);
            let seen = far.end(side).filter(|_| is_reset)?;
            let at = self.moment(side.peer(), seen.time);
            let sent = near.end(side);
            let was_reset = *near.connection.close.tcp.of(side) == Some(TcpEnd::Rst);
            let doubt = self.clock.doubt();
            let is_later = |time: Timestamp| self.moment(side, time) > at.saturating_add(doubt);
            let went_on = near.went_on_until(side).is_some_and(is_later);
            let is_marked = far.connection.findings.iter().any(|finding| {
                let forged = matches!(finding.rule, "foreign-segment" | "reset-injected");
                forged && finding.sender == Some(side)
            });
            let was_sent = sent.is_some_and(|sent| !is_later(sent.time)) && was_reset;
            let is_forged = !was_sent && (went_on || (is_marked && sent.is_none()));
            is_forged.then_some((side, at))
        };
        let (side, at) = Side::BOTH
            .into_iter()
            .filter_map(of)
            .min_by_key(|(_, at)| *at)?;
        let (near_client, near_server) = match side {
            Side::Client => (None, self.near_server.end(side)),
            Side::Server => (self.near_client.end(side), None),
        };
        Some(Ending {
            ender: Ender::Between,
            at,
            near_client,
            near_server,
            by_reset: true,
            is_certain: true,
        })
    }

    /// A moment of a side's leg, by the clock near the client.
    const fn moment(&self, nearest: Side, time: Timestamp) -> i64 {
        match nearest {
            Side::Client => time.nanos(),
            Side::Server => self.clock.near_client(time),
        }
    }

    /// Of one connection: the endpoint that ended it.
    fn ended_by_endpoint(&self) -> Option<Ending> {
        let client = self.near_client_at(Side::Client);
        let server = self.near_server_at(Side::Server);
        let side = match (client, server) {
            (None, None) => return None,
            (Some(_), None) => Side::Client,
            (None, Some(_)) => Side::Server,
            (Some(_), Some(_)) => self
                .near_client
                .ended_first()
                .filter(|first| self.near_server.ended_first() == Some(*first))
                .or_else(|| {
                    Some(if client <= server {
                        Side::Client
                    } else {
                        Side::Server
                    })
                })?,
        };
        let origin = match side {
            Side::Client => self.near_client,
            Side::Server => self.near_server,
        };
        let by_reset = *origin.connection.close.tcp.of(side) == Some(TcpEnd::Rst);
        let is_hidden = is_hidden_before(origin, side);
        // What it answers by a RST may be what the capture lacks.
        if is_hidden && by_reset {
            return None;
        }
        Some(Ending {
            ender: Ender::Endpoint(side),
            at: match side {
                Side::Client => client?,
                Side::Server => server?,
            },
            near_client: self.near_client.end(side),
            near_server: self.near_server.end(side),
            by_reset,
            is_certain: !is_hidden,
        })
    }

    /// Whether it ended without a Close.
    pub(super) fn is_abnormal(&self) -> bool {
        let legs = [self.near_client, self.near_server];
        let is_open = |leg: &Leg<'_>| {
            matches!(
                leg.connection.handshake.outcome,
                Outcome::Accepted | Outcome::Unseen
            )
        };
        let has_close = |leg: &Leg<'_>| {
            leg.connection.close.client.is_some() || leg.connection.close.server.is_some()
        };
        legs.into_iter().all(is_open) && !legs.into_iter().any(has_close)
    }

    /// Tells how the ends differ.
    pub(super) fn tell(&self, differences: &mut Differences) {
        let Some(ending) = self.ending() else { return };
        let how = if ending.by_reset { "RST" } else { "FIN" };
        let found = if self.is_one {
            let Some(injected) = self.injected() else {
                return;
            };
            let side = if injected.near_client.is_some() {
                Side::Server
            } else {
                Side::Client
            };
            let way = Way::of(side, self.near_client, self.near_server);
            let message = format!(
                "a {how} in the {side}'s name arrived at {}, which the {side} had not sent: it \
                 went on",
                way.receiver()
            );
            let (near, far) = match side {
                Side::Client => (injected.near_client, injected.near_server),
                Side::Server => (injected.near_server, injected.near_client),
            };
            way.found(Kind::EndDiffers, false, near, far, message)
                .cause("reset-injected")
        } else {
            if ending.ender != Ender::Between || !self.is_abnormal() || !ending.is_certain {
                return;
            }
            let legs = match (ending.near_client, ending.near_server) {
                (Some(_), Some(_)) => "both legs were ended from in between",
                (Some(_), None) => "the leg to the client was ended from in between",
                _ => "the leg to the server was ended from in between",
            };
            let message =
                format!("{legs} ({how}): neither the client nor the server had ended its own");
            Found {
                difference: crate::report::model::Difference {
                    kind: Kind::EndDiffers,
                    legal: false,
                    sender: None,
                    near_client: ending.near_client,
                    near_server: ending.near_server,
                    message,
                    count: 1,
                },
                cause: self.cause(ending),
                in_handshake: false,
            }
        };
        differences.add(found);
    }

    /// Silence before the end that may be a timer's, in nanoseconds.
    const SILENCE: i64 = 2_000_000_000;

    /// The time of the latest frame near the client.
    fn last_heard(&self) -> Option<i64> {
        let last = |side| {
            let frames = &self.near_client.tape(side).frames;
            Some(frames.last()?.ended.nanos())
        };
        let handshake = self.near_client.connection.handshake.response_time;
        let frames = Side::BOTH.into_iter().filter_map(last);
        frames.chain(handshake.map(Timestamp::nanos)).max()
    }

    /// What an end from in between is a sign of.
    pub(super) fn cause(&self, ending: Ending) -> &'static str {
        let mut findings = [self.near_client, self.near_server]
            .into_iter()
            .flat_map(|leg| &leg.connection.findings);
        let forged = |rule: &str| matches!(rule, "reset-injected" | "foreign-segment");
        if ending.by_reset && findings.clone().any(|finding| forged(finding.rule)) {
            return "reset-injected";
        }
        if findings.any(|finding| finding.rule == "idle-timeout-closure") {
            return "idle-timeout";
        }
        if ending.by_reset && ending.near_server.is_none() != ending.near_client.is_none() {
            return "reset-injected";
        }
        let silence = self.last_heard().map(|last| ending.at.saturating_sub(last));
        if silence.is_some_and(|silence| silence >= Self::SILENCE) {
            return "idle-timeout";
        }
        "undetermined"
    }
}

/// Whether a leg lacks what its own side may have left for.
fn is_hidden_before(leg: &Leg<'_>, side: Side) -> bool {
    let peer = side.peer();
    leg.lacks(peer) || leg.has_unseen_end(peer)
}
