//! Packets that brought fragments: what is made of one of them is made of all of their datagram.

use std::io::{self, Write};

use super::{CHECKSUM, Gatherer, Taken, overwrite};
use crate::decode::{Fragment, Skipped};
use crate::evidence::held::{Payload, Piece, Waits};
use crate::evidence::redaction::adjust;
use crate::packet::RawPacket;
use crate::source::Interface;

/// Datagrams of which it is remembered whether they are kept: as many as decoding remembers.
const REMEMBERED: usize = 64;

/// A datagram whose payload is to be masked.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) payload: Payload,
    bytes: Vec<u8>,
    /// The places of its packets.
    places: Vec<u64>,
}

impl<W: Write> Gatherer<W> {
    /// Takes a packet that brought a fragment.
    pub(super) fn fragment(
        &mut self,
        packet: &RawPacket<'_>,
        decoded: Result<Option<Taken>, Skipped>,
        fragment: &Fragment,
        interface: Option<&Interface>,
    ) -> io::Result<()> {
        let Some((last, before)) = fragment.datagrams.split_last() else {
            return Ok(());
        };
        for number in before {
            self.join(*number, *last);
        }
        let piece = Piece {
            at: fragment.at,
            length: fragment.length,
            start: before.is_empty().then_some(fragment.start),
        };
        match decoded {
            Ok(Some(taken)) if self.is_kept(&taken) => {
                let place = self.hold(packet, Waits::Rest(*last), Some(piece), interface)?;
                self.waiting.entry(*last).or_default().push(place);
                self.decide(*last, true);
                self.complete(*last, &taken, fragment.segment_at);
            }
            Err(Skipped::IpFragment) => match self.decision(*last) {
                // A copy of what came before.
                Some(true) if self.redaction.is_none() => {
                    self.hold(packet, Waits::No, Some(piece), interface)?;
                }
                Some(is_kept) => self.account.left_out += u64::from(is_kept),
                None => {
                    let place = self.hold(packet, Waits::Rest(*last), Some(piece), interface)?;
                    self.waiting.entry(*last).or_default().push(place);
                }
            },
            Ok(_) | Err(_) => {
                self.decide(*last, false);
                for place in self.waiting.remove(last).unwrap_or_default() {
                    self.settle(place, Waits::Dropped);
                }
            }
        }
        Ok(())
    }

    /// A datagram turned out to be a part of another one.
    fn join(&mut self, inner: u64, outer: u64) {
        let places = self.waiting.remove(&inner).unwrap_or_default();
        for place in &places {
            if let Some(held) = self.queue.at(*place) {
                held.waits = Waits::Rest(outer);
                if let Some(piece) = &mut held.piece {
                    piece.start = None;
                }
            }
        }
        self.waiting.entry(outer).or_default().extend(places);
    }

    fn decide(&mut self, number: u64, is_kept: bool) {
        self.decided.push_back((number, is_kept));
        if self.decided.len() > REMEMBERED {
            self.decided.pop_front();
        }
    }

    fn decision(&self, number: u64) -> Option<bool> {
        let decided = self.decided.iter().rev();
        decided
            .clone()
            .find(|(known, _)| *known == number)
            .map(|(_, is_kept)| *is_kept)
    }

    fn settle(&mut self, place: u64, waits: Waits) {
        if let Some(held) = self.queue.at(place) {
            held.waits = waits;
        }
    }

    /// A datagram is whole, and its segment is kept.
    fn complete(&mut self, number: u64, taken: &Taken, header_at: Option<usize>) {
        let places = self.waiting.remove(&number).unwrap_or_default();
        let (Some(standing), Some(header_at)) = (taken.standing, header_at) else {
            for place in places {
                self.settle(place, Waits::No);
            }
            return;
        };
        for place in &places {
            let held = self.queue.at(*place);
            // Of what is in a fragment of a fragment the place is not known.
            let is_placed =
                held.is_some_and(|held| held.piece.is_some_and(|piece| piece.start.is_some()));
            if is_placed {
                self.settle(*place, Waits::Datagram(number));
            } else {
                self.settle(*place, Waits::Dropped);
                self.account.left_out += 1;
            }
        }
        let payload = self.payload(taken, standing, header_at);
        let datagram = Datagram {
            payload,
            bytes: taken.payload.clone(),
            places,
        };
        self.datagrams.insert(number, datagram);
    }

    /// Masks a datagram's payload in all its packets.
    pub(super) fn mask_datagram(&mut self, number: u64) {
        let (Some(datagram), Some(redaction)) = (self.datagrams.remove(&number), &self.redaction)
        else {
            return;
        };
        let Datagram {
            payload,
            mut bytes,
            places,
        } = datagram;
        let original = bytes.clone();
        redaction.mask(&payload.standing, 0, &mut bytes, payload.is_other);
        let checksum = payload
            .checksum
            .map(|stated| adjust(stated, &original, &bytes).to_be_bytes());
        for place in places {
            let Some(held) = self.queue.at(place) else {
                continue;
            };
            held.waits = Waits::No;
            let Some((piece, start)) = held.piece.and_then(|piece| Some((piece, piece.start?)))
            else {
                continue;
            };
            let end = piece.at.saturating_add(piece.length);
            let Some(held) = held.bytes.get_mut(piece.at..end) else {
                continue;
            };
            overwrite(held, start, payload.at, &bytes);
            if let Some(checksum) = checksum {
                overwrite(held, start, payload.header_at + CHECKSUM, &checksum);
            }
        }
    }
}
