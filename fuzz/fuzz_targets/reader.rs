//! One direction's framing: what it says of the stream is true of the stream, and however the
//! stream is cut into packets, it says the same.
//!
//! Input: a byte of flags (1: the server sends; 2, 4: what was agreed; 8: joined in the middle;
//! 16: the capture ends before the stream); the cuts, counted by a byte before them; gaps, the same way, two bytes each (bytes read
//! before, bytes missing); then the stream.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wsblame::limits::Limits;
use wsblame::place::Place;
use wsblame::side::Side;
use wsblame::websocket::event::{FrameEvent, Oddity};
use wsblame::websocket::extensions::Agreement;
use wsblame::websocket::header::FrameHeader;
use wsblame::websocket::reader::FrameReader;
use wsblame::websocket::search::{Search, Threshold};
use wsblame_fuzz::input::Input;
use wsblame_fuzz::stream::{chunk, gap, pieces, sequence};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let cuts = input.list();
    let gaps = input.list();
    let stream = input.rest();

    let large = Limits::default();
    let small = wsblame_fuzz::small_limits();
    let read = |cuts, gaps, limits| Account::of(flags, stream, cuts, gaps, limits);
    let whole = read(&[], &[], &large);
    let cut = read(cuts, &[], &large);
    // A search weighs where packets begin: behind it, the cutting may matter.
    if flags & 8 == 0 {
        compare(&whole, &cut);
    }
    read(cuts, &[], &small);
    read(cuts, gaps, &small);
    read(cuts, gaps, &large);
});

fn reader(flags: u8) -> FrameReader {
    let sender = if flags & 1 == 0 {
        Side::Client
    } else {
        Side::Server
    };
    let agreement = match flags >> 1 & 3 {
        0 => Agreement::of_elements(&[]),
        1 => Agreement::of_elements(&[b"permessage-deflate"]),
        2 => Agreement::of_elements(&[b"x-other"]),
        _ => Agreement::UNSEEN,
    };
    if flags & 8 == 0 {
        FrameReader::at_handshake(sender, agreement)
    } else {
        let masked = sender == Side::Client;
        let search = Search::new(Some(masked), agreement.allows_rsv1(), Threshold::KNOWN);
        FrameReader::searching(sender, agreement, search)
    }
}

