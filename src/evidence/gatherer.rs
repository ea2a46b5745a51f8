//! Gathering evidence: each packet of the captures comes by once more, those of the plan are held as
//! long as they need to be, and written in the order in which they came.

mod datagrams;

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

use super::held::{Held, Payload, Piece, Queue, Waits};
use super::interfaces::Interfaces;
use super::pcapng::{self, COMMENT, Options};
use super::redaction::{Redaction, Standing, adjust};
use super::{Account, Plan};
use crate::decode::{Checksum, Endpoint, Fragment, Segment, Skipped, place_in};
use crate::limits::Limits;
use crate::packet::{LinkType, PacketId, RawPacket};
use crate::source::Interface;
use crate::time::Timestamp;
use datagrams::Datagram;

/// Place of the checksum in a TCP header.
const CHECKSUM: usize = 16;

/// Writes the packets that are evidence.
#[derive(Debug)]
pub struct Gatherer<W> {
    plan: Plan,
    limits: Limits,
    out: W,
    interfaces: Interfaces,
    queue: Queue,
    /// The places of packets whose datagrams are not whole, by these.
    waiting: BTreeMap<u64, Vec<u64>>,
    /// Datagrams whose payload is to be masked when it is known what that is.
    datagrams: BTreeMap<u64, Datagram>,
    /// Datagrams that were whole, and whether they are kept.
    decided: VecDeque<(u64, bool)>,
    redaction: Option<Redaction>,
    account: Account,
}

/// What is kept of a segment beside its packet.
#[derive(Clone, Debug)]
pub struct Taken {
    time: Timestamp,
    packet: PacketId,
    ends: (Endpoint, Endpoint),
    /// Where it stands in its stream, where its payload may have to be masked.
    standing: Option<Standing>,
    header_length: usize,
    /// Its place in the packet, unless it came in fragments.
    header_at: Option<usize>,
    payload: Vec<u8>,
    length: usize,
    checksum: Option<u16>,
}

