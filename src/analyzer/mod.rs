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
use crate::tcp::{Flow, FlowEvent, FlowTable, Retired};
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
    table: FlowTable<Followed>,
    /// The time of the last segment.
    clock: Option<Timestamp>,
    held: Held,
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
            held: Held::default(),
            analysis: Analysis::default(),
        }
    }

    /// Takes the next segment of the capture.
    pub fn push(&mut self, segment: &Segment<'_>) {
        // One packet with a wrong time must not end every connection: two in a row agree.
        let now = self
            .clock
            .map_or(segment.time, |last| last.min(segment.time));
        self.clock = Some(segment.time);
        let Self {
            limits,
            exposure,
            table,
            held,
            analysis,
            ..
        } = self;
        let mut retire = |retired: Retired<Followed>| {
            held.change(Held::by(&retired.flow, &retired.state), Held::default());
            conclude(retired, limits, *exposure, analysis);
        };
        table.expire(now, limits, &mut retire);
        let entry = table.entry(segment, limits, Followed::default, &mut retire);
        let Some((place, flow, state)) = entry else {
            return;
        };
        let before = Held::by(flow, state);
        flow.note(segment);
        if let Followed::Settled(_) = state {
            flow.pass_over(segment);
        } else {
            let mut met = follow(
                flow,
                state,
                |flow, sink| flow.push(segment, limits, sink),
                limits,
            );
            let after = Held::by(flow, state);
            if held.waiting + after.waiting > limits.waiting_bytes_total + before.waiting
                && after.waiting > before.waiting
            {
                met.push("waiting_bytes_total");
                met.extend(follow(flow, state, give_up, limits));
            }
            let after = Held::by(flow, state);
            if held.kept + after.kept > limits.kept_bytes_total + before.kept
                && after.kept > before.kept
            {
                met.push("kept_bytes_total");
                state.give_up();
            }
            for bound in met {
                analysis.met(bound);
            }
            state.settle();
        }
        held.change(before, Held::by(flow, state));
        table.settle(place);
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

/// What is known of a TCP connection beside its streams.
#[derive(Debug, Default)]
enum Followed {
    /// No data yet.
    #[default]
    Silent,
    /// Its data is read.
    Read(Box<Conversation>),
    /// It is no WebSocket.
    Settled(Kind),
}

impl Followed {
    fn give_up(&mut self) {
        if let Self::Read(conversation) = self {
            conversation.give_up();
        }
    }

    /// Keeps of what is no WebSocket only what it is.
    fn settle(&mut self) {
        if let Self::Read(conversation) = self
            && let Some(kind) = conversation.is_nothing_but()
        {
            *self = Self::Settled(kind);
        }
    }
}

/// Bytes of memory that are held for later, by what bounds them.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    /// By bytes that came before their turn.
    waiting: usize,
    /// By conversations.
    kept: usize,
}

impl Held {
    fn by(flow: &Flow, state: &Followed) -> Self {
        Self {
            waiting: flow.waiting_bytes(),
            kept: match state {
                Followed::Read(conversation) => conversation.cost(),
                Followed::Silent | Followed::Settled(_) => 0,
            },
        }
    }

    /// One connection holds `after` where it held `before`.
    const fn change(&mut self, before: Self, after: Self) {
        self.waiting = (self.waiting + after.waiting).saturating_sub(before.waiting);
        self.kept = (self.kept + after.kept).saturating_sub(before.kept);
    }
}

/// Has a flow do something, and its connection read what comes of it; returns the names of the
/// bounds that were met.
fn follow(
    flow: &mut Flow,
    state: &mut Followed,
    act: impl FnOnce(&mut Flow, &mut dyn FnMut(FlowEvent<'_>)) -> Option<&'static str>,
    limits: &Limits,
) -> Vec<&'static str> {
    let opener = flow.opener();
    let mut met = Vec::new();
    let bound = act(flow, &mut |event| {
        if let Followed::Silent = state {
            *state = Followed::Read(Box::default());
        }
        if let Followed::Read(conversation) = state {
            conversation.opened_by(opener);
            met.extend(conversation.take(&event, limits));
        }
    });
    if let Followed::Read(conversation) = state {
        conversation.opened_by(flow.opener());
    }
    met.extend(bound);
    met
}

/// Gives up what is missing of both streams.
fn give_up(flow: &mut Flow, sink: &mut dyn FnMut(FlowEvent<'_>)) -> Option<&'static str> {
    flow.give_up(sink);
    None
}

/// Ends a connection and keeps what was found.
fn conclude(
    mut retired: Retired<Followed>,
    limits: &Limits,
    exposure: Exposure,
    analysis: &mut Analysis,
) {
    if let Some(bound) = retired.bound {
        analysis.met(bound);
    }
    for bound in follow(&mut retired.flow, &mut retired.state, give_up, limits) {
        analysis.met(bound);
    }
    let kind = match retired.state {
        Followed::Silent => Kind::Unknown,
        Followed::Settled(kind) => kind,
        Followed::Read(conversation) => match conversation.finish(&retired.flow, limits) {
            Ok(ended) => {
                let connection = record::connection(&retired.flow, ended, exposure);
                analysis.connections.push(connection);
                return;
            }
            Err(kind) => kind,
        },
    };
    match kind {
        Kind::Tls => analysis.other.tls += 1,
        Kind::Http => analysis.other.http += 1,
        Kind::Http2 => analysis.other.http2 += 1,
        Kind::Unknown => analysis.other.unknown += 1,
    }
}
