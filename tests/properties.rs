//! What must hold whatever way a conversation was captured: how it was cut into segments, in
//! which order its packets are stored, which of them are there twice, which are missing, which
//! are damaged.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use built::preambles::{NAME, TCP4, binary, socks5};
use wsblame::rules::{self, Table};
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{
    Capture, Conversation, Deflater, Frame, Head, LengthForm, Packet, Segment, Side,
};

/// What one side does before the other has its turn.
#[derive(Clone, Debug)]
enum Turn {
    Sends(Side, Vec<u8>),
    Ends(Side),
    Resets(Side),
}

/// A conversation whose bytes are settled and whose segments are not.
#[derive(Clone, Default)]
struct Script {
    name: &'static str,
    turns: Vec<Turn>,
    /// Gives the masking keys.
    keys: Conversation,
}

/// Its name tells all: failures are read by people.
impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Script {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    fn behind(name: &'static str, turns: &[built::preambles::Turn]) -> Self {
        let add = |script: Self, (side, bytes): &_| script.bytes(*side, bytes);
        turns.iter().fold(Self::new(name), add)
    }

    fn accepted(name: &'static str) -> Self {
        let request = Head::upgrade();
        Self::new(name)
            .bytes(Client, request.encode())
            .bytes(Server, Head::switching(&request).encode())
    }

    /// Bytes right behind those of the turn before, if that is the same side's.
    fn bytes(mut self, side: Side, bytes: impl AsRef<[u8]>) -> Self {
        match self.turns.last_mut() {
            Some(Turn::Sends(sender, sent)) if *sender == side => {
                sent.extend_from_slice(bytes.as_ref());
            }
            _ => self.turns.push(Turn::Sends(side, bytes.as_ref().to_vec())),
        }
        self
    }

    fn client(mut self, frame: Frame) -> Self {
        let bytes = self.keys.encode(Client, [frame]);
        self.bytes(Client, bytes)
    }

    fn server(mut self, frame: Frame) -> Self {
        let bytes = self.keys.encode(Server, [frame]);
        self.bytes(Server, bytes)
    }

    fn ends(mut self, side: Side) -> Self {
        self.turns.push(Turn::Ends(side));
        self
    }

    fn resets(mut self, side: Side) -> Self {
        self.turns.push(Turn::Resets(side));
        self
    }

    fn closes(self, code: u16) -> Self {
        self.client(Frame::close(code, ""))
            .server(Frame::close(code, ""))
            .ends(Server)
            .ends(Client)
    }

    /// All until a WebSocket begins, or none: the first two turns, or those until the answer 101.
    fn opening(&self) -> Self {
        let mut opening = self.clone();
        let accepts = |turn: &Turn| match turn {
            Turn::Sends(Server, bytes) => bytes.starts_with(b"HTTP/1.1 101"),
            _ => false,
        };
        let accepted = self.turns.iter().position(accepts);
        opening.turns.truncate(accepted.unwrap_or(1) + 1);
        opening
    }

    /// The conversation as it goes over `wire`.
    fn play(&self, wire: &Wire) -> Conversation {
        let mut conversation = if wire.ipv6 {
            Conversation::ipv6()
        } else {
            Conversation::new()
        };
        for (side, sequence) in Side::BOTH.into_iter().zip(wire.sequences) {
            conversation.initial_sequence(side, sequence);
        }
        conversation.open();
        for (number, turn) in self.turns.iter().enumerate() {
            let cutting = wire.cuttings.get(number).cloned().unwrap_or_default();
            match turn {
                Turn::Sends(side, bytes) => {
                    let mut at: Vec<usize> =
                        cutting.at.iter().map(|at| at.index(bytes.len())).collect();
                    at.sort_unstable();
                    conversation.bytes_cut(*side, bytes, &at);
                    if cutting.acknowledged {
                        conversation.ack(side.peer());
                    }
                }
                Turn::Ends(side) => {
                    conversation.fin(*side);
                }
                Turn::Resets(side) => {
                    conversation.rst(*side);
                }
            }
        }
        assert!(conversation.segments().len() < 60);
        conversation
    }
}

