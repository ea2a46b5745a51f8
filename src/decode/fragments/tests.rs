//! Datagrams cut into fragments by hand, and what a decoder makes of them.

mod bounds;
mod contradictions;
mod whole;

use std::collections::BTreeMap;

use etherparse::TcpHeader;

use crate::decode::{Counts, Decoder, Skipped};
use crate::limits::Limits;
use crate::packet::{LinkType, PacketId, RawPacket};
use crate::time::Timestamp;

pub(super) const TCP: u8 = 6;
const ICMP: u8 = 1;
const FRAGMENT: u8 = 44;
const DESTINATION_OPTIONS: u8 = 60;

/// The version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ip {
    V4,
    V6,
}

const BOTH: [Ip; 2] = [Ip::V4, Ip::V6];

/// A TCP segment with this payload and a right checksum.
pub(super) fn segment(ip: Ip, payload: &[u8]) -> Vec<u8> {
    let mut header = TcpHeader::new(51234, 80, 1000, 512);
    header.ack = true;
    let checksum = match ip {
        Ip::V4 => header.calc_checksum_ipv4_raw([10, 0, 0, 1], [10, 0, 0, 2], payload),
        Ip::V6 => header.calc_checksum_ipv6_raw(host_v6(1), host_v6(2), payload),
    };
    header.checksum = checksum.unwrap();
    [&header.to_bytes()[..], payload].concat()
}

fn host_v6(host: u8) -> [u8; 16] {
    let mut address = [0; 16];
    (address[0], address[1], address[15]) = (0x20, 0x01, host);
    address
}

/// A packet with a piece of a datagram.
#[derive(Clone, Debug)]
pub(super) struct Fragment {
    pub(super) ip: Ip,
    pub(super) id: u16,
    pub(super) protocol: u8,
    pub(super) ttl: u8,
    pub(super) start: usize,
    pub(super) more: bool,
    pub(super) bytes: Vec<u8>,
    /// Of these, the capture holds so many.
    pub(super) held: usize,
}

impl Fragment {
    /// These bytes of a TCP datagram.
    pub(super) fn of(ip: Ip, datagram: &[u8], from: usize, to: usize) -> Self {
        Self {
            ip,
            id: 7,
            protocol: TCP,
            ttl: 64,
            start: from,
            more: to < datagram.len(),
            bytes: datagram[from..to].to_vec(),
            held: to - from,
        }
    }

    /// A TCP datagram, cut at these places.
    pub(super) fn all(ip: Ip, datagram: &[u8], cuts: &[usize]) -> Vec<Self> {
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([datagram.len()]);
        let pairs = starts.zip(ends);
        pairs
            .map(|(from, to)| Self::of(ip, datagram, from, to))
            .collect()
    }

    /// The bytes behind the IP header.
    fn payload(&self) -> Vec<u8> {
        let field = u16::try_from(self.start).unwrap() | u16::from(self.more);
        match self.ip {
            Ip::V4 => self.bytes.clone(),
            Ip::V6 => {
                let [high, low] = field.to_be_bytes();
                let [id_high, id_low] = self.id.to_be_bytes();
                let header = [self.protocol, 0, high, low, 1, 2, id_high, id_low];
                [&header[..], &self.bytes].concat()
            }
        }
    }

    /// From the IP header on.
    fn packet(&self) -> Vec<u8> {
        let payload = self.payload();
        let length = |header: usize| u16::try_from(header + payload.len()).unwrap();
        let mut packet = match self.ip {
            Ip::V4 => {
                let [length_high, length_low] = length(20).to_be_bytes();
                let [id_high, id_low] = self.id.to_be_bytes();
                let field = u16::try_from(self.start / 8).unwrap();
                let [high, low] = (field | u16::from(self.more) << 13).to_be_bytes();
                vec![
                    0x45,
                    0,
                    length_high,
                    length_low,
                    id_high,
                    id_low,
                    high,
                    low, //
                    self.ttl,
                    self.protocol,
                    0,
                    0,
                    10,
                    0,
                    0,
                    1,
                    10,
                    0,
                    0,
                    2,
                ]
            }
            Ip::V6 => {
                let [high, low] = length(0).to_be_bytes();
                let mut header = vec![0x60, 0, 0, 0, high, low, FRAGMENT, self.ttl];
                header.extend(host_v6(1));
                header.extend(host_v6(2));
                header
            }
        };
        packet.extend(payload);
        packet
    }
}

/// What came of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) number: u64,
    pub(super) ttl: u8,
    pub(super) ip_id: Option<u16>,
    pub(super) sequence: u32,
    pub(super) payload: Vec<u8>,
    pub(super) missing: u32,
}

/// A capture that is decoded as it is made.
pub(super) struct Capture {
    decoder: Decoder,
    number: u64,
    seconds: i64,
}

impl Capture {
    pub(super) fn with(limits: &Limits) -> Self {
        Self {
            decoder: Decoder::new(limits),
            number: 0,
            seconds: 0,
        }
    }

    pub(super) fn new() -> Self {
        Self::with(&Limits::default())
    }

    /// The packets from here on are captured at this second.
    fn at(&mut self, seconds: i64) -> &mut Self {
        self.seconds = seconds;
        self
    }

    /// Raw IP, of which the capture lacks the last `cut` bytes.
    fn take_packet(&mut self, input: u32, bytes: &[u8], cut: usize) -> Result<Read, Skipped> {
        self.number += 1;
        let packet = RawPacket {
            id: PacketId {
                input,
                number: self.number,
            },
            time: Timestamp::from_nanos(self.seconds * 1_000_000_000, 9),
            link: LinkType::RAW,
            reception: crate::packet::Reception::default(),
            wire_length: u32::try_from(bytes.len()).unwrap(),
            bytes: &bytes[..bytes.len() - cut],
        };
        self.decoder.decode(&packet).map(|segment| Read {
            number: segment.packet.number,
            ttl: segment.ttl,
            ip_id: segment.ip_id,
            sequence: segment.sequence,
            payload: segment.payload.to_vec(),
            missing: segment.missing,
        })
    }

    pub(super) fn take(&mut self, fragment: &Fragment) -> Result<Read, Skipped> {
        let cut = fragment.bytes.len() - fragment.held;
        self.take_packet(0, &fragment.packet(), cut)
    }

    /// What all of these give.
    pub(super) fn take_all<'f>(
        &mut self,
        fragments: impl IntoIterator<Item = &'f Fragment>,
    ) -> Vec<Read> {
        let read = |fragment| self.take(fragment).ok();
        fragments.into_iter().filter_map(read).collect()
    }

    pub(super) fn finish(self) -> Counted {
        let tally = self.decoder.finish();
        let Counts {
            fragments,
            datagrams,
            ..
        } = tally.of(0);
        Counted {
            skipped: tally.of(0).skipped().collect(),
            fragments,
            datagrams,
            limits: tally.limits,
        }
    }
}

/// What became of a capture's packets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) skipped: Vec<(Skipped, u64)>,
    pub(super) fragments: u64,
    pub(super) datagrams: u64,
    pub(super) limits: BTreeMap<&'static str, u64>,
}

impl Counted {
    /// Nothing but datagrams that were put together.
    pub(super) fn whole(fragments: u64, datagrams: u64) -> Self {
        Self {
            fragments,
            datagrams,
            ..Self::default()
        }
    }

    /// Nothing but packets that were skipped.
    pub(super) fn skipped(reason: Skipped, packets: u64) -> Self {
        Self {
            skipped: vec![(reason, packets)],
            ..Self::default()
        }
    }
}
