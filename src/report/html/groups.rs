//! Connections in groups: by cause and party, peer, path, user agent. It knows which groups there
//! are, and that of many the largest are enough.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::ids;
use super::worst::short;
use crate::report::model::{Connection, Finding};
use crate::report::names::Names;
use crate::report::words::{bounded, packet, with_names};
use crate::rules::Severity;

/// Rows of a group that are shown.
const ROWS: usize = 10;

/// Connections, counted by something.
#[derive(Serialize)]
pub(super) struct Group {
    title: &'static str,
    rows: Vec<Row>,
    /// Different values that have no row.
    more: usize,
    /// The number of all is known, too.
    of_all: bool,
}

/// Connections that have something in common.
#[derive(Serialize)]
struct Row {
    value: String,
    broken: usize,
    all: usize,
    /// Which are broken: the first few.
    ids: String,
}

/// The groups of these connections, those that say something.
pub(super) fn view(connections: &[Connection]) -> Vec<Group> {
    let broken = || connections.iter().filter(|it| it.broken);
    let groups = [
        group("By cause and party", broken(), false, |it| {
            let verdict = it.verdict.as_ref()?;
            Some(format!("{}: {}", verdict.party.as_str(), verdict.cause))
        }),
        group("By client", connections, true, |it| {
            Some(it.client.address.clone())
        }),
        group("By server", connections, true, |it| {
            let (address, port) = (&it.server.address, it.server.port);
            Some(format!("{address} port {port}"))
        }),
        group("By path", connections, true, |it| {
            let target = it.handshake.target.as_deref()?;
            Some(target.split('?').next().unwrap_or(target).to_owned())
        }),
        group("By user agent of the request", broken(), false, |it| {
            let fields = &it.handshake.request.as_ref()?.fields;
            let agent = |name: &str| name.eq_ignore_ascii_case("user-agent");
            Some(fields.iter().find(|it| agent(&it.name))?.value.clone())
        }),
    ];
    groups
        .into_iter()
        .filter(|it| !it.rows.is_empty())
        .collect()
}

fn group<'r>(
    title: &'static str,
    connections: impl IntoIterator<Item = &'r Connection>,
    of_all: bool,
    value: impl Fn(&Connection) -> Option<String>,
) -> Group {
    let mut by: BTreeMap<String, Vec<&Connection>> = BTreeMap::new();
    for connection in connections {
        if let Some(value) = value(connection) {
            by.entry(value).or_default().push(connection);
        }
    }
    let mut rows: Vec<_> = by
        .into_iter()
        .map(|(value, of)| {
            let broken: Vec<_> = of.iter().copied().filter(|it| it.broken).collect();
            (value, broken, of.len())
        })
        .collect();
    rows.sort_by_key(|(_, broken, all)| Reverse((broken.len(), *all)));
    let more = rows.len().saturating_sub(ROWS);
    let rows = rows.into_iter().take(ROWS).map(|(value, broken, all)| Row {
        value: short(&value),
        broken: broken.len(),
        all,
        ids: ids(broken),
    });
    Group {
        title,
        rows: rows.collect(),
        more,
        of_all,
    }
}

/// A rule that found something on connections that are not broken.
#[derive(Serialize)]
pub(super) struct Known {
    severity: &'static str,
    rule: String,
    connections: usize,
    ids: String,
    /// The first of its findings.
    first: String,
}

/// What is worth knowing of connections that are not broken, the serious first.
pub(super) fn known(connections: &[Connection], names: &Names) -> Vec<Known> {
    /// Rules that are told: there are not many more.
    const RULES: usize = 60;
    let mut by: BTreeMap<_, Vec<(&Connection, &Finding)>> = BTreeMap::new();
    for connection in connections.iter().filter(|it| !it.broken) {
        for finding in &connection.findings {
            let key = (Reverse::<Severity>(finding.severity), finding.rule);
            by.entry(key).or_default().push((connection, finding));
        }
    }
    let rules = by
        .into_iter()
        .take(RULES)
        .filter_map(|((severity, rule), mut found)| {
            let (connection, finding) = *found.first()?;
            let packet = packet(finding.packet, finding.input, names);
            let message = bounded(&with_names(&finding.message, names));
            found.dedup_by_key(|(connection, _)| connection.id);
            Some(Known {
                severity: severity.0.as_str(),
                rule: short(rule),
                connections: found.len(),
                ids: ids(found.into_iter().map(|(connection, _)| connection)),
                first: format!("connection {}, {packet}: {message}", connection.id),
            })
        });
    rules.collect()
}
