//! A choice while packets are read: which of them are analysed, and which of what was found is
//! told.

use std::time::Duration;

use crate::analyzer::watch::{Moment, Seen};
use crate::choice::{Choice, Period, Traits};
use crate::decode::{Endpoint, Segment};
use crate::packet::{PacketId, RawPacket};
use crate::report::chosen;
use crate::report::model::{self, Report, Unchosen};
use crate::source::{Filter, Unfit};
use crate::time::Timestamp;

/// By how much packets may be stored out of order and still be read behind the end of the period
/// that was chosen.
const DISORDER: Duration = Duration::from_secs(1);

/// Applies a choice.
pub(super) struct Chooser {
    choice: Choice,
    filter: Option<Filter>,
    /// Known from the first packet on.
    period: Option<Period>,
    /// Packets in a row that are later than the period.
    late: u32,
    /// Connections that were watched and not told of.
    unchosen: Unchosen,
}

impl Chooser {
    /// Applies this choice; `None` for one that leaves nothing out.
    pub(super) fn of(choice: &Choice) -> Option<Self> {
        (!choice.is_everything()).then(|| Self {
            filter: choice.filter.clone().map(Filter::new),
            choice: choice.clone(),
            period: None,
            late: 0,
            unchosen: Unchosen::default(),
        })
    }

    /// Whether a packet is to be analysed, as far as its time and the filter say.
    pub(super) fn has_packet(&mut self, packet: &RawPacket<'_>) -> Result<bool, &Unfit> {
        let choice = &self.choice;
        let period = self
            .period
            .get_or_insert_with(|| Period::of(choice, packet.time));
        if let Some(until) = period.until {
            let is_late = packet.time.since(until) > DISORDER;
            self.late = if is_late { self.late + 1 } else { 0 };
            if packet.time > until {
                return Ok(false);
            }
        }
        match &mut self.filter {
            Some(filter) => filter.passes(packet),
            None => Ok(true),
        }
    }

    /// Whether nothing that is still to come is chosen. A single packet may have a wrong time.
    pub(super) const fn is_over(&self) -> bool {
        self.late >= 2
    }

    /// Whether a segment is to be analysed.
    pub(super) fn has_segment(&self, segment: &Segment<'_>) -> bool {
        self.choice.has_segment(segment)
    }

    /// Whether what was read is to be told.
    pub(super) fn has_seen(&mut self, seen: &Seen) -> bool {
        let asked = seen.asked.as_deref();
        let traits = Traits {
            id: None,
            first_packet: seen.connection.first_packet,
            client: seen.connection.client,
            server: seen.connection.server,
            host: asked.and_then(|asked| asked.host.as_deref()),
            target: asked.map(|asked| asked.target.as_str()),
        };
        let (_, time) = seen.moment.packet();
        let is_chosen = self.is_recent(time) && self.choice.has_connection(&traits);
        let begins = matches!(
            seen.moment,
            Moment::Handshake { .. } | Moment::Joined { .. }
        );
        if begins && !is_chosen {
            self.unchosen.note(traits.host, traits.target);
        }
        is_chosen
    }

    /// Leaves in the report what is chosen, and has it say what was asked for.
    pub(super) fn finish(mut self, report: &mut Report) {
        report.summary.unchosen = std::mem::take(&mut self.unchosen);
        chosen::keep(report, |connection| {
            self.is_recent(connection.end)
                && traits(connection).is_some_and(|traits| self.choice.has_connection(&traits))
        });
        report.selection = self.selection();
    }

    fn is_recent(&self, time: Timestamp) -> bool {
        let since = self.period.and_then(|period| period.since);
        since.is_none_or(|since| time >= since)
    }

    fn selection(&self) -> model::Selection {
        fn texts<T: ToString>(all: &[T]) -> Vec<String> {
            all.iter().map(T::to_string).collect()
        }
        let choice = &self.choice;
        let period = self.period.unwrap_or_default();
        let moment = |resolved: Option<Timestamp>, asked: Option<crate::choice::When>| {
            let asked = asked.map(|when| when.to_string());
            resolved.map(|moment| moment.to_string()).or(asked)
        };
        model::Selection {
            filter: choice.filter.as_ref().map(ToString::to_string),
            host: texts(&choice.hosts),
            port: texts(&choice.ports),
            path: texts(&choice.paths),
            since: moment(period.since, choice.since),
            until: moment(period.until, choice.until),
            connection: texts(&choice.connections),
            ..model::Selection::default()
        }
    }
}

/// What a connection of a report is chosen by.
fn traits(connection: &model::Connection) -> Option<Traits<'_>> {
    let endpoint = |peer: &model::Peer| {
        Some(Endpoint {
            address: peer.address.parse().ok()?,
            port: peer.port,
        })
    };
    Some(Traits {
        id: Some(connection.id),
        first_packet: PacketId {
            input: connection.input,
            number: connection.first_packet,
        },
        client: endpoint(&connection.client)?,
        server: endpoint(&connection.server)?,
        host: connection.handshake.host.as_deref(),
        target: connection.handshake.target.as_deref(),
    })
}
