//! What two legs of a connection do not have in common, in words.

use super::{NO_BREAK, counted, peer, untrusted};
use crate::report::model::{
    ClockOffset, Connection, Difference, DifferenceKind as Kind, HeaderLine, Latency, Outcome,
    Pair, PairedBy, Spot,
};
use crate::side::Side;

/// Host and path that the client asked for.
pub(in crate::report) fn asked_for(own: &Connection) -> String {
    let handshake = &own.handshake;
    let shown = |text: &Option<String>| text.as_deref().map(untrusted).unwrap_or_default();
    shown(&handshake.host) + &shown(&handshake.target)
}

/// What the differences are.
pub(in crate::report) const fn what_changed(by: Option<PairedBy>) -> &'static str {
    match by {
        Some(PairedBy::SeparateRuns) => "only one run has",
        Some(PairedBy::SameConnection) => "changed between the two captures",
        _ => "what the proxy changed",
    }
}

/// What is said where there are none.
pub(in crate::report) const fn nothing_changed(by: Option<PairedBy>) -> &'static str {
    match by {
        Some(PairedBy::SeparateRuns) => "the runs do not differ in what was compared",
        _ => "both legs are the same in what was compared",
    }
}

/// Whether a difference is one of the heads that are shown side by side.
pub(in crate::report) fn stands_in_heads(pair: &Pair, difference: &Difference) -> bool {
    let is_header = matches!(
        difference.kind,
        Kind::HeaderAdded | Kind::HeaderRemoved | Kind::HeaderChanged
    );
    is_header && !pair.headers.is_empty()
}

/// Whether the legs have a field with different values.
pub(in crate::report) fn is_changed(line: &HeaderLine) -> bool {
    line.near_client != line.near_server
}

/// Whether a field is to be shown: what makes a handshake, and what is not the same.
pub(in crate::report) fn is_telling(line: &HeaderLine) -> bool {
    let name = line.name.to_ascii_lowercase();
    name.is_empty() || name.starts_with("sec-websocket-") || is_changed(line)
}

/// A leg in a line.
pub(in crate::report) fn leg(connection: &Connection) -> String {
    let handshake = &connection.handshake;
    let answer = match (handshake.outcome, handshake.status) {
        (Outcome::Accepted, _) => "101".to_owned(),
        (Outcome::Rejected, Some(status)) => format!("refused with {status}"),
        (Outcome::Rejected, None) => "refused".to_owned(),
        (Outcome::Unanswered, _) => "not answered".to_owned(),
        (Outcome::Unseen, _) => "handshake not captured".to_owned(),
    };
    let close = |side: Side| {
        let code = connection.close.of(side)?.code;
        Some(match code {
            Some(code) => format!("{side} Close {code}"),
            None => format!("{side} Close"),
        })
    };
    let closes: Vec<String> = Side::BOTH.into_iter().filter_map(close).collect();
    let closes = if closes.is_empty() {
        String::new()
    } else {
        format!("; {}", closes.join(", "))
    };
    format!(
        "{} → {}, connection{NO_BREAK}{}: {answer}{closes}",
        peer(&connection.client),
        peer(&connection.server),
        connection.id
    )
}

/// Where a difference is, in words.
pub(in crate::report) fn places(difference: &Difference, by: Option<PairedBy>) -> String {
    let (first, second) = match by {
        Some(PairedBy::SeparateRuns) => ("of the first run", "of the second run"),
        _ => ("near the client", "near the server"),
    };
    let place = |spot: Option<Spot>, near: &str| {
        let spot = spot?;
        Some(format!("packet{NO_BREAK}{} {near}", spot.packet))
    };
    let own = place(difference.near_client, first);
    let other = place(difference.near_server, second);
    let told: Vec<String> = own.into_iter().chain(other).collect();
    told.join(", ")
}

/// How long messages took between the captures.
pub(in crate::report) fn latency_of(latency: &Latency, by: Option<PairedBy>) -> String {
    let who = match by {
        Some(PairedBy::SameConnection) => "the way between the captures",
        _ => "the proxy",
    };
    format!(
        "{who} took {} (median), {} (99 of 100), {} (worst) of {}",
        microseconds(latency.median_us),
        microseconds(latency.p99_us),
        microseconds(latency.worst_us),
        counted(latency.messages, "message")
    )
}

/// How the clocks of the captures stand to each other.
pub(in crate::report) fn clock_of(clock: ClockOffset) -> String {
    let ahead = match clock.offset_us {
        0 => "the clocks agree".to_owned(),
        offset => {
            let (who, by) = if offset > 0 {
                ("server", offset.unsigned_abs())
            } else {
                ("client", offset.unsigned_abs())
            };
            format!("the one near the {who} is {} ahead", microseconds(by))
        }
    };
    match clock.uncertainty_us {
        Some(0) => ahead,
        Some(doubt) => format!("{ahead}, by what passed, ± {}", microseconds(doubt)),
        None => format!("{ahead}, if nothing took any time"),
    }
}

fn microseconds(microseconds: u64) -> String {
    match microseconds {
        0..1000 => format!("{microseconds}{NO_BREAK}µs"),
        1000..1_000_000 => {
            let tenths = microseconds / 100;
            format!("{}.{}{NO_BREAK}ms", tenths / 10, tenths % 10)
        }
        _ => {
            let hundredths = microseconds / 10_000;
            format!("{}.{:02}{NO_BREAK}s", hundredths / 100, hundredths % 100)
        }
    }
}
