//! The fragments of one datagram: where they lie in it, and which bytes they brought. Whose
//! datagram it is, and how long it waits, is not known here.

use etherparse::IpNumber;

use super::piece::{LONGEST, Piece};
use crate::decode::passed::IpHeader;
use crate::limits::Limits;

/// What a piece is to the pieces that came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It brings something, and nothing speaks against it.
    New,
    /// All of it is there.
    Known,
    /// It has other bytes for the same place, or another end of the datagram.
    Contradictory,
}

/// A piece that came.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Where it begins in the datagram.
    start: usize,
    /// Where it ends there.
    end: usize,
    /// Where those of its bytes that the capture holds begin in [`Datagram::bytes`].
    at: usize,
    /// How many they are.
    held: usize,
}

/// The pieces of one datagram that came so far.
#[derive(Debug, Default)]
pub(super) struct Datagram {
    /// By where they begin. They may overlap.
    parts: Vec<Part>,
    /// Their bytes, in the order in which they came: memory is taken for what is there, not for
    /// where it says it belongs.
    bytes: Vec<u8>,
    /// Where the datagram ends, once its last piece came.
    length: Option<usize>,
    /// Up to where it is known to go on: a piece that is not the last one ends there.
    goes_on: usize,
    /// The header in front of the first piece, and what that begins with.
    beginning: Option<(IpHeader, IpNumber)>,
}

impl Datagram {
    /// Bytes of memory that its pieces take.
    pub(super) const fn cost(&self) -> usize {
        self.bytes.len() + self.parts.len() * size_of::<Part>()
    }

    /// Whether another piece may be kept: so many are enough for any datagram, and so are so many
    /// bytes, however often some of them are repeated.
    pub(super) fn has_room(&self, piece: &Piece<'_>, limits: &Limits) -> bool {
        self.parts.len() < limits.fragments_per_datagram
            && self.bytes.len() + piece.bytes.len() <= LONGEST
    }

    /// What a piece is to those that are here. In IPv6, they may not overlap otherwise than as
    /// copies of each other (RFC 5722).
    pub(super) fn relation(&self, piece: &Piece<'_>) -> Relation {
        let may_overlap = piece.header.source.is_ipv4();
        let (length, goes_on) = self.extent(piece);
        let moved = self.length.is_some() && length != self.length;
        if moved || length.is_some_and(|length| length <= goes_on) {
            return Relation::Contradictory;
        }
        let (start, end) = (piece.start, piece.end);
        // Up to where it is there, and its bytes are held, in one part or in several: a router
        // may have cut what came in pieces into others.
        let (mut known, mut held) = (start, start);
        for part in &self.parts {
            if part.end <= start || end <= part.start {
                continue;
            }
            if !may_overlap && (part.start, part.end) != (start, end) {
                return Relation::Contradictory;
            }
            let common = start.max(part.start);
            let ours = behind(self.bytes_of(part), part.start, common);
            let theirs = behind(piece.bytes, start, common);
            if ours.iter().zip(theirs).any(|(our, their)| our != their) {
                return Relation::Contradictory;
            }
            if part.start <= known {
                known = known.max(part.end);
            }
            if part.start <= held {
                held = held.max(part.start + part.held);
            }
        }
        if end <= known && start + piece.bytes.len() <= held {
            Relation::Known
        } else {
            Relation::New
        }
    }

    /// Takes a piece that is [`Relation::New`].
    pub(super) fn add(&mut self, piece: &Piece<'_>) {
        (self.length, self.goes_on) = self.extent(piece);
        if piece.start == 0 && self.beginning.is_none() {
            self.beginning = Some((piece.header, piece.protocol));
        }
        let part = Part {
            start: piece.start,
            end: piece.end,
            at: self.bytes.len(),
            held: piece.bytes.len(),
        };
        let place = self.parts.partition_point(|it| it.start <= part.start);
        self.parts.insert(place, part);
        self.bytes.extend_from_slice(piece.bytes);
    }

    /// Where the datagram ends and up to where it goes on, as all pieces and this one say.
    fn extent(&self, piece: &Piece<'_>) -> (Option<usize>, usize) {
        if piece.more {
            (self.length, self.goes_on.max(piece.end))
        } else {
            (Some(piece.end), self.goes_on)
        }
    }

    /// Its length, and what stands at its beginning, where no piece is missing; its bytes go
    /// `into` there, up to the first that the capture does not hold.
    pub(super) fn whole(&self, into: &mut Vec<u8>) -> Option<(usize, IpHeader, IpNumber)> {
        let length = self.length?;
        let (header, protocol) = self.beginning?;
        let mut reached = 0;
        for part in &self.parts {
            if part.start > reached {
                return None;
            }
            reached = reached.max(part.end);
        }
        if reached < length {
            return None;
        }
        into.clear();
        for part in &self.parts {
            if part.start > into.len() {
                break;
            }
            let new = behind(self.bytes_of(part), part.start, into.len());
            into.extend_from_slice(new);
        }
        Some((length, header, protocol))
    }

    fn bytes_of(&self, part: &Part) -> &[u8] {
        let bytes = self.bytes.get(part.at..).unwrap_or_default();
        bytes.get(..part.held).unwrap_or_default()
    }
}

/// Those of `bytes`, which begin at `start`, that stand at `place` or behind it.
fn behind(bytes: &[u8], start: usize, place: usize) -> &[u8] {
    let passed = place.saturating_sub(start);
    bytes.get(passed..).unwrap_or_default()
}
