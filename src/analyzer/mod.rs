//! The core: segments in, connections out. It does no io and has no clock; time is the time of
//! the packets, and memory is bounded by [`Limits`].

mod conversation;
mod ends;
mod messages;
pub mod outline;
mod record;
mod session;
pub mod tape;
mod waiting;
pub mod watch;

use std::collections::BTreeMap;

use crate::decode::Segment;
pub use crate::exposure::Exposure;
use crate::limits::Limits;
use crate::report::model;
use crate::tcp::{Flow, FlowEvent, FlowTable, Recent, Retired, Way, Ways};
use crate::time::Timestamp;

use self::outline::{Outline, Sheet};
use self::tape::{Bystander, Recorded, Recorder};
use self::watch::{Log, Seen, Sight, Watched};
use conversation::{Conversation, Kind};
use ends::Ends;

/// What was found in all connections.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The WebSocket connections, in the order in which they ended; they have no ids yet.
    pub connections: Vec<model::Connection>,
    /// The other TCP connections, counted.
    pub other: model::Other,
    /// Bounds that were met, by name, and how often.
    pub limits: BTreeMap<&'static str, u64>,
    /// Connections that carried data, by how much of them was captured.
    pub sides: CapturedSides,
    /// What was recorded of the WebSocket connections, where that was wanted.
    pub recorded: Vec<Recorded>,
    /// The other TCP connections, where the WebSockets were recorded.
    pub bystanders: Vec<Bystander>,
}

/// TCP connections with data, of any kind, by the directions that were captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapturedSides {
    /// Connections of which one direction was captured alone.
    pub one: u64,
    /// Connections of which both were.
    pub both: u64,
}

impl CapturedSides {
    fn count(&mut self, flow: &Flow) {
        let directions = Way::BOTH.map(|way| flow.direction(way));
        if directions.iter().all(|it| it.bytes() == 0) {
            return;
        }
        if directions.iter().all(|it| it.is_captured()) {
            self.both += 1;
        } else {
            self.one += 1;
        }
    }
}

impl Analysis {
    fn met(&mut self, bound: &'static str) {
        *self.limits.entry(bound).or_default() += 1;
    }

    fn keep(&mut self, recorded: Recorded) {
        if let Some(bound) = recorded.tape.bound() {
            self.met(bound);
        }
        self.recorded.push(recorded);
    }

    fn pass_by(&mut self, flow: &Flow, kind: Kind, limits: &Limits) {
        if self.bystanders.len() < limits.bystanders {
            self.bystanders.push(Bystander::of(flow, kind.into()));
        } else {
            self.met("bystanders");
        }
    }
}

/// Follows the TCP connections of a capture and judges the WebSockets among them.
#[derive(Debug)]
pub struct Analyzer {
    limits: Limits,
    exposure: Exposure,
    table: FlowTable<Connection>,
    recent: Recent,
    /// The time of the last segment.
    clock: Option<Timestamp>,
    /// Until when each input runs, so far.
    ends: Ends,
    held: Held,
    analysis: Analysis,
    /// What is to be shown, where somebody watches.
    sight: Option<Sight>,
    /// Where connections are recorded, to be compared: how much room there is.
    recorder: Option<Recorder>,
    /// Where it is put what the bytes of streams are, where somebody wants that.
    sheet: Option<Sheet>,
}

impl Analyzer {
    /// Nothing followed yet.
    #[must_use]
    pub fn new(limits: Limits, exposure: Exposure) -> Self {
        Self {
            recent: Recent::new(limits.recent_bytes),
            limits,
            exposure,
            table: FlowTable::default(),
            clock: None,
            ends: Ends::default(),
            held: Held::default(),
            analysis: Analysis::default(),
            sight: None,
            recorder: None,
            sheet: None,
        }
    }

    /// Nothing followed yet; beside what the report says of connections it is recorded what
    /// passed on them.
    #[must_use]
    pub fn recording(limits: Limits, exposure: Exposure) -> Self {
        let mut analyzer = Self::new(limits, exposure);
        analyzer.recorder = Some(Recorder::new(&analyzer.limits));
        analyzer
    }

    /// Nothing followed yet; what is read is shown, and connections are not kept.
    #[must_use]
    pub fn watching(limits: Limits, sight: Sight) -> Self {
        let mut analyzer = Self::new(limits, Exposure::default());
        analyzer.sight = Some(sight);
        analyzer
    }

    /// Nothing followed yet; what the bytes of streams are is put on a sheet as soon as it is known.
    #[must_use]
    pub fn outlining(limits: Limits, sheet: &Sheet) -> Self {
        let mut analyzer = Self::new(limits, Exposure::default());
        analyzer.sheet = Some(sheet.clone());
        analyzer
    }

    /// The bounds that it keeps.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes the next segment of the capture.
    pub fn push(&mut self, segment: &Segment<'_>) {
        self.push_showing(segment, &mut |_| {});
    }

