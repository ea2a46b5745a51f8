//! Which broken connections are told in full: one of each cause first, the surest and most serious
//! before others. It knows the order, and the row that the others have.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::verdict::surely;
use crate::report::model::Connection;
use crate::report::words::connection::asked_for;
use crate::report::words::date_and_time;
use crate::rules::Severity;
use crate::untrusted::Untrusted;

/// Broken connections that have a row in the table at most.
pub(super) const ROWS: usize = 2000;

/// The broken connections, those to be told first at the front.
pub(super) fn order(connections: &[Connection]) -> Vec<&Connection> {
    let mut broken: Vec<_> = connections.iter().filter(|it| it.broken).collect();
    broken.sort_by_key(|it| Reverse(weight(it)));
    // The first of each cause, then the second of each, and so on.
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut turns: Vec<_> = broken
        .into_iter()
        .map(|it| {
            let cause = it.verdict.as_ref().map_or("", |verdict| verdict.cause);
            let turn = seen.entry(cause).or_default();
            *turn += 1;
            ((*turn).min(2), it)
        })
        .collect();
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, it)| it).collect()
}

/// How sure it is who broke it, and how seriously it is broken.
fn weight(connection: &Connection) -> (u8, Option<Severity>, usize) {
    let sure = connection
        .verdict
        .as_ref()
        .map_or(0, |verdict| verdict.confidence as u8 + 1);
    let findings = &connection.findings;
    let worst = findings.iter().map(|it| it.severity).max();
    let errors = findings
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .count();
    (sure, worst, errors)
}

/// A broken connection in one line.
#[derive(Serialize)]
pub(super) struct Row {
    id: u64,
    start: String,
    client: String,
    server: String,
    asked_for: String,
    who: &'static str,
    sure: &'static str,
    cause: String,
    packet: u64,
}

/// The row of a connection.
pub(super) fn row(connection: &Connection) -> Row {
    let verdict = connection.verdict.as_ref();
    let worst = connection.findings.iter().max_by_key(|it| it.severity);
    let cause = verdict.map(|it| it.cause).or(worst.map(|it| it.rule));
    Row {
        id: connection.id,
        start: date_and_time(connection.start),
        client: short(&connection.client.address) + &format!(":{}", connection.client.port),
        server: short(&connection.server.address) + &format!(":{}", connection.server.port),
        asked_for: short(&asked_for(&connection.handshake)),
        who: verdict.map_or("", |it| it.party.as_str()),
        sure: verdict.map_or("", |it| surely(it)),
        cause: short(cause.unwrap_or_default()),
        packet: worst.map_or(connection.first_packet, |it| it.packet),
    }
}

/// As much of a text as a cell of a table has room for.
pub(super) fn short(text: &str) -> String {
    const CHARACTERS: usize = 60;
    let (shown, taken) = Untrusted(text.as_bytes()).beginning(CHARACTERS);
    if taken < text.len() {
        shown + "…"
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Confidence, Party, Verdict};
    use crate::report::sample;

    fn broken(id: u64, cause: &'static str, confidence: Confidence) -> Connection {
        let mut connection = sample::runbook_connection(id);
        connection.verdict = Some(Box::new(Verdict {
            party: Party::Server,
            confidence,
            cause,
            product: None,
            explanation: String::new(),
            remedy: String::new(),
            snippets: Vec::new(),
            confirm: None,
            evidence: Vec::new(),
            against: Vec::new(),
            alternatives: Vec::new(),
            next_capture: None,
        }));
        connection
    }

    #[test]
    fn one_of_each_cause_stands_before_the_second_of_any() {
        let connections = [
            broken(1, "a", Confidence::Likely),
            broken(2, "a", Confidence::Certain),
            broken(3, "a", Confidence::Certain),
            broken(4, "b", Confidence::Possible),
            sample::connection(5),
        ];
        let ids: Vec<_> = order(&connections).iter().map(|it| it.id).collect();
        assert_eq!(ids, [2, 4, 3, 1]);
    }

    #[test]
    fn a_cell_is_bounded() {
        assert_eq!(short("/ws"), "/ws");
        assert_eq!(short(&"\u{1b}".repeat(100)), "\\u{1b}".repeat(10) + "…");
    }
}
