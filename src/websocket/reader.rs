//! One direction's framing: stream bytes in, frames out, payloads handed on as they arrive.
//!
//! It keeps its feet as long as it can: a gap inside a payload leaves the next header's place
//! known. Where that place is lost it says so, and goes on only where the bytes show frames
//! again. It describes; whether a frame is right is for the rules.

use crate::limits::Limits;
use crate::place::Place;
use crate::side::Side;
use crate::tcp::{Chunk, Gap};

use super::event::{FrameEvent, FrameSeen, Oddity};
use super::extensions::Agreement;
use super::foreign;
use super::header::{FrameHeader, MAX_HEADER};
use super::intrusion::{Intrusion, IntrusionReader};
use super::kept::KeptChunk;
use super::message::MessageState;
use super::notable::{Notable, Sequence};
use super::search::{Search, Threshold};
use super::suspect::Suspect;

use std::collections::VecDeque;

mod doubt;

/// Times that framing may be lost, every byte being there, before the rest is given up: it
/// bounds what hostile bytes can cost.
const MAX_LOSSES: u32 = 32;

/// Bytes of a header, or of what may be one, and where they begin.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    place: Option<Place>,
    /// Frames were not certain to go on here.
    doubtful: bool,
    /// The frame before was cut into, it seems, by what is kept here.
    intrusion: Option<Box<Intrusion>>,
}

#[derive(Debug)]
enum State {
    Header(Pending),
    Payload {
        left: u64,
        at: u64,
        whole: bool,
        intrusion: Option<Box<Intrusion>>,
    },
    Suspect(Box<Suspect>),
    Foreign(Box<IntrusionReader>),
    Searching(Box<Search>),
    GivenUp,
}

/// One direction's framing.
#[derive(Debug)]
pub struct FrameReader {
    sequence: Sequence,
    agreement: Agreement,
    state: State,
    frames: u64,
    /// The place was found by a search, or rests on a frame that nothing confirmed: odd frames
    /// are not believed at once.
    is_found: bool,
    /// The next frame is the first one that a search found: it may be part of the payload before
    /// the true first one.
    is_first_found: bool,
    losses: u32,
    searched: u64,
    unread: u64,
    replay: VecDeque<KeptChunk>,
}

impl FrameReader {
    /// The first frame is due right behind the opening handshake.
    #[must_use]
    pub fn at_handshake(sender: Side, agreement: Agreement) -> Self {
        Self::new(
            Sequence::new(sender, MessageState::Idle),
            agreement,
            State::Header(Pending::default()),
        )
    }

    /// A frame is due here, as far as something else says.
    #[must_use]
    pub fn at_hint(sender: Side, agreement: Agreement) -> Self {
        let sequence = Sequence::new(sender, MessageState::Unknown);
        let state = State::Header(Pending::default());
        Self {
            is_found: true,
            ..Self::new(sequence, agreement, state)
        }
    }

    /// Frames are to be found in what `search` keeps, or later.
    #[must_use]
    pub fn searching(sender: Side, agreement: Agreement, search: Search) -> Self {
        let unread = search.held_bytes();
        let sequence = Sequence::new(sender, MessageState::Unknown);
        let state = State::Searching(Box::new(search));
        Self {
            unread,
            ..Self::new(sequence, agreement, state)
        }
    }

    /// Frames begin with `chunks`: they were found there.
    #[must_use]
    pub fn found(sender: Side, agreement: Agreement, chunks: Vec<KeptChunk>) -> Self {
        Self {
            is_first_found: true,
            replay: chunks.into(),
            ..Self::at_hint(sender, agreement)
        }
    }

    fn new(sequence: Sequence, agreement: Agreement, state: State) -> Self {
        Self {
            sequence,
            agreement,
            state,
            frames: 0,
            is_found: false,
            is_first_found: false,
            losses: 0,
            searched: 0,
            unread: 0,
            replay: VecDeque::new(),
        }
    }

