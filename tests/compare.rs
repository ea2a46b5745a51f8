//! The two legs of connections, built with what a proxy makes of them: what it must not do is
//! found and is its fault, what it may do is told, and what nobody captured is nobody's fault.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::time::Duration;

use wsblame::analyzer::Exposure;
use wsblame::compare::compare;
use wsblame::driver::{Options, Recording, record_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::{
    Comparison, Confidence, Difference, DifferenceKind as Kind, Pair, PairedBy, Party,
};
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::pairs::{self, PairFixture};
use wsblame_fixtures::{
    Capture, Conversation, Deflater, Flags, Frame, Head, Legs, LengthForm, Mask, Precision,
};

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

fn recording(capture: &Capture, input: u32) -> Recording {
    let packet = |packet: &wsblame_fixtures::Packet| MemoryPacket {
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap(), 9),
        link: LinkType::ETHERNET,
        bytes: packet.bytes.clone(),
    };
    let mut source = Packets::new(input, capture.packets.iter().map(packet).collect());
    record_packets(&mut source, input, &Options::default())
}

fn compared(captures: &[Capture; 2]) -> Comparison {
    let [own, other] = captures;
    let (own, other) = (recording(own, 0), recording(other, 1));
    compare(own, Some(other), Exposure::default())
}

fn pair_of(legs: &Legs) -> Pair {
    let mut comparison = compared(&legs.captures());
    assert_eq!(comparison.pairs.len(), 1, "{comparison:#?}");
    comparison.pairs.remove(0)
}

fn illegal(pair: &Pair) -> Vec<&Difference> {
    pair.differences.iter().filter(|it| !it.legal).collect()
}

/// Nothing must not be, and nobody is to blame.
#[track_caller]
fn assert_sound(pair: &Pair) {
    assert_eq!(illegal(pair), [] as [&Difference; 0]);
    assert_eq!(pair.verdict, None);
}

/// The first illegal difference is of this kind, and the proxy's fault for this cause.
#[track_caller]
fn assert_proxys(pair: &Pair, kind: Kind, cause: &str) {
    let illegal = illegal(pair);
    assert!(!illegal.is_empty(), "{pair:#?}");
    assert_eq!(illegal[0].kind, kind, "{illegal:#?}");
    let verdict = pair.verdict.as_ref().unwrap();
    assert_eq!(verdict.party, Party::Intermediary, "{verdict:#?}");
    assert_eq!(verdict.confidence, Confidence::Certain, "{verdict:#?}");
    assert_eq!(verdict.cause, cause, "{verdict:#?}");
}

#[track_caller]
fn assert_blamed(pair: &Pair, party: Party, confidence: Confidence, cause: &str) {
    let verdict = pair.verdict.as_ref().unwrap();
    let (was, expected) = (
        (verdict.party, verdict.confidence, verdict.cause),
        (party, confidence, cause),
    );
    assert_eq!(was, expected, "{pair:#?}");
}

fn legal_kinds(pair: &Pair) -> Vec<Kind> {
    let legal = pair.differences.iter().filter(|it| it.legal);
    legal.map(|it| it.kind).collect()
}

#[test]
fn a_proxy_that_passes_everything_on_changes_nothing() {
    let mut legs = Legs::accepted();
    legs.ahead(Duration::from_secs(3600))
        .pass(Client, Frame::text("hello"))
        .pass(Server, Frame::text("hello yourself"))
        .pass(Client, Frame::binary(vec![7; 70_000]))
        .pass(Server, Frame::text("so long"))
        .close_by(Client, 1000);
    let pair = pair_of(&legs);
    assert_sound(&pair);
    assert_eq!(pair.differences, []);
    assert_eq!(pair.paired_by, Some(PairedBy::SecWebsocketKey));
    let clock = pair.clock.unwrap();
    let doubt = i64::try_from(clock.uncertainty_us.unwrap()).unwrap();
    assert!(
        (clock.offset_us - 3_600_000_000).abs() <= doubt,
        "{clock:?}"
    );
    let latency = pair.added_latency.unwrap();
    assert_eq!(latency.messages, 4);
    assert!((200..=1000).contains(&latency.median_us), "{latency:?}");
}

