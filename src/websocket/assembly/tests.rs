//! Messages through framing and assembly, however their bytes are cut.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use wsblame_fixtures as fixtures;
use wsblame_fixtures::{Deflater, Frame};
use zlib_rs::{Deflate, DeflateFlush};

use super::*;
use crate::packet::PacketId;
use crate::tcp::{Arrival, Chunk, Gap, GapCause};
use crate::time::Timestamp;
use crate::websocket::event::FrameEvent;
use crate::websocket::inflate::Bomb;
use crate::websocket::reader::FrameReader;

const DEFLATE: &[&[u8]] = &[b"permessage-deflate"];
const RESETS: &[&[u8]] = &[b"permessage-deflate; client_no_context_takeover"];

/// What of a stream is captured: bytes, or so many missing ones.
enum Piece {
    Bytes(Vec<u8>),
    Missing(u64),
}

fn arrival() -> Arrival {
    Arrival {
        packet: PacketId {
            input: 0,
            number: 1,
        },
        time: Timestamp::from_nanos(0, 6),
        acknowledgement: None,
    }
}

/// What is heard of the client's stream. Whether somebody wants to see its messages makes no
/// difference to what is wrong with them.
fn hear(agreement: Agreement, pieces: &[Piece]) -> Vec<Heard> {
    let heard = hear_as(agreement, pieces, Some(1 << 20));
    let unseen = hear_as(agreement, pieces, None);
    let is_judged = |heard: &&Heard| !matches!(heard, Heard::Message(_));
    let judged: Vec<_> = heard.iter().filter(is_judged).collect();
    assert_eq!(format!("{judged:?}"), format!("{unseen:?}"));
    heard
}

fn hear_as(agreement: Agreement, pieces: &[Piece], kept: Option<usize>) -> Vec<Heard> {
    let reader = FrameReader::at_handshake(Side::Client, agreement);
    hear_of(reader, agreement, pieces, kept)
}

fn hear_of(
    mut reader: FrameReader,
    agreement: Agreement,
    pieces: &[Piece],
    kept: Option<usize>,
) -> Vec<Heard> {
    let limits = Limits::default();
    let mut assembly = Assembly::new(Side::Client, agreement, kept);
    let mut heard = Vec::new();
    let mut sink = |event: FrameEvent<'_>| match event {
        FrameEvent::Frame(seen) => assembly.frame(&seen, &mut |it| heard.push(it)),
        FrameEvent::Payload { bytes, at } => assembly.payload(bytes, at, &limits),
        FrameEvent::End { whole } => assembly.end(whole, &mut |it| heard.push(it)),
        FrameEvent::Oddity(oddity) => assembly.oddity(&oddity, &mut |it| heard.push(it)),
    };
    let mut offset = 0;
    for piece in pieces {
        let sequence = u32::try_from(offset).unwrap();
        match piece {
            Piece::Bytes(bytes) => {
                let chunk = Chunk {
                    offset,
                    sequence,
                    bytes,
                    arrival: arrival(),
                };
                reader.data(&chunk, &limits, &mut sink);
                offset += bytes.len() as u64;
            }
            Piece::Missing(length) => {
                let gap = Gap {
                    offset,
                    length: *length,
                    cause: GapCause::Lost,
                    sequence,
                    arrival: arrival(),
                };
                reader.gap(gap, false, &limits, &mut sink);
                offset += length;
            }
        }
    }
    reader.finish(true, &limits, &mut sink);
    assembly.finish(&mut |it| heard.push(it));
    heard
}

fn encode(frames: impl IntoIterator<Item = Frame>) -> Vec<u8> {
    let encode = |(number, frame): (u8, Frame)| {
        frame.encode(fixtures::Side::Client, [number, 0x5a, 0xc3, number ^ 0x77])
    };
    (1..).zip(frames).flat_map(encode).collect()
}

fn hear_frames(agreement: &[&[u8]], frames: impl IntoIterator<Item = Frame>) -> Vec<Heard> {
    let bytes = encode(frames);
    hear(Agreement::of_elements(agreement), &[Piece::Bytes(bytes)])
}

