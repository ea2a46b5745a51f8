//! What was found and where, in words.

use super::{bounded, packet, since, with_names};
use crate::report::model::{Connection, Finding};
use crate::report::names::Names;
use crate::time::Timestamp;

/// What a finding's place is told by.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Scale<'r> {
    pub(in crate::report) names: &'r Names,
    pub(in crate::report) zero: Timestamp,
}

impl<'r> Scale<'r> {
    /// Of a connection: times count from the answer of its handshake, or from its begin.
    pub(in crate::report) fn of(connection: &Connection, names: &'r Names) -> Self {
        let answered = connection.handshake.response_time;
        Self {
            names,
            zero: answered.unwrap_or(connection.start),
        }
    }
}

/// Rules about what a side did not send: their packet is the other side's.
const ABSENCES: [&str; 2] = ["unanswered-ping", "peer-vanished"];

/// Where a finding was made, and where its requirement is written.
pub(in crate::report) fn place(scale: Scale<'_>, finding: &Finding) -> String {
    let mut parts = Vec::new();
    if let Some(sender) = finding.sender {
        // What never came stands where the other side waited for it.
        let is_absence = ABSENCES.contains(&finding.rule);
        let from = if is_absence { "about" } else { "from" };
        parts.push(format!("{from} the {sender}"));
    }
    parts.push(packet(finding.packet, finding.input, scale.names));
    if let Some(frame) = finding.frame {
        parts.push(format!("frame {frame}"));
    }
    if let Some(offset) = finding.stream_offset {
        parts.push(format!("stream offset {offset}"));
    }
    parts.push(since(scale.zero, finding.time));
    if finding.count > 1 {
        parts.push(times(scale, finding));
    }
    parts.push(finding.reference.to_owned());
    parts.join(", ")
}

/// How many times it was found.
pub(in crate::report) fn times(scale: Scale<'_>, finding: &Finding) -> String {
    let last = packet(finding.last_packet, finding.last_input, scale.names);
    format!("{} times, last in {last}", finding.count)
}

/// What was found, and where, without its rule.
pub(in crate::report) fn in_one_line(scale: Scale<'_>, finding: &Finding) -> String {
    let message = bounded(&with_names(&finding.message, scale.names));
    let packet = packet(finding.packet, finding.input, scale.names);
    let since = since(scale.zero, finding.time);
    let times = match finding.count {
        0 | 1 => String::new(),
        _ => format!(", {}", times(scale, finding)),
    };
    format!("{message} – {packet}, {since}{times}")
}