#[test]
fn an_answer_that_lost_its_extension_is_the_proxys_fault() {
    let request = Head::upgrade().field(EXTENSIONS, "permessage-deflate");
    let bare = Head::switching(&request);
    let answer = bare.clone().field(EXTENSIONS, "permessage-deflate");
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &request], [&bare, &answer])
        .pass(Client, Frame::text("hello"))
        .pass(
            Server,
            Deflater::default().compress(Frame::text("Hello, hello")),
        )
        .close_by(Client, 1002);
    let pair = pair_of(&legs);
    assert_proxys(&pair, Kind::HeaderRemoved, "extension-response-stripped");
    assert_eq!(
        illegal(&pair)[0].message,
        "Sec-WebSocket-Extensions: permessage-deflate was removed from the 101 on its way to the \
         client"
    );
    let lost = pair
        .headers
        .iter()
        .find(|line| line.name == EXTENSIONS && line.near_client.is_none());
    assert!(lost.is_some(), "{:#?}", pair.headers);
}

#[test]
fn an_offer_that_was_removed_and_answered_all_the_same_is_the_proxys_fault() {
    let request = Head::upgrade().field(EXTENSIONS, "permessage-deflate");
    let bare = Head::upgrade();
    let answer = Head::switching(&bare);
    let promising = answer.clone().field(EXTENSIONS, "permessage-deflate");
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &bare], [&promising, &answer])
        .pass(
            Client,
            Deflater::default().compress(Frame::text("Hello, hello")),
        )
        .close_by(Server, 1002);
    let pair = pair_of(&legs);
    assert_proxys(&pair, Kind::HeaderRemoved, "extension-request-stripped");
}

#[test]
fn an_offer_that_was_removed_is_legal_where_nobody_answers_it() {
    let request = Head::upgrade().field(EXTENSIONS, "permessage-deflate");
    let bare = Head::upgrade();
    let answer = Head::switching(&bare);
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &bare], [&answer, &answer])
        .pass(Client, Frame::text("hello"))
        .close_by(Client, 1000);
    let pair = pair_of(&legs);
    assert_sound(&pair);
    assert_eq!(legal_kinds(&pair), [Kind::HeaderRemoved]);
}

#[test]
fn a_request_without_its_upgrade_is_the_proxys_fault() {
    let request = Head::upgrade();
    let old = Head::upgrade()
        .line("GET /chat HTTP/1.0")
        .without("Upgrade")
        .with("Connection", "close");
    let refusal = Head::response(426, "Upgrade Required", "no");
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &old], [&refusal, &refusal])
        .end(Server);
    let pair = pair_of(&legs);
    assert_proxys(&pair, Kind::HeaderChanged, "upgrade-headers-stripped");
    assert_eq!(illegal(&pair).len(), 3, "{pair:#?}");
}

#[test]
fn a_refusal_of_an_intact_request_is_the_servers() {
    let request = Head::upgrade();
    let refusal = Head::response(403, "Forbidden", "no");
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &request], [&refusal, &refusal])
        .end(Server);
    assert_blamed(
        &pair_of(&legs),
        Party::Server,
        Confidence::Certain,
        "upgrade-refused",
    );
}

#[test]
fn a_101_that_became_a_refusal_is_the_proxys() {
    let request = Head::upgrade();
    let answer = Head::switching(&request);
    let error = Head::response(502, "Bad Gateway", "no");
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &request], [&error, &answer])
        .end(Server);
    assert_proxys(
        &pair_of(&legs),
        Kind::StatusChanged,
        "gateway-error-injected",
    );
}

#[test]
fn a_key_of_the_proxys_own_is_legal_where_each_accept_fits() {
    let request = Head::upgrade();
    let own = Head::upgrade().with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
    let answers = [&Head::switching(&request), &Head::switching(&own)];
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &own], answers)
        .pass(Client, Frame::text("hello"))
        .pass(Server, Frame::text("hello yourself"))
        .close_by(Client, 1000);
    let pair = pair_of(&legs);
    assert_sound(&pair);
    assert_eq!(pair.paired_by, Some(PairedBy::Content));

    let mut legs = Legs::new();
    let answers = [answers[1], answers[1]];
    legs.open()
        .upgrade_with([&request, &own], answers)
        .end(Client);
    assert_proxys(&pair_of(&legs), Kind::HeaderChanged, "handshake-bug");
}