    /// Frames so far.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// What the frames so far say about the next one.
    #[must_use]
    pub const fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    /// Bytes of memory that what it keeps takes.
    #[must_use]
    pub fn cost(&self) -> usize {
        let kept = match &self.state {
            State::Searching(search) => search.cost(),
            State::Suspect(suspect) => suspect.kept_bytes(),
            State::Foreign(intrusion) => intrusion.kept_bytes(),
            State::Header(Pending { intrusion, .. }) | State::Payload { intrusion, .. } => {
                intrusion
                    .as_ref()
                    .map_or(0, |intrusion| intrusion.kept_bytes())
            }
            State::GivenUp => 0,
        };
        kept + self.replay.iter().map(KeptChunk::cost).sum::<usize>()
    }

    /// Gives up what it keeps, where there is no room for it: the rest is not read.
    pub fn give_up(&mut self) {
        if self.cost() > 0 {
            self.replay.clear();
            self.sequence.interrupt();
            self.state = State::GivenUp;
        }
    }

    /// Bytes that were captured and not read as frames: what they were is not known.
    #[must_use]
    pub const fn unread_bytes(&self) -> u64 {
        self.unread
    }

    /// Whether every header up to here was read, since the stream's start or since frames were
    /// found: what was not seen here was not sent.
    #[must_use]
    pub const fn is_in_step(&self) -> bool {
        matches!(self.state, State::Header(_) | State::Payload { .. })
    }

    /// Takes the next bytes.
    pub fn data(
        &mut self,
        chunk: &Chunk<'_>,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) {
        self.catch_up(limits, sink);
        let mut rest = *chunk;
        while !rest.bytes.is_empty() {
            let taken = self.read(&rest, limits, sink);
            rest = rest.behind(taken);
            // What is read again comes before the rest.
            self.catch_up(limits, sink);
        }
    }