/// How a conversation's bytes come to be packets.
#[derive(Clone, Debug, Default)]
struct Wire {
    ipv6: bool,
    sequences: [u32; 2],
    /// One for each turn.
    cuttings: Vec<Cutting>,
}

/// How the bytes of one turn come to be segments.
#[derive(Clone, Debug, Default)]
struct Cutting {
    at: Vec<Index>,
    /// By a segment of its own.
    acknowledged: bool,
}

fn wire() -> impl Strategy<Value = Wire> {
    let cutting = (vec(any::<Index>(), 0..4), any::<bool>())
        .prop_map(|(at, acknowledged)| Cutting { at, acknowledged });
    // So near to the greatest number that it is passed in the opening handshake, or in a frame.
    let sequence = || prop_oneof![Just(1000), u32::MAX - 500..=u32::MAX];
    (any::<bool>(), [sequence(), sequence()], vec(cutting, 12)).prop_map(
        |(ipv6, sequences, cuttings)| Wire {
            ipv6,
            sequences,
            cuttings,
        },
    )
}

/// Scripts of which nothing depends on where segments begin.
fn scripts() -> Vec<Script> {
    let page = Head::response(403, "Forbidden", "<title>Blocked</title>").encode();
    let deflate = "permessage-deflate";
    let offer = Head::upgrade().field("Sec-WebSocket-Extensions", deflate);
    let agree = Head::switching(&offer).field("Sec-WebSocket-Extensions", deflate);
    let refuse =
        Head::response(401, "Unauthorized", "who are you?").field("WWW-Authenticate", "Basic");
    let connect =
        Head::new("CONNECT server.example.com:80 HTTP/1.1").field("Host", "server.example.com:80");
    let stripped = Head::upgrade()
        .line("GET /chat HTTP/1.0")
        .without("Upgrade")
        .with("Sec-WebSocket-Version", "8")
        .with("Sec-WebSocket-Key", "short")
        .field("Sec-WebSocket-Extensions", "permessage-deflate; x=1")
        .field("Via", "1.0 gate");
    let wrong = Head::switching(&Head::upgrade())
        .without("Connection")
        .with("Sec-WebSocket-Accept", "wrong")
        .field("Sec-WebSocket-Extensions", "x-other")
        .field("Sec-WebSocket-Protocol", "chat")
        .field("Content-Length", "0");
    let upgrade = Head::upgrade();
    let switching = Head::switching(&upgrade);
    let hello = Frame::text("hello, hello");
    let mut deflater = Deflater::default();
    let tunnelled = Frame::binary([]).declaring(page.len() as u64);
    let tunnelled = tunnelled.encode(Server, [0; 4]);
    [
        Script::accepted("clean")
            .server(hello.clone())
            .client(Frame::binary(vec![0xff; 300]))
            .server(Frame::text("some").not_final())
            .server(Frame::ping("ping"))
            .client(Frame::pong("ping"))
            .server(Frame::continuation(" fragments").not_final())
            .server(Frame::continuation("."))
            .closes(1000),
        Script::new("clean and compressed")
            .bytes(Client, offer.encode())
            .bytes(Server, agree.encode())
            .client(hello.clone().compressed())
            .server(hello.clone().compressed())
            .client(hello.clone())
            .closes(1001),
        Script::accepted("Pongs that answer, and one that does not")
            .server(Frame::ping("1"))
            .client(Frame::pong("1"))
            .client(Frame::pong("unasked"))
            .server(Frame::ping("2"))
            .client(Frame::pong("another"))
            .client(Frame::ping(""))
            .server(Frame::ping("3"))
            .server(Frame::pong(""))
            .client(Frame::pong("3"))
            .client(Frame::pong("2"))
            .closes(1000),
        Script::accepted("texts that are no text")
            .client(Frame::text(b"smile \xf0\x9f").not_final())
            .client(Frame::continuation(b"\x98\x80"))
            .client(Frame::text(b"smile \xf0\x9f").not_final())
            .client(Frame::ping("p"))
            .client(Frame::continuation(b"\x28 and more"))
            .server(Frame::text(b"half an \xc3"))
            .server(Frame::close(1007, ""))
            .client(Frame::close(1007, ""))
            .ends(Server),
        Script::new("compressed, and then not")
            .bytes(Client, offer.encode())
            .bytes(Server, agree.encode())
            .client(deflater.compress(hello.clone()))
            .client(deflater.compress(hello.clone()))
            .client(Frame::text("{\"a\": [1, 2, 3], \"b\": [1, 2, 3]}").rsv1())
            .client(deflater.compress(hello.clone()))
            .closes(1007),
        Script::accepted("violations of single frames")
            .server(hello.clone().rsv(2))
            .client(hello.clone())
            .server(Frame::with_opcode(0x6, "six"))
            .client(Frame::continuation("of nothing"))
            .server(hello.clone().length_in(LengthForm::Bits16))
            .client(Frame::ping("p").not_final())
            .server(Frame::ping(vec![b'p'; 130]))
            .server(hello.clone().rsv(1))
            .closes(1002),
        Script::accepted(WRONG_MASKS)
            .client(hello.clone().unmasked())
            .server(hello.clone().masked([1, 2, 3, 4]))
            .client(Frame::close(1002, "").unmasked())
            .server(Frame::close(1002, "").masked([1, 2, 3, 4]))
            .ends(Server)
            .ends(Client),
        Script::accepted("a blocking page")
            .client(hello.clone())
            .server(hello.clone())
            .bytes(Server, &page)
            .ends(Server)
            .client(Frame::close(1002, ""))
            .ends(Client),
        Script::accepted("JSON without frames")
            .bytes(Server, "{\"error\": \"no such room\", \"code\": 1700}")
            .client(Frame::close(1002, ""))
            .ends(Client)
            .ends(Server),
        Script::accepted("pages in a tunnel")
            .bytes(Server, tunnelled)
            .client(hello.clone())
            .bytes(Server, &page)
            .client(Frame::binary(page.clone()).masked([0; 4]))
            .server(hello.clone())
            .closes(1000),
        Script::new("refused, then accepted")
            .bytes(Client, upgrade.encode())
            .bytes(Server, refuse.encode())
            .bytes(Client, upgrade.encode())
            .bytes(Server, switching.encode())
            .server(hello.clone())
            .closes(1000),
        Script::new("refused")
            .bytes(Client, upgrade.encode())
            .bytes(Server, &page)
            .ends(Server)
            .ends(Client),
        Script::accepted("reset in the middle of a message")
            .client(hello.clone())
            .server(Frame::binary(vec![7; 200]).not_final())
            .client(hello.clone())
            .resets(Server)
            .client(hello.clone())
            .resets(Server),
        Script::new("inside a tunnel")
            .bytes(Client, connect.encode())
            .bytes(Server, "HTTP/1.1 200 OK\r\n\r\n")
            .bytes(Client, upgrade.encode())
            .bytes(Server, switching.encode())
            .client(hello.clone())
            .server(hello.clone())
            .closes(4000),
        Script::behind("behind a PROXY header", &binary(1, 0x11, &TCP4))
            .bytes(Client, upgrade.encode())
            .bytes(Server, switching.encode())
            .client(hello.clone().rsv(2))
            .server(hello.clone())
            .closes(1000),
        Script::behind("behind SOCKS", &socks5(NAME))
            .bytes(Client, upgrade.encode())
            .bytes(Server, switching.encode())
            .client(hello.clone())
            .server(hello.clone().rsv(2))
            .closes(1000),
        Script::new("nothing right in both heads")
            .bytes(Client, stripped.encode())
            .bytes(Server, wrong.encode())
            .ends(Client)
            .ends(Server),
        Script::new("a stripped request refused")
            .bytes(Client, stripped.encode())
            .bytes(Server, &page)
            .ends(Server)
            .ends(Client),
        Script::new("never answered")
            .bytes(Client, upgrade.encode())
            .client(hello.clone())
            .bytes(Server, "HTTP/1.1 101 Switching Pro")
            .ends(Server)
            .ends(Client),
        Script::new("answered with something else")
            .bytes(Client, upgrade.encode())
            .bytes(Server, "SSH-2.0-OpenSSH_9.2p1\r\n")
            .ends(Client)
            .ends(Server),
        Script::new("given up")
            .bytes(Client, upgrade.encode())
            .ends(Client)
            .ends(Server),
        Script::new("reset by the server")
            .bytes(Client, upgrade.encode())
            .resets(Server),
        Script::new("a frame before the answer")
            .bytes(Client, upgrade.encode())
            .client(hello.clone())
            .client(hello.clone())
            .bytes(Server, switching.encode())
            .server(hello.clone())
            .closes(1000),
        Script::new("refused inside a tunnel that was refused before")
            .bytes(Client, connect.encode())
            .bytes(
                Server,
                Head::response(407, "Proxy Authentication Required", "who?").encode(),
            )
            .bytes(Client, connect.encode())
            .bytes(Server, "HTTP/1.1 200 OK\r\n\r\n")
            .bytes(Client, upgrade.encode())
            .bytes(Server, &page)
            .ends(Server)
            .ends(Client),
        Script::accepted("Closes that are wrong")
            .client(hello.clone())
            .server(Frame::close(1006, b"\xff"))
            .server(hello)
            .client(Frame::close_with([3]))
            .ends(Client)
            .ends(Server),
    ]
    .into()
}