/// What a proxy does to the second message of the server, and what that is.
#[test]
fn what_is_done_to_frames_is_found() {
    let hello = || Frame::text("hello, how are you today?");
    let halves = || hello().in_fragments(&[5]);
    let cases = [
        (
            "rsv1",
            vec![hello()],
            vec![hello().rsv1()],
            Kind::FrameAltered,
            "frames-altered",
        ),
        (
            "rsv2",
            vec![hello()],
            vec![Frame { rsv: 2, ..hello() }],
            Kind::FrameAltered,
            "frames-altered",
        ),
        (
            "mask",
            vec![hello()],
            vec![Frame {
                mask: Mask::Key([1, 2, 3, 4]),
                ..hello()
            }],
            Kind::FrameAltered,
            "frames-altered",
        ),
        (
            "opcode",
            vec![hello()],
            vec![Frame {
                opcode: 2,
                ..hello()
            }],
            Kind::FrameAltered,
            "frames-altered",
        ),
        (
            "fin",
            vec![hello()],
            vec![Frame {
                fin: false,
                ..hello()
            }],
            Kind::FrameAltered,
            "frames-altered",
        ),
        (
            "length",
            vec![hello()],
            vec![hello().length_in(LengthForm::Bits16)],
            Kind::FrameAltered,
            "frames-altered",
        ),
        (
            "utf8",
            vec![hello()],
            vec![Frame {
                payload: b"hello, how are \xc0\xafu today?".to_vec(),
                ..hello()
            }],
            Kind::FrameAltered,
            "frames-altered",
        ),
        (
            "dropped",
            vec![hello()],
            vec![],
            Kind::FrameDropped,
            "frame-dropped",
        ),
        (
            "first fragment dropped",
            halves(),
            halves().split_off(1),
            Kind::FrameDropped,
            "frame-dropped",
        ),
        (
            "last fragment dropped",
            halves(),
            vec![halves().remove(0)],
            Kind::FrameDropped,
            "frame-dropped",
        ),
        (
            "inserted",
            vec![hello()],
            vec![hello(), Frame::text("buy more")],
            Kind::FrameInserted,
            "frame-inserted",
        ),
        (
            "doubled",
            vec![hello()],
            vec![hello(), hello()],
            Kind::FrameInserted,
            "frame-inserted",
        ),
        (
            "bad ping",
            vec![hello()],
            vec![
                Frame {
                    fin: false,
                    ..Frame::ping("x")
                },
                hello(),
            ],
            Kind::FrameInserted,
            "frame-inserted",
        ),
    ];
    for (name, sent, arrived, kind, cause) in cases {
        let mut legs = Legs::accepted();
        legs.pass(Client, Frame::text("hi"))
            .pass(Server, Frame::text("ok"))
            .change(Server, sent, arrived)
            .pass(Server, Frame::text("ok again"))
            .close_by(Client, 1002);
        let pair = pair_of(&legs);
        let illegal = illegal(&pair);
        assert!(!illegal.is_empty(), "{name}: {pair:#?}");
        assert_eq!(illegal[0].kind, kind, "{name}: {illegal:#?}");
        assert_eq!(
            illegal[0].sender,
            Some(wsblame::side::Side::Server),
            "{name}"
        );
        let verdict = pair.verdict.as_ref().unwrap();
        assert_eq!(
            (verdict.party, verdict.confidence, verdict.cause),
            (Party::Intermediary, Confidence::Certain, cause),
            "{name}: {illegal:#?}"
        );
    }
}

#[test]
fn content_that_was_edited_in_legal_frames_is_told() {
    let edited = |code| {
        let mut legs = Legs::accepted();
        legs.pass(Client, Frame::text("hi"))
            .change(
                Server,
                [Frame::text("your balance is 10")],
                [Frame::text("your balance is 99")],
            )
            .pass(Server, Frame::text("ok"))
            .close_by(Client, code);
        pair_of(&legs)
    };
    let pair = edited(1000);
    assert_sound(&pair);
    assert_eq!(legal_kinds(&pair), [Kind::MessageAltered]);
    assert!(
        pair.differences[0]
            .message
            .contains("from byte 16 on: 0x3130 became 0x3939"),
        "{pair:#?}"
    );
    // It may be what somebody complains of.
    let pair = edited(1008);
    let verdict = pair.verdict.unwrap();
    assert_eq!(
        (verdict.party, verdict.confidence),
        (Party::Intermediary, Confidence::Likely)
    );
}

