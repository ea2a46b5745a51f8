//! Reading frame headers, one behind the other, of all lengths that there are.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use wsblame::websocket::header::FrameHeader;
use wsblame_fixtures::{Frame, Side};

fn main() {
    divan::main();
}

/// Payload lengths, of which most are small.
const LENGTHS: [u64; 8] = [5, 40, 0, 80, 125, 300, 4096, 70_000];

/// Headers in the buffer.
const HEADERS: usize = 4096;

#[divan::bench]
fn masked(bencher: Bencher<'_, '_>) {
    parse(bencher, |_| Side::Client);
}

#[divan::bench]
fn unmasked(bencher: Bencher<'_, '_>) {
    parse(bencher, |_| Side::Server);
}

#[divan::bench]
fn mixed(bencher: Bencher<'_, '_>) {
    parse(bencher, |index| {
        if index % 3 == 0 {
            Side::Client
        } else {
            Side::Server
        }
    });
}

fn parse(bencher: Bencher<'_, '_>, sender: impl Fn(usize) -> Side) {
    let header = |(index, length): (usize, &u64)| {
        Frame::binary("")
            .declaring(*length)
            .encode(sender(index), [0x12, 0x34, 0x56, 0x78])
    };
    let lengths = LENGTHS.iter().cycle().take(HEADERS).enumerate();
    let buffer: Vec<u8> = lengths.flat_map(header).collect();
    bencher
        .counter(ItemsCount::new(HEADERS))
        .counter(BytesCount::of_slice(&buffer))
        .bench_local(|| {
            let mut rest = divan::black_box(buffer.as_slice());
            let mut payloads = 0_u64;
            while let Ok((after, header)) = FrameHeader::parse(rest) {
                payloads += header.payload_length().unwrap_or(0);
                rest = after;
            }
            payloads
        });
}
