//! The core: segments in, connections out. It does no io and has no clock; time is the time of
//! the packets, and memory is bounded by [`Limits`].

mod conversation;
mod record;
mod session;
mod waiting;
pub mod watch;

use std::collections::{BTreeMap, VecDeque};

use crate::decode::Segment;
use crate::limits::Limits;
use crate::report::model;
use crate::tcp::{Flow, FlowEvent, FlowTable, Retired, Way};
use crate::time::Timestamp;

use self::watch::{Moment, Seen, Sight, Watched};
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
    /// The latest time so far in each input.
    ends: Ends,
    held: Held,
    analysis: Analysis,
    watch: Watch,
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
            ends: Ends::default(),
            held: Held::default(),
            analysis: Analysis::default(),
            watch: Watch::default(),
        }
    }

    /// Nothing followed yet; what is read is collected for [`Self::take_seen`], and connections
    /// are not kept.
    #[must_use]
    pub fn watching(limits: Limits, sight: Sight) -> Self {
        let mut analyzer = Self::new(limits, Exposure::default());
        analyzer.watch.sight = Some(sight);
        analyzer
    }

    /// What was read since this was asked last, in the order of reading.
    pub fn take_seen(&mut self) -> impl Iterator<Item = Seen> {
        self.watch.seen.drain(..)
    }

    /// Takes the next segment of the capture.
    pub fn push(&mut self, segment: &Segment<'_>) {
        // One packet with a wrong time must not end every connection: two in a row agree.
        let now = self
            .clock
            .map_or(segment.time, |last| last.min(segment.time));
        self.clock = Some(segment.time);
        self.ends.note(segment);
        let Self {
            limits,
            exposure,
            table,
            ends,
            held,
            analysis,
            watch,
            ..
        } = self;
        let mut retire = |retired: Retired<Followed>| {
            held.change(Held::by(&retired.flow, &retired.state), Held::default());
            conclude(retired, ends, limits, *exposure, analysis, watch);
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
                watch,
            );
            let after = Held::by(flow, state);
            if held.waiting + after.waiting > limits.waiting_bytes_total + before.waiting
                && after.waiting > before.waiting
            {
                met.push("waiting_bytes_total");
                met.extend(follow(flow, state, give_up, limits, watch));
            }
            let after = Held::by(flow, state);
            if held.kept + after.kept > limits.kept_bytes_total + before.kept
                && after.kept > before.kept
            {
                met.push("kept_bytes_total");
                state.give_up();
                watch.collect(flow, state);
            }
            for bound in met {
                analysis.met(bound);
            }
            if let Followed::Read(conversation) = state {
                conversation.acknowledge(flow, segment);
            }
            state.settle();
        }
        held.change(before, Held::by(flow, state));
        table.settle(place);
    }

    /// The capture ends here.
    #[must_use]
    pub fn finish(mut self) -> Analysis {
        self.end();
        self.analysis
    }

    /// Concludes every connection: what is still to be seen is there for [`Self::take_seen`].
    pub fn end(&mut self) {
        let (limits, exposure) = (&self.limits, self.exposure);
        let (ends, analysis, watch) = (&self.ends, &mut self.analysis, &mut self.watch);
        self.table
            .drain(&mut |retired| conclude(retired, ends, limits, exposure, analysis, watch));
    }
}

/// What is collected for whoever watches.
#[derive(Debug, Default)]
struct Watch {
    sight: Option<Sight>,
    seen: VecDeque<Seen>,
}

impl Watch {
    /// Fetches what was read on a connection.
    fn collect(&mut self, flow: &Flow, state: &mut Followed) {
        if self.sight.is_none() {
            return;
        }
        if let Followed::Read(conversation) = state
            && let Some((client, log)) = conversation.log()
        {
            for way in Way::BOTH {
                log.note_end(way.side(client), flow.direction(way), false);
            }
            self.stamp(flow, client, log.take());
        }
    }

    fn stamp(&mut self, flow: &Flow, client: Way, moments: Vec<Moment>) {
        let connection = Watched {
            client: flow.endpoint(client),
            server: flow.endpoint(client.back()),
            first_packet: flow.first_packet().1,
        };
        let seen = moments
            .into_iter()
            .map(|moment| Seen { connection, moment });
        self.seen.extend(seen);
    }
}

/// How long the inputs run, so far: the two latest times of each, since one packet may have a
/// wrong time.
#[derive(Debug, Default)]
struct Ends(Vec<[Timestamp; 2]>);

impl Ends {
    fn note(&mut self, segment: &Segment<'_>) {
        const BEFORE_ALL: Timestamp = Timestamp::from_nanos(i64::MIN, 0);
        let Ok(input) = usize::try_from(segment.packet.input) else {
            return;
        };
        if input >= self.0.len() {
            self.0.resize(input + 1, [BEFORE_ALL; 2]);
        }
        if let Some([latest, second]) = self.0.get_mut(input)
            && segment.time > *second
        {
            *second = segment.time.min(*latest);
            *latest = segment.time.max(*latest);
        }
    }

    /// Until when packets of a connection would have been seen: as long as the input runs in
    /// which its latest packet was. Another input may have been captured elsewhere.
    fn of(&self, flow: &Flow) -> Timestamp {
        let (time, packet) = flow.last_packet();
        let input = usize::try_from(packet.input).ok();
        let ends = input.and_then(|input| self.0.get(input));
        ends.map_or(time, |[_, second]| time.max(*second))
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
    watch: &mut Watch,
) -> Vec<&'static str> {
    let opener = flow.opener();
    let mut met = Vec::new();
    let bound = act(flow, &mut |event| {
        if let Followed::Silent = state {
            *state = Followed::Read(Box::new(Conversation::new(watch.sight)));
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
    watch.collect(flow, state);
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
    ends: &Ends,
    limits: &Limits,
    exposure: Exposure,
    analysis: &mut Analysis,
    watch: &mut Watch,
) {
    if let Some(bound) = retired.bound {
        analysis.met(bound);
    }
    let (flow, state) = (&mut retired.flow, &mut retired.state);
    for bound in follow(flow, state, give_up, limits, watch) {
        analysis.met(bound);
    }
    let kind = match retired.state {
        Followed::Silent => Kind::Unknown,
        Followed::Settled(kind) => kind,
        Followed::Read(conversation) => {
            let until = ends.of(&retired.flow);
            match conversation.finish(&retired.flow, until, limits) {
                Ok(mut ended) => {
                    if let Some(log) = &mut ended.log {
                        for way in Way::BOTH {
                            let side = way.side(ended.client);
                            log.note_end(side, retired.flow.direction(way), true);
                        }
                        log.finish();
                        watch.stamp(&retired.flow, ended.client, log.take());
                        return;
                    }
                    let connection = record::connection(&retired.flow, ended, exposure);
                    analysis.connections.push(connection);
                    return;
                }
                Err(kind) => kind,
            }
        }
    };
    match kind {
        Kind::Tls => analysis.other.tls += 1,
        Kind::Http => analysis.other.http += 1,
        Kind::Http2 => analysis.other.http2 += 1,
        Kind::Unknown => analysis.other.unknown += 1,
    }
}
