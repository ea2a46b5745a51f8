//! Capture files: whatever the bytes, however the reader hands them out, and also compressed, the
//! same packets come out, each within the bounds that it states.

#![no_main]

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use wsblame::decode::decode;
use wsblame::source::{Damages, Ending, PacketSource, Savefile};

fuzz_target!(|bytes: &[u8]| {
    let whole = read(bytes, usize::MAX);
    let pieces = read(bytes, 7);
    assert_eq!(whole, pieces);
    // What is compressed already could become so too often.
    if COMPRESSED.iter().any(|magic| bytes.starts_with(magic)) {
        return;
    }
    if let Ok(whole) = &whole {
        let members = compressed(bytes);
        assert_eq!(Ok(whole), read(&members, usize::MAX).as_ref());
        // What a compression that ends early still holds is a beginning of the same packets.
        let cut = &members[..members.len() - members.len() / 4];
        if let Ok(some) = read(cut, usize::MAX) {
            assert!(whole.begins_like(&some));
        }
    }
});

/// How compressed inputs begin, without the number that skippable frames have.
const COMPRESSED: [&[u8]; 4] = [
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"\x02\x21\x4c\x18",
];

/// What was read of a file.
#[derive(Debug, PartialEq)]
struct Read {
    packets: Vec<Known>,
    /// The number of the last packet in front of the first damage.
    sound: u64,
}

impl Read {
    /// Whether the same packets come first, as far as there are packets and no damage: what is
    /// damaged is told by what is behind it, which the end of one of them may hide.
    fn begins_like(&self, other: &Self) -> bool {
        let sound = self.sound.min(other.sound);
        let both = self.packets.iter().zip(&other.packets);
        both.take_while(|(one, other)| one.0.min(other.0) <= sound)
            .all(|(one, other)| one == other)
    }
}

/// A packet's number, time, lengths and a checksum.
type Known = (u64, i64, u32, usize, u64);

/// The packets, or why there are none.
fn read(bytes: &[u8], at_most: usize) -> Result<Read, String> {
    let source = Pieces {
        bytes: bytes.to_vec(),
        at: 0,
        at_most,
    };
    let mut savefile = Savefile::from_reader("fuzz", 0, source).map_err(|error| {
        let text = error.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
        text
    })?;
    let mut packets: Vec<Known> = Vec::new();
    let mut held = 0;
    while savefile.advance() {
        let packet = savefile.packet().expect("it advanced to a packet");
        assert!(packets.last().is_none_or(|last| last.0 < packet.id.number));
        let sum = packet.bytes.iter().fold(0_u64, |sum, byte| {
            sum.rotate_left(5).wrapping_add(u64::from(*byte))
        });
        held += packet.bytes.len() as u64;
        packets.push((
            packet.id.number,
            packet.time.nanos(),
            packet.wire_length,
            packet.bytes.len(),
            sum,
        ));
        if let Ok(segment) = decode(&packet) {
            let (outer, inner) = (packet.bytes.as_ptr_range(), segment.payload.as_ptr_range());
            assert!(
                segment.payload.is_empty() || outer.start <= inner.start && inner.end <= outer.end
            );
        }
    }
    assert!(!savefile.advance() && savefile.packet().is_none());
    let input = savefile.input();
    let lent = packets.len() as u64;
    assert_eq!(input.packets, lent + input.foreign + input.withheld);
    assert_eq!(input.bytes, held);
    assert!(input.first_time <= input.last_time);
    let damages = input.damages.places();
    assert!(damages.len() <= Damages::MOST && damages.len() as u64 <= input.damages.count());
    for damage in damages {
        assert!(damage.length > 0 && damage.after <= input.packets);
        assert!(damage.next.is_none_or(|next| damage.resumed && next > damage.after));
    }
    assert!(damages.is_sorted_by(|one, next| one.offset + one.length <= next.offset));
    match input.ending.as_ref().expect("it ended") {
        Ending::Complete => assert!(!input.damages.is_to_the_end()),
        Ending::Truncated(place) | Ending::Damaged(place) => {
            assert!(place.after <= input.packets);
            let text = place.to_string();
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
        Ending::Failed(place) => panic!("memory does not fail: {place}"),
        Ending::Stopped => panic!("nobody wanted it to stop"),
    }
    let text = input.error().unwrap_or_default();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    let sound = damages.first().map_or(u64::MAX, |damage| damage.after);
    Ok(Read { packets, sound })
}

/// Two gzip members, the border in the middle.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut members = Vec::new();
    for part in [first, second] {
        let mut encoder = GzEncoder::new(&mut members, Compression::new(1));
        encoder.write_all(part).unwrap();
        encoder.finish().unwrap();
    }
    members
}

/// A reader that hands out at most so many bytes at a time.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    at_most: usize,
}

impl io::Read for Pieces {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let left = &self.bytes[self.at..];
        let count = left.len().min(room.len()).min(self.at_most);
        room[..count].copy_from_slice(&left[..count]);
        self.at += count;
        Ok(count)
    }
}
