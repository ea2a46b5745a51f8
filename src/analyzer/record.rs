//! A connection that is over, as the report tells it.

mod timeline;

use crate::decode::Carrier;
use crate::diagnosis::{Case, Vantage, diagnose};
use crate::exposure::Exposure;
use crate::place::Place;
use crate::preamble::{Address, Kind as PreambleKind, Preamble, proxy_protocol, socks};
use crate::report::model::{self, Outcome};
use crate::rules::Finding;
use crate::side::{Side, Sides};
use crate::tcp::{Direction, Flow, Way};
use crate::websocket::assembly::CompressionUsed;
use crate::websocket::handshake::Handshake;

use super::conversation::{Ended, RolesFrom};
use super::session::{Session, Tally};

/// The report's account of a connection; it has no id yet.
pub(super) fn connection(flow: &Flow, ended: Ended, exposure: Exposure) -> model::Connection {
    let client = ended.client;
    let (start, first) = flow.first_packet();
    let (end, last) = flow.last_packet();
    let tally = |side| ended.session.as_ref().map(|session| session.tally(side));
    let frames = Sides {
        client: tally(Side::Client).map_or_else(Default::default, |tally| tally.frames),
        server: tally(Side::Server).map_or_else(Default::default, |tally| tally.frames),
    };
    let messages = Sides {
        client: tally(Side::Client).map_or_else(Default::default, |tally| tally.messages),
        server: tally(Side::Server).map_or_else(Default::default, |tally| tally.messages),
    };
    let direction = |side| match side {
        Side::Client => flow.direction(client),
        Side::Server => flow.direction(client.back()),
    };
    let close = model::Close {
        client: tally(Side::Client).and_then(close_frame),
        server: tally(Side::Server).and_then(close_frame),
        tcp: Sides {
            client: tcp(direction(Side::Client)),
            server: tcp(direction(Side::Server)),
        },
        tcp_at: Sides {
            client: tcp_at(direction(Side::Client)),
            server: tcp_at(direction(Side::Server)),
        },
    };
    let captured = |side| captured(direction(side), ended.session.as_deref(), side);
    let captured = Sides {
        client: captured(Side::Client),
        server: captured(Side::Server),
    };
    let infers_compression = ended
        .session
        .as_ref()
        .is_some_and(|session| session.infers_compression());
    let layers = layers(flow, &ended);
    let findings: Vec<Finding> = ended.ledger.into_findings();
    let broken = findings
        .iter()
        .any(|finding| finding.rule.breaks(finding.severity));
    let session = ended.session.as_deref();
    let case = Case {
        first_packet: first,
        server: flow.endpoint(client.back()),
        ttl: Sides {
            client: flow.usual_ttl(client),
            server: flow.usual_ttl(client.back()),
        },
        findings: &findings,
        preambles: &ended.preambles,
        handshake: ended.handshake.as_ref(),
        outcome: ended.outcome,
        endings: ended.endings.as_deref(),
        compression: Sides::by(|side| {
            session.map_or(CompressionUsed::Unknown, |session| {
                session.messages(side).compression_used()
            })
        }),
        intrusions: Sides::by(|side| session?.tally(side).intrusion.as_deref()),
        vantage: Vantage::of(flow, client),
        captured: &captured,
    };
    let verdict = broken.then(|| Box::new(diagnose(&case)));
    let ties = ties(&case, flow, client, broken);
    let vantage = model::Vantage {
        at: case.vantage.at.map(|(side, _)| side),
        sign: case.vantage.at.map(|(_, sign)| sign.as_str()),
        near: case.vantage.near,
    };
    model::Connection {
        id: 0,
        input: first.input,
        client: peer(flow, client),
        server: peer(flow, client.back()),
        roles_from: match ended.roles_from {
            RolesFrom::Handshake => "handshake",
            RolesFrom::Syn => "syn",
            RolesFrom::Masks => "masks",
        },
        layers,
        preambles: ended.preambles.iter().map(preamble).collect(),
        first_packet: first.number,
        last_packet: last.number,
        last_input: last.input,
        start,
        end,
        broken,
        handshake: handshake(
            ended.handshake.as_ref(),
            ended.outcome,
            infers_compression,
            exposure,
            broken,
        ),
        timeline: broken
            .then(|| timeline::timeline(ended.handshake.as_ref(), session, &close))
            .map(Box::new),
        frames,
        messages,
        close,
        captured,
        findings: findings.into_iter().map(finding).collect(),
        verdict,
        vantage,
        same_as: None,
        other_leg: None,
        ties,
    }
}