/// Faults by frame.
fn faults(heard: &[Heard]) -> Vec<(Fault, u64)> {
    let fault = |heard: &Heard| match heard {
        Heard::Fault(seen) => Some((seen.fault, seen.frame.place.frame.unwrap_or(0))),
        _ => None,
    };
    heard.iter().filter_map(fault).collect()
}

/// Messages, and how much of each could be read.
fn messages(heard: Vec<Heard>) -> Vec<(Legible, Vec<u8>)> {
    let message = |heard| match heard {
        Heard::Message(seen) => Some((seen.legible, seen.bytes)),
        _ => None,
    };
    heard.into_iter().filter_map(message).collect()
}

fn whole(bytes: impl AsRef<[u8]>) -> (Legible, Vec<u8>) {
    (Legible::Whole, bytes.as_ref().to_vec())
}

fn unreadable(reason: Unreadable) -> Legible {
    Legible::Unreadable(reason)
}

#[test]
fn the_standards_compressed_messages() {
    // RFC 7692 sections 7.2.3.1 to 7.2.3.5, and what else stands for an empty message.
    let payloads: [&[u8]; 7] = [
        &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        &[0xf2, 0x00, 0x11, 0x00, 0x00],
        &[
            0x00, 0x05, 0x00, 0xfa, 0xff, b'H', b'e', b'l', b'l', b'o', 0x00,
        ],
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
        &[
            0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00,
        ],
        &[0x00],
        &[],
    ];
    let heard = hear_frames(DEFLATE, payloads.map(|payload| Frame::text(payload).rsv1()));
    assert!(faults(&heard).is_empty());
    let hello = whole("Hello");
    let mut expected = vec![hello; 5];
    expected.extend([whole(""), whole("")]);
    assert_eq!(messages(heard), expected);
}

#[test]
fn what_ends_a_stream_ends_no_message() {
    // BFINAL without the padding behind it; two streams in one message; a tail left on.
    let payloads: [&[u8]; 4] = [
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        &[
            0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00,
        ],
        &[
            0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff,
        ],
        &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
    ];
    let heard = hear_frames(RESETS, payloads.map(|payload| Frame::text(payload).rsv1()));
    assert!(faults(&heard).is_empty(), "{heard:?}");
    let texts = ["Hello", "HelloHello", "Hello", "Hello"];
    assert_eq!(messages(heard), texts.map(whole));
}

#[test]
fn a_message_that_ends_inside_a_block_does_not_inflate() {
    for cut in 1..6 {
        let payload = &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..cut];
        let heard = hear_frames(DEFLATE, [Frame::text(payload).rsv1()]);
        let faults = faults(&heard);
        assert!(
            matches!(faults[..], [(Fault::BadDeflate(_), 1)]),
            "{cut}: {faults:?}"
        );
    }
}

#[test]
fn a_fault_is_one_however_many_messages_refer_to_it() {
    let mut deflater = Deflater::default();
    let good = deflater.compress(Frame::text("hello, hello"));
    let frames = [
        good.clone(),
        Frame::text("{\"a\": 1}").rsv1(),
        good.clone(),
        good.clone(),
    ];
    let heard = hear_frames(DEFLATE, frames.clone());
    assert!(matches!(faults(&heard)[..], [(Fault::BadDeflate(_), 2)]));
    let states: Vec<_> = messages(heard)
        .into_iter()
        .map(|(state, _)| state)
        .collect();
    let lost = unreadable(Unreadable::LostContext);
    assert_eq!(
        states,
        [
            Legible::Whole,
            unreadable(Unreadable::BadDeflate),
            lost,
            lost
        ]
    );
    // Without take-over the next message can be read again.
    let heard = hear_frames(RESETS, frames);
    assert_eq!(faults(&heard).len(), 1);
    assert_eq!(messages(heard)[3], whole("hello, hello"));
}

#[test]
fn messages_that_are_not_compressed_leave_the_context_alone() {
    let mut deflater = Deflater::default();
    let mut compress = |text: &str| deflater.compress(Frame::text(text));
    let frames = [
        compress("one and two"),
        Frame::text("plain"),
        compress("two and one"),
    ];
    let heard = hear_frames(DEFLATE, frames);
    let expected = ["one and two", "plain", "two and one"].map(whole);
    assert_eq!(messages(heard), expected);
}

