//! What one TCP connection carries: HTTP until an upgrade is answered, then a WebSocket; or
//! something else, which is left alone. A connection that was joined in its middle is recognised
//! by heads or by frames that make sense in a row.

mod ending;
mod http;
mod opening;
mod placing;
mod unanswered;

use crate::decode::{Segment, TcpFlags};
use crate::http::{Exchanges, Purpose};
use crate::limits::Limits;
use crate::place::Place;
use crate::preamble::Opening;
use crate::rules::Ledger;
use crate::rules::judge::{Framing, StreamFacts};
use crate::side::{Side, Sides};
use crate::tcp::{Chunk, Flow, FlowEvent, Gap, StreamEvent, Way, Ways};
use crate::websocket::event::Oddity;
use crate::websocket::extensions::Agreement;
use crate::websocket::foreign::{self, Foreign};
use crate::websocket::handshake::Handshake;
use crate::websocket::kept::KeptChunk;
use crate::websocket::reader::FrameReader;
use crate::websocket::search::Search;

use super::outline::Outline;
use super::session::{Context, EarlyAcknowledgement, Session};
use super::tape::{self, Recorder, Tape};
use super::waiting::{Kept, Waiting};
use super::watch::{Log, Sight};
pub(super) use ending::Ended;

/// What a TCP connection carries that is no WebSocket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// TLS.
    Tls,
    /// HTTP/1.
    Http,
    /// HTTP/2 in clear text.
    Http2,
    /// Something else, or nothing.
    #[default]
    Unknown,
}

/// How client and server were told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RolesFrom {
    /// By the heads of the handshake.
    Handshake,
    /// By the SYN.
    Syn,
    /// By the masks.
    Masks,
}

/// Gaps of before the sides were told apart that are kept: enough to tell of them.
const EARLY_GAPS: usize = 16;

/// Acknowledgements of bytes that were not read yet, kept until they are. Only captures whose
/// packets are stored out of order, or lost, have any.
const EARLY_ACKNOWLEDGEMENTS: usize = 64;

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Http,
    WebSocket(Box<Session>),
    Other,
}

/// What one TCP connection carries.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    client: Option<(Way, RolesFrom)>,
    stage: Stage,
    /// What stands before HTTP.
    opening: Opening,
    exchanges: Exchanges,
    /// Bytes whose place is not known, searched for frames.
    searches: Ways<Option<Box<Search>>>,
    searched: u64,
    waiting: Ways<Waiting>,
    /// Missing bytes of before the sides were told apart.
    early_gaps: Vec<(Way, Gap)>,
    /// Acknowledgements that came before the bytes that they are about, by the way of those.
    early_acknowledgements: Vec<(Way, EarlyAcknowledgement)>,
    kind: Kind,
    /// Packets in a row that began with a TLS record.
    tls_records: u32,
    /// Answered attempts that led to no WebSocket here.
    refused: Vec<Handshake>,
    /// The attempt that led to the WebSocket, or whose answer is missing.
    handshake: Option<Handshake>,
    /// Sequence number at which the client's frames begin, where its request was not read.
    frames_begin: Option<u32>,
    /// There are Pings or Pongs, as the session has it: known here, so that an acknowledgement
    /// need not touch the session.
    has_pings: bool,
    /// What stands where an answer was due: as [`Exchanges::no_answer`] has it.
    no_answer: Option<Box<(Place, u8)>>,
    ledger: Ledger,
    /// What is collected for whoever watches.
    log: Option<Box<Log>>,
    /// What is recorded to be compared.
    tape: Option<Box<Tape>>,
    /// What is told of the bytes of both streams.
    outline: Option<Box<Outline>>,
}

impl Conversation {
    /// Nothing read yet; `sight` says what is to be collected, what passes is recorded
    /// where there is a recorder.
    pub(super) fn new(sight: Option<Sight>, recorder: Option<&Recorder>) -> Self {
        let mut conversation = Self {
            tape: recorder.map(|recorder| Box::new(recorder.tape())),
            ..Self::default()
        };
        if let Some(sight) = sight {
            conversation.ledger.watch();
            conversation.log = Some(Box::new(Log::new(sight)));
        }
        conversation
    }