/// What ties the connection to others.
fn ties(case: &Case<'_>, flow: &Flow, client: Way, broken: bool) -> model::Ties {
    /// A key is 24 bytes; of what is none enough is kept to tell them apart.
    const KEPT: usize = 64;
    let request = case.handshake.and_then(Handshake::request);
    let key = request.and_then(|request| request.head.fields.first("Sec-WebSocket-Key"));
    let at = case.vantage.at.map(|(side, _)| side);
    let sequence = |way| {
        let direction = flow.direction(way);
        let is_known = direction.is_captured() && direction.is_from_start();
        let offset = u32::try_from(direction.offset() & u64::from(u32::MAX)).ok()?;
        is_known.then(|| direction.sequence().wrapping_sub(offset))
    };
    model::Ties {
        key: key.map(|key| key.iter().copied().take(KEPT).collect()),
        sequences: Sides {
            client: sequence(client),
            server: sequence(client.back()),
        },
        at,
        unplaced: at.filter(|_| broken).map(|_| {
            Box::new(diagnose(&Case {
                vantage: Vantage::default(),
                ..*case
            }))
        }),
    }
}

fn peer(flow: &Flow, way: Way) -> model::Peer {
    let endpoint = flow.endpoint(way);
    model::Peer {
        address: endpoint.address.to_string(),
        name: None,
        port: endpoint.port,
    }
}

fn layers(flow: &Flow, ended: &Ended) -> Vec<&'static str> {
    let carriers = flow.carriers();
    let mut layers: Vec<_> = carriers.iter().map(Carrier::as_str).collect();
    layers.push("tcp");
    layers.extend(ended.preambles.iter().map(|one| one.kind.layer()));
    if ended.handshake.is_some() {
        layers.push("http/1.1");
    }
    layers
}

fn preamble(preamble: &Preamble) -> model::Preamble {
    model::Preamble {
        packet: preamble.place.packet.number,
        input: preamble.place.packet.input,
        kind: match &preamble.kind {
            PreambleKind::ProxyProtocol(header) => proxy_header(header),
            PreambleKind::Socks(tunnel) => socks_tunnel(tunnel),
            PreambleKind::Connect { target } => model::PreambleKind::HttpConnect {
                target: target.clone(),
            },
        },
    }
}

fn proxy_header(header: &proxy_protocol::Header) -> model::PreambleKind {
    let text = |value: &Option<Vec<u8>>| {
        let value = value.as_deref()?;
        Some(String::from_utf8_lossy(value).into_owned())
    };
    let extras = &header.extras;
    model::PreambleKind::ProxyProtocol {
        version: match header.version {
            proxy_protocol::Version::V1 => 1,
            proxy_protocol::Version::V2 => 2,
        },
        command: match header.command {
            proxy_protocol::Command::Local => "local",
            proxy_protocol::Command::Proxy => "proxy",
        },
        source: header.ends.as_ref().map(|ends| address(&ends.source)),
        destination: header.ends.as_ref().map(|ends| address(&ends.destination)),
        alpn: text(&extras.alpn),
        authority: text(&extras.authority),
        unique_id: extras.unique_id.as_deref().map(hexadecimal),
        tls_version: text(&extras.tls_version),
        checksum_fits: extras.checksum_fits,
        unread_bytes: extras.unread_bytes as u64,
    }
}

fn socks_tunnel(tunnel: &socks::Tunnel) -> model::PreambleKind {
    model::PreambleKind::Socks {
        version: match tunnel.version {
            socks::Version::V4 => 4,
            socks::Version::V5 => 5,
        },
        login: match tunnel.login {
            socks::Login::None => "none",
            socks::Login::User => "user",
            socks::Login::Password => "password",
        },
        destination: address(&tunnel.destination),
        bound: address(&tunnel.bound),
    }
}

fn address(address: &Address) -> model::Address {
    model::Address {
        host: address.host(),
        port: address.port(),
    }
}

fn close_frame(tally: &Tally) -> Option<model::CloseFrame> {
    let (seen, payload) = tally.close.as_ref()?;
    Some(model::CloseFrame {
        code: payload.code(),
        reason: String::from_utf8_lossy(payload.reason()).into_owned(),
        packet: seen.place.packet.number,
        input: seen.place.packet.input,
        time: seen.place.time,
    })
}