/// Scripts of which something depends on where segments begin: where frames are found again, and
/// whether a page is seen to cut into one.
fn scripts_with_borders() -> Vec<Script> {
    let hello = Frame::text("hello, hello");
    let page = Head::response(403, "Forbidden", "<title>Blocked</title>").encode();
    let half = Frame::text("half of").declaring(16).encode(Server, [0; 4]);
    [
        Script::accepted(LOST)
            .server(hello.clone())
            .server(Frame::text("ä".repeat(20)).declaring(20))
            .server(Frame::text("and something more"))
            .client(hello.clone())
            .server(Frame::text("and something else"))
            .client(Frame::close(1002, ""))
            .ends(Client)
            .ends(Server),
        Script::accepted("a page cuts into a frame")
            .bytes(Server, half)
            .client(hello)
            .bytes(Server, page)
            .ends(Server)
            .client(Frame::close(1002, ""))
            .ends(Client),
    ]
    .into()
}

const LOST: &str = "characters counted instead of bytes";
const WRONG_MASKS: &str = "masks the wrong way round";

fn script() -> impl Strategy<Value = Script> {
    select([scripts(), scripts_with_borders()].concat())
}

/// The report of these packets, as JSON.
fn report(packets: &[Packet]) -> Value {
    serde_json::to_value(built::report(packets.iter().cloned())).unwrap()
}

