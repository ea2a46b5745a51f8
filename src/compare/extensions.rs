//! What was offered and agreed on the two legs: extensions and subprotocols. Whoever passes frames
//! on as they are must pass on what was agreed; whoever makes them anew may agree otherwise.

use crate::report::model::DifferenceKind as Kind;
use crate::side::Side;
use crate::websocket::handshake::Handshake;

use super::difference::Found;
use super::headers::{Heads, shown};
use super::leg::Leg;

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";
const PROTOCOL: &str = "Sec-WebSocket-Protocol";

/// Whether both legs have the same key: the proxy makes no handshake of its own.
fn has_one_key(heads: &Heads<'_, '_>) -> bool {
    let key = heads.near_client.key();
    key.is_some() && key == heads.near_server.key()
}

/// Whether a side sets RSV1 on what passes on a leg.
fn compresses(leg: &Leg<'_>, sender: Side) -> bool {
    let mut frames = leg.tape(sender).frames.iter();
    frames.any(|frame| frame.seen.header.opcode().begins_message() && frame.seen.header.rsv1())
}

fn list(elements: &[&[u8]]) -> String {
    shown(&elements.join(&b", "[..]))
}

/// The request: what is not offered to the server.
pub(super) fn tell_offer(
    heads: &Heads<'_, '_>,
    own: &Handshake,
    other: &Handshake,
    add: &mut dyn FnMut(Found),
) {
    for name in [EXTENSIONS, PROTOCOL] {
        let (old, new) = (own.offered(name), other.offered(name));
        if old == new {
            continue;
        }
        let answer = |handshake: &Handshake| {
            let answered = handshake.answered(name).unwrap_or_default();
            !answered.is_empty()
        };
        let value = format!(": {}", list(&old));
        if new.is_empty() {
            let is_promised = name == EXTENSIONS && answer(own) && !answer(other);
            let legal = !(is_promised && is_harmful(heads, Side::Client, heads.near_server));
            let mut found = heads.removed(Side::Client, name, &value, legal);
            if is_promised {
                let more = ", and the 101 that reached the client names it all the same";
                found.difference.message.push_str(more);
            }
            add(found.cause("extension-request-stripped"));
        } else if old.is_empty() {
            let message = format!(
                "{name}: {} was added to the request on its way to the server",
                list(&new)
            );
            add(heads.found(Side::Client, Kind::HeaderAdded, true, message));
        } else {
            let (old, new) = (old.join(&b", "[..]), new.join(&b", "[..]));
            add(heads.changed(Side::Client, name, &old, &new, true));
        }
    }
}

/// Whether the proxy passes frames on as they are, so that what `sender` was told does harm: its
/// compressed frames arrive on a leg that agreed to none, or would.
fn is_harmful(heads: &Heads<'_, '_>, sender: Side, far: &Leg<'_>) -> bool {
    let agreed = far.handshake().map(Handshake::agreement);
    let allows = agreed.is_none_or(|agreed| agreed.allows_rsv1());
    let is_used = !allows && compresses(far, sender);
    is_used || (has_one_key(heads) && !heads.recompresses)
}

/// The 101: what was agreed.
pub(super) fn tell_answer(
    heads: &Heads<'_, '_>,
    own: &Handshake,
    other: &Handshake,
    add: &mut dyn FnMut(Found),
) {
    let of = |handshake: &Handshake, name| -> Vec<Vec<u8>> {
        let answered = handshake.answered(name).unwrap_or_default();
        answered.into_iter().map(<[u8]>::to_vec).collect()
    };
    let (old, new) = (of(other, EXTENSIONS), of(own, EXTENSIONS));
    let text = |all: &[Vec<u8>]| shown(&all.join(&b", "[..]));
    if old != new {
        if new.is_empty() {
            let legal = !is_harmful(heads, Side::Server, heads.near_client);
            let value = format!(": {}", text(&old));
            let found = heads.removed(Side::Server, EXTENSIONS, &value, legal);
            add(found.cause("extension-response-stripped"));
        } else if old.is_empty() {
            // Told of with the offer, where that was removed.
            let is_told = !own.offered(EXTENSIONS).is_empty()
                && other.offered(EXTENSIONS).is_empty()
                && other.request().is_some();
            let legal = is_told || !is_harmful(heads, Side::Client, heads.near_server);
            let message = format!(
                "{EXTENSIONS}: {} was added to the 101 on its way to the client",
                text(&new)
            );
            let found = heads.found(Side::Server, Kind::HeaderAdded, legal, message);
            add(found.cause("extension-request-stripped"));
        } else {
            let legal = !has_one_key(heads) || heads.recompresses;
            let (old, new) = (old.join(&b", "[..]), new.join(&b", "[..]));
            let found = heads.changed(Side::Server, EXTENSIONS, &old, &new, legal);
            add(found.cause("extension-response-stripped"));
        }
    }
    let (old, new) = (of(other, PROTOCOL), of(own, PROTOCOL));
    if old != new {
        let legal = !has_one_key(heads);
        let found = match (old.as_slice(), new.as_slice()) {
            (_, []) => {
                let value = format!(": {}", text(&old));
                heads.removed(Side::Server, PROTOCOL, &value, legal)
            }
            ([], _) => {
                let message = format!(
                    "{PROTOCOL}: {} was added to the 101 on its way to the client",
                    text(&new)
                );
                heads.found(Side::Server, Kind::HeaderAdded, legal, message)
            }
            _ => {
                let (old, new) = (old.join(&b", "[..]), new.join(&b", "[..]));
                heads.changed(Side::Server, PROTOCOL, &old, &new, legal)
            }
        };
        add(found.cause("handshake-bug"));
    }
}