fn tcp(direction: &Direction) -> Option<model::TcpEnd> {
    direction.end().map(|(_, by_reset)| {
        if by_reset {
            model::TcpEnd::Rst
        } else {
            model::TcpEnd::Fin
        }
    })
}

fn tcp_at(direction: &Direction) -> Option<model::EndPlace> {
    direction.end().map(|(end, _)| model::EndPlace {
        packet: end.arrival.packet.number,
        input: end.arrival.packet.input,
        time: end.arrival.time,
    })
}

fn captured(direction: &Direction, session: Option<&Session>, side: Side) -> model::Captured {
    let unjudged = |(from, to): &(Place, Option<Place>)| model::Unjudged {
        input: from.packet.input,
        from_packet: from.packet.number,
        to_input: to.map(|to| to.packet.input),
        to_packet: to.map(|to| to.packet.number),
    };
    let all = session.map_or(&[][..], |session| session.tally(side).unjudged.as_slice());
    model::Captured {
        from_start: direction.is_from_start(),
        bytes: direction.bytes(),
        missing_bytes: direction.missing_bytes(),
        gaps: direction.gaps(),
        unread_bytes: session.map_or(0, |session| session.unread_bytes(side)),
        unjudged: all.iter().map(unjudged).collect(),
        unread_messages: session.map_or(0, |session| session.messages(side).unread()),
    }
}

fn handshake(
    handshake: Option<&Handshake>,
    outcome: Outcome,
    infers_compression: bool,
    exposure: Exposure,
    is_told: bool,
) -> model::Handshake {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let texts = |all: Vec<&[u8]>| all.into_iter().map(text).collect::<Vec<_>>();
    let request = handshake.and_then(Handshake::request);
    let response = handshake.and_then(Handshake::response);
    model::Handshake {
        outcome,
        status: handshake.and_then(Handshake::status),
        target: request.map(|request| exposure.target(&request.head.target)),
        host: request.and_then(|request| request.head.fields.first("Host").map(text)),
        offered_extensions: handshake
            .map(|handshake| texts(handshake.offered("Sec-WebSocket-Extensions")))
            .unwrap_or_default(),
        negotiated_extensions: handshake
            .and_then(|handshake| handshake.answered("Sec-WebSocket-Extensions"))
            .map(texts),
        inferred_extensions: infers_compression
            .then_some("permessage-deflate")
            .into_iter()
            .collect(),
        offered_subprotocols: handshake
            .map(|handshake| texts(handshake.offered("Sec-WebSocket-Protocol")))
            .unwrap_or_default(),
        subprotocol: response
            .and_then(|response| response.head.fields.first("Sec-WebSocket-Protocol"))
            .map(text),
        intermediaries: handshake
            .into_iter()
            .flat_map(Handshake::intermediaries)
            .map(|field| model::Intermediary {
                header: field.name.to_owned(),
                value: text(field.value),
            })
            .collect(),
        request: is_told
            .then(|| timeline::request(handshake, exposure))
            .flatten()
            .map(Box::new),
        response: is_told
            .then(|| timeline::response(handshake, exposure))
            .flatten()
            .map(Box::new),
        request_packet: request.map(|request| request.place.packet.number),
        request_input: request.map(|request| request.place.packet.input),
        response_packet: response.map(|response| response.place.packet.number),
        response_input: response.map(|response| response.place.packet.input),
        response_time: response.map(|response| response.place.time),
    }
}

fn finding(finding: Finding) -> model::Finding {
    let place = finding.place;
    model::Finding {
        rule: finding.rule.name,
        severity: finding.severity,
        sender: finding.sender,
        input: place.packet.input,
        packet: place.packet.number,
        frame: place.frame,
        stream_offset: Some(place.stream_offset),
        time: place.time,
        message: finding.message,
        reference: finding.rule.reference,
        bytes: hexadecimal(&finding.excerpt.bytes),
        labels: finding
            .excerpt
            .labels
            .into_iter()
            .map(|label| model::Label {
                start: label.range.start,
                length: label.range.len(),
                text: label.text,
                offending: label.offending,
            })
            .collect(),
        because_of: finding.because_of.map(|cause| model::BecauseOf {
            rule: cause.rule,
            sender: cause.sender,
            packet: cause.packet.number,
            input: cause.packet.input,
        }),
        count: finding.count,
        last_input: finding.last_packet.input,
        last_packet: finding.last_packet.number,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