    /// Reads what was kept and is to be read again.
    pub fn catch_up(&mut self, limits: &Limits, sink: &mut impl FnMut(FrameEvent<'_>)) {
        while let Some(kept) = self.replay.pop_front() {
            if let Some(gap) = kept.gap() {
                if matches!(self.state, State::Suspect(_)) {
                    let waiting = self.replay.len();
                    self.believe(sink);
                    // Its payload comes before the gap.
                    let earlier = self.replay.len() - waiting;
                    self.replay.insert(earlier, kept);
                } else {
                    self.pass_gap(gap, None, limits, sink);
                }
                continue;
            }
            let waiting = self.replay.len();
            let taken = self.read(&kept.as_chunk(), limits, sink);
            if let Some(rest) = kept.behind(taken) {
                // What this has put before all others comes before the rest of it, too.
                let earlier = self.replay.len() - waiting;
                self.replay.insert(earlier, rest);
            }
        }
    }

    /// Notes missing bytes; if they were `told` of already, they belong to no frame.
    pub fn gap(
        &mut self,
        gap: Gap,
        told: bool,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) {
        self.catch_up(limits, sink);
        if matches!(self.state, State::Suspect(_)) {
            // Whether it is a header cannot be known any more, but what it says was captured.
            self.believe(sink);
            self.catch_up(limits, sink);
        }
        let frame = (!told).then(|| self.frame_in_question());
        self.pass_gap(gap, frame, limits, sink);
        self.catch_up(limits, sink);
    }

    /// Passes missing bytes, which belong to `frame` if they are news.
    fn pass_gap(
        &mut self,
        gap: Gap,
        frame: Option<u64>,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) {
        let lost_place = match &mut self.state {
            State::Payload {
                left, at, whole, ..
            } if gap.length > 0 && *left >= gap.length => {
                *left -= gap.length;
                *at += gap.length;
                *whole = false;
                false
            }
            _ => true,
        };
        sink(FrameEvent::Oddity(Oddity::Gap {
            gap,
            lost_place,
            frame,
        }));
        if !lost_place {
            self.end_payload(sink);
        } else if let State::Searching(search) = &mut self.state {
            search.push_gap(gap, limits);
        } else {
            while self.close_state(false, limits, sink) {}
            self.lose_place();
        }
    }

    /// Nothing more will come. `ended`: the sender ended its stream here; else the capture did.
    pub fn finish(&mut self, ended: bool, limits: &Limits, sink: &mut impl FnMut(FrameEvent<'_>)) {
        self.catch_up(limits, sink);
        // Each round leaves fewer bytes unread.
        while self.close_state(ended, limits, sink) {
            self.catch_up(limits, sink);
        }
    }

    /// The frame that bytes at this place belong to: the one that is cut, or was due.
    fn frame_in_question(&self) -> u64 {
        match &self.state {
            State::Payload { .. } => self.frames.max(1),
            _ => self.frames + 1,
        }
    }

    /// Takes bytes, at least one; returns how many.
    fn read(
        &mut self,
        chunk: &Chunk<'_>,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        match &mut self.state {
            State::Header(_) => self.read_header(chunk, limits, sink),
            State::Payload { .. } => self.read_payload(chunk, sink),
            State::Suspect(_) => self.read_suspect(chunk, limits, sink),
            State::Foreign(_) => self.read_foreign(chunk, limits, sink),
            State::Searching(search) => {
                search.push(chunk, limits);
                self.searched += chunk.bytes.len() as u64;
                self.unread += chunk.bytes.len() as u64;
                if self.searched > limits.search_bytes_total {
                    self.state = State::GivenUp;
                } else {
                    self.look(false, limits, sink);
                }
                chunk.bytes.len()
            }
            State::GivenUp => {
                self.unread += chunk.bytes.len() as u64;
                chunk.bytes.len()
            }
        }
    }

    /// Takes bytes where a header is due; returns how many.
    fn read_header(
        &mut self,
        chunk: &Chunk<'_>,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let due = self.frames + 1;
        let State::Header(pending) = &mut self.state else {
            return 0;
        };
        if pending.bytes.is_empty() {
            pending.place = Some(chunk.place(Some(due)));
            // The common case: the whole header is in this chunk.
            if !foreign::may_begin(chunk.bytes.get(..1).unwrap_or_default())
                && let Ok((rest, header)) = FrameHeader::parse(chunk.bytes)
            {
                let taken = chunk.bytes.len() - rest.len();
                self.begin_frame(header, limits, sink);
                return taken;
            }
        }
        let before = pending.bytes.len();
        let room = MAX_HEADER.max(foreign::ENOUGH) - before;
        let more = chunk
            .bytes
            .get(..room.min(chunk.bytes.len()))
            .unwrap_or_default();
        pending.bytes.extend_from_slice(more);
        if foreign::may_begin(&pending.bytes) {
            let taken = more.len();
            if pending.bytes.len() >= foreign::ENOUGH {
                self.begin_foreign(sink);
            }
            return match &self.state {
                // All but its first byte is searched for frames.
                State::Foreign(intrusion) if intrusion.is_over() => usize::from(before == 0),
                _ => taken,
            };
        }
        let Ok((rest, header)) = FrameHeader::parse(&pending.bytes) else {
            return more.len();
        };
        let used = pending.bytes.len() - rest.len();
        if used >= before {
            self.begin_frame(header, limits, sink);
            return used - before;
        }
        // Bytes held because they might have been foreign reach beyond the header.
        let held = pending.bytes.get(..before).unwrap_or_default();
        let kept = pending
            .place
            .map(|place| KeptChunk::of(&Chunk::at(place, held).behind(used)));
        self.replay_first(kept);
        self.begin_frame(header, limits, sink);
        0
    }

    /// Has chunks read again, before all that waits already: they come earlier in the stream.
    fn replay_first(
        &mut self,
        chunks: impl IntoIterator<Item = KeptChunk, IntoIter: DoubleEndedIterator>,
    ) {
        for kept in chunks.into_iter().rev() {
            self.replay.push_front(kept);
        }
    }

    /// A header has come: its frame begins, unless it is too odd to be believed at once.
    fn begin_frame(
        &mut self,
        header: FrameHeader,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) {
        let State::Header(pending) = &mut self.state else {
            return;
        };
        let Some(place) = pending.place else { return };
        let (doubtful, intrusion) = (pending.doubtful, pending.intrusion.take());
        let notable = self.sequence.notable(&header, &self.agreement);
        let odd = notable & Notable::FRAMING;
        if odd.is_empty() {
            self.accept(header, place, notable, sink);
            return;
        }
        if doubtful {
            self.lose_place();
            let bytes = header.to_bytes();
            self.replay_first([KeptChunk::of(&Chunk::at(place, &bytes))]);
            return;
        }
        let is_text = foreign::may_be_text(&header) && odd.contains(Notable::RSV_UNDEFINED);
        if self.is_found || is_text || intrusion.is_some() || odd.bits().count_ones() >= 2 {
            let search = self.new_search();
            let suspect = Suspect::new(header, place, notable, search, intrusion, limits);
            self.state = State::Suspect(Box::new(suspect));
            return;
        }
        self.accept(header, place, notable, sink);
    }

    fn accept(
        &mut self,
        header: FrameHeader,
        place: Place,
        notable: Notable,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) {
        self.frames += 1;
        let message = self.sequence.message;
        sink(FrameEvent::Frame(FrameSeen {
            header,
            place,
            notable,
            message,
        }));
        self.sequence.pass(&header, self.frames);
        if std::mem::take(&mut self.is_first_found) {
            self.sequence.interrupt();
        }
        self.state = State::Payload {
            left: header.payload_length().unwrap_or(u64::MAX),
            at: 0,
            whole: true,
            intrusion: None,
        };
        self.end_payload(sink);
    }

    fn read_payload(&mut self, chunk: &Chunk<'_>, sink: &mut impl FnMut(FrameEvent<'_>)) -> usize {
        let cut = self.frames;
        let State::Payload {
            left,
            at,
            intrusion,
            ..
        } = &mut self.state
        else {
            return 0;
        };
        let count =
            usize::try_from(*left).map_or(chunk.bytes.len(), |left| left.min(chunk.bytes.len()));
        let bytes = chunk.bytes.get(..count).unwrap_or_default();
        match intrusion {
            Some(cut_by) => {
                cut_by.push(chunk.bytes);
                if !cut_by.may_be() {
                    *intrusion = None;
                }
            }
            // A packet that begins with a status line, inside a frame.
            None if *at > 0 && Intrusion::may_begin(chunk.bytes) => {
                let place = chunk.place(Some(cut));
                *intrusion = Some(Box::new(Intrusion::new(place, chunk.bytes)));
            }
            None => {}
        }
        sink(FrameEvent::Payload { bytes, at: *at });
        *left -= count as u64;
        *at += count as u64;
        self.end_payload(sink);
        count
    }

