//! Packets that were captured before: on another interface, or by a mirror that copies both ends
//! of a path. It knows the headers that tell a copy from a repetition.

use std::net::IpAddr;
use std::time::Duration;

use crate::decode::{Segment, TcpFlags};
use crate::time::Timestamp;

/// Segments that are remembered. A copy stands a few packets behind, and more would leave no room
/// in a processor's first cache.
const REMEMBERED: usize = 1 << 9;

/// A copy comes within this time, or at once where nothing numbers the packets of IP: then a
/// repetition may look the same.
const NUMBERED: Duration = Duration::from_millis(50);
const UNNUMBERED: Duration = Duration::from_micros(200);

/// The latest segments, each at the place that its marks give it.
#[derive(Debug)]
pub(super) struct Copies {
    remembered: Box<[(u64, Timestamp); REMEMBERED]>,
}

impl Default for Copies {
    fn default() -> Self {
        Self {
            remembered: Box::new([(0, Timestamp::from_nanos(i64::MIN, 0)); REMEMBERED]),
        }
    }
}

impl Copies {
    /// Remembers a segment; whether it is a copy of one that is remembered.
    pub(super) fn note(&mut self, segment: &Segment<'_>) -> bool {
        // Acknowledgements alone are repeated as they are.
        let moves = TcpFlags::SYN | TcpFlags::FIN;
        if segment.payload.is_empty() && segment.missing == 0 && !segment.flags.intersects(moves) {
            return false;
        }
        let marks = marks(segment);
        let place = usize::try_from(marks % REMEMBERED as u64).unwrap_or(0);
        let Some(remembered) = self.remembered.get_mut(place) else {
            return false;
        };
        let (known, time) = std::mem::replace(remembered, (marks, segment.time));
        if known != marks {
            return false;
        }
        let within = match segment.ip_id {
            Some(1..) => NUMBERED,
            Some(0) | None => UNNUMBERED,
        };
        segment.time.since(time).max(time.since(segment.time)) <= within
    }
}

/// What a copy has in common with its original: neither the link's header nor the TTL, which a
/// router changes, nor the checksum, which a network card fills in.
///
/// A collision, by chance or made on purpose, costs a wrong count of an info and nothing else.
fn marks(segment: &Segment<'_>) -> u64 {
    let mut marks = Marks(0x9e37_79b9_7f4a_7c15);
    for endpoint in [segment.source, segment.destination] {
        match endpoint.address {
            IpAddr::V4(address) => marks.add(u64::from(address.to_bits())),
            IpAddr::V6(address) => {
                for word in address.octets().as_chunks::<8>().0 {
                    marks.add(u64::from_be_bytes(*word));
                }
            }
        }
    }
    let ports = u64::from(segment.source.port) << 16 | u64::from(segment.destination.port);
    marks.add(ports << 16 | u64::from(segment.ip_id.unwrap_or(0)));
    marks.add(u64::from(segment.sequence) << 32 | u64::from(segment.acknowledgement));
    let length = segment.payload.len() as u64 + u64::from(segment.missing);
    let bits = u64::from(segment.flags.bits()) << 16 | u64::from(segment.window);
    marks.add(length << 24 | bits);
    let (words, _rest) = segment.option_bytes().unwrap_or_default().as_chunks::<4>();
    for word in words {
        marks.add(u64::from(u32::from_be_bytes(*word)));
    }
    marks.0
}

/// A sum over numbers in their order.
struct Marks(u64);

impl Marks {
    const fn add(&mut self, number: u64) {
        // The constant of a multiplicative hash, an odd fraction of 2^64.
        let mixed = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
        self.0 = mixed ^ mixed >> 29;
    }
}