#[test]
fn a_bomb_is_left_alone_early() {
    let zeros = Frame::binary(vec![0; 12 << 20]);
    let bomb = Deflater::default().compress(zeros);
    let heard = hear_frames(RESETS, [bomb, Frame::text("after")]);
    assert!(matches!(
        faults(&heard)[..],
        [(Fault::Bomb(Bomb::Ratio(..)), 1)]
    ));
    let messages = messages(heard);
    assert_eq!(messages[0].0, unreadable(Unreadable::Bomb));
    assert!(messages[0].1.len() <= 1 << 20);
    assert_eq!(messages[1], whole("after"));
}

#[test]
fn the_frame_with_the_first_bad_byte_is_named() {
    let fragments = |pieces: [&[u8]; 3]| {
        let [first, second, third] = pieces;
        [
            Frame::text(first).not_final(),
            Frame::ping("x"),
            Frame::continuation(second).not_final(),
            Frame::continuation(third),
        ]
    };
    type Case = ([&'static [u8]; 3], Option<(u64, bool, u64)>);
    let cases: [Case; 6] = [
        ([b"a\xf0\x9f", b"\x98", b"\x80b"], None),
        ([b"a\xf4", b"\x90", b"\x80\x80"], Some((2, false, 3))),
        ([b"a", b"\xff", b"b"], Some((1, false, 3))),
        ([b"a", b"b", b"\xe2\x82"], Some((3, true, 4))),
        ([b"a", b"\xe2\x82", b""], Some((2, true, 3))),
        ([b"a\xc0", b"b", b"c"], Some((1, false, 1))),
    ];
    for (pieces, expected) in cases {
        let expected: Vec<_> = expected
            .map(|(at, is_cut_off, frame)| (Fault::NotUtf8 { at, is_cut_off }, frame))
            .into_iter()
            .collect();
        let heard = hear_frames(&[], fragments(pieces));
        assert_eq!(faults(&heard), expected, "{pieces:x?}");
        // The last frame need not come for the first bad byte to be one.
        let begun = fragments(pieces).into_iter().take(3);
        let heard = hear_frames(&[], begun);
        let begun = expected.into_iter().filter(|(_, frame)| *frame < 4);
        let begun: Vec<_> = begun.filter(|(fault, _)| !is_cut_off(*fault)).collect();
        assert_eq!(faults(&heard), begun, "{pieces:x?}");
    }
}

const fn is_cut_off(fault: Fault) -> bool {
    matches!(fault, Fault::NotUtf8 { is_cut_off, .. } if is_cut_off)
}

#[test]
fn a_text_of_one_frame_is_judged_however_it_comes() {
    type Case = (&'static [u8], Option<(u64, bool)>);
    let cases: [Case; 6] = [
        (b"", None),
        ("smile 😀".as_bytes(), None),
        (b"smile \xf0\x9f\x98", Some((8, true))),
        (b"\xff", Some((0, false))),
        (&[b'a'; 3000], None),
        (&[0xe9; 200], Some((1, false))),
    ];
    for (payload, expected) in cases {
        let bytes = encode([Frame::text(payload)]);
        let expected: Vec<_> = expected
            .map(|(at, is_cut_off)| (Fault::NotUtf8 { at, is_cut_off }, 1))
            .into_iter()
            .collect();
        for cut in 0..bytes.len().min(40) {
            let (head, tail) = bytes.split_at(cut);
            let pieces = [Piece::Bytes(head.to_vec()), Piece::Bytes(tail.to_vec())];
            let heard = hear(Agreement::of_elements(&[]), &pieces);
            assert_eq!(faults(&heard), expected);
        }
    }
}

#[test]
fn compressed_text_names_the_frame_that_yielded_the_bad_byte() {
    let text = Frame::text(b"hello hello \xff hello");
    let mut deflater = Deflater::default();
    let whole = deflater.compress(text);
    let places = [2, whole.payload.len() - 2];
    let heard = hear_frames(DEFLATE, whole.in_fragments(&places));
    let fault = Fault::NotUtf8 {
        at: 12,
        is_cut_off: false,
    };
    assert_eq!(faults(&heard), [(fault, 2)]);
}

#[test]
fn missing_bytes_blame_nobody_and_are_said() {
    let mut deflater = Deflater::default();
    let frames = [
        deflater.compress(Frame::text("one, two and three")),
        deflater.compress(Frame::text("two, three and four")),
        Frame::text("plain"),
    ];
    let bytes = encode(frames);
    for resets in [false, true] {
        let agreement = Agreement::of_elements(if resets { RESETS } else { DEFLATE });
        let pieces = [
            Piece::Bytes(bytes[..10].to_vec()),
            Piece::Missing(3),
            Piece::Bytes(bytes[13..].to_vec()),
        ];
        let heard = hear(agreement, &pieces);
        if !resets {
            assert!(faults(&heard).is_empty(), "{heard:?}");
            let states: Vec<_> = messages(heard).into_iter().map(|it| it.0).collect();
            let missing = unreadable(Unreadable::MissingBytes);
            let lost = unreadable(Unreadable::LostContext);
            assert_eq!(states, [missing, lost, Legible::Whole]);
        }
    }
}

/// Half of a header and an empty fragment read as frames, too.
#[test]
fn empty_frames_do_not_show_where_frames_begin() {
    let hear = |first: &[u8]| {
        let reader = FrameReader::at_hint(Side::Client, Agreement::UNSEEN);
        let mut frames = vec![
            Frame::continuation(first).not_final(),
            Frame::text("").not_final(),
            Frame::continuation([0xff]),
        ];
        frames.push(Frame::text("and on"));
        let pieces = [Piece::Bytes(encode(frames))];
        faults(&hear_of(reader, Agreement::UNSEEN, &pieces, None))
    };
    assert_eq!(hear(b""), []);
    // Behind a frame with a payload it is certain.
    let is_cut_off = false;
    assert_eq!(hear(b"more"), [(Fault::NotUtf8 { at: 0, is_cut_off }, 3)]);
}

#[test]
fn an_orphan_may_be_half_a_compressed_message() {
    let mut deflater = Deflater::default();
    let first = deflater.compress(Frame::text("one, two and three"));
    let [_, orphan] = <[Frame; 2]>::try_from(first.in_fragments(&[4])).unwrap();
    let frames = [orphan, deflater.compress(Frame::text("one, two and three"))];
    let heard = hear_frames(DEFLATE, frames);
    assert!(faults(&heard).is_empty(), "{heard:?}");
}

#[test]
fn a_message_inside_an_open_one_leaves_it_open() {
    let frames = [
        Frame::text("a begin").not_final(),
        Frame::text("a whole one"),
        Frame::continuation(" and an end"),
    ];
    let heard = hear_frames(&[], frames);
    let expected = ["a whole one", "a begin and an end"].map(whole);
    assert_eq!(messages(heard), expected);
}

#[test]
fn what_is_not_agreed_is_tried() {
    let tried = |agreement: Agreement, frame: Frame| {
        let heard = hear(agreement, &[Piece::Bytes(encode([frame]))]);
        assert!(!heard.iter().any(|heard| matches!(
            heard,
            Heard::Fault(FaultSeen {
                compression: Compression::None | Compression::Agreed,
                ..
            })
        )));
        heard.into_iter().find_map(|heard| match heard {
            Heard::Tried { inflates, .. } => Some(inflates),
            _ => None,
        })
    };
    let compressed = Deflater::default().compress(Frame::text("hello, hello"));
    let nothing = Agreement::of_elements(&[]);
    assert_eq!(tried(nothing, compressed.clone()), Some(true));
    assert_eq!(
        tried(nothing, Frame::text("hello, hello").rsv1()),
        Some(false)
    );
    assert_eq!(tried(Agreement::UNSEEN, compressed.clone()), Some(true));
    assert_eq!(
        tried(Agreement::of_elements(&[b"x-other"]), compressed),
        None
    );
}

/// How a sender compresses.
#[derive(Clone, Copy, Debug)]
struct Habit {
    level: i32,
    window_bits: u8,
    takes_over: bool,
    is_final: bool,
}

fn habit() -> impl Strategy<Value = Habit> {
    (0..=9, 9..=15_u8, any::<bool>(), any::<bool>()).prop_map(
        |(level, window_bits, takes_over, is_final)| Habit {
            level,
            window_bits,
            takes_over,
            is_final,
        },
    )
}

fn compress(state: &mut Deflate, habit: Habit, plain: &[u8]) -> Vec<u8> {
    let mut out = vec![0; plain.len() + plain.len() / 8 + 1024];
    let before = state.total_out();
    let flush = if habit.is_final {
        DeflateFlush::Finish
    } else {
        DeflateFlush::SyncFlush
    };
    state.compress(plain, &mut out, flush).unwrap();
    out.truncate(usize::try_from(state.total_out() - before).unwrap());
    if habit.is_final {
        out.push(0);
        state.reset();
    } else if out.is_empty() {
        // Nothing to flush.
        out.push(0);
    } else {
        assert_eq!(out.split_off(out.len() - 4), [0, 0, 0xff, 0xff]);
    }
    if !habit.takes_over {
        state.reset();
    }
    out
}

/// Texts that refer to themselves and to each other.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let words = prop::sample::select(vec!["tick", " ", "änd", "😀", "{\"price\":", "1", "}"]);
    let text = vec(words, 0..60).prop_map(|words| words.concat());
    vec(prop_oneof![4 => text, 1 => "\\PC{0,300}"], 1..6)
}

fn cut(bytes: &[u8], cuts: &[Index]) -> Vec<Piece> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(bytes.len());
    let mut from = 0;
    let mut pieces = Vec::new();
    for to in cuts {
        pieces.push(Piece::Bytes(bytes[from..to].to_vec()));
        from = to;
    }
    pieces
}

/// The messages as frames, in fragments.
fn frames(habit: Habit, texts: &[String], fragments: &[Index]) -> Vec<Frame> {
    let mut state = Deflate::new(habit.level, false, habit.window_bits);
    let frames = texts.iter().flat_map(|text| {
        let payload = compress(&mut state, habit, text.as_bytes());
        let mut places: Vec<usize> = fragments
            .iter()
            .map(|place| place.index(payload.len() + 1))
            .collect();
        places.sort_unstable();
        Frame::text(payload).rsv1().in_fragments(&places)
    });
    frames.collect()
}

fn told(heard: &[Heard]) -> String {
    format!("{heard:?}")
}

proptest! {
    #[test]
    fn what_is_compressed_inflates(
        habit in habit(),
        texts in texts(),
        fragments in vec(any::<Index>(), 0..4),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let bytes = encode(frames(habit, &texts, &fragments));
        let agreement = Agreement::of_elements(if habit.takes_over { DEFLATE } else { RESETS });
        let heard = hear(agreement, &cut(&bytes, &cuts));
        prop_assert!(faults(&heard).is_empty(), "{:?}", heard);
        let expected: Vec<_> = texts.iter().map(whole).collect();
        prop_assert_eq!(messages(heard), expected);
    }

    #[test]
    fn what_is_damaged_is_found_the_same_however_it_is_cut(
        habit in habit(),
        texts in texts(),
        fragments in vec(any::<Index>(), 0..3),
        damage in vec((any::<Index>(), any::<u8>()), 1..4),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let mut frames = frames(habit, &texts, &fragments);
        for (place, byte) in damage {
            let index = place.index(frames.len());
            let payload = &mut frames[index].payload;
            if !payload.is_empty() {
                let at = place.index(payload.len());
                payload[at] ^= byte;
            }
        }
        let bytes = encode(frames);
        let agreement = Agreement::of_elements(if habit.takes_over { DEFLATE } else { RESETS });
        let once = hear(agreement, &[Piece::Bytes(bytes.clone())]);
        let cut = hear(agreement, &cut(&bytes, &cuts));
        prop_assert_eq!(told(&once), told(&cut));
    }
}
