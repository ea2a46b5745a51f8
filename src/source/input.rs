//! What is known of one input, while it is read and in the report: its name and format, what
//! came out of it and how it ended.

use std::fmt;

use super::{About, Compression, Damages};
use crate::packet::{PacketId, Reception};
use crate::time::Timestamp;

/// One input: a file, or standard input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Index among the inputs of the command line, from 0: [`PacketId::input`].
    pub index: u32,
    /// Its name as given.
    pub name: String,
    /// How its packets are stored.
    pub format: Format,
    /// How the whole of it is compressed; the outer one of two compressions.
    pub compression: Option<Compression>,
    /// Records so far that Wireshark numbers, so that [`PacketId::number`] is its
    /// `frame.number`: packets, and in a pcapng file a few blocks that are none.
    pub packets: u64,
    /// How many of `packets` hold no packet and were passed over: custom blocks, journal
    /// entries and system calls of a pcapng file.
    pub foreign: u64,
    /// How many of `packets` were not lent because of damage: what they hold was overwritten, or
    /// cannot be read.
    pub withheld: u64,
    /// Bytes of packets that the capture holds, headers of the link included.
    pub bytes: u64,
    /// Time of the earliest packet. Packets without a time of their own (those of a Simple
    /// Packet Block) have that of the packet before them, and count if there is one.
    pub first_time: Option<Timestamp>,
    /// Time of the latest packet.
    pub last_time: Option<Timestamp>,
    /// Bytes read so far, as they are stored: before decompression.
    pub bytes_read: u64,
    /// Size of the file in bytes, where there is a file with a size.
    pub size: Option<u64>,
    /// Where it is damaged.
    pub damages: Damages,
    /// What it says beside its packets.
    pub about: About,
    /// How it ended; `None` while there may be more.
    pub ending: Option<Ending>,
}

/// Places of damage that [`Input::error`] tells of.
const TOLD: usize = 3;

impl Input {
    /// What of it could not be read, in a line; `None` where all was, or where it is only cut off
    /// at its end ([`Ending::Truncated`]).
    #[must_use]
    pub fn error(&self) -> Option<String> {
        let is_cut = matches!(self.ending, Some(Ending::Truncated(_)));
        let count = self.damages.count() - u64::from(is_cut && self.damages.is_to_the_end());
        let kept = self.damages.places().iter().take(TOLD);
        let mut told: Vec<String> = kept
            .zip(0..count)
            .map(|(place, _)| place.to_string())
            .collect();
        match count.saturating_sub(TOLD as u64) {
            0 => {}
            1 => told.push("and at 1 more place".to_owned()),
            more => told.push(format!("and at {more} more places")),
        }
        match &self.ending {
            Some(Ending::Failed(place)) => told.push(place.to_string()),
            Some(Ending::Damaged(place)) if !self.damages.is_to_the_end() => {
                told.push(place.to_string());
            }
            _ => {}
        }
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// The same input, as if nothing of its packets had been read yet.
    pub(super) fn unread(self) -> Self {
        Self {
            packets: 0,
            foreign: 0,
            bytes: 0,
            first_time: None,
            last_time: None,
            withheld: 0,
            bytes_read: 0,
            damages: Damages::default(),
            ending: None,
            ..self
        }
    }

    /// Names the next record that Wireshark numbers.
    pub(super) const fn number_record(&mut self) -> PacketId {
        self.packets += 1;
        PacketId {
            input: self.index,
            number: self.packets,
        }
    }

    /// Counts a packet of `bytes` captured bytes.
    pub(super) fn count(&mut self, time: Option<Timestamp>, reception: Reception, bytes: usize) {
        self.about.count(reception);
        // No platform has addresses of more than 64 bits.
        self.bytes = self.bytes.saturating_add(bytes as u64);
        let Some(time) = time else { return };
        if self.first_time.is_none_or(|first| time < first) {
            self.first_time = Some(time);
        }
        if self.last_time.is_none_or(|last| time > last) {
            self.last_time = Some(time);
        }
    }
}

/// How packets are stored in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The format of libpcap, `application/vnd.tcpdump.pcap`.
    Pcap,
    /// The block format of Wireshark and of newer libpcap.
    Pcapng,
}