#[test]
fn a_message_that_came_with_the_101_and_did_not_arrive_was_lost_by_the_proxy() {
    let request = Head::upgrade();
    let answer = Head::switching(&request);
    let mut legs = Legs::new();
    legs.open();
    let first = legs.near(Server).encode(Server, [Frame::text("welcome")]);
    let together = [answer.encode(), first].concat();
    legs.relay(Client, request.encode(), request.encode())
        .relay(Server, together, answer.encode())
        .pass(Client, Frame::text("hello?"))
        .pass(Server, Frame::text("as I said"))
        .close_by(Client, 1000);
    assert_proxys(&pair_of(&legs), Kind::FrameDropped, "first-message-lost");
}

#[test]
fn an_http_response_among_the_frames_that_nobody_sent_is_the_proxys() {
    for (status, cause) in [
        (403, "block-page-injected"),
        (502, "gateway-error-injected"),
        (408, "http-timer"),
    ] {
        let page = Head::response(status, "No", "<html>no</html>").encode();
        let mut legs = Legs::accepted();
        legs.pass(Client, Frame::text("hi"))
            .pass(Server, Frame::text("ok"));
        let due = legs.near(Server).encode(Server, [Frame::text("more")]);
        legs.relay(Server, due, page).end(Server);
        assert_proxys(&pair_of(&legs), Kind::FrameInserted, cause);
    }
}

#[test]
fn what_stands_alike_on_both_legs_is_the_endpoints() {
    let cases = [
        (
            Server,
            Frame {
                mask: Mask::Key([1, 2, 3, 4]),
                ..Frame::text("hi")
            },
            "masking-bug",
        ),
        (
            Client,
            Frame {
                mask: Mask::Absent,
                ..Frame::text("hi")
            },
            "masking-bug",
        ),
        (Server, Frame::continuation("hi"), "fragmentation-bug"),
        (Client, Frame::text(b"\xc0\xaf".to_vec()), "encoding-bug"),
        (Server, Frame::with_opcode(0x3, "hi"), "framing-bug"),
        (
            Server,
            Deflater::default().compress(Frame::text("hello, hello")),
            "compression-without-negotiation",
        ),
    ];
    for (side, frame, cause) in cases {
        for legs in [Legs::accepted(), direct()] {
            let mut legs = legs;
            if legs.captures()[0].packets == legs.captures()[1].packets {
                legs.latency(Duration::ZERO);
            }
            legs.pass(Client, Frame::text("hello"))
                .pass(side, frame.clone())
                .close_by(side.peer(), 1002);
            let party = if side == Client {
                Party::Client
            } else {
                Party::Server
            };
            let pair = pair_of(&legs);
            assert_eq!(illegal(&pair), [] as [&Difference; 0], "{cause}");
            assert_blamed(&pair, party, Confidence::Certain, cause);
        }
    }
}

/// One connection, captured at both of its ends.
fn direct() -> Legs {
    let request = Head::upgrade();
    let answer = Head::switching(&request);
    let mut legs = Legs::direct();
    legs.latency(Duration::from_micros(50))
        .open()
        .upgrade_with([&request, &request], [&answer, &answer]);
    legs
}

#[test]
fn codes_that_an_endpoint_closes_with_are_its_own() {
    for (code, cause) in [
        (1003, "unsupported-message-type"),
        (1008, "policy"),
        (1009, "message-too-big"),
        (1011, "application-error"),
    ] {
        let mut legs = Legs::accepted();
        legs.pass(Client, Frame::binary("hello"))
            .close_by(Server, code);
        assert_blamed(&pair_of(&legs), Party::Server, Confidence::Certain, cause);
    }
}

