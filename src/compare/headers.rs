//! The heads of the handshake, held against each other field by field.

use crate::exposure::{self, Exposure};
use crate::http::Fields;
use crate::report::model::{DifferenceKind as Kind, HeaderLine};
use crate::side::Side;
use crate::untrusted::Untrusted;
use crate::websocket::handshake::Handshake;

use super::causes;
use super::difference::{Differences, Found, Way};
use super::extensions;
use super::leg::{Leg, spot};

/// Fields that a 101 must not have (RFC 9110 section 8.6).
const BODY: [&str; 2] = ["content-length", "transfer-encoding"];

/// Fields that are judged by what they mean, and not by how they are written.
const JUDGED: [&str; 7] = [
    "connection",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "upgrade",
];

/// The two handshakes of a pair.
#[derive(Debug)]
pub(super) struct Heads<'p, 'a> {
    pub(super) near_client: &'p Leg<'a>,
    pub(super) near_server: &'p Leg<'a>,
    /// Messages are compressed otherwise on the other leg: the proxy ends what was agreed.
    pub(super) recompresses: bool,
    pub(super) exposure: Exposure,
}

impl<'p, 'a> Heads<'p, 'a> {
    /// Tells what is not the same; the heads, field by field.
    pub(super) fn tell(&self, differences: &mut Differences) -> Vec<HeaderLine> {
        let mut lines = Vec::new();
        let (Some(own), Some(other)) = (self.near_client.handshake(), self.near_server.handshake())
        else {
            return lines;
        };
        if own.is_connect() || other.is_connect() {
            return lines;
        }
        if let (Some(sent), Some(arrived)) = (own.request(), other.request()) {
            let (sent, arrived) = (&sent.head, &arrived.head);
            let first = |head: &crate::http::RequestHead| {
                let target = head.target.split('?').next().unwrap_or_default();
                format!("{} {target} HTTP/1.{}", head.method, head.minor_version)
            };
            lines.push(HeaderLine {
                sender: Side::Client,
                name: String::new(),
                near_client: Some(first(sent)),
                near_server: Some(first(arrived)),
                masked: false,
            });
            self.lines(Side::Client, &sent.fields, &arrived.fields, &mut lines);
            self.request(own, other, differences);
        }
        if let (Some(arrived), Some(sent)) = (own.response(), other.response()) {
            let (sent, arrived) = (&sent.head, &arrived.head);
            let first = |head: &crate::http::ResponseHead| {
                let (reason, _) = Untrusted(head.reason.as_bytes()).beginning(40);
                format!("HTTP/1.1 {} {reason}", head.status)
            };
            lines.push(HeaderLine {
                sender: Side::Server,
                name: String::new(),
                near_client: Some(first(arrived)),
                near_server: Some(first(sent)),
                masked: false,
            });
            self.lines(Side::Server, &sent.fields, &arrived.fields, &mut lines);
            self.response(own, other, differences);
        }
        lines
    }

    fn request(&self, own: &Handshake, other: &Handshake, differences: &mut Differences) {
        let (Some(sent), Some(arrived)) = (own.request(), other.request()) else {
            return;
        };
        let (old, new) = (&sent.head, &arrived.head);
        let mut add = |found: Found| differences.add(found.in_handshake());
        if new.minor_version < old.minor_version {
            let message = format!(
                "the request was sent as HTTP/1.{} and arrived at the server as HTTP/1.{}, which \
                 has no upgrade",
                old.minor_version, new.minor_version
            );
            let found = self.found(Side::Client, Kind::HeaderChanged, false, message);
            add(found.cause("upgrade-headers-stripped"));
        }
        self.tokens(Side::Client, &old.fields, &new.fields, &mut add);
        for name in ["Sec-WebSocket-Key", "Sec-WebSocket-Version"] {
            let change = (old.fields.first(name), new.fields.first(name));
            let is_key = name.ends_with("Key");
            match change {
                (Some(_), None) => add(self
                    .removed(Side::Client, name, "", false)
                    .cause("upgrade-headers-stripped")),
                (Some(old), Some(new)) if old != new && is_key => {
                    let message = "the proxy makes a Sec-WebSocket-Key of its own".to_owned();
                    add(self.found(Side::Client, Kind::HeaderChanged, true, message));
                }
                (Some(old), Some(new)) if old != new => {
                    let found = self.changed(Side::Client, name, old, new, false);
                    add(found.cause("upgrade-headers-stripped"));
                }
                _ => {}
            }
        }
        self.others(Side::Client, &old.fields, &new.fields, &mut add);
        extensions::tell_offer(self, own, other, &mut add);
    }