impl Format {
    /// The format's name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pcap => "pcap",
            Self::Pcapng => "pcapng",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How an input ended. Whatever it says, everything before was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// At the end of its last record.
    Complete,
    /// Inside a record, as when a capture was copied while it was still written, or the machine
    /// stopped; or in zeros where records were to be written and were not, as file systems leave
    /// them then. Only the last packet is affected.
    Truncated(Break),
    /// At a record that contradicts itself, behind which no other can be found. Damage behind which
    /// others are found is in [`Input::damages`].
    Damaged(Break),
    /// At an error of the operating system.
    Failed(Break),
    /// Behind a packet, because the user wanted it to.
    Stopped,
}

impl Ending {
    /// The ending's name in reports.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Truncated(_) => "truncated",
            Self::Damaged(_) => "damaged",
            Self::Failed(_) => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Where and why reading broke off, if it did.
    #[must_use]
    pub const fn broken(&self) -> Option<&Break> {
        match self {
            Self::Complete | Self::Stopped => None,
            Self::Truncated(place) | Self::Damaged(place) | Self::Failed(place) => Some(place),
        }
    }
}

/// Where and why the reading of an input broke off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Offset in bytes (behind decompression) of the record that could not be read; for an
    /// error of the operating system or the decompression, of the first byte not had.
    pub offset: u64,
    /// [`PacketId::number`] of the last packet before it; 0 if there was none.
    pub after: u64,
    /// What is wrong there.
    pub reason: Reason,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset,
            after,
            reason,
        } = self;
        match reason {
            // It names the byte of the file.
            Reason::CompressionDamaged(_) => write!(f, "{reason}, after packet {after}"),
            _ => write!(f, "{reason} at byte {offset}, after packet {after}"),
        }
    }
}

/// What is wrong at a [`Break`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The input ended before the record did.
    #[error("the file ends inside a record")]
    EndsInsideRecord,
    /// The input ended before its compressed data did.
    #[error("the compressed data ends early")]
    CompressionEndsEarly,
    /// The compressed data cannot be decompressed.
    #[error("{0}")]
    CompressionDamaged(String),
    /// Zeros where a record should be.
    #[error("{length} bytes of zeros")]
    Zeros {
        /// How many there are in a row.
        length: u64,
    },
    /// A record that is unusual, and whose length leads to nothing that could be the next one.
    #[error("a packet of {captured} captured bytes of {original}, behind which no other begins")]
    NotFollowed {
        /// The captured length as it stands in the record.
        captured: u32,
        /// The length on the wire as it stands in the record.
        original: u32,
    },
    /// A captured length that no capture has.
    #[error("a packet of {length} captured bytes (at most {limit})")]
    PacketLength {
        /// The length as it stands in the record.
        length: u32,
        /// The longest that is read.
        limit: u32,
    },
    /// A captured length that the block around the packet does not have room for.
    #[error("a packet of {length} captured bytes in a block with room for {room}")]
    PacketExceedsBlock {
        /// The captured length as it stands in the block.
        length: u32,
        /// Bytes of the block that could hold it.
        room: u32,
    },
    /// A block length outside of what its type allows.
    #[error("a block of {length} bytes (at least {least}, at most {limit})")]
    BlockLength {
        /// The length as it stands in the block.
        length: u32,
        /// The shortest that a block of this type can be.
        least: u32,
        /// The longest that is read.
        limit: u32,
    },
    /// The two statements of a block's length differ.
    #[error("a block whose length is {first} at its begin and {last} at its end")]
    BlockLengthsDiffer {
        /// The length at the block's begin.
        first: u32,
        /// The length at the block's end.
        last: u32,
    },
    /// The byte-order magic of a section is none.
    #[error("a section whose byte-order magic is {0:#010x}")]
    ByteOrderMagic(u32),
    /// A section of a version that is not known.
    #[error("a section of version {major}.{minor} (only 1.x is known)")]
    SectionVersion {
        /// Major version.
        major: u16,
        /// Minor version.
        minor: u16,
    },
    /// A block whose fields cannot be read.
    #[error("a block of type {0:#010x} that cannot be read")]
    BlockUnreadable(u32),
    /// A packet of an interface that the section does not describe.
    #[error(
        "a packet of interface {interface}, which its section does not describe (interfaces \
         described so far: {known})"
    )]
    UnknownInterface {
        /// The interface as it stands in the block.
        interface: u32,
        /// Interfaces described so far.
        known: usize,
    },
    /// More interfaces in a section than are kept.
    #[error("a section with more than {0} interfaces")]
    TooManyInterfaces(usize),
    /// An error of the operating system.
    #[error("{0}")]
    Io(String),
}
