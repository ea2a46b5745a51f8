//! Pings and the Pongs that answer them, as one side sends them and both sides know of them.
//!
//! Which Pings a Pong may answer is told by its acknowledgement number: a Pong waits until the
//! other stream was read as far as its sender had received it, so that the order of packets in
//! the file changes nothing. What one side holds is bounded, whatever a peer sends.

use std::collections::VecDeque;

use crate::place::Place;
use crate::rules::Ledger;
use crate::rules::judge::{PingFacts, PongFacts};
use crate::side::Side;
use crate::time::Timestamp;
use crate::websocket::event::FrameSeen;
use crate::websocket::header::Opcode;
use crate::websocket::mask::unmask;
use crate::websocket::message::MessageState;
use crate::websocket::notable::{MAX_CONTROL_PAYLOAD, Notable};

/// Pings of one side that are kept until they are answered: who leaves more of them open is told
/// by these.
const OPEN: usize = 64;

/// Pings of one side that were answered too late to say at once whether that broke a rule.
const LATE: usize = 16;

/// Payloads of answered Pings that are kept, to know a Pong that answers one of them once more.
const ANSWERED: usize = 64;

/// Pongs that wait until the other side's stream was read as far as their sender knew it.
const WAITING: usize = 64;

/// Frames of one side that took long, kept with their times.
const LONG_FRAMES: usize = 16;

/// Nanoseconds: a frame that takes so long may keep a Pong waiting behind it.
const LONG: i64 = 1_000_000_000;

/// The payload of a control frame, as far as it takes to tell it from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    length: u64,
    /// FNV-1a of the payload without its mask.
    hash: u64,
}

/// A payload that is coming.
#[derive(Clone, Copy, Debug)]
struct Current {
    seen: FrameSeen,
    mark: Mark,
    /// Bytes of the payload so far.
    taken: u64,
}

/// A Ping that was sent.
#[derive(Clone, Copy, Debug)]
struct Ping {
    place: Place,
    /// Sequence number behind its last byte.
    end: u32,
    /// `None`: not all of the payload was captured, or it is none that a Ping may have.
    mark: Option<Mark>,
    /// The other side has to answer it.
    is_owed: bool,
    acknowledged: Option<Timestamp>,
    answered: Option<Timestamp>,
}

/// A Pong that was sent and may answer Pings that were not read yet.
#[derive(Clone, Copy, Debug)]
struct Pong {
    seen: FrameSeen,
    mark: Option<Mark>,
}

/// What only some connections have.
#[derive(Debug, Default)]
struct Kept {
    open: VecDeque<Ping>,
    late: Vec<Ping>,
    answered: VecDeque<Mark>,
    pongs: VecDeque<Pong>,
    latest_ping: Option<Place>,
    latest_pong: Option<Place>,
    long_frames: VecDeque<(Timestamp, Timestamp)>,
    /// Long frames up to here are forgotten.
    forgotten_until: Option<Timestamp>,
    current: Option<Current>,
    /// Open Pings were forgotten: a Pong may answer one of them.
    has_forgotten: bool,
}

/// The Pings and Pongs of one side.
#[derive(Debug, Default)]
pub(super) struct Pings {
    kept: Option<Box<Kept>>,
    /// Sequence number of the first frame that was read.
    first_frame: Option<u32>,
    /// When the frame that is coming began.
    begun: Option<Timestamp>,
    /// Frames may have gone unseen.
    has_lost: bool,
    /// No frame went unseen since the stream's start, or since a frame settled what is open.
    is_settled: bool,
}

/// How far the other side had received a stream, by a packet that came before those bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyzer) struct EarlyAcknowledgement {
    pub(in crate::analyzer) number: u32,
    pub(in crate::analyzer) time: Timestamp,
}

/// What is known of the side that owes Pongs when the connection is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answering {
    pub(super) side: Side,
    /// Everything up to its end was captured and read.
    pub(super) is_whole: bool,
    /// Its frames were read from the first one on.
    pub(super) is_from_start: bool,
    /// Nothing could come from it any more, or would have been seen, from here on.
    pub(super) until: Timestamp,
    /// Sequence number and offset of where its stream was read to.
    pub(super) read: (u32, u64),
}

