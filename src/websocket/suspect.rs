//! A header that breaks two rules at once: too odd to be believed before it is known whether a
//! good header follows its frame.

use crate::limits::Limits;
use crate::place::Place;
use crate::tcp::Chunk;

use super::event::Oddity;
use super::extensions::Agreement;
use super::foreign::{self, Foreign};
use super::header::{FrameHeader, MAX_HEADER};
use super::intrusion::Intrusion;
use super::kept::KeptChunk;
use super::notable::{Notable, Sequence};
use super::search::Search;

/// A header that breaks two rules, and what came behind it.
#[derive(Debug)]
pub(super) struct Suspect {
    header: FrameHeader,
    place: Place,
    notable: Notable,
    /// Bytes until the place it announces.
    left: u64,
    /// Its own bytes and those behind it: if it is no header, frames may begin among them.
    search: Search,
    /// The first bytes at the place it announces.
    next: Vec<u8>,
    /// The first bytes of it and behind it, which may tell what stands here instead.
    begin: Vec<u8>,
    /// What seems to have cut into the frame before it.
    intrusion: Option<Box<Intrusion>>,
}

impl Suspect {
    pub(super) fn new(
        header: FrameHeader,
        place: Place,
        notable: Notable,
        mut search: Search,
        intrusion: Option<Box<Intrusion>>,
        limits: &Limits,
    ) -> Self {
        let bytes = header.to_bytes();
        search.push(&Chunk::at(place, &bytes), limits);
        Self {
            header,
            place,
            notable,
            left: header.payload_length().unwrap_or(u64::MAX),
            search,
            next: Vec::new(),
            begin: bytes,
            intrusion,
        }
    }

    /// Bytes of memory that what it keeps takes.
    pub(super) const fn kept_bytes(&self) -> usize {
        self.search.cost()
    }

    pub(super) const fn header(&self) -> FrameHeader {
        self.header
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    pub(super) const fn notable(&self) -> Notable {
        self.notable
    }

    /// Whether something speaks for it being no header, beside the rules that it breaks.
    pub(super) fn may_be_no_header(&self) -> bool {
        self.intrusion.is_some() || foreign::may_be_text(&self.header)
    }

    /// Whether the bytes reach exactly, or beyond, the place it announces.
    pub(super) const fn is_passed(&self) -> bool {
        self.left == 0
    }

    /// Takes the next bytes; returns how many, and whether it can be settled now.
    pub(super) fn push(&mut self, chunk: &Chunk<'_>, limits: &Limits) -> (usize, bool) {
        let passed = usize::try_from(self.left)
            .map_or(chunk.bytes.len(), |left| left.min(chunk.bytes.len()));
        let rest = chunk.bytes.get(passed..).unwrap_or_default();
        let room = MAX_HEADER - self.next.len();
        let next = rest.get(..room.min(rest.len())).unwrap_or_default();
        let taken = passed + next.len();
        let taken_chunk = chunk.first(taken);
        self.search.push(&taken_chunk, limits);
        self.left -= passed as u64;
        self.next.extend_from_slice(next);
        let room = foreign::ENOUGH.saturating_sub(self.begin.len());
        self.begin.extend(taken_chunk.bytes.iter().take(room));
        // Long before the place it announces, frames on the way there settle it.
        let far = self.left > 0 && self.search.bytes().len() >= limits.search_bytes / 2;
        let is_settled =
            self.next().is_some() || (far && self.search.find(false, limits).is_some());
        (taken, is_settled)
    }

    /// The header at the place it announces.
    fn next(&self) -> Option<FrameHeader> {
        FrameHeader::parse(&self.next)
            .ok()
            .map(|(_, header)| header)
    }

    /// Whether it is a header after all, its frame being number `frame` of `sequence`: a good
    /// one follows, or its frame ends exactly where the stream does.
    pub(super) fn fits(&self, mut sequence: Sequence, frame: u64, agreement: &Agreement) -> bool {
        if self.foreign().is_some() {
            return false;
        }
        sequence.pass(&self.header, frame);
        match self.next() {
            Some(next) => {
                let notable = sequence.notable(&next, agreement);
                !notable.intersects(Notable::FRAMING)
            }
            None => self.is_passed(),
        }
    }

    /// What stands here instead of a header, where enough of it is there to tell.
    fn foreign(&self) -> Option<Foreign> {
        const ENOUGH: usize = 8;
        let known = self.begin.len() >= ENOUGH;
        known.then(|| foreign::name(&self.begin)).flatten()
    }

    /// What it is, if it is no header.
    pub(super) fn to_oddity(&self) -> Oddity {
        if let Some(intrusion) = &self.intrusion {
            return intrusion.to_oddity();
        }
        match foreign::name(&self.begin) {
            Some(kind) => Oddity::Foreign {
                kind,
                place: self.place,
                bytes: self.begin.clone(),
                inside_frame: false,
            },
            None => Oddity::FramingLost {
                place: self.place,
                header: self.header,
                notable: self.notable,
                next: self.next(),
            },
        }
    }

    /// The bytes from `offset` on, packet by packet, as far as they were kept.
    pub(super) fn into_chunks(self, offset: u64) -> Vec<KeptChunk> {
        self.search.into_chunks(offset)
    }
}
