//! A proxy that does only what it may is never blamed, whatever it makes of what passes and
//! whatever the captures lack.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use wsblame::analyzer::Exposure;
use wsblame::compare::compare;
use wsblame::driver::{Options, Recording, record_packets};
use wsblame::packet::LinkType;
use wsblame::report::json;
use wsblame::report::model::{Comparison, Pair, Party};
use wsblame::report::text::comparison;
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{Capture, Deflater, Frame, Head, Legs, Side};

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

/// A message, and what the proxy makes of it.
#[derive(Clone, Debug)]
struct Turn {
    side: Side,
    /// Few of them, so that some repeat.
    content: u8,
    length: usize,
    fragments: [Option<usize>; 2],
    compressed: [bool; 2],
    ping: [bool; 2],
    wait: u64,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Close(Side, u16),
    Fin(Side),
    Reset(Side),
    Open,
}

/// What a capture lacks.
#[derive(Clone, Debug)]
struct Lacks {
    packets: Vec<Index>,
    from_start: usize,
    from_end: usize,
    snaplen: Option<usize>,
    doubled: Option<Index>,
}

#[derive(Clone, Debug)]
struct Scene {
    turns: Vec<Turn>,
    end: End,
    has_deflate: bool,
    has_own_key: bool,
    is_direct: bool,
    segment_bytes: [usize; 2],
    ahead: u64,
    latency: u64,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Client), Just(Server)]
}

fn turn() -> impl Strategy<Value = Turn> {
    (
        side(),
        0_u8..4,
        prop_oneof![4 => 0_usize..40, 1 => 100_usize..3000],
        [prop::option::of(1_usize..20), prop::option::of(1_usize..20)],
        any::<[bool; 2]>(),
        any::<[bool; 2]>(),
        prop_oneof![8 => Just(0_u64), 1 => Just(9000)],
    )
        .prop_map(
            |(side, content, length, fragments, compressed, ping, wait)| Turn {
                side,
                content,
                length,
                fragments,
                compressed,
                ping,
                wait,
            },
        )
}

fn scene() -> impl Strategy<Value = Scene> {
    let end = prop_oneof![
        3 => (side(), prop_oneof![Just(1000_u16), Just(1002), Just(1011)])
            .prop_map(|(side, code)| End::Close(side, code)),
        1 => side().prop_map(End::Fin),
        1 => side().prop_map(End::Reset),
        1 => Just(End::Open),
    ];
    (
        vec(turn(), 0..12),
        end,
        any::<[bool; 3]>(),
        [
            prop_oneof![Just(1460_usize), 1_usize..60],
            prop_oneof![Just(1460_usize), 1_usize..60],
        ],
        prop_oneof![Just(0_u64), 0_u64..100_000_000],
        0_u64..3000,
    )
        .prop_map(
            |(turns, end, [has_deflate, has_own_key, is_direct], segment_bytes, ahead, latency)| {
                Scene {
                    turns,
                    end,
                    has_deflate,
                    has_own_key: has_own_key && !is_direct,
                    is_direct,
                    segment_bytes,
                    ahead,
                    latency,
                }
            },
        )
}

fn lacks() -> impl Strategy<Value = Lacks> {
    (
        vec(any::<Index>(), 0..4),
        prop_oneof![3 => Just(0_usize), 1 => 0_usize..20],
        prop_oneof![3 => Just(0_usize), 1 => 0_usize..20],
        prop_oneof![5 => Just(None), 1 => (54_usize..140).prop_map(Some)],
        prop::option::of(any::<Index>()),
    )
        .prop_map(|(packets, from_start, from_end, snaplen, doubled)| Lacks {
            packets,
            from_start,
            from_end,
            snaplen,
            doubled,
        })
}

fn frames(turn: &Turn, leg: usize, deflater: &mut Deflater, scene: &Scene) -> Vec<Frame> {
    let word = ["abc ", "xyz", "hello, world. ", "0"][usize::from(turn.content)];
    let text: String = word.chars().cycle().take(turn.length).collect();
    let message = Frame::text(text);
    let message = if scene.has_deflate && turn.compressed[leg] {
        deflater.compress(message)
    } else {
        message
    };
    let mut frames = match turn.fragments[leg] {
        Some(at) if message.payload.len() > at => message.in_fragments(&[at]),
        _ => vec![message],
    };
    if turn.ping[leg] {
        frames.push(Frame::ping(format!("leg {leg}")));
    }
    frames
}