/// What of a report has to be the same, whatever way its conversations were captured; with
/// packets as `packet` has them.
fn essence(report: &Value, packet: impl Fn(u64) -> Value) -> Value {
    let packet = |found: &Value| found["packet"].as_u64().map(&packet);
    let connection = |connection: &Value| {
        let close = |side: &str| {
            let close = &connection["close"][side];
            json!([close["code"], close["reason"], packet(close)])
        };
        let finding = |finding: &Value| {
            let keys = [
                "sender",
                "stream_offset",
                "rule",
                "severity",
                "frame",
                "count",
            ];
            let values = keys.map(|key| finding[key].clone());
            json!([values, packet(finding)])
        };
        let findings = connection["findings"].as_array().unwrap();
        let mut findings: Vec<Value> = findings.iter().map(finding).collect();
        findings.sort_by_key(Value::to_string);
        let handshake = &connection["handshake"];
        json!({
            "broken": connection["broken"],
            "handshake": [handshake["outcome"], handshake["status"]],
            "frames": connection["frames"],
            "messages": connection["messages"],
            "close": [close("client"), close("server"), connection["close"]["tcp"]],
            "findings": findings,
        })
    };
    let connections = report["connections"].as_array().unwrap();
    connections.iter().map(connection).collect()
}

fn ignored(_: u64) -> Value {
    Value::Null
}