    /// Takes the next segment of the capture, and shows what is read of it.
    pub fn push_showing(&mut self, segment: &Segment<'_>, show: &mut dyn FnMut(Seen)) {
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
            recent,
            held,
            analysis,
            sight,
            recorder,
            sheet,
            ..
        } = self;
        let watch = &mut Watch {
            sight: *sight,
            recorder: recorder.as_ref(),
            sheet: sheet.as_ref(),
            show,
        };
        let mut retire = |retired: Retired<Connection>| {
            held.change(retired.state.held, Held::default());
            conclude(retired, ends, limits, *exposure, analysis, watch);
        };
        table.expire(now, limits, &mut retire);
        let entry = table.entry(segment, limits, Connection::default, &mut retire);
        let Some((place, flow, connection)) = entry else {
            return;
        };
        let state = &mut connection.followed;
        let before = connection.held;
        let mut after = before;
        let known = flow.opener();
        let (_, last) = flow.last_packet();
        if last.input != segment.packet.input {
            ends.goes_on(last.input, segment.packet.input);
        }
        flow.note(segment);
        if let Followed::Read(conversation) = state
            && flow.opener() != known
        {
            conversation.opened_by(flow.opener());
        }
        if let Followed::Settled(_) = state {
            flow.pass_over(segment);
            after.waiting = flow.waiting_bytes();
        } else {
            let Read { mut met, any } = follow(
                flow,
                state,
                |flow, sink| flow.push(segment, limits, recent, sink),
                limits,
                watch,
            );
            if recorder.is_some()
                && let Followed::Read(conversation) = state
            {
                conversation.hear(flow.way(segment), segment);
            }
            // Of what nothing was read holds what it held before.
            if any {
                after = Held::by(flow, state);
            } else {
                after.waiting = flow.waiting_bytes();
            }
            if held.waiting + after.waiting > limits.waiting_bytes_total + before.waiting
                && after.waiting > before.waiting
            {
                met.push("waiting_bytes_total");
                met.extend(follow(flow, state, give_up, limits, watch).met);
                after = Held::by(flow, state);
            }
            if held.kept + after.kept > limits.kept_bytes_total + before.kept
                && after.kept > before.kept
            {
                met.push("kept_bytes_total");
                state.give_up();
                watch.tell(flow, state);
                after = Held::by(flow, state);
            }
            if held.inflating + after.inflating > limits.inflating_bytes_total + before.inflating
                && after.inflating > before.inflating
            {
                met.push("inflating_bytes_total");
                state.stop_inflating();
                after = Held::by(flow, state);
            }
            for bound in met {
                analysis.met(bound);
            }
            if let Followed::Read(conversation) = state
                && conversation.acknowledge(flow, segment)
            {
                after.kept = conversation.cost();
            }
            if state.settle() {
                after = Held::by(flow, state);
            }
        }
        debug_assert_eq!(after, Held::by(flow, state), "what is held is known");
        connection.held = after;
        held.change(before, after);
        table.settle(place);
    }

    /// The capture ends here.
    #[must_use]
    pub fn finish(self) -> Analysis {
        self.finish_showing(&mut |_| {})
    }

    /// The capture ends here; shows what was still to be read.
    #[must_use]
    pub fn finish_showing(mut self, show: &mut dyn FnMut(Seen)) -> Analysis {
        let (limits, exposure) = (&self.limits, self.exposure);
        let (ends, analysis) = (&self.ends, &mut self.analysis);
        let watch = &mut Watch {
            sight: self.sight,
            recorder: self.recorder.as_ref(),
            sheet: self.sheet.as_ref(),
            show,
        };
        self.table
            .drain(&mut |retired| conclude(retired, ends, limits, exposure, analysis, watch));
        self.analysis
    }
}

/// Whoever watches, if anybody does.
struct Watch<'s> {
    sight: Option<Sight>,
    recorder: Option<&'s Recorder>,
    sheet: Option<&'s Sheet>,
    show: &'s mut dyn FnMut(Seen),
}

impl Watch<'_> {
    /// Shows what was read on a connection, and how it ended as far as that is certain.
    fn tell(&mut self, flow: &Flow, state: &mut Followed) {
        if self.sight.is_none() {
            return;
        }
        if let Followed::Read(conversation) = state
            && let Some((client, log)) = conversation.log()
        {
            for way in Way::BOTH {
                log.note_end(way.side(client), flow.direction(way), false);
            }
            self.show(watched(flow, client), log);
        }
    }

    fn show(&mut self, connection: Watched, log: &mut Log) {
        for (asked, moment) in log.take() {
            (self.show)(Seen {
                connection,
                asked,
                moment,
            });
        }
    }
}