#[test]
fn what_another_proxy_may_have_done_is_not_the_servers() {
    let request = Head::upgrade();
    let answer = Head::switching(&request).field("Via", "1.1 inner");
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &request], [&answer, &answer])
        .pass(Client, Frame::text("hello"))
        .close_by(Server, 1011);
    assert_blamed(
        &pair_of(&legs),
        Party::ServerSide,
        Confidence::Likely,
        "application-error",
    );
    // Only gateways answer so.
    let refusal = Head::response(504, "Gateway Timeout", "");
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with([&request, &request], [&refusal, &refusal])
        .end(Server);
    assert_blamed(
        &pair_of(&legs),
        Party::ServerSide,
        Confidence::Likely,
        "upstream-unreachable",
    );
}

#[test]
fn a_connection_without_its_other_leg_shows_no_more_than_it_does_alone() {
    let mut legs = Legs::accepted();
    legs.pass(Client, Frame::text("hello").unmasked());
    let mut alone = legs.captures();
    alone[1] = Conversation::between(
        ([203, 0, 113, 1], 41_000).into(),
        ([203, 0, 113, 20], 80).into(),
    )
    .open()
    .end(Client)
    .capture();
    let pair = &compared(&alone).pairs[0];
    assert_eq!(pair.near_server, None);
    assert_blamed(pair, Party::ClientSide, Confidence::Likely, "masking-bug");
}

#[test]
fn a_gateway_that_asks_nobody_accuses_nobody() {
    let request = Head::upgrade();
    let mut leg = Conversation::new();
    leg.open()
        .upgrade_with(&request, &Head::response(503, "No", "no"))
        .end(Server);
    let mut beside = Conversation::between(
        ([203, 0, 113, 1], 41_000).into(),
        ([203, 0, 113, 20], 80).into(),
    );
    beside.open().bytes(Client, "PING\r\n").end(Client);
    let pair = &compared(&[leg.capture(), beside.capture()]).pairs[0];
    assert_blamed(
        pair,
        Party::Undetermined,
        Confidence::Possible,
        "upstream-unreachable",
    );
}

#[test]
fn a_close_that_the_proxy_wrote_is_its_own() {
    let mut legs = Legs::accepted();
    legs.pass(Client, Frame::text("hello"))
        .pass(Server, Frame::text("hello yourself"));
    legs.change(Server, [], [Frame::close(1009, "too big")]);
    legs.near(Client)
        .send(Client, Frame::close(1009, ""))
        .end(Client);
    legs.meet();
    legs.near(Server).end(Client);
    assert_proxys(&pair_of(&legs), Kind::CloseInvented, "message-too-big");
}

#[test]
fn an_end_in_between_is_the_proxys_and_an_end_passed_on_is_not() {
    let talk = |legs: &mut Legs| {
        legs.pass(Client, Frame::text("hello"))
            .pass(Server, Frame::text("hello yourself"))
            .wait(Duration::from_secs(60));
    };
    let mut legs = Legs::accepted();
    talk(&mut legs);
    legs.near(Client).end(Server);
    legs.near(Server).end(Client);
    assert_proxys(&pair_of(&legs), Kind::EndDiffers, "idle-timeout");
    for side in [Client, Server] {
        let mut legs = Legs::accepted();
        talk(&mut legs);
        legs.end(side);
        let party = if side == Client {
            Party::Client
        } else {
            Party::Server
        };
        let pair = pair_of(&legs);
        assert_eq!(illegal(&pair), [] as [&Difference; 0]);
        let verdict = pair.verdict.unwrap();
        assert_eq!(
            (verdict.party, verdict.confidence),
            (party, Confidence::Certain)
        );
    }
}

#[test]
fn a_message_that_was_cut_off_by_the_proxy_is_found() {
    let mut legs = Legs::accepted();
    legs.pass(Client, Frame::text("hello"));
    let whole = legs
        .near(Server)
        .encode(Server, [Frame::text("0123456789")]);
    let half = whole[..7].to_vec();
    legs.relay(Server, whole, half);
    legs.near(Client).end(Server);
    legs.near(Server).end(Client);
    assert_proxys(&pair_of(&legs), Kind::FrameAltered, "frames-altered");
}