impl Pings {
    /// A frame of this side begins.
    pub(super) fn begin(&mut self, seen: &FrameSeen) {
        self.begun = Some(seen.place.time);
        if self.first_frame.is_none() {
            self.first_frame = Some(seen.place.sequence);
        }
        self.is_settled |= !matches!(seen.message, MessageState::Unknown);
        if matches!(seen.header.opcode(), Opcode::Ping | Opcode::Pong) {
            const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
            let length = seen.header.payload_length().unwrap_or(u64::MAX);
            self.kept.get_or_insert_default().current = Some(Current {
                seen: *seen,
                mark: Mark {
                    length,
                    hash: FNV_BASIS,
                },
                taken: 0,
            });
        }
    }

    /// Bytes of the payload, as they stood on the wire.
    pub(super) fn payload(&mut self, bytes: &[u8], at: u64) {
        let Some(current) = self.kept.as_mut().and_then(|kept| kept.current.as_mut()) else {
            return;
        };
        if current.mark.length <= MAX_CONTROL_PAYLOAD && current.taken == at {
            current.take(bytes);
        }
    }

    /// The frame ended; its last bytes came at this time, if that is known.
    pub(super) fn end(&mut self, whole: bool, last: Option<Timestamp>) {
        if let (Some(begun), Some(last)) = (self.begun.take(), last)
            && last.nanos().saturating_sub(begun.nanos()) >= LONG
        {
            let kept = self.kept.get_or_insert_default();
            if kept.long_frames.len() == LONG_FRAMES {
                let oldest = kept.long_frames.pop_front();
                kept.forgotten_until = kept.forgotten_until.max(oldest.map(|(_, end)| end));
            }
            kept.long_frames.push_back((begun, last));
        }
        let Some(kept) = &mut self.kept else { return };
        let Some(current) = kept.current.take() else {
            return;
        };
        let mark = current.mark_if(whole);
        match current.seen.header.opcode() {
            // With FIN=0 it is no Ping to be answered, and neither is one behind a Close.
            Opcode::Ping => {
                kept.latest_ping = Some(current.seen.place);
                kept.open(Ping {
                    place: current.seen.place,
                    end: current.end(),
                    mark,
                    is_owed: current.seen.header.fin()
                        && !current.seen.notable.contains(Notable::CONTROL_AFTER_CLOSE),
                    acknowledged: None,
                    answered: None,
                });
            }
            _ => {
                kept.latest_pong = Some(current.seen.place);
                kept.pongs.push_back(Pong {
                    seen: current.seen,
                    mark,
                });
            }
        }
    }

    /// Whether there were any, or what goes with them.
    pub(super) const fn has_any(&self) -> bool {
        self.kept.is_some()
    }

    /// Whether a frame has begun and not ended.
    pub(super) const fn is_inside_frame(&self) -> bool {
        self.begun.is_some()
    }

    /// Its latest Ping.
    pub(super) fn latest_ping(&self) -> Option<Place> {
        self.kept.as_ref().and_then(|kept| kept.latest_ping)
    }

    /// Its latest Pong.
    pub(super) fn latest_pong(&self) -> Option<Place> {
        self.kept.as_ref().and_then(|kept| kept.latest_pong)
    }

    /// Frames may be among bytes that are missing or could not be read.
    pub(super) fn lose_place(&mut self) {
        self.has_lost = true;
        self.is_settled = false;
        self.begun = None;
        if let Some(kept) = &mut self.kept {
            kept.current = None;
        }
    }