    /// What is collected for whoever watches, once it is known which way the client sends.
    pub(super) fn log(&mut self) -> Option<(Way, &mut Log)> {
        let (client, _) = self.client?;
        Some((client, self.log.as_deref_mut()?))
    }

    /// Has it told what the bytes of both streams are.
    pub(super) fn outline(&mut self, outline: Outline) {
        self.outline = Some(Box::new(outline));
        self.exchanges.keep_bytes();
    }

    /// Records that a segment came, where that is wanted.
    pub(super) fn hear(&mut self, way: Way, segment: &Segment<'_>) {
        if let Some(tape) = &mut self.tape {
            tape.hear(way, segment);
        }
    }

    /// Notes who opened the connection.
    pub(super) fn opened_by(&mut self, opener: Option<Way>) {
        if let Some(client) = opener {
            self.learn_roles(client, RolesFrom::Syn);
        }
    }

    /// Notes which way the client sends, unless that is known already.
    fn learn_roles(&mut self, client: Way, from: RolesFrom) {
        if self.client.is_some() {
            return;
        }
        self.client = Some((client, from));
        if let Some(outline) = &mut self.outline {
            outline.learn_roles(client);
        }
        for (way, gap) in std::mem::take(&mut self.early_gaps) {
            self.note_gap(way.side(client), gap, false);
            if from == RolesFrom::Syn
                && let Some(gap) = self.gap_in_opening(way, way.side(client), gap)
            {
                self.exchanges.gap(way.side(client), &gap);
            }
        }
    }