fn play(scene: &Scene) -> Legs {
    let mut request = Head::upgrade();
    if scene.has_deflate {
        request = request.field(EXTENSIONS, "permessage-deflate");
    }
    let other = if scene.has_own_key {
        request
            .clone()
            .with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")
    } else {
        request.clone()
    };
    let other = if scene.is_direct {
        other
    } else {
        other.field("X-Forwarded-For", "192.0.2.10")
    };
    let answer = |request: &Head| {
        let answer = Head::switching(request);
        if scene.has_deflate {
            answer.field(EXTENSIONS, "permessage-deflate")
        } else {
            answer
        }
    };
    let mut legs = if scene.is_direct {
        Legs::direct()
    } else {
        Legs::new()
    };
    legs.latency(Duration::from_micros(scene.latency))
        .ahead(Duration::from_millis(scene.ahead));
    let [own, far] = scene.segment_bytes;
    legs.open()
        .upgrade_with([&request, &other], [&answer(&request), &answer(&other)]);
    legs.near(Client).segment_bytes(own);
    legs.near(Server)
        .segment_bytes(if scene.is_direct { own } else { far });
    let mut deflaters = [
        [Deflater::default(), Deflater::default()],
        [Deflater::default(), Deflater::default()],
    ];
    for turn in &scene.turns {
        if turn.wait > 0 {
            legs.wait(Duration::from_millis(turn.wait));
        }
        let [near, far] = &mut deflaters[usize::from(turn.side == Server)];
        let sent = frames(turn, 0, near, scene);
        let pong = || Frame::pong("leg 0");
        if scene.is_direct {
            let bytes = legs.near(turn.side).encode(turn.side, sent);
            legs.relay(turn.side, bytes.clone(), bytes);
            if turn.ping[0] {
                let answer = turn.side.peer();
                let bytes = legs.near(answer).encode(answer, [pong()]);
                legs.relay(answer, bytes.clone(), bytes);
            }
        } else {
            let arrived = frames(turn, 1, far, scene);
            legs.change(turn.side, sent, arrived);
            // Whoever keeps a Ping to himself answers it.
            if turn.ping[0] {
                legs.change(turn.side.peer(), [], [pong()]);
            }
            if turn.ping[1] {
                legs.change(turn.side.peer(), [Frame::pong("leg 1")], []);
            }
        }
    }
    match scene.end {
        End::Close(side, code) if scene.is_direct => {
            for sender in [side, side.peer()] {
                let bytes = legs.near(sender).encode(sender, [Frame::close(code, "")]);
                legs.relay(sender, bytes.clone(), bytes);
            }
            legs.end(Server);
        }
        End::Close(side, code) => {
            legs.close_by(side, code);
        }
        End::Fin(side) => {
            legs.end(side);
        }
        End::Reset(side) => {
            legs.meet();
            legs.near(side).rst(side);
            legs.meet();
            legs.near(side.peer()).rst(side);
        }
        End::Open => {}
    }
    legs
}

fn lacking(mut capture: Capture, lacks: &Lacks) -> Capture {
    if let (Some(doubled), false) = (&lacks.doubled, capture.packets.is_empty()) {
        let number = doubled.index(capture.packets.len()) + 1;
        capture = capture.doubled(number);
    }
    if let Some(snaplen) = lacks.snaplen {
        capture = capture.snaplen(snaplen);
    }
    let count = capture.packets.len();
    let lost: Vec<usize> = lacks
        .packets
        .iter()
        .filter(|_| count > 0)
        .map(|index| index.index(count) + 1)
        .chain(1..=lacks.from_start)
        .chain(count.saturating_sub(lacks.from_end) + 1..=count)
        .collect();
    capture.without(lost)
}

fn recording(capture: &Capture, input: u32) -> Recording {
    let packet = |packet: &wsblame_fixtures::Packet| MemoryPacket {
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap(), 9),
        link: LinkType::ETHERNET,
        bytes: packet.bytes.clone(),
    };
    let mut source = Packets::new(input, capture.packets.iter().map(packet).collect());
    record_packets(&mut source, input, &Options::default())
}

fn compared([own, other]: [&Capture; 2]) -> Comparison {
    compare(
        recording(own, 0),
        Some(recording(other, 1)),
        Exposure::default(),
    )
}

/// What the report of a pair says to the one who reads it.
fn told(pair: &Pair) -> String {
    serde_json::to_string_pretty(pair).unwrap()
}

