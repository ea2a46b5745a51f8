//! Redaction: what of the payload of segments may stand in evidence. It follows the streams of the
//! broken connections once more, with the same analysis, and knows of each byte whether that read it
//! as a header; of all others it knows how many there are.

mod checksum;
mod deflated;
mod heads;
mod part;
mod stream;

use std::collections::BTreeMap;

use crate::analyzer::Analyzer;
use crate::analyzer::outline::Sheet;
use crate::decode::{Endpoint, Segment, TcpFlags};
use crate::limits::Limits;
use stream::Stream;

pub(super) use checksum::adjust;

/// What stands for a byte that is masked.
const FILL: u8 = b'x';

/// What stands for it in a packet that contradicts another one, so that it still does.
const OTHER_FILL: u8 = b'y';

/// Bytes of memory that what is known of all streams takes at most. Beyond it the earlier half of
/// each is forgotten: bytes that are sent again later than that are masked, headers among them.
const MOST_BYTES: usize = 32 << 20;

/// What the bytes of streams are.
#[derive(Debug)]
pub(super) struct Redaction {
    analyzer: Analyzer,
    sheet: Sheet,
    streams: BTreeMap<(Endpoint, Endpoint), Stream>,
    /// Bytes of memory that what is known of them takes.
    cost: usize,
}

/// Where the payload of a segment stands in its stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) from: Endpoint,
    pub(super) to: Endpoint,
    /// Its first byte, as the stream counts them.
    pub(super) begin: u64,
    /// The byte behind it.
    pub(super) end: u64,
}

impl Redaction {
    /// Nothing read yet.
    pub(super) fn new(limits: &Limits) -> Self {
        let sheet = Sheet::default();
        Self {
            analyzer: Analyzer::outlining(limits.clone(), &sheet),
            sheet,
            streams: BTreeMap::new(),
            cost: 0,
        }
    }

    /// Reads a segment; where its payload stands.
    pub(super) fn read(&mut self, segment: &Segment<'_>) -> Standing {
        self.analyzer.push(segment);
        // What was still to be said of an earlier connection of the same ends is said now.
        self.note();
        let (from, to) = (segment.source, segment.destination);
        let is_start = segment.flags.contains(TcpFlags::SYN);
        let first = segment.sequence.wrapping_add(u32::from(is_start));
        let stream = self.streams.entry((from, to)).or_default();
        let begin = stream.place(first, is_start);
        Standing {
            from,
            to,
            begin,
            end: begin + segment.payload.len() as u64,
        }
    }

    /// Nothing more will come.
    pub(super) fn finish(&mut self, limits: &Limits) {
        let analyzer = std::mem::replace(
            &mut self.analyzer,
            Analyzer::outlining(limits.clone(), &self.sheet),
        );
        drop(analyzer.finish());
        self.note();
    }

    fn note(&mut self) {
        for found in self.sheet.take() {
            let stream = self.streams.entry((found.from, found.to)).or_default();
            let before = stream.cost();
            stream.note(found.sequence, found.what);
            self.cost = (self.cost + stream.cost()).saturating_sub(before);
            if self.cost > MOST_BYTES {
                self.streams.values_mut().for_each(Stream::forget_half);
                self.cost = self.streams.values().map(Stream::cost).sum();
            }
        }
    }

    /// Whether it is known what a segment's payload is.
    pub(super) fn knows(&self, standing: &Standing) -> bool {
        let stream = self.streams.get(&(standing.from, standing.to));
        stream.is_some_and(|stream| standing.end <= stream.known())
    }

    /// Masks bytes of a segment's payload, of which so many stand before them; `is_other` for bytes
    /// that contradict others.
    pub(super) fn mask(&self, standing: &Standing, before: u64, bytes: &mut [u8], is_other: bool) {
        let fill = if is_other { OTHER_FILL } else { FILL };
        match self.streams.get(&(standing.from, standing.to)) {
            Some(stream) => stream.mask(standing.begin + before, bytes, fill),
            None => bytes.fill(fill),
        }
    }
}