    /// Ends the frame if all of its payload has passed.
    fn end_payload(&mut self, sink: &mut impl FnMut(FrameEvent<'_>)) {
        if let State::Payload {
            left: 0,
            whole,
            intrusion,
            ..
        } = &mut self.state
        {
            sink(FrameEvent::End { whole: *whole });
            self.state = State::Header(Pending {
                intrusion: intrusion.take().filter(|intrusion| intrusion.is_told()),
                ..Pending::default()
            });
        }
    }

    fn new_search(&self) -> Search {
        let masked = self.sequence.sender == Side::Client;
        Search::new(Some(masked), self.agreement.allows_rsv1(), Threshold::KNOWN)
    }

    /// From here on the next header's place is not known.
    fn lose_place(&mut self) {
        self.sequence.interrupt();
        if !matches!(self.state, State::GivenUp) {
            self.state = State::Searching(Box::new(self.new_search()));
        }
    }

    /// Settles what waits for more bytes, since none will come; returns whether anything did.
    fn close_state(
        &mut self,
        ended: bool,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) -> bool {
        match &mut self.state {
            State::Header(pending) if pending.bytes.len() >= 2 => {
                let is_foreign =
                    pending.bytes.len() >= foreign::TELLING && foreign::may_begin(&pending.bytes);
                if is_foreign {
                    self.begin_foreign(sink);
                    return true;
                }
                self.end_header(ended, limits, sink);
                true
            }
            State::Payload {
                left: 1..,
                intrusion,
                ..
            } => match intrusion.take() {
                // What cut into the frame was whole, and the frame was never gone on with.
                Some(intrusion) if ended && intrusion.is_told() && intrusion.is_whole() => {
                    sink(FrameEvent::Oddity(intrusion.to_oddity()));
                    false
                }
                _ => false,
            },
            State::Suspect(suspect) if ended || suspect.is_passed() => {
                self.resolve_suspect(limits, sink);
                true
            }
            State::Suspect(_) => {
                self.believe(sink);
                true
            }
            State::Foreign(intrusion) => {
                sink(FrameEvent::Oddity(intrusion.to_oddity()));
                if ended && intrusion.ends_with_stream() {
                    self.state = State::Header(Pending::default());
                } else {
                    self.lose_place();
                }
                false
            }
            State::Searching(_) => self.look(true, limits, sink),
            _ => false,
        }
    }
}
