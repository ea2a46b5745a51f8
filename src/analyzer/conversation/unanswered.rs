//! Requests that nobody answered. It knows what the capture must hold for that to be said.

use crate::rules::judge::Unanswered;
use crate::side::Side;
use crate::tcp::{Direction, Flow, Way};

/// How a connection ended on which an answer was awaited of which `begun` bytes had come; `None`
/// where it did not end, or the answer may be in bytes that were not captured.
pub(super) fn unanswered(flow: &Flow, client: Way, begun: usize) -> Option<Unanswered> {
    let server = flow.direction(client.back());
    let client = flow.direction(client);
    // Of the client's stream the end must be there too, if it had one: it may have been first.
    let is_whole =
        |one: &Direction| one.is_captured() && one.missing_bytes() == 0 && !one.has_unseen_end();
    if !server.is_from_start() || !is_whole(server) || !is_whole(client) {
        return None;
    }
    let end = |direction: &Direction| {
        let (end, by_reset) = direction.end()?;
        let place = direction.place_of(end);
        direction.reached(end).then_some((place, by_reset))
    };
    let clients = end(client);
    let servers = end(server);
    // A server that ends what the client has ended answers nothing any more, and need not.
    let (left, (place, by_reset)) = match (clients, servers) {
        (Some(own), Some(others)) if others.0.is_aware_of(&own.0) => (Side::Client, own),
        (_, Some(others)) => (Side::Server, others),
        (Some(own), None) => (Side::Client, own),
        (None, None) => return None,
    };
    Some(Unanswered {
        left,
        place,
        by_reset,
        begun,
        instead: None,
    })
}
