//! The core: segments in, connections out. It does no io and has no clock; time is the time of
//! the packets, and memory is bounded by [`Limits`].

mod conversation;
mod record;
mod session;
mod waiting;

use std::collections::BTreeMap;

use crate::decode::Segment;
use crate::limits::Limits;
use crate::report::model;
use crate::tcp::{FlowTable, Retired};
use crate::time::Timestamp;

use conversation::{Conversation, Kind};
pub use record::Exposure;

/// What was found in all connections.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The WebSocket connections, in the order in which they ended; they have no ids yet.
    pub connections: Vec<model::Connection>,
    /// The other TCP connections, counted.
    pub other: model::Other,
    /// Bounds that were met, by name, and how often.
    pub limits: BTreeMap<&'static str, u64>,
}

impl Analysis {
    fn met(&mut self, bound: &'static str) {
        *self.limits.entry(bound).or_default() += 1;
    }
}

/// Follows the TCP connections of a capture and judges the WebSockets among them.
#[derive(Debug)]
pub struct Analyzer {
    limits: Limits,
    exposure: Exposure,
    table: FlowTable<Conversation>,
    /// The time of the last segment.
    clock: Option<Timestamp>,
    waiting: usize,
    analysis: Analysis,
}

impl Analyzer {
    /// Nothing followed yet.
    #[must_use]
    pub fn new(limits: Limits, exposure: Exposure) -> Self {
        Self {
            limits,
            exposure,
            table: FlowTable::default(),
            clock: None,
            waiting: 0,
            analysis: Analysis::default(),
        }
    }

    /// Takes the next segment of the capture.
    pub fn push(&mut self, segment: &Segment<'_>) {
        let Self {
            limits,
            exposure,
            table,
            clock,
            waiting,
            analysis,
        } = self;
        let mut retire = |retired: Retired<Conversation>| {
            *waiting = waiting.saturating_sub(retired.flow.waiting_bytes());
            conclude(retired, limits, *exposure, analysis);
        };
        // One packet with a wrong time must not end every connection: two in a row agree.
        let now = clock.map_or(segment.time, |last| last.min(segment.time));
        *clock = Some(segment.time);
        table.expire(now, limits, &mut retire);
        let entry = table.entry(segment, limits, Conversation::default, &mut retire);
        let Some((flow, conversation)) = entry else {
            return;
        };
        let before = flow.waiting_bytes();
        flow.note(segment);
        conversation.opened_by(flow.opener());
        if conversation.is_settled() {
            flow.pass_over(segment);
        } else {
            let mut met = flow.push(segment, limits, &mut |event| {
                if let Some(bound) = conversation.take(&event, limits) {
                    analysis.met(bound);
                }
            });
            let waits = flow.waiting_bytes();
            if waits > before && *waiting + waits - before > limits.waiting_bytes_total {
                met = Some("waiting_bytes_total");
                flow.give_up(&mut |event| {
                    conversation.take(&event, limits);
                });
            }
            if let Some(bound) = met {
                analysis.met(bound);
            }
        }
        let after = flow.waiting_bytes();
        *waiting = (*waiting + after).saturating_sub(before);
        table.settle(segment);
    }

    /// The capture ends here.
    #[must_use]
    pub fn finish(mut self) -> Analysis {
        let (limits, exposure) = (&self.limits, self.exposure);
        let analysis = &mut self.analysis;
        self.table
            .drain(&mut |retired| conclude(retired, limits, exposure, analysis));
        self.analysis
    }
}

/// Ends a connection and keeps what was found.
fn conclude(
    mut retired: Retired<Conversation>,
    limits: &Limits,
    exposure: Exposure,
    analysis: &mut Analysis,
) {
    if let Some(bound) = retired.bound {
        analysis.met(bound);
    }
    let conversation = &mut retired.state;
    retired.flow.give_up(&mut |event| {
        conversation.take(&event, limits);
    });
    match retired.state.finish(&retired.flow, limits) {
        Ok(ended) => analysis
            .connections
            .push(record::connection(&retired.flow, ended, exposure)),
        Err(Kind::Tls) => analysis.other.tls += 1,
        Err(Kind::Http) => analysis.other.http += 1,
        Err(Kind::Http2) => analysis.other.http2 += 1,
        Err(Kind::Unknown) => analysis.other.unknown += 1,
    }
}
