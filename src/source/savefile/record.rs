//! What a format makes of the bytes at hand: a record, or why not. The border between the formats,
//! which do no io, and the file, which knows no format.

use std::ops::Range;

use super::trail::{self, Found};
use super::{pcap, pcapng};
use crate::packet::{LinkType, Reception};
use crate::source::{About, Reason};
use crate::time::Timestamp;

/// The longest packet that is read, in captured bytes: libpcap and Wireshark write none that is
/// longer from a network, so a greater length is damage.
pub(super) const LONGEST_PACKET: u32 = 256 << 10;

/// Bytes of the longest record that is read as a whole, which bounds the memory of an input: a
/// packet of the greatest length, and options of many times what any tool writes.
pub(in crate::source) const LONGEST_RECORD: usize = 1 << 20;

/// A format's reading of its records.
#[derive(Debug)]
pub(super) enum Records {
    Pcap(pcap::Pcap),
    Pcapng(pcapng::Pcapng),
}

/// What a format finds at the front of the bytes at hand.
#[derive(Debug)]
pub(super) enum Step {
    /// A packet.
    Packet(Record),
    /// This many bytes that hold no packet, all of them at hand.
    Pass(usize),
    /// The same, of a block that Wireshark numbers like a packet.
    PassNumbered(usize),
    /// A packet's record of this many bytes, overwritten by the zeros that come behind it.
    Withhold(usize),
    /// A record that is whole and cannot be read.
    Unreadable {
        length: usize,
        is_packet: bool,
        reason: Reason,
    },
    /// Too few bytes to say.
    More,
    /// A packet's record that contradicts what is behind it.
    Lost(Reason),
    /// A record that contradicts itself, or none: nothing says where the next one begins.
    Damage(Reason),
}

/// A packet's record, its places counted in bytes from the front.
#[derive(Debug)]
pub(super) struct Record {
    /// `None` where neither the packet nor any before it has a time.
    pub(super) time: Option<Timestamp>,
    pub(super) link: LinkType,
    pub(super) wire_length: u32,
    pub(super) reception: Reception,
    /// The captured bytes.
    pub(super) data: Range<usize>,
    /// The whole record.
    pub(super) length: usize,
}

impl Records {
    /// Reads the record at the front; `next` is its number if it is one that has a number, and
    /// `at_end` says that no more bytes come. What it says beside packets goes into `about`.
    pub(super) fn step(
        &mut self,
        at_hand: &[u8],
        at_end: bool,
        next: u64,
        about: &mut About,
    ) -> Step {
        match self {
            Self::Pcap(pcap) => pcap.step(at_hand, at_end),
            Self::Pcapng(pcapng) => pcapng.step(at_hand, at_end, next, about),
        }
    }

    /// Says that waiting for what is behind a record holds nothing up.
    pub(super) const fn look_ahead(&mut self) {
        match self {
            Self::Pcap(pcap) => pcap.look_ahead(),
            // A block says at its end, too, how long it is.
            Self::Pcapng(_) => {}
        }
    }

    /// Notes that records are lost.
    pub(super) fn lose(&mut self) {
        match self {
            Self::Pcap(_) => {}
            Self::Pcapng(pcapng) => pcapng.lose(),
        }
    }

    /// Where the next record begins behind a damaged one, as that says itself; [`trail::hinted`].
    pub(super) fn hinted(&self, at_hand: &[u8], at_end: bool) -> Option<usize> {
        match self {
            Self::Pcap(pcap) => trail::hinted(pcap, at_hand, at_end),
            Self::Pcapng(pcapng) => trail::hinted(pcapng, at_hand, at_end),
        }
    }

    /// Looks for the next place from which records can be followed; [`trail::search`].
    pub(super) fn search(&self, at_hand: &[u8], at_end: bool, rivals: &mut u32) -> Found {
        match self {
            Self::Pcap(pcap) => trail::search(pcap, at_hand, at_end, rivals),
            Self::Pcapng(pcapng) => trail::search(pcapng, at_hand, at_end, rivals),
        }
    }

    /// Bytes consumed of a record that is not at its end yet.
    pub(super) fn passed(&self) -> u32 {
        match self {
            Self::Pcap(_) => 0,
            Self::Pcapng(pcapng) => pcapng.passed(),
        }
    }
}