#[test]
fn a_reset_that_nobody_sent_was_injected() {
    for side in [Client, Server] {
        let mut legs = direct();
        legs.pass(Client, Frame::text("hello"))
            .pass(Server, Frame::text("hello yourself"));
        legs.near(side.peer()).forge(side, Flags::RST, Vec::new());
        legs.wait(Duration::from_millis(20))
            .pass(side, Frame::text("still there"));
        legs.near(side.peer()).rst(side.peer());
        legs.meet();
        legs.near(side).rst(side.peer());
        let pair = pair_of(&legs);
        assert_eq!(pair.paired_by, Some(PairedBy::SameConnection));
        assert_proxys(&pair, Kind::EndDiffers, "reset-injected");
    }
}

#[test]
fn pings_fragments_and_compression_are_the_proxys_business() {
    let request = Head::upgrade().field(EXTENSIONS, "permessage-deflate");
    let bare = Head::switching(&request);
    let answer = bare.clone().field(EXTENSIONS, "permessage-deflate");
    let mut legs = Legs::new();
    let message = || Frame::text("hello, hello, hello, hello");
    let [mut one, mut other] = [Deflater::default(), Deflater::default()];
    let dull = one.compress(Frame::text("something that was never said"));
    drop(dull);
    one.reset();
    legs.open()
        .upgrade_with([&request, &request], [&answer, &answer])
        .change(Client, [message()], message().in_fragments(&[3, 9]))
        .change(
            Server,
            [one.compress(message())],
            [other.compress(message())],
        )
        .change(Server, [one.compress(message())], [message()])
        .change(Server, [message()], [other.compress(message())])
        .change(
            Server,
            [Frame::ping("a"), message()],
            [message(), Frame::ping("b")],
        )
        .change(Client, [Frame::pong("b")], [Frame::pong("a")])
        .close_by(Client, 1000);
    let pair = pair_of(&legs);
    assert_sound(&pair);
    let kinds = legal_kinds(&pair);
    for kind in [
        Kind::Refragmented,
        Kind::Recompressed,
        Kind::FrameDropped,
        Kind::FrameInserted,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}: {pair:#?}");
    }
}

#[test]
fn a_refusal_without_an_attempt_is_the_proxys_and_with_one_in_vain_the_servers() {
    let request = Head::upgrade();
    let leg = |status| {
        let mut leg = Conversation::new();
        leg.open()
            .upgrade_with(&request, &Head::response(status, "No", "no"))
            .end(Server);
        leg
    };
    // Another connection shows that the capture was running.
    let mut beside = Conversation::between(
        ([203, 0, 113, 1], 41_000).into(),
        ([203, 0, 113, 20], 80).into(),
    );
    beside
        .open()
        .bytes(Client, "PING\r\n")
        .bytes(Server, "PONG\r\n")
        .end(Client);
    let alone = compared(&[leg(403).capture(), beside.capture()]);
    let pair = &alone.pairs[0];
    assert_eq!(pair.near_server, None);
    assert_eq!(pair.differences[0].kind, Kind::LegMissing);
    assert_blamed(
        pair,
        Party::Intermediary,
        Confidence::Certain,
        "upgrade-refused",
    );
    let pair = &compared(&[leg(407).capture(), beside.capture()]).pairs[0];
    assert_blamed(
        pair,
        Party::Intermediary,
        Confidence::Certain,
        "proxy-authentication",
    );

    let mut refused = Conversation::between(
        ([203, 0, 113, 1], 41_000).into(),
        ([203, 0, 113, 20], 80).into(),
    );
    refused.segment(Client, Flags::SYN, Vec::new()).rst(Server);
    let pair = &compared(&[leg(502).capture(), refused.capture()]).pairs[0];
    assert_blamed(
        pair,
        Party::Server,
        Confidence::Certain,
        "upstream-unreachable",
    );
}