    fn response(&self, own: &Handshake, other: &Handshake, differences: &mut Differences) {
        let (Some(arrived), Some(sent)) = (own.response(), other.response()) else {
            return;
        };
        let (old, new) = (&sent.head, &arrived.head);
        let mut add = |found: Found| differences.add(found.in_handshake());
        if old.status != new.status {
            // An error of the server may be told in other words; success may not be made of
            // failure, nor failure of success.
            let legal = old.status != 101 && new.status != 101;
            let message = format!(
                "the server answered {}, and {} reached the client",
                old.status, new.status
            );
            let found = self.found(Side::Server, Kind::StatusChanged, legal, message);
            add(found.cause(causes::of_status(new.status)));
        }
        if old.status != 101 || new.status != 101 {
            return;
        }
        self.tokens(Side::Server, &old.fields, &new.fields, &mut add);
        self.accept(own, other, &mut add);
        for name in BODY {
            if old.fields.first(name).is_none() && new.fields.first(name).is_some() {
                let message = format!(
                    "{name} was added to the 101 on its way to the client, which must not have it"
                );
                let found = self.found(Side::Server, Kind::HeaderAdded, false, message);
                add(found.cause("handshake-bug"));
            }
        }
        self.others(Side::Server, &old.fields, &new.fields, &mut add);
        extensions::tell_answer(self, own, other, &mut add);
    }

    /// Upgrade and Connection, without which a head is none of a handshake.
    fn tokens(&self, sender: Side, old: &Fields, new: &Fields, add: &mut dyn FnMut(Found)) {
        for (name, token) in [("Upgrade", "websocket"), ("Connection", "upgrade")] {
            if !old.has_token(name, token) || new.has_token(name, token) {
                continue;
            }
            let found = match (old.first(name), new.first(name)) {
                (Some(old), Some(new)) => self.changed(sender, name, old, new, false),
                _ => self.removed(sender, name, &format!(": {token}"), false),
            };
            add(found.cause("upgrade-headers-stripped"));
        }
    }

    fn accept(&self, own: &Handshake, other: &Handshake, add: &mut dyn FnMut(Found)) {
        const NAME: &str = "Sec-WebSocket-Accept";
        let of = |handshake: &Handshake| -> Option<(Vec<u8>, bool)> {
            let accept = handshake.response()?.head.fields.first(NAME)?.to_vec();
            let fits = handshake.is_accept(&accept);
            Some((accept, fits))
        };
        let is_known = own.request().is_some() && other.request().is_some();
        match (of(other), of(own)) {
            (Some(_), None) => add(self
                .removed(Side::Server, NAME, "", false)
                .cause("handshake-bug")),
            (Some((old, true)), Some((new, false))) if is_known => {
                let message = format!(
                    "{NAME} reached the client as {}, which does not answer its key; the server's \
                     {} answers the key that reached it",
                    Untrusted(&new).beginning(40).0,
                    Untrusted(&old).beginning(40).0
                );
                let found = self.found(Side::Server, Kind::HeaderChanged, false, message);
                add(found.cause("handshake-bug"));
            }
            _ => {}
        }
    }