impl<W: Write> Gatherer<W> {
    /// Begins evidence of this plan.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn new(plan: Plan, limits: &Limits, mut out: W) -> io::Result<Self> {
        pcapng::section(&mut out, plan.section())?;
        let connections = u64::try_from(plan.connections()).unwrap_or(u64::MAX);
        Ok(Self {
            redaction: plan.wish().redact.then(|| Redaction::new(limits)),
            plan,
            limits: limits.clone(),
            out,
            interfaces: Interfaces::default(),
            queue: Queue::default(),
            waiting: BTreeMap::new(),
            datagrams: BTreeMap::new(),
            decided: VecDeque::new(),
            account: Account {
                connections,
                ..Account::default()
            },
        })
    }

    /// Looks at the segment that a packet brought, or completed; `None` if it is of no connection
    /// that is kept.
    pub fn segment(&mut self, segment: &Segment<'_>, packet: &RawPacket<'_>) -> Option<Taken> {
        if !self.plan.knows(segment.source, segment.destination) {
            return None;
        }
        let standing = self.redaction.as_mut().map(|it| it.read(segment));
        let header = segment.header();
        let is_masked = standing.is_some() && !segment.payload.is_empty();
        let stated = header.get(CHECKSUM..).and_then(<[u8]>::first_chunk);
        let stated = stated.map(|stated| u16::from_be_bytes(*stated));
        let checksum = stated.filter(|_| is_masked && segment.checksum() != Checksum::Unknown);
        Some(Taken {
            time: segment.time,
            packet: segment.packet,
            ends: (segment.source, segment.destination),
            standing: standing.filter(|_| is_masked),
            header_length: header.len(),
            header_at: place_in(packet.bytes, header).filter(|_| !segment.came_in_fragments),
            payload: if is_masked && segment.came_in_fragments {
                segment.payload.to_vec()
            } else {
                Vec::new()
            },
            length: segment.payload.len(),
            checksum,
        })
    }

    /// Takes the next packet: what was made of its segment, what it had to do with fragments, and
    /// the interface that it came from.
    ///
    /// # Errors
    ///
    /// Evidence cannot be written.
    pub fn packet(
        &mut self,
        packet: &RawPacket<'_>,
        decoded: Result<Option<Taken>, Skipped>,
        fragment: Option<&Fragment>,
        interface: Option<&Interface>,
    ) -> io::Result<()> {
        match fragment.filter(|it| it.packet == packet.id) {
            Some(fragment) => self.fragment(packet, decoded, fragment, interface)?,
            None => {
                if let Ok(Some(taken)) = decoded
                    && self.is_kept(&taken)
                {
                    self.hold_segment(packet, &taken, interface)?;
                }
            }
        }
        self.release(Some(packet.time))
    }

    fn is_kept(&mut self, taken: &Taken) -> bool {
        let (one, other) = taken.ends;
        self.plan.keeps(one, other, taken.time, taken.packet)
    }

    fn hold(
        &mut self,
        packet: &RawPacket<'_>,
        waits: Waits,
        piece: Option<Piece>,
        interface: Option<&Interface>,
    ) -> io::Result<u64> {
        let input = self.plan.input(packet.id.input).to_owned();
        let (number, ticks) = self
            .interfaces
            .place(packet, interface, &input, &mut self.out)?;
        Ok(self.queue.push(Held {
            packet: packet.id,
            time: packet.time,
            interface: number,
            ticks,
            wire_length: packet.wire_length,
            flags: packet.reception.flags,
            bytes: packet.bytes.to_vec(),
            waits,
            piece,
        }))
    }

    /// Holds a packet with a segment of its own.
    fn hold_segment(
        &mut self,
        packet: &RawPacket<'_>,
        taken: &Taken,
        interface: Option<&Interface>,
    ) -> io::Result<()> {
        let Some(standing) = taken.standing else {
            self.hold(packet, Waits::No, None, interface)?;
            return Ok(());
        };
        // The place of a segment that is in this packet is known.
        let header_at = taken.header_at.unwrap_or(packet.bytes.len());
        let payload = self.payload(taken, standing, header_at);
        let length = packet.bytes.len();
        let behind = payload.at.saturating_add(payload.length);
        let place = self.hold(packet, Waits::Meaning(Box::new(payload)), None, interface)?;
        // What stands behind a packet on its link is padding, or a sum of what is masked. Only the
        // log of netfilter goes on there.
        if packet.link != LinkType::NFLOG
            && let Some(held) = self.queue.at(place)
            && let Some(padding) = held.bytes.get_mut(behind.min(length)..)
        {
            padding.fill(0);
        }
        Ok(())
    }

    fn payload(&self, taken: &Taken, standing: Standing, header_at: usize) -> Payload {
        Payload {
            standing,
            header_at,
            at: header_at.saturating_add(taken.header_length),
            length: taken.length,
            checksum: taken.checksum,
            is_other: self.plan.is_conflict(taken.packet),
        }
    }

    /// Lets go of the packets that wait for nothing any more, at this time; of all at the end.
    fn release(&mut self, now: Option<Timestamp>) -> io::Result<()> {
        while let Some((place, first)) = self.queue.first() {
            let is_forced = self.queue.is_full() || now.is_none();
            match &first.waits {
                Waits::No => {}
                Waits::Dropped => {
                    self.queue.pop();
                    continue;
                }
                Waits::Rest(number) => {
                    let waited = now.map(|now| now.since(first.time));
                    let is_over = waited.is_none_or(|waited| waited > self.limits.fragment_wait);
                    if !is_over && !is_forced {
                        break;
                    }
                    let number = *number;
                    self.account.left_out += u64::from(!is_over);
                    if let Some(places) = self.waiting.get_mut(&number) {
                        places.retain(|other| *other != place);
                        if places.is_empty() {
                            self.waiting.remove(&number);
                        }
                    }
                    self.queue.pop();
                    continue;
                }
                Waits::Meaning(payload) => {
                    if !is_forced && !self.knows(&payload.standing) {
                        break;
                    }
                }
                Waits::Datagram(number) => {
                    let number = *number;
                    let datagram = self.datagrams.get(&number);
                    let standing = datagram.map(|datagram| datagram.payload.standing);
                    if !is_forced && standing.is_some_and(|standing| !self.knows(&standing)) {
                        break;
                    }
                    self.mask_datagram(number);
                }
            }
            let Some(held) = self.queue.pop() else { break };
            self.write(held)?;
        }
        Ok(())
    }

    fn knows(&self, standing: &Standing) -> bool {
        let redaction = self.redaction.as_ref();
        redaction.is_none_or(|redaction| redaction.knows(standing))
    }

    /// Writes a packet; its payload is masked if it still has to be.
    fn write(&mut self, mut held: Held) -> io::Result<()> {
        if let Waits::Meaning(payload) = &held.waits
            && let Some(redaction) = &mut self.redaction
        {
            mask(redaction, payload, &mut held.bytes);
        }
        let mut options = Options::default();
        for comment in self.plan.comments(held.packet) {
            options.add_text(COMMENT, comment);
        }
        self.account.packets += 1;
        let packet = pcapng::Packet {
            interface: held.interface,
            ticks: held.ticks,
            wire_length: held.wire_length,
            flags: held.flags,
            bytes: &held.bytes,
        };
        pcapng::packet(&mut self.out, packet, options)
    }

    /// The captures end here: what came of it.
    ///
    /// # Errors
    ///
    /// Evidence cannot be written.
    pub fn finish(mut self) -> io::Result<Account> {
        if let Some(redaction) = &mut self.redaction {
            redaction.finish(&self.limits);
        }
        self.release(None)?;
        self.out.flush()?;
        Ok(self.account)
    }
}

/// Masks the payload in a packet.
fn mask(redaction: &mut Redaction, payload: &Payload, bytes: &mut [u8]) {
    let end = payload.at.saturating_add(payload.length);
    let Some(shown) = bytes.get_mut(payload.at..end) else {
        return;
    };
    let original = shown.to_vec();
    redaction.mask(&payload.standing, 0, shown, payload.is_other);
    let checksum = payload
        .checksum
        .map(|stated| adjust(stated, &original, shown).to_be_bytes());
    if let Some(checksum) = checksum {
        overwrite(bytes, 0, payload.header_at + CHECKSUM, &checksum);
    }
}

/// Writes `new`, which begins at `at`, over what is common to it and `bytes`, which begin at `start`.
fn overwrite(bytes: &mut [u8], start: usize, at: usize, new: &[u8]) {
    let (to, from) = (at.saturating_sub(start), start.saturating_sub(at));
    let to = bytes.get_mut(to..).unwrap_or_default();
    for (byte, new) in to.iter_mut().zip(new.get(from..).unwrap_or_default()) {
        *byte = *new;
    }
}

#[cfg(test)]
mod tests {
    use super::overwrite;

    #[test]
    fn what_is_common_is_overwritten() {
        let over = |start, at| {
            let mut bytes = *b"......";
            overwrite(&mut bytes, start, at, b"abc");
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        assert_eq!(over(10, 12), "..abc.");
        assert_eq!(over(10, 8), "c.....");
        assert_eq!(over(10, 14), "....ab");
        assert_eq!(over(10, 20), "......");
        assert_eq!(over(10, 2), "......");
    }
}