#[test]
fn both_legs_of_one_capture_are_found() {
    let mut legs = Legs::between(
        [
            ([192, 0, 2, 10], 50_000).into(),
            ([198, 51, 100, 1], 8080).into(),
        ],
        [
            ([198, 51, 100, 1], 40_000).into(),
            ([203, 0, 113, 20], 80).into(),
        ],
    );
    let request = Head::upgrade();
    let answer = Head::switching(&request);
    legs.open()
        .upgrade_with([&request, &request], [&answer, &answer])
        .pass(Client, Frame::text("hello"))
        .change(Server, [Frame::text("hi")], [Frame::text("hi").rsv1()])
        .close_by(Client, 1002);
    let comparison = compare(recording(&legs.together(), 0), None, Exposure::default());
    assert_eq!(comparison.pairs.len(), 1, "{comparison:#?}");
    let pair = &comparison.pairs[0];
    assert_eq!(pair.near_client.connection, 1);
    assert_eq!(pair.near_server.unwrap().connection, 2);
    assert_proxys(pair, Kind::FrameAltered, "frames-altered");
}

#[test]
fn of_two_runs_the_one_through_the_proxy_is_told_apart() {
    let run = |server: [u8; 4], port, key: &str, strips, start| {
        let request = Head::upgrade()
            .with("Sec-WebSocket-Key", key)
            .field(EXTENSIONS, "permessage-deflate");
        let bare = Head::switching(&request);
        let answer = bare.clone().field(EXTENSIONS, "permessage-deflate");
        let mut run = Conversation::between(([192, 0, 2, 10], port).into(), (server, 80).into());
        let answer = if strips { &bare } else { &answer };
        run.at(Duration::from_secs(start))
            .open()
            .upgrade_with(&request, answer)
            .client(Frame::text("hello"))
            .server(Deflater::default().compress(Frame::text("hello, hello")))
            .close(if strips { 1002 } else { 1000 });
        run.capture()
    };
    let direct = run(
        [203, 0, 113, 20],
        50_000,
        "AAAAAAAAAAAAAAAAAAAAAA==",
        false,
        0,
    );
    let proxied = run(
        [198, 51, 100, 1],
        50_001,
        "BBBBBBBBBBBBBBBBBBBBBA==",
        true,
        600,
    );
    for captures in [[direct.clone(), proxied.clone()], [proxied, direct]] {
        let comparison = compared(&captures);
        let pair = &comparison.pairs[0];
        assert_eq!(
            pair.paired_by,
            Some(PairedBy::SeparateRuns),
            "{comparison:#?}"
        );
        assert_blamed(
            pair,
            Party::Intermediary,
            Confidence::Likely,
            "extension-response-stripped",
        );
        let kinds = legal_kinds(pair);
        assert!(kinds.contains(&Kind::HeaderRemoved), "{pair:#?}");
        assert!(
            pair.differences
                .iter()
                .any(|it| it.message.contains("rsv-without-extension")),
            "{pair:#?}"
        );
    }
}

#[test]
fn the_files_are_what_the_recipe_makes() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/legs-built");
    for PairFixture { name, captures } in pairs::all() {
        for (near, capture) in ["client", "server"].iter().zip(captures) {
            let path = folder.join(name).join(format!("near-{near}.pcap"));
            let made = capture.to_pcap(Precision::Microseconds);
            let same = std::fs::read(&path).ok() == Some(made);
            assert!(same, "cargo run -p wsblame-fixtures: {}", path.display());
        }
    }
}

#[test]
fn the_built_pairs_say_what_their_names_say() {
    let verdicts: Vec<_> = pairs::all()
        .into_iter()
        .map(|fixture| {
            let pair = compared(&fixture.captures).pairs.remove(0);
            (fixture.name, pair.verdict.map(|it| (it.party, it.cause)))
        })
        .collect();
    let proxys = |cause| Some((Party::Intermediary, cause));
    assert_eq!(
        verdicts,
        [
            (
                "extension-stripped-from-101",
                proxys("extension-response-stripped")
            ),
            ("idle-timeout", proxys("idle-timeout")),
            ("frames-made-anew", None),
        ]
    );
}

#[test]
fn credentials_are_masked_unless_they_are_asked_for() {
    let [own, other] = pairs::all().remove(0).captures;
    let of = |headers| {
        let (own, other) = (recording(&own, 0), recording(&other, 1));
        let comparison = compare(own, Some(other), Exposure { headers });
        serde_json::to_string(&comparison).unwrap()
    };
    assert!(!of(false).contains("session=0123456789"));
    assert!(of(true).contains("session=0123456789"));
}