    /// Bytes of memory that it takes.
    pub(super) fn cost(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| {
            size_of::<Kept>()
                + kept.open.capacity() * size_of::<Ping>()
                + kept.pongs.capacity() * size_of::<Pong>()
                + kept.answered.capacity() * size_of::<Mark>()
        })
    }

    /// Gives up what it keeps.
    pub(super) fn give_up(&mut self) {
        if self.kept.take().is_some() {
            self.lose_place();
        }
    }

    /// Notes that the other side had received all before this sequence number at this time.
    pub(super) fn acknowledge(&mut self, number: u32, time: Timestamp) {
        let Some(kept) = &mut self.kept else { return };
        for ping in kept.open.iter_mut().chain(&mut kept.late) {
            ping.acknowledge(number, time);
        }
    }

    /// Has this side's Pongs answer the other side's Pings, as far as `read_to` in the other
    /// side's stream; where nothing more will come, all of them.
    pub(super) fn answer(
        &mut self,
        side: Side,
        others: &mut Self,
        read_to: Option<u32>,
        ledger: &mut Ledger,
    ) {
        let Some(kept) = &mut self.kept else { return };
        while let Some(pong) = kept.pongs.front().copied() {
            let is_ready = match (read_to, pong.seen.place.acknowledgement) {
                (Some(read_to), Some(known)) => known.wrapping_sub(read_to).cast_signed() <= 0,
                _ => true,
            };
            if !is_ready && kept.pongs.len() <= WAITING {
                return;
            }
            kept.pongs.pop_front();
            let told = others.answered_by(&pong);
            if let Some((ping, open)) = told {
                ledger.judge_pong(&PongFacts {
                    sender: side,
                    seen: &pong.seen,
                    ping,
                    open,
                });
            }
        }
    }

    /// Takes the other side's Pong as the answer to the Ping that it answers. If it answers none
    /// although some are open: the latest one that its sender knew of, and how many those are.
    fn answered_by(&mut self, pong: &Pong) -> Option<(Place, usize)> {
        let kept = self.kept.as_mut()?;
        let known = pong.seen.place.acknowledgement;
        let is_known = |ping: &&Ping| {
            known.is_none_or(|number| number.wrapping_sub(ping.end).cast_signed() >= 0)
        };
        let known_pings = kept.open.iter().take_while(is_known).count();
        let fits = |ping: &Ping| match (ping.mark, pong.mark) {
            (Some(ping), Some(pong)) => ping == pong,
            // Of one of them it is not known what it carries: it may be the one.
            _ => true,
        };
        let mut indices = (0..known_pings).rev();
        let answers = indices.find(|index| kept.open.get(*index).is_some_and(fits));
        // Where Pings went unseen or are forgotten, it may answer one of those, which may be
        // later than all that are known here.
        let is_unsure = self.has_lost || kept.has_forgotten;
        if let Some(index) = answers.or(is_unsure.then_some(known_pings.wrapping_sub(1))) {
            for ping in kept.open.drain(..index.wrapping_add(1).min(known_pings)) {
                if let Some(mark) = ping.mark
                    && kept.answered.back() != Some(&mark)
                {
                    if kept.answered.len() == ANSWERED {
                        kept.answered.pop_front();
                    }
                    kept.answered.push_back(mark);
                }
                let took = pong.seen.place.time.since(ping.place.time);
                if took > PingFacts::PATIENCE && kept.late.len() < LATE {
                    kept.late.push(Ping {
                        answered: Some(pong.seen.place.time),
                        ..ping
                    });
                }
            }
            if kept.open.is_empty() {
                kept.has_forgotten = false;
            }
        }
        let is_answer = answers.is_some()
            || pong.mark.is_none_or(|mark| kept.answered.contains(&mark))
            || matches!(pong.seen.message, MessageState::Unknown)
            || !self.is_settled
            || kept.has_forgotten;
        if is_answer {
            return None;
        }
        let owed = |ping: &&Ping| ping.is_owed;
        let open = kept.open.iter().take(known_pings).filter(owed);
        let latest = open.clone().next_back()?;
        Some((latest.place, open.count()))
    }

    /// Nothing more will come: judges this side's Pings that the other side did not answer in
    /// time. `early` are acknowledgements of this side's stream that came before its bytes.
    pub(super) fn judge(
        &mut self,
        answering: Answering,
        others: &Self,
        early: &[EarlyAcknowledgement],
        ledger: &mut Ledger,
    ) {
        let Some(kept) = &mut self.kept else { return };
        if !answering.is_whole || others.has_lost || self.has_lost {
            return;
        }
        for mut ping in kept.late.drain(..).chain(kept.open.drain(..)) {
            let knew_of = |first: u32| {
                let known = ping.place.acknowledgement;
                known.is_some_and(|known| known.wrapping_sub(first).cast_signed() > 0)
            };
            let is_read = answering.is_from_start || others.first_frame.is_some_and(knew_of);
            if !ping.is_owed || !is_read {
                continue;
            }
            for known in early {
                ping.acknowledge(known.number, known.time);
            }
            ledger.judge_ping(&PingFacts {
                sender: answering.side,
                ping: ping.place,
                due: answering.due(&ping),
                acknowledged: ping.acknowledged,
                answered: ping.answered,
                watched_until: answering.until,
                busy: others.busy_after(ping.acknowledged.unwrap_or(ping.place.time)),
            });
        }
    }

    /// The first frame of this side that took long and was not over at this time.
    fn busy_after(&self, time: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
        let kept = self.kept.as_ref();
        let forgotten = kept.and_then(|kept| kept.forgotten_until);
        if let Some(until) = forgotten.filter(|until| *until >= time) {
            return Some((time, Some(until)));
        }
        let mut long = kept.into_iter().flat_map(|kept| &kept.long_frames);
        long.find(|(_, end)| *end >= time)
            .map(|(begin, end)| (*begin, Some(*end)))
            .or_else(|| self.begun.map(|begun| (begun, None)))
    }
}