/// The name of a connection.
fn watched(flow: &Flow, client: Way) -> Watched {
    Watched {
        client: flow.endpoint(client),
        server: flow.endpoint(client.back()),
        first_packet: flow.first_packet().1,
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

    fn stop_inflating(&mut self) {
        if let Self::Read(conversation) = self {
            conversation.stop_inflating();
        }
    }

    /// Keeps of what is no WebSocket only what it is; whether there was more.
    fn settle(&mut self) -> bool {
        if let Self::Read(conversation) = self
            && let Some(kind) = conversation.is_nothing_but()
        {
            *self = Self::Settled(kind);
            return true;
        }
        false
    }
}

/// What stands beside a flow in the table.
#[derive(Debug, Default)]
struct Connection {
    followed: Followed,
    /// What both held after the latest segment: to count that again costs more than to read a
    /// small frame.
    held: Held,
}

/// Bytes of memory that are held for later, by what bounds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Held {
    /// By bytes that came before their turn.
    waiting: usize,
    /// By conversations.
    kept: usize,
    /// By decompressors.
    inflating: usize,
}

impl Held {
    fn by(flow: &Flow, state: &Followed) -> Self {
        Self {
            waiting: flow.waiting_bytes(),
            kept: match state {
                Followed::Read(conversation) => conversation.cost(),
                Followed::Silent | Followed::Settled(_) => 0,
            },
            inflating: match state {
                Followed::Read(conversation) => conversation.inflating_bytes(),
                Followed::Silent | Followed::Settled(_) => 0,
            },
        }
    }

    /// One connection holds `after` where it held `before`.
    const fn change(&mut self, before: Self, after: Self) {
        self.waiting = (self.waiting + after.waiting).saturating_sub(before.waiting);
        self.kept = (self.kept + after.kept).saturating_sub(before.kept);
        self.inflating = (self.inflating + after.inflating).saturating_sub(before.inflating);
    }
}

/// What came of a connection that read.
struct Read {
    /// The names of the bounds that were met.
    met: Vec<&'static str>,
    /// There was anything to read.
    any: bool,
}

/// Has a flow do something, and its connection read what comes of it.
fn follow(
    flow: &mut Flow,
    state: &mut Followed,
    act: impl FnOnce(&mut Flow, &mut dyn FnMut(FlowEvent<'_>)) -> Option<&'static str>,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Read {
    let opener = flow.opener();
    let names = watch.sight.map(|_| {
        let [first, second] = Way::BOTH.map(|client| watched(flow, client));
        Ways::new(first, second)
    });
    let outline = watch.sheet.map(|sheet| {
        let [first, second] = Way::BOTH.map(|way| flow.endpoint(way));
        (sheet, Ways::new(first, second))
    });
    let (mut met, mut any) = (Vec::new(), false);
    let bound = act(flow, &mut |event| {
        any = true;
        if let Followed::Silent = state {
            let mut conversation = Conversation::new(watch.sight, watch.recorder);
            if let Some((sheet, ends)) = outline {
                conversation.outline(Outline::new(sheet, ends));
            }
            *state = Followed::Read(Box::new(conversation));
        }
        if let Followed::Read(conversation) = state {
            conversation.opened_by(opener);
            met.extend(conversation.take(&event, limits));
            // Event by event: what waits together may be much.
            if let Some(names) = names
                && let Some((client, log)) = conversation.log()
            {
                watch.show(*names.of(client), log);
            }
        }
    });
    met.extend(bound);
    watch.tell(flow, state);
    Read { met, any }
}

/// Gives up what is missing of both streams.
fn give_up(flow: &mut Flow, sink: &mut dyn FnMut(FlowEvent<'_>)) -> Option<&'static str> {
    flow.give_up(sink);
    None
}

/// Ends a connection and keeps what was found.
fn conclude(
    mut retired: Retired<Connection>,
    ends: &Ends,
    limits: &Limits,
    exposure: Exposure,
    analysis: &mut Analysis,
    watch: &mut Watch<'_>,
) {
    if let Some(bound) = retired.bound {
        analysis.met(bound);
    }
    analysis.sides.count(&retired.flow);
    let (flow, state) = (&mut retired.flow, &mut retired.state.followed);
    for bound in follow(flow, state, give_up, limits, watch).met {
        analysis.met(bound);
    }
    let kind = match retired.state.followed {
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
                        watch.show(watched(&retired.flow, ended.client), log);
                        return;
                    }
                    if let Some(tape) = ended.tape.take() {
                        let handshake = ended.handshake.clone();
                        let recorded = Recorded::new(&retired.flow, ended.client, handshake, *tape);
                        analysis.keep(recorded);
                    }
                    let connection = record::connection(&retired.flow, ended, exposure);
                    analysis.connections.push(connection);
                    return;
                }
                Err(kind) => kind,
            }
        }
    };
    if watch.recorder.is_some() {
        analysis.pass_by(&retired.flow, kind, limits);
    }
    match kind {
        Kind::Tls => analysis.other.tls += 1,
        Kind::Http => analysis.other.http += 1,
        Kind::Http2 => analysis.other.http2 += 1,
        Kind::Unknown => analysis.other.unknown += 1,
    }
}