#[test]
fn the_contract_is_kept() {
    let comparison = compared(&pairs::all().remove(0).captures);
    let value = serde_json::to_value(&comparison).unwrap();
    assert_eq!(value["schema"], "wsblame.compare/1");
    assert_eq!(value["inputs"].as_array().unwrap().len(), 2);
    assert_eq!(value["connections"][1]["input"], 1);
    assert_eq!(value["connections"][1]["id"], 2);
    let pair = &value["pairs"][0];
    assert_eq!(pair["paired_by"], "sec-websocket-key");
    assert_eq!(pair["near_server"]["connection"], 2);
    let removed = pair["differences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["legal"] == false)
        .unwrap();
    assert_eq!(removed["kind"], "header-removed");
    assert_eq!(removed["sender"], "server");
    assert_eq!(removed["near_client"]["packet"], 5);
    for key in ["median_us", "p99_us", "worst_us", "messages"] {
        assert!(pair["added_latency"][key].is_u64(), "{key}");
    }
    assert_eq!(pair["verdict"]["confidence"], "certain");
    assert!(
        value["unpaired"]["near_client"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(
        value["unpaired"]["near_server"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_comes_from_the_wire_stays_harmless() {
    let evil = "\u{1b}[2J\u{202e}";
    let request = Head::upgrade()
        .field("X-Evil", evil)
        .field(EXTENSIONS, evil);
    let other = Head::upgrade().field("Via", evil);
    let answer = Head::switching(&request).field("Server", evil);
    let mut legs = Legs::new();
    legs.open()
        .upgrade_with(
            [&request, &other],
            [&answer.clone().field(EXTENSIONS, evil), &answer],
        )
        .pass(Client, Frame::text(evil))
        .change(Server, [], [Frame::close(1009, evil)]);
    let page = Head::new(format!("HTTP/1.1 403 {evil}")).encode();
    legs.relay(Server, Vec::new(), page).end(Server);
    let comparison = compared(&legs.captures());
    let mut text = Vec::new();
    wsblame::report::text::comparison::write(&comparison, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(
        !text.contains("\u{1b}[2J") && !text.contains('\u{202e}'),
        "{text}"
    );
    let mut json = Vec::new();
    wsblame::report::json::write_comparison(&comparison, &mut json).unwrap();
    let json = String::from_utf8(json).unwrap();
    assert!(
        !json.contains('\u{1b}') && !json.contains('\u{202e}'),
        "{json}"
    );
}

#[test]
fn captures_in_the_other_order_are_noticed() {
    let mut legs = Legs::accepted();
    legs.ahead(Duration::from_secs(77))
        .pass(Client, Frame::text("hello"))
        .change(Server, [Frame::text("hi")], [Frame::text("hi").rsv1()])
        .close_by(Client, 1002);
    let [own, other] = legs.captures();
    let comparison = compared(&[other, own]);
    assert!(comparison.swapped);
    let pair = &comparison.pairs[0];
    assert_eq!(
        (
            pair.near_client.connection,
            pair.near_server.unwrap().connection
        ),
        (2, 1)
    );
    assert_proxys(pair, Kind::FrameAltered, "frames-altered");
    assert!(!compared(&legs.captures()).swapped);
}

#[test]
fn a_response_that_cuts_into_a_frame_is_the_proxys() {
    for side in [Client, Server] {
        let mut legs = Legs::accepted();
        legs.pass(Client, Frame::text("hi"))
            .pass(Server, Frame::text("ok"));
        let whole = legs.near(side).encode(side, [Frame::text(vec![b'x'; 400])]);
        let half = whole[..100].to_vec();
        legs.relay(side, whole, half);
        let page = Head::response(403, "Forbidden", "<html>no</html>").encode();
        let page = if side == Server {
            page
        } else {
            Head::upgrade().encode()
        };
        legs.relay(side, Vec::new(), page);
        legs.near(side.peer()).end(side);
        let pair = pair_of(&legs);
        assert_eq!(
            pair.verdict.as_ref().unwrap().party,
            Party::Intermediary,
            "{pair:#?}"
        );
    }
}