/// Both are the same up to where the first of them loses its way.
fn compare(whole: &Account, cut: &Account) {
    let (one, other) = (&whole.frames, &cut.frames);
    let lost = whole.lost_at.min(cut.lost_at);
    let before = |frames: &[Frame]| frames.iter().take_while(|frame| frame.at < lost).count();
    assert_eq!(one[..before(one)], other[..before(other)]);
    // That something cuts into a frame is told by the packet that begins with it.
    if !whole.cut_into && !cut.cut_into {
        assert_eq!(whole.lost_at == u64::MAX, cut.lost_at == u64::MAX);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    at: u64,
    header: FrameHeader,
    /// Bytes of its payload that were handed on.
    given: u64,
    ended: Option<bool>,
}

impl Frame {
    /// Bytes of it that were captured.
    fn bytes(&self) -> u64 {
        self.header.to_bytes().len() as u64 + self.given
    }
}

/// What a reader said of a stream.
#[derive(Debug)]
struct Account {
    frames: Vec<Frame>,
    /// Where it first met bytes that are no frames.
    lost_at: u64,
    /// Something else cut into a frame.
    cut_into: bool,
}

impl Account {
    fn of(flags: u8, stream: &[u8], cuts: &[u8], gaps: &[u8], limits: &Limits) -> Self {
        let mut reader = reader(flags);
        let mut account = Self {
            frames: Vec::new(),
            lost_at: u64::MAX,
            cut_into: false,
        };
        let mut fed = Fed {
            stream,
            end: 0,
            missing: Vec::new(),
        };
        let mut gaps = gaps.chunks_exact(2).map(|gap| (gap[0], gap[1]));
        let mut due = gaps.next();
        let mut packets = 0;
        for (offset, bytes) in pieces(stream, cuts) {
            packets += 1;
            let end = offset + bytes.len();
            // A gap may go beyond the chunk that it began in.
            let mut offset = offset.max(fed.end);
            // Where a gap is due it takes the place of bytes of this chunk.
            while let Some((before, missing)) = due
                && fed.end + usize::from(before) < end
            {
                let from = fed.end + usize::from(before);
                fed.end = from;
                reader.data(
                    &chunk(packets, offset, &stream[offset..from]),
                    limits,
                    &mut |event| {
                        account.take(event, &fed);
                    },
                );
                let missing = usize::from(missing).min(stream.len() - from);
                if missing > 0 {
                    fed.missing.push((from as u64, missing as u64));
                    fed.end = from + missing;
                    reader.gap(gap(packets, from, missing), false, limits, &mut |event| {
                        account.take(event, &fed);
                    });
                }
                offset = from + missing;
                due = gaps.next();
            }
            if offset < end {
                fed.end = end;
                reader.data(
                    &chunk(packets, offset, &stream[offset..end]),
                    limits,
                    &mut |event| {
                        account.take(event, &fed);
                    },
                );
            }
        }
        reader.finish(flags & 16 == 0, limits, &mut |event| {
            account.take(event, &fed)
        });
        assert_eq!(reader.frames(), account.frames.len() as u64);
        account.check_sum(reader.unread_bytes(), &fed);
        account
    }

    /// No byte is counted twice.
    fn check_sum(&self, unread: u64, fed: &Fed<'_>) {
        let read = self.frames.iter().map(Frame::bytes).sum::<u64>();
        let missing = fed.missing.iter().map(|(_, length)| length).sum::<u64>();
        assert!(
            read + unread + missing <= fed.end as u64,
            "{read} read, {unread} unread, {missing} missing of {}",
            fed.end
        );
    }

    fn take(&mut self, event: FrameEvent<'_>, fed: &Fed<'_>) {
        match event {
            FrameEvent::Frame(seen) => self.begin(seen.header, &seen.place, fed),
            FrameEvent::Payload { bytes, at } => {
                let frame = self.frames.last_mut().expect("a payload has a frame");
                assert_eq!(frame.ended, None);
                let begin = frame.at + frame.header.to_bytes().len() as u64 + at;
                assert_eq!(fed.bytes(begin, bytes.len()), bytes);
                frame.given += bytes.len() as u64;
                if let Some(length) = frame.header.payload_length() {
                    assert!(at + bytes.len() as u64 <= length);
                }
            }
            FrameEvent::End { whole } => {
                let frame = self.frames.last_mut().expect("what ends has begun");
                assert_eq!(frame.ended.replace(whole), None);
                if whole {
                    assert_eq!(Some(frame.given), frame.header.payload_length());
                }
            }
            FrameEvent::Oddity(oddity) => self.odd(&oddity, fed),
        }
    }

    fn begin(&mut self, header: FrameHeader, place: &Place, fed: &Fed<'_>) {
        assert_eq!(place.frame, Some(self.frames.len() as u64 + 1));
        let at = place.stream_offset;
        assert_eq!(place.sequence, sequence(at));
        let bytes = header.to_bytes();
        assert_eq!(fed.bytes(at, bytes.len()), bytes);
        if let Some(last) = self.frames.last() {
            let least = last.at + last.header.to_bytes().len() as u64 + last.given;
            assert!(
                at >= least,
                "frame at {at} inside the one before, which goes to {least}"
            );
        }
        self.frames.push(Frame {
            at,
            header,
            given: 0,
            ended: None,
        });
    }

    fn odd(&mut self, oddity: &Oddity, fed: &Fed<'_>) {
        let at = match oddity {
            Oddity::Gap { gap, .. } => {
                assert_eq!(gap.sequence, sequence(gap.offset));
                gap.offset
            }
            Oddity::Foreign {
                place,
                bytes,
                inside_frame,
                ..
            } => {
                self.cut_into |= inside_frame;
                assert_eq!(fed.bytes(place.stream_offset, bytes.len()), bytes);
                place.stream_offset
            }
            Oddity::FramingLost { place, header, .. } => {
                let bytes = header.to_bytes();
                assert_eq!(fed.bytes(place.stream_offset, bytes.len()), bytes);
                place.stream_offset
            }
            Oddity::Found { place } => place.stream_offset,
        };
        assert!(at <= fed.end as u64);
        self.lost_at = self.lost_at.min(at);
    }
}

/// What the reader has had of the stream.
struct Fed<'a> {
    stream: &'a [u8],
    end: usize,
    missing: Vec<(u64, u64)>,
}

impl Fed<'_> {
    /// Bytes that were fed, none of them missing.
    fn bytes(&self, at: u64, length: usize) -> &[u8] {
        let end = at + length as u64;
        assert!(end <= self.end as u64, "bytes {at} to {end} were not fed");
        for &(from, missing) in &self.missing {
            let apart = end <= from || at >= from + missing;
            assert!(
                apart || length == 0,
                "bytes {at} to {end} are missing at {from}"
            );
        }
        &self.stream[at as usize..end as usize]
    }
}
