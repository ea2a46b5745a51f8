//! What the bytes of streams turn out to be, told as soon as that is known: for whoever changes bytes
//! and has to leave those that the analysis reads. Nothing is kept beyond what nobody has taken yet.

use std::sync::{Arc, Mutex, PoisonError};

use crate::decode::Endpoint;
use crate::http::{MessageBytes, looks_like_response};
use crate::place::Place;
use crate::side::{Side, Sides};
use crate::tcp::{Chunk, Gap, Way, Ways};
use crate::websocket::event::{FrameEvent, Oddity};
use crate::websocket::foreign::Foreign;
use crate::websocket::header::FrameHeader;
use crate::websocket::notable::Notable;

/// Something that stands in a stream.
#[derive(Clone, Debug)]
pub struct Outlined {
    /// Who sent it.
    pub from: Endpoint,
    /// To whom.
    pub to: Endpoint,
    /// The sequence number of its first byte.
    pub sequence: u32,
    /// What it is.
    pub what: What,
}

/// What stands in a stream.
#[derive(Clone, Debug)]
pub enum What {
    /// A frame; its payload follows its header.
    Frame {
        /// The header.
        header: FrameHeader,
        /// An agreed extension may define its reserved bits.
        is_defined: bool,
    },
    /// The message that begins with this frame inflates, although nothing that was agreed says that
    /// it is compressed.
    Inflates,
    /// The head of an HTTP message.
    Head(Vec<u8>),
    /// Bytes of the body of one.
    Body {
        /// The bytes.
        bytes: Vec<u8>,
        /// Which of them say where it ends.
        framing: Vec<bool>,
    },
    /// What stands before HTTP.
    Preamble(Vec<u8>),
    /// Bytes that are no frame, from their first one on.
    Foreign(Foreign, Vec<u8>),
    /// Of what stands before this place all has been told that there is to tell.
    Known,
}

/// Where what is found is put, until it is taken from there.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    found: Arc<Mutex<Vec<Outlined>>>,
}

impl Sheet {
    /// Takes what was found since it was asked last.
    #[must_use]
    pub fn take(&self) -> Vec<Outlined> {
        std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, outlined: Outlined) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.push(outlined);
    }
}

/// What is found on one connection.
#[derive(Debug)]
pub(super) struct Outline {
    sheet: Sheet,
    ends: Ways<Endpoint>,
    client: Option<Way>,
    open: Sides<Open>,
}

/// The frame that is going on.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// Sequence number of the first byte of its payload.
    payload: u32,
    /// What its payload is shows when it is over: something in it may be foreign, or it may be
    /// compressed.
    is_doubtful: bool,
}

impl Outline {
    pub(super) fn new(sheet: &Sheet, ends: Ways<Endpoint>) -> Self {
        Self {
            sheet: sheet.clone(),
            ends,
            client: None,
            open: Sides::default(),
        }
    }

    /// The client sends this way.
    pub(super) const fn learn_roles(&mut self, client: Way) {
        self.client = Some(client);
    }

    /// Of what comes one way all has been told up to there.
    pub(super) fn know(&self, way: Way, sequence: u32) {
        self.put(way, sequence, What::Known);
    }

    /// The same of a chunk that nobody reads.
    pub(super) fn pass(&self, way: Way, chunk: &Chunk<'_>) {
        self.know(way, chunk.behind(chunk.bytes.len()).sequence);
    }

    /// Bytes of HTTP that were read.
    pub(super) fn messages(&self, all: Vec<MessageBytes>) {
        for MessageBytes {
            sender,
            place,
            bytes,
            framing,
        } in all
        {
            let Some(way) = self.way(sender) else {
                continue;
            };
            let end = place.sequence.wrapping_add(low(bytes.len() as u64));
            let what = match framing {
                None => What::Head(bytes),
                Some(framing) => What::Body { bytes, framing },
            };
            self.put(way, place.sequence, what);
            self.know(way, end);
        }
    }

    /// What stands before HTTP, as it was taken from a chunk.
    pub(super) fn preamble(&self, way: Way, chunk: &Chunk<'_>, rest: &Chunk<'_>) {
        let taken = chunk.bytes.len().saturating_sub(rest.bytes.len());
        if taken > 0 {
            let bytes = chunk.first(taken).bytes.to_vec();
            self.put(way, chunk.sequence, What::Preamble(bytes));
            self.know(way, rest.sequence);
        }
    }

    /// Bytes of a WebSocket that the capture lacks.
    pub(super) fn gap(&self, side: Side, gap: &Gap) {
        if let Some(way) = self.way(side) {
            self.know(way, gap.sequence.wrapping_add(low(gap.length)));
        }
    }

    /// What came out of a side's framing.
    pub(super) fn take(&mut self, side: Side, event: &FrameEvent<'_>) {
        let Some(way) = self.way(side) else { return };
        match event {
            FrameEvent::Frame(seen) => {
                let begin = seen.place.sequence;
                let payload = begin.wrapping_add(low(seen.header.to_bytes().len() as u64));
                let is_defined = !seen.notable.contains(Notable::RSV_UNDEFINED);
                *self.open.of_mut(side) = Open {
                    payload,
                    // Whether it inflates is told when it is over.
                    is_doubtful: !is_defined,
                };
                let what = What::Frame {
                    header: seen.header,
                    is_defined,
                };
                self.put(way, begin, what);
                self.know(way, payload);
            }
            FrameEvent::Payload { bytes, at } => {
                let open = self.open.of_mut(side);
                open.is_doubtful |= *at > 0 && looks_like_response(bytes);
                let end = open.payload.wrapping_add(low(at + bytes.len() as u64));
                if !open.is_doubtful {
                    self.know(way, end);
                }
            }
            FrameEvent::Oddity(Oddity::Foreign {
                kind, place, bytes, ..
            }) => {
                self.open.of_mut(side).is_doubtful = false;
                let what = What::Foreign(*kind, bytes.clone());
                self.put(way, place.sequence, what);
                let end = place.sequence.wrapping_add(low(bytes.len() as u64));
                self.know(way, end);
            }
            FrameEvent::Oddity(Oddity::FramingLost { place, header, .. }) => {
                let what = What::Frame {
                    header: *header,
                    is_defined: false,
                };
                self.put(way, place.sequence, what);
            }
            FrameEvent::Oddity(Oddity::Gap { gap, .. }) => self.gap(side, gap),
            FrameEvent::Oddity(Oddity::Found { .. }) | FrameEvent::End { .. } => {}
        }
    }

    /// The message that begins there inflates, which nothing that was agreed says.
    pub(super) fn inflates(&self, side: Side, begin: &Place) {
        if let Some(way) = self.way(side) {
            self.put(way, begin.sequence, What::Inflates);
        }
    }

    fn way(&self, side: Side) -> Option<Way> {
        let client = self.client?;
        Some(match side {
            Side::Client => client,
            Side::Server => client.back(),
        })
    }

    fn put(&self, way: Way, sequence: u32, what: What) {
        self.sheet.put(Outlined {
            from: *self.ends.of(way),
            to: *self.ends.of(way.back()),
            sequence,
            what,
        });
    }
}

/// A count, as it is added to numbers that wrap at 32 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "only the low 32 bits matter"
)]
const fn low(count: u64) -> u32 {
    count as u32
}
