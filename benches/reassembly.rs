//! TCP reassembly of one stream, its segments in memory: as they were sent, and stored in
//! another order.

use std::time::Duration;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use wsblame::decode::{Segment, decode};
use wsblame::limits::Limits;
use wsblame::packet::{LinkType, PacketId, RawPacket, Reception};
use wsblame::tcp::{Flow, Recent, StreamEvent};
use wsblame::time::Timestamp;
use wsblame_fixtures::{Capture, Conversation, Packet, Side};

fn main() {
    divan::main();
}

/// Bytes of the stream.
const BYTES: usize = 4 << 20;

#[divan::bench]
fn in_order(bencher: Bencher<'_, '_>) {
    reassemble(bencher, |_| {});
}

/// Every two neighbours have changed places.
#[divan::bench]
fn swapped(bencher: Bencher<'_, '_>) {
    reassemble(bencher, |segments| {
        segments.chunks_mut(2).for_each(<[Segment<'_>]>::reverse);
    });
}

/// One segment in 32 comes behind the 31 that were sent after it.
#[divan::bench]
fn late(bencher: Bencher<'_, '_>) {
    reassemble(bencher, |segments| {
        segments.chunks_mut(32).for_each(|run| run.rotate_left(1));
    });
}

/// Every segment is there twice.
#[divan::bench]
fn repeated(bencher: Bencher<'_, '_>) {
    reassemble(bencher, |segments| {
        let twice = segments.iter().flat_map(|segment| [*segment; 2]);
        *segments = twice.collect();
    });
}

/// Pushes the segments behind the opening, in the order that `arrange` gives them.
fn reassemble(bencher: Bencher<'_, '_>, arrange: impl FnOnce(&mut Vec<Segment<'_>>)) {
    let capture = capture();
    let raw = (1..)
        .zip(&capture.packets)
        .map(|(number, packet)| raw(number, packet));
    let segments: Vec<_> = raw.filter_map(|packet| decode(&packet).ok()).collect();
    let Some((opening, data)) = segments.split_at_checked(3) else {
        return;
    };
    let mut data = data.to_vec();
    arrange(&mut data);
    let segments = [opening, &data].concat();
    let limits = Limits::default();
    bencher
        .counter(ItemsCount::new(segments.len()))
        .counter(BytesCount::new(BYTES))
        .bench_local(|| {
            let mut bytes = 0;
            let mut recent = Recent::new(limits.recent_bytes);
            let mut flow = segments.first().map(Flow::new)?;
            for segment in &segments {
                flow.note(segment);
                flow.push(segment, &limits, &mut recent, &mut |event| {
                    if let StreamEvent::Data(chunk) = event.event {
                        bytes += chunk.bytes.len();
                    }
                });
            }
            assert_eq!(bytes, BYTES);
            Some(flow)
        });
}

fn capture() -> Capture {
    let mut conversation = Conversation::new();
    conversation
        .open()
        .step(Duration::from_micros(12))
        .bytes(Side::Server, vec![b'x'; BYTES]);
    conversation.capture()
}

fn raw(number: u64, packet: &Packet) -> RawPacket<'_> {
    RawPacket {
        id: PacketId { input: 0, number },
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap_or(0), 6),
        link: LinkType::ETHERNET,
        wire_length: u32::try_from(packet.wire_length).unwrap_or(u32::MAX),
        reception: Reception::default(),
        bytes: &packet.bytes,
    }
}