/// Rule, sender and severity of every finding.
fn found(report: &Value) -> BTreeSet<[String; 3]> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let connections = report["connections"].as_array().unwrap().iter();
    connections
        .flat_map(|connection| connection["findings"].as_array().unwrap())
        .map(|finding| ["rule", "sender", "severity"].map(|key| text(&finding[key])))
        .collect()
}

/// One packet, or many.
fn missing() -> impl Strategy<Value = Vec<Index>> {
    prop_oneof![vec(any::<Index>(), 1..=1), vec(any::<Index>(), 1..40)]
}

/// What is found where a header is none.
const NO_FRAMES: [&str; 3] = ["framing-lost", "not-websocket", "injected-http-response"];

/// What is found only if these packets are missing, and is no fact about the capture; and their
/// numbers.
fn blamed_without(
    capture: &Capture,
    missing: impl Iterator<Item = usize>,
) -> (BTreeSet<usize>, Vec<[String; 3]>) {
    let missing: BTreeSet<usize> = missing.collect();
    let lossy = capture.clone().without(missing.iter().copied());
    let whole = found(&report(&capture.packets));
    let has = |rule: &str, sender: &str| whole.iter().any(|[r, s, _]| r == rule && s == sender);
    let is_new = |[rule, sender, severity]: &[String; 3]| {
        let is_about_capture = rule == "capture-gap"
            // Where the last packets are missing, the capture ends in the message.
            || (rule == "unfinished-message" && severity == "info")
            // Where what follows a header that is none is missing, it may be taken for a header;
            // where its beginning is missing, what is no frame may have another name.
            || ((rules::find(rule).unwrap().table == Table::Frames
                || NO_FRAMES.contains(&rule.as_str()))
                && NO_FRAMES.iter().any(|other| has(other, sender)));
        !is_about_capture && !has(rule, sender)
    };
    let blamed = found(&report(&lossy.packets)).into_iter().filter(is_new);
    (missing, blamed.collect())
}