    /// Whether it is known to be no WebSocket: nothing more has to be looked at.
    pub(super) const fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Other)
    }

    /// What it carries, where it is no WebSocket and nobody asked for one: that is all there is
    /// to keep of it.
    pub(super) fn is_nothing_but(&self) -> Option<Kind> {
        let nothing = self.is_settled() && self.handshake.is_none() && self.refused.is_empty();
        nothing.then(|| self.kind())
    }

    /// Bytes of memory that what it keeps takes, as far as a peer can make it grow.
    pub(super) fn cost(&self) -> usize {
        let waiting: usize = self.waiting.iter().map(Waiting::bytes).sum();
        let searched: usize = self
            .searches
            .iter()
            .flatten()
            .map(|search| search.cost())
            .sum();
        let heads: usize = self
            .refused
            .iter()
            .chain(&self.handshake)
            .map(Handshake::cost)
            .sum();
        let read = match &self.stage {
            Stage::WebSocket(session) => session.cost(),
            Stage::Http => self.exchanges.cost(),
            Stage::Other => 0,
        };
        let watched = self.log.as_ref().map_or(0, |log| log.cost());
        waiting + searched + heads + read + watched + self.opening.cost()
    }

    /// Gives up what it keeps: there is no room for it.
    pub(super) fn give_up(&mut self) {
        if let Some(log) = &mut self.log {
            log.give_up();
        }
        match &mut self.stage {
            Stage::WebSocket(session) => session.give_up(),
            Stage::Http => self.leave_alone(&[]),
            Stage::Other => {}
        }
    }

    /// Bytes of memory that decompressors take.
    pub(super) const fn inflating_bytes(&self) -> usize {
        match &self.stage {
            Stage::WebSocket(session) => session.inflating_bytes(),
            Stage::Http | Stage::Other => 0,
        }
    }

    /// Inflates no more: there is no room for it.
    pub(super) fn stop_inflating(&mut self) {
        if let Stage::WebSocket(session) = &mut self.stage {
            session.stop_inflating();
        }
    }

    /// A WebSocket begins.
    fn begin_session(&mut self, readers: Sides<FrameReader>, agreement: Agreement) {
        let sight = self.log.as_ref().map(|log| log.sight());
        let wanted = sight.and_then(|sight| sight.message_bytes);
        let kept = wanted.or(self.tape.as_ref().map(|_| tape::KEPT));
        let session = Session::new(readers, agreement, kept);
        self.stage = Stage::WebSocket(Box::new(session));
    }

    /// Takes what happened in a stream; returns the name of the bound that was met, if one was.
    pub(super) fn take(&mut self, event: &FlowEvent<'_>, limits: &Limits) -> Option<&'static str> {
        let way = event.way;
        if self.is_settled() {
            if let (Some(outline), StreamEvent::Data(chunk)) = (&self.outline, &event.event) {
                outline.pass(way, chunk);
            }
            return None;
        }
        let mut bound = None;
        if self.must_wait(way) {
            self.waiting.of_mut(way).push_back(event.event);
            if self.waiting.of(way).bytes() > limits.early_bytes {
                bound = Some("early_bytes");
                self.stop_waiting(way);
            }
        } else {
            match event.event {
                StreamEvent::Data(chunk) => {
                    let rest = chunk.behind(self.data(way, chunk, limits));
                    if !rest.bytes.is_empty() {
                        self.waiting.of_mut(way).push_front(KeptChunk::of(&rest));
                    }
                }
                StreamEvent::Gap(gap) => self.gap(way, gap, false, limits),
            }
        }
        self.pump(limits);
        if let Stage::WebSocket(session) = &self.stage {
            self.has_pings = session.has_pings();
        }
        bound
    }

    /// Takes what a segment, whose bytes were taken, says of how far the other stream was
    /// received; whether that may have changed what is kept.
    pub(super) fn acknowledge(&mut self, flow: &Flow, segment: &Segment<'_>) -> bool {
        let is_none = !segment.flags.contains(TcpFlags::ACK);
        if is_none || segment.flags.contains(TcpFlags::RST) || self.is_settled() {
            return false;
        }
        let way = flow.way(segment).back();
        let (number, time) = (segment.acknowledgement, segment.time);
        let read_to = |way| {
            let direction = flow.direction(way);
            let is_over = direction.fin().is_some_and(|fin| direction.reached(fin));
            // A FIN counts as one.
            direction.sequence().wrapping_add(u32::from(is_over))
        };
        let is_ahead = number.wrapping_sub(read_to(way)).cast_signed() > 0;
        if (is_ahead || !self.waiting.of(way).is_empty())
            && self.early_acknowledgements.len() < EARLY_ACKNOWLEDGEMENTS
        {
            let early = EarlyAcknowledgement { number, time };
            self.early_acknowledgements.push((way, early));
        }
        if self.has_pings
            && let (Stage::WebSocket(session), Some((client, _))) = (&mut self.stage, self.client)
        {
            session.acknowledge(way.side(client), number, time);
            let read_to = Sides {
                client: read_to(client),
                server: read_to(client.back()),
            };
            session.match_pings(Some(read_to), &mut self.ledger);
            return true;
        }
        false
    }

    fn kind(&self) -> Kind {
        if self.exchanges.heads() > 0 {
            Kind::Http
        } else {
            self.kind
        }
    }

    /// The side that sends this way, once that is known.
    fn side(&self, way: Way) -> Option<Side> {
        self.client.map(|(client, _)| way.side(client))
    }

    fn must_wait(&self, way: Way) -> bool {
        let waits = matches!(self.stage, Stage::Http)
            && self.side(way).is_some_and(|side| self.waits(side));
        waits || !self.waiting.of(way).is_empty()
    }

    /// Reads what waited and need not wait any more.
    fn pump(&mut self, limits: &Limits) {
        loop {
            let Some(way) = Way::BOTH.into_iter().find(|way| {
                let side = self.side(*way);
                let waits =
                    matches!(self.stage, Stage::Http) && side.is_some_and(|side| self.waits(side));
                !waits && !self.waiting.of(*way).is_empty()
            }) else {
                return;
            };
            match self.waiting.of_mut(way).pop_front() {
                Some(Kept::Data(chunk)) => {
                    let taken = self.data(way, chunk.as_chunk(), limits);
                    if let Some(rest) = chunk.behind(taken) {
                        self.waiting.of_mut(way).push_front(rest);
                    }
                }
                Some(Kept::Gap(gap, told)) => self.gap(way, gap, told, limits),
                None => return,
            }
        }
    }

    /// What a side waits for will not come, or there is no room to wait for it.
    fn stop_waiting(&mut self, way: Way) {
        if !matches!(self.stage, Stage::Http) || self.waiting.of(way).is_empty() {
            return;
        }
        self.end_opening();
        match self.side(way) {
            Some(Side::Client) => {
                let open = self.exchanges.give_up_answer();
                self.lose_answer(open);
            }
            Some(Side::Server) => self.exchanges.give_up_requests(),
            None => {}
        }
    }

    fn gap(&mut self, way: Way, mut gap: Gap, told: bool, limits: &Limits) {
        let Some(side) = self.side(way) else {
            if !told && self.early_gaps.len() < EARLY_GAPS {
                self.early_gaps.push((way, gap));
            }
            self.search_over(way, gap, limits);
            return;
        };
        if matches!(self.stage, Stage::WebSocket(_)) {
            let Some(missing) = self.missing_frames(side, gap, limits) else {
                self.note_gap(side, gap, told);
                return;
            };
            gap = missing;
        }
        if let Some((session, mut context)) = self.session(limits) {
            session.gap(side, gap, told, &mut context);
        } else if matches!(self.stage, Stage::Http) {
            self.note_gap(side, gap, told);
            self.search_over(way, gap, limits);
            if let Some(gap) = self.gap_in_opening(way, side, gap) {
                self.exchanges.gap(side, &gap);
            }
        }
    }

    /// Lets the search know of missing bytes.
    fn search_over(&mut self, way: Way, gap: Gap, limits: &Limits) {
        if let Some(search) = self.searches.of_mut(way) {
            search.push_gap(gap, limits);
        }
    }

    fn note_gap(&mut self, side: Side, gap: Gap, told: bool) {
        if told {
            return;
        }
        self.ledger.judge_stream(&StreamFacts {
            sender: side,
            oddity: &Oddity::Gap {
                gap,
                lost_place: false,
                frame: None,
            },
            handshake: None,
            last_frame: None,
            framing: Framing::Undisturbed,
        });
        // It is no frame's fault.
        self.ledger.take_recent(side);
    }

    /// Reads bytes; returns how many. Those that are left wait for the other side.
    fn data(&mut self, way: Way, mut chunk: Chunk<'_>, limits: &Limits) -> usize {
        let length = chunk.bytes.len();
        let Some(side) = self.side(way) else {
            self.join(way, &chunk, limits);
            return length;
        };
        if matches!(self.stage, Stage::WebSocket(_)) {
            chunk = self.frames_of(side, chunk, limits);
        }
        if let Some((session, mut context)) = self.session(limits) {
            session.data(side, &chunk, &mut context);
        } else if matches!(self.stage, Stage::Http) {
            return length - self.http(way, side, chunk, limits);
        }
        length
    }

    /// The open WebSocket, where there is one, and what it needs of the connection around it.
    fn session<'a>(&'a mut self, limits: &'a Limits) -> Option<(&'a mut Session, Context<'a>)> {
        let Stage::WebSocket(session) = &mut self.stage else {
            return None;
        };
        let context = Context {
            limits,
            ledger: &mut self.ledger,
            handshake: self.handshake.as_ref(),
            roles_from_masks: matches!(self.client, Some((_, RolesFrom::Masks))),
            log: self.log.as_deref_mut(),
            tape: self.tape.as_deref_mut(),
            outline: self.outline.as_deref_mut(),
        };
        Some((session, context))
    }

    /// This is no WebSocket. An attempt at one stays reported.
    fn leave_alone(&mut self, bytes: &[u8]) {
        self.kind = match foreign::protocol(bytes) {
            _ if self.exchanges.heads() > 0 => Kind::Http,
            Some(Foreign::Tls) => Kind::Tls,
            Some(Foreign::Http2) => Kind::Http2,
            // It may be a tunnel's inside.
            _ => self.kind,
        };
        // Only an attempt at a WebSocket needs what was found.
        self.opening.give_up();
        if let Some(attempt) = self.exchanges.give_up_answer()
            && attempt.purpose == Purpose::Upgrade
        {
            self.handshake = Some(Handshake::new(attempt));
        }
        self.stage = Stage::Other;
        self.waiting = Default::default();
        self.searches = Default::default();
    }
}