impl Kept {
    /// Keeps an open Ping. Where there are too many the oldest stays, and the latest ones.
    fn open(&mut self, ping: Ping) {
        if self.open.len() == OPEN {
            self.open.remove(1);
            self.has_forgotten = true;
        }
        self.open.push_back(ping);
    }
}

impl Current {
    fn take(&mut self, bytes: &[u8]) {
        const FNV_PRIME: u64 = 0x0100_0000_01b3;
        let mut plain = bytes.to_vec();
        if let Some(key) = self.seen.header.masking_key() {
            unmask(&mut plain, key, self.taken);
        }
        for byte in plain {
            self.mark.hash = (self.mark.hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        }
        self.taken += bytes.len() as u64;
    }

    /// What tells the payload from another one, if all of it was captured and it is one that a
    /// Ping or Pong may have.
    fn mark_if(&self, whole: bool) -> Option<Mark> {
        let header = &self.seen.header;
        let is_plain = header.fin() && header.rsv() == 0;
        (whole && is_plain && self.taken == self.mark.length).then_some(self.mark)
    }

    /// Sequence number behind the frame.
    fn end(&self) -> u32 {
        let header = u32::try_from(self.seen.header.to_bytes().len()).unwrap_or(0);
        // Only the low 32 bits matter to a number that wraps at 32 bits.
        #[expect(clippy::cast_possible_truncation)]
        let payload = self.mark.length as u32;
        let begin = self.seen.place.sequence;
        begin.wrapping_add(header).wrapping_add(payload)
    }
}

impl Ping {
    fn acknowledge(&mut self, number: u32, time: Timestamp) {
        if number.wrapping_sub(self.end).cast_signed() >= 0 {
            self.acknowledged = Some(self.acknowledged.map_or(time, |known| known.min(time)));
        }
    }
}

impl Answering {
    /// Where the Pong could stand at the earliest: behind all that the Ping's sender had
    /// received. Packet and time are the Ping's.
    fn due(&self, ping: &Ping) -> Place {
        let (read_sequence, read_offset) = self.read;
        let sequence = ping.place.acknowledgement.unwrap_or(read_sequence);
        let behind = read_sequence.wrapping_sub(sequence);
        Place {
            stream_offset: read_offset.saturating_sub(u64::from(behind)),
            sequence,
            acknowledgement: Some(ping.end),
            frame: None,
            ..ping.place
        }
    }
}