    /// Fields that a proxy may add, remove and rewrite.
    fn others(&self, sender: Side, old: &Fields, new: &Fields, add: &mut dyn FnMut(Found)) {
        let is_other = |name: &str| {
            let lower = name.to_ascii_lowercase();
            let in_101 = sender == Side::Server && BODY.contains(&lower.as_str());
            !JUDGED.contains(&lower.as_str()) && !in_101
        };
        for name in names(old, new).into_iter().filter(|name| is_other(name)) {
            let (was, is) = (joined(old, name), joined(new, name));
            match (was, is) {
                (Some(_), None) => add(self.removed(sender, name, "", true)),
                (None, Some(_)) => add(self.added(sender, name)),
                (Some(was), Some(is)) if was != is => {
                    add(self.changed(sender, name, &was, &is, true));
                }
                _ => {}
            }
        }
    }

    pub(super) fn removed(&self, sender: Side, name: &str, value: &str, legal: bool) -> Found {
        let message = format!(
            "{}{value} was removed from {}",
            shown(name.as_bytes()),
            way_of(sender)
        );
        self.found(sender, Kind::HeaderRemoved, legal, message)
    }

    fn added(&self, sender: Side, name: &str) -> Found {
        let message = format!("{} was added to {}", shown(name.as_bytes()), way_of(sender));
        self.found(sender, Kind::HeaderAdded, true, message)
    }

    pub(super) fn changed(
        &self,
        sender: Side,
        name: &str,
        old: &[u8],
        new: &[u8],
        legal: bool,
    ) -> Found {
        let values = if self.exposure.shows(name) {
            format!(": \"{}\" became \"{}\"", shown(old), shown(new))
        } else {
            String::new()
        };
        let message = format!(
            "{} was changed in {}{values}",
            shown(name.as_bytes()),
            way_of(sender)
        );
        self.found(sender, Kind::HeaderChanged, legal, message)
    }

    /// A difference of one head.
    pub(super) fn found(&self, sender: Side, kind: Kind, legal: bool, message: String) -> Found {
        let way = Way::of(sender, self.near_client, self.near_server);
        let head = |leg: &Leg<'_>| {
            let handshake = leg.handshake()?;
            Some(spot(&match sender {
                Side::Client => handshake.request()?.place,
                Side::Server => handshake.response()?.place,
            }))
        };
        way.found(kind, legal, head(way.near), head(way.far), message)
    }

    fn lines(&self, sender: Side, old: &Fields, new: &Fields, lines: &mut Vec<HeaderLine>) {
        /// Fields of a head that are listed.
        const LISTED: usize = 64;
        for name in names(old, new).into_iter().take(LISTED) {
            let masked = !self.exposure.shows(name);
            let value = |fields: &Fields| {
                let value = joined(fields, name)?;
                Some(if masked {
                    exposure::masked(&value)
                } else {
                    String::from_utf8_lossy(&value).into_owned()
                })
            };
            let (near, far) = (value(old), value(new));
            let (near_client, near_server) = match sender {
                Side::Client => (near, far),
                Side::Server => (far, near),
            };
            lines.push(HeaderLine {
                sender,
                name: name.to_owned(),
                near_client,
                near_server,
                masked,
            });
        }
    }
}

/// Names of both heads, those of the first in its order, in any case only once.
fn names<'f>(old: &'f Fields, new: &'f Fields) -> Vec<&'f str> {
    let mut names: Vec<&str> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for field in old.iter().chain(new.iter()) {
        if known.insert(field.name.to_ascii_lowercase()) {
            names.push(field.name);
        }
    }
    names
}

/// The values of all lines of a name.
fn joined(fields: &Fields, name: &str) -> Option<Vec<u8>> {
    let all: Vec<&[u8]> = fields.all(name).collect();
    (!all.is_empty()).then(|| all.join(&b", "[..]))
}

const fn way_of(sender: Side) -> &'static str {
    match sender {
        Side::Client => "the request on its way to the server",
        Side::Server => "the 101 on its way to the client",
    }
}

/// A name or value, as much as fits into a sentence.
pub(super) fn shown(bytes: &[u8]) -> String {
    const LENGTH: usize = 80;
    let (text, taken) = Untrusted(bytes).beginning(LENGTH);
    if taken < bytes.len() {
        format!("{text}…")
    } else {
        text
    }
}
