//! One side's messages: what is said of them is the same however the stream is cut into packets,
//! and whether anybody wants to see them or not; what inflates stays within its bounds.
//!
//! Input: a byte of flags (1: the server sends; 2, 4: what was agreed; 8: the stream is not frames
//! but the payload of one compressed text); the cuts, counted by a byte before them; gaps, the same
//! way, two bytes each (bytes read before, bytes missing); then the stream.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wsblame::limits::Limits;
use wsblame::side::Side;
use wsblame::websocket::assembly::{Assembly, Heard};
use wsblame::websocket::event::FrameEvent;
use wsblame::websocket::extensions::Agreement;
use wsblame::websocket::reader::FrameReader;
use wsblame_fuzz::input::Input;
use wsblame_fuzz::stream::{chunk, gap, pieces};

/// Bytes of a message that are kept where somebody wants to see it.
const KEPT: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let cuts = input.list();
    let gaps = input.list();
    let stream = if flags & 8 == 0 {
        input.rest().to_vec()
    } else {
        compressed(flags, input.rest())
    };
    let limits = Limits {
        inflated_bytes: 1 << 20,
        ratio_from_bytes: 1 << 16,
        ..Limits::default()
    };
    let read = |cuts, gaps, kept| Account::of(flags, &stream, cuts, gaps, kept, &limits);
    let whole = read(&[], &[], Some(KEPT));
    let cut = read(cuts, &[], Some(KEPT));
    // That a page cuts into a frame is told by the packet that begins with it.
    let has_page = stream.windows(7).any(|window| window == b"HTTP/1.");
    if !whole.is_odd && !cut.is_odd && !has_page {
        assert_eq!(whole.heard, cut.heard);
    }
    let unseen = read(cuts, &[], None);
    if !cut.is_odd {
        assert_eq!(cut.judged(), unseen.judged());
    }
    read(cuts, gaps, Some(KEPT));
    read(cuts, gaps, None);
});

/// A frame with RSV1 around a payload of at most 65,535 bytes.
fn compressed(flags: u8, payload: &[u8]) -> Vec<u8> {
    let payload = &payload[..payload.len().min(0xffff)];
    let [high, low] = (payload.len() as u16).to_be_bytes();
    let masked = flags & 1 == 0;
    let second = if masked { 0xfe } else { 0x7e };
    let mut frame = vec![0xc1, second, high, low];
    if masked {
        frame.extend([0; 4]);
    }
    frame.extend_from_slice(payload);
    frame
}

fn agreement(flags: u8) -> Agreement {
    match flags >> 1 & 3 {
        0 => Agreement::of_elements(&[]),
        1 => Agreement::of_elements(&[b"permessage-deflate"]),
        2 => Agreement::of_elements(&[
            b"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        ]),
        _ => Agreement::UNSEEN,
    }
}

/// What was heard of a stream.
struct Account {
    /// In words, without what depends on packets.
    heard: Vec<String>,
    /// Bytes that are no frames were among it: what is found behind them depends on the cutting.
    is_odd: bool,
}

impl Account {
    fn of(
        flags: u8,
        stream: &[u8],
        cuts: &[u8],
        gaps: &[u8],
        kept: Option<usize>,
        limits: &Limits,
    ) -> Self {
        let sender = if flags & 1 == 0 {
            Side::Client
        } else {
            Side::Server
        };
        let mut reader = FrameReader::at_handshake(sender, agreement(flags));
        let mut assembly = Assembly::new(sender, agreement(flags), kept);
        let mut account = Self {
            heard: Vec::new(),
            is_odd: false,
        };
        let mut gaps = gaps.chunks_exact(2).map(|gap| (gap[0], gap[1]));
        let mut packets = 0;
        let mut next = 0;
        for (offset, bytes) in pieces(stream, cuts) {
            packets += 1;
            let mut sink = |event: FrameEvent<'_>| account.take(event, &mut assembly, limits);
            let end = offset + bytes.len();
            let begin = offset.max(next);
            if begin >= end {
                continue;
            }
            reader.data(
                &chunk(packets, begin, &stream[begin..end]),
                limits,
                &mut sink,
            );
            next = end;
            if let Some((0..128, missing @ 1..)) = gaps.next() {
                let missing = usize::from(missing).min(stream.len() - end);
                if missing > 0 {
                    reader.gap(gap(packets, end, missing), false, limits, &mut sink);
                    next = end + missing;
                }
            }
        }
        let mut sink = |event: FrameEvent<'_>| account.take(event, &mut assembly, limits);
        reader.finish(true, limits, &mut sink);
        assembly.finish(&mut |heard| account.hear(&heard));
        account
    }

    fn take(&mut self, event: FrameEvent<'_>, assembly: &mut Assembly, limits: &Limits) {
        let mut sink = |heard: Heard| self.hear(&heard);
        match event {
            FrameEvent::Frame(seen) => assembly.frame(&seen, &mut sink),
            FrameEvent::Payload { bytes, at } => assembly.payload(bytes, at, limits),
            FrameEvent::End { whole } => assembly.end(whole, &mut sink),
            FrameEvent::Oddity(oddity) => {
                assembly.oddity(&oddity, &mut sink);
                self.is_odd = true;
            }
        }
    }

    fn hear(&mut self, heard: &Heard) {
        self.heard.push(match heard {
            Heard::Fault(seen) => format!(
                "fault {:?} of {:?} in {:?}",
                seen.fault, seen.first.place.frame, seen.frame.place.frame
            ),
            Heard::Tried { first, inflates } => {
                format!("tried {:?} {inflates}", first.place.frame)
            }
            Heard::Unread => "unread".to_owned(),
            Heard::Message(message) => {
                assert!(message.bytes.len() <= KEPT);
                assert!(message.bytes.len() as u64 <= message.length);
                format!(
                    "message {:?} {} {} {:?} {:?}",
                    message.first.frame,
                    message.frames,
                    message.length,
                    message.legible,
                    message.bytes
                )
            }
        });
    }

    /// What was heard, but messages.
    fn judged(&self) -> Vec<&String> {
        let is_judged = |heard: &&String| !heard.starts_with("message");
        self.heard.iter().filter(is_judged).collect()
    }
}
