//! Signs of an intermediary: what only one of them writes. A sign shows that there is one, on
//! which side of the capture, and often which product it is; not that it did anything.

use std::net::IpAddr;

use crate::http::{Field, ResponseHead};
use crate::preamble::Kind;
use crate::products;
use crate::side::Side;
use crate::untrusted::Untrusted;
use crate::websocket::handshake::Handshake;

use super::case::Case;

/// That an intermediary shows itself.
#[derive(Clone, Debug)]
pub(crate) struct Sign {
    /// The product, where the sign names one.
    pub(super) product: Option<String>,
    /// What shows it, in words.
    pub(crate) words: String,
}

impl Sign {
    /// Whether what shows itself may read the frames that pass through it: a filter does, and of
    /// what is not known by name it cannot be said that it does not.
    pub(super) fn may_read_frames(&self) -> bool {
        let Some(name) = &self.product else {
            return true;
        };
        let product = products::table().find(name);
        product.is_some_and(|product| product.kind == products::Kind::Filter)
    }
}

/// The sign of an intermediary between the capture and a side: in what came from there.
pub(super) fn on(case: &Case<'_>, side: Side) -> Option<Sign> {
    in_head(case, side)
        .or_else(|| in_preamble(case, side))
        .or_else(|| in_target(case, side))
        .or_else(|| in_spelling(case, side))
}

fn in_head(case: &Case<'_>, side: Side) -> Option<Sign> {
    let handshake = case.handshake?;
    let place = match side {
        Side::Client => handshake.request()?.place,
        Side::Server => handshake.response()?.place,
    };
    in_handshake(handshake, side, &case.at(&place))
}

/// The sign of an intermediary on a side in the head that came from there, found `at` a place.
pub(crate) fn in_handshake(handshake: &Handshake, side: Side, at: &str) -> Option<Sign> {
    let head = match side {
        Side::Client => "request",
        Side::Server => "answer",
    };
    // Who speaks to a forward proxy writes that, and no proxy.
    let is_own = |name: &str| name.eq_ignore_ascii_case("Proxy-Connection");
    let shown = handshake
        .intermediaries_before(side)
        .find(|field| !is_own(field.name));
    if let Some(field) = shown {
        let (name, value) = (Untrusted(field.name.as_bytes()), Untrusted(field.value));
        return Some(Sign {
            product: product_of(field),
            words: format!("the {head} in {at} has {name}: {value}"),
        });
    }
    let server = handshake
        .response()
        .filter(|_| side == Side::Server && handshake.is_accepted())
        .and_then(|response| relaying_server(&response.head))?;
    Some(Sign {
        product: Some(server.clone()),
        words: format!(
            "the 101 in {at} is signed by {server}, which passes WebSockets on and speaks none itself"
        ),
    })
}

/// The PROXY protocol is spoken by proxies alone.
fn in_preamble(case: &Case<'_>, side: Side) -> Option<Sign> {
    let header = case
        .preambles
        .iter()
        .find(|one| matches!(one.kind, Kind::ProxyProtocol(_)))
        .filter(|_| side == Side::Client)?;
    let at = case.at(&header.place);
    Some(Sign {
        product: None,
        words: format!("a PROXY protocol header stands before the request, in {at}"),
    })
}

/// A request that is for another address than TCP goes to was passed on by whoever it was for. A
/// router that rewrites addresses does the same to packets, and takes one from their TTL: where
/// nothing was taken, the machine that sent them opened this connection itself.
fn in_target(case: &Case<'_>, side: Side) -> Option<Sign> {
    /// What hosts begin with.
    const WHOLE: [u8; 3] = [64, 128, 255];
    let request = case.handshake?.request().filter(|_| side == Side::Client)?;
    let ttl = case.ttl.of(side).filter(|ttl| WHOLE.contains(ttl))?;
    let host = std::str::from_utf8(request.head.fields.first("Host")?).ok()?;
    let (name, port) = split_port(host);
    let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
    let is_other = address.is_some_and(|address| address != case.server.address)
        || port.is_some_and(|port| port != case.server.port);
    let is_loopback = case.server.address.is_loopback();
    (is_other && !is_loopback).then(|| Sign {
        product: None,
        words: format!(
            "the request in {} is for {}, and TCP goes to {}: whoever sent it passes on what was \
             sent to another address (its TTL is {ttl}: no router did that)",
            case.at(&request.place),
            Untrusted(host.as_bytes()),
            case.server
        ),
    })
}

/// The host and the port of a Host field.
fn split_port(host: &str) -> (&str, Option<u16>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
            (name, port.parse().ok())
        }
        _ => (host, None),
    }
}

/// Servers that write `Server` with a capital; whoever passes their answers on and makes all names
/// small writes `server`.
fn in_spelling(case: &Case<'_>, side: Side) -> Option<Sign> {
    const CAPITAL: [&str; 6] = [
        "nginx",
        "apache",
        "python/",
        "microsoft-iis",
        "jetty",
        "tornado",
    ];
    let response = case
        .handshake?
        .response()
        .filter(|_| side == Side::Server)?;
    let field = response
        .head
        .fields
        .iter()
        .find(|field| field.name == "server")
        .filter(|field| CAPITAL.iter().any(|name| begins(field.value, name)))?;
    Some(Sign {
        product: None,
        words: format!(
            "the answer in {} has \"server: {}\" in small letters, which that server does not write \
             so: HAProxy and Envoy do to what they pass on",
            case.at(&response.place),
            Untrusted(field.value)
        ),
    })
}

/// The product that signs a 101 and has no WebSocket of its own to give.
fn relaying_server(head: &ResponseHead) -> Option<&'static String> {
    let matches = products::table().of_response(head, b"").into_iter();
    let mut between = matches.filter(|found| found.is_between);
    between.next().map(|found| &found.product.name)
}

/// The product that writes such a field, or that its value names.
fn product_of(field: Field<'_>) -> Option<String> {
    let table = products::table();
    let product = table
        .of_field(field)
        .or_else(|| table.named_in(field.value));
    product.map(|product| product.name.clone())
}

fn begins(text: &[u8], start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
}