/// Numbers from 1 in any order.
fn shuffled(count: usize, by: &[u32]) -> Vec<usize> {
    let mut numbers: Vec<usize> = (1..=count).collect();
    numbers.sort_by_key(|number| by.get(*number).copied());
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn cutting_into_segments_changes_nothing(script in select(scripts()), wire in wire()) {
        let whole = essence(&report(&script.play(&Wire::default()).capture().packets), ignored);
        let cut = essence(&report(&script.play(&wire).capture().packets), ignored);
        prop_assert_eq!(whole, cut, "{}", script.name);
    }

    #[test]
    fn framing_is_lost_at_the_same_place_however_it_is_cut(wire in wire()) {
        let mut scripts = scripts_with_borders().into_iter();
        let script = scripts.find(|script| script.name == LOST).unwrap();
        let report = report(&script.play(&wire).capture().packets);
        let findings = report["connections"][0]["findings"].as_array().unwrap().iter();
        let errors: Vec<_> = findings.filter(|finding| finding["severity"] == "error").collect();
        prop_assert_eq!(errors.len(), 1);
        // Behind the 101, a frame of 2 + 12 bytes, and one of 2 + 20 by its own account.
        let Turn::Sends(_, bytes) = &script.turns[1] else { unreachable!() };
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        prop_assert_eq!(&errors[0]["rule"], "framing-lost");
        prop_assert_eq!(&errors[0]["stream_offset"], &json!(head + 14 + 22));
        prop_assert_eq!(&errors[0]["frame"], &json!(3));
    }

    #[test]
    fn the_order_of_packets_in_the_file_changes_nothing(
        script in script(),
        wire in wire(),
        order in vec(any::<u32>(), 60),
    ) {
        let stored = script.play(&wire).capture();
        let order = shuffled(stored.packets.len(), &order);
        let shuffled = stored.clone().stored_as(order.iter().copied());
        let original = |number: u64| json!(order[usize::try_from(number).unwrap() - 1]);
        let in_order = essence(&report(&stored.packets), |number| json!(number));
        let shuffled = essence(&report(&shuffled.packets), original);
        prop_assert_eq!(in_order, shuffled, "{}", script.name);
    }

    #[test]
    fn packets_that_are_there_twice_change_nothing(
        script in script(),
        wire in wire(),
        copied in vec(any::<Index>(), 1..12),
        order in prop::option::of(vec(any::<u32>(), 80)),
    ) {
        let capture = script.play(&wire).capture();
        let count = capture.packets.len();
        let mut numbers: Vec<usize> = (1..=count).collect();
        numbers.extend(copied.iter().map(|index| index.index(count) + 1));
        numbers.sort_unstable();
        if let Some(order) = order {
            let places = shuffled(numbers.len(), &order).into_iter();
            numbers = places.map(|place| numbers[place - 1]).collect();
        }
        let doubled = capture.clone().stored_as(numbers.iter().copied());
        let original = |number: u64| json!(numbers[usize::try_from(number).unwrap() - 1]);
        let once = essence(&report(&capture.packets), |number| json!(number));
        let twice = essence(&report(&doubled.packets), original);
        prop_assert_eq!(once, twice, "{}", script.name);
    }

    #[test]
    fn bytes_sent_again_in_other_segments_change_nothing(
        script in script(),
        wire in wire(),
        again in wire(),
    ) {
        let mut conversation = script.play(&wire);
        let once = essence(&report(&conversation.capture().packets), ignored);
        let sent = conversation.segments().to_vec();
        let resent = script.play(&Wire { cuttings: again.cuttings, ..wire });
        let resent = resent.segments().iter().filter(|segment| !segment.payload.is_empty());
        for mut segment in resent.cloned() {
            let has_its_end = |sent: &&Segment| {
                sent.sender == segment.sender && sent.end().wrapping_sub(segment.end()) < 1 << 31
            };
            let first = sent.iter().find(has_its_end).unwrap();
            segment.time = first.time + Duration::from_micros(500);
            conversation.segments_mut().push(segment);
        }
        let twice = essence(&report(&conversation.capture().packets), ignored);
        prop_assert_eq!(once, twice, "{}", script.name);
    }

    #[test]
    fn missing_packets_blame_nobody(
        script in script(),
        wire in wire(),
        missing in missing(),
    ) {
        let opening = script.opening().play(&wire).segments().len();
        let capture = script.play(&wire).capture();
        let behind = capture.packets.len() - opening;
        prop_assume!(behind > 0);
        let missing = missing.iter().map(|index| opening + index.index(behind) + 1);
        let (missing, blamed) = blamed_without(&capture, missing);
        prop_assert!(blamed.is_empty(), "{}: without {missing:?}: {blamed:?}", script.name);
    }

    #[test]
    fn missing_packets_of_the_opening_handshake_blame_nobody(
        script in script(),
        wire in wire(),
        missing in missing(),
    ) {
        // Without SYN and heads only masks tell the sides apart: not these.
        prop_assume!(script.name != WRONG_MASKS);
        let capture = script.play(&wire).capture();
        let count = capture.packets.len();
        let missing = missing.iter().map(|index| index.index(count) + 1);
        let (missing, blamed) = blamed_without(&capture, missing);
        prop_assert!(blamed.is_empty(), "{}: without {missing:?}: {blamed:?}", script.name);
    }

    #[test]
    fn damaged_packets_are_read(
        script in script(),
        wire in wire(),
        damages in vec((any::<Index>(), any::<Index>(), 1..=u8::MAX), 1..8),
    ) {
        let mut packets = script.play(&wire).capture().packets;
        for (packet, byte, flip) in damages {
            let count = packets.len();
            let bytes = &mut packets[packet.index(count)].bytes;
            let count = bytes.len();
            bytes[byte.index(count)] ^= flip;
        }
        report(&packets);
    }

    #[test]
    fn a_report_is_the_same_every_time(script in script(), wire in wire()) {
        let packets = script.play(&wire).capture().packets;
        prop_assert_eq!(report(&packets).to_string(), report(&packets).to_string());
    }
}