fn check_faithful(comparison: &Comparison) -> Result<(), TestCaseError> {
    for pair in &comparison.pairs {
        let illegal = pair.differences.iter().filter(|it| !it.legal).count();
        prop_assert_eq!(illegal, 0, "{}", told(pair));
        let party = pair.verdict.as_ref().map(|it| it.party);
        prop_assert_ne!(party, Some(Party::Intermediary), "{}", told(pair));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_faithful_proxy_is_never_blamed(scene in scene()) {
        let [own, other] = play(&scene).captures();
        let comparison = compared([&own, &other]);
        prop_assert_eq!(comparison.pairs.len(), 1);
        check_faithful(&comparison)?;
        let pair = &comparison.pairs[0];
        // With another key, at another time and with nothing said nobody could know.
        let is_known = !scene.has_own_key || scene.ahead < 5000 || !scene.turns.is_empty();
        if !is_known {
            return Ok(());
        }
        prop_assert!(pair.near_server.is_some(), "{}", told(pair));
        let party = pair.verdict.as_ref().map(|it| it.party);
        let expected = |side| if side == Client { Party::Client } else { Party::Server };
        match scene.end {
            End::Close(_, 1000) | End::Open => prop_assert_eq!(party, None, "{}", told(pair)),
            End::Close(side, _) | End::Fin(side) | End::Reset(side) => {
                prop_assert_eq!(party, Some(expected(side)), "{}", told(pair));
            }
        }
    }

    #[test]
    fn nor_for_what_the_captures_lack(scene in scene(), lacks in [lacks(), lacks()]) {
        let captures = play(&scene).captures();
        let [own, other] = [0, 1].map(|leg| lacking(captures[leg].clone(), &lacks[leg]));
        check_faithful(&compared([&own, &other]))?;
    }

    /// Somebody in between sets a bit, and the receiver complains.
    #[test]
    fn nor_is_an_endpoint_for_what_the_proxy_did(
        scene in scene(),
        lacks in [lacks(), lacks()],
        side in side(),
        is_whole in any::<bool>(),
    ) {
        let quiet = Scene { end: End::Open, is_direct: false, ..scene };
        let mut legs = play(&quiet);
        let message = || Frame::text("something that was not said before");
        legs.change(side, [message()], [Frame { rsv: 2, ..message() }])
            .close_by(side.peer(), 1002);
        let captures = legs.captures();
        let captures = if is_whole {
            captures
        } else {
            [0, 1].map(|leg| lacking(captures[leg].clone(), &lacks[leg]))
        };
        let comparison = compared([&captures[0], &captures[1]]);
        for pair in &comparison.pairs {
            let party = pair.verdict.as_ref().map(|it| it.party);
            let is_endpoint = matches!(party, Some(Party::Client | Party::Server));
            prop_assert!(!is_endpoint, "{}", told(pair));
            if is_whole {
                prop_assert_eq!(party, Some(Party::Intermediary), "{}", told(pair));
            }
        }
    }

    #[test]
    fn the_same_captures_give_the_same_report(scene in scene(), lacks in [lacks(), lacks()]) {
        let captures = play(&scene).captures();
        let [own, other] = [0, 1].map(|leg| lacking(captures[leg].clone(), &lacks[leg]));
        let reports = [0, 1].map(|_| {
            let comparison = compared([&own, &other]);
            let (mut text, mut value) = (Vec::new(), Vec::new());
            comparison::write(&comparison, &mut text).unwrap();
            json::write_comparison(&comparison, &mut value).unwrap();
            (String::from_utf8(text).unwrap(), String::from_utf8(value).unwrap())
        });
        prop_assert_eq!(&reports[0], &reports[1]);
        let plain = anstream::adapter::strip_str(&reports[0].0).to_string();
        for line in plain.lines() {
            let is_pasted = line.starts_with("                 ");
            prop_assert!(is_pasted || line.chars().count() <= 80, "{}", line);
        }
    }

    #[test]
    fn captures_in_the_other_order_or_of_others_do_no_harm(one in scene(), two in scene()) {
        let [own, other] = play(&one).captures();
        let [third, _] = play(&two).captures();
        check_faithful(&compared([&other, &own]))?;
        for captures in [[&own, &third], [&own, &own]] {
            let comparison = compared(captures);
            prop_assert_eq!(comparison.pairs.len(), 1);
        }
    }
}
