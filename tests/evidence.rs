//! Evidence: the packets of the broken connections, as they were captured, and with redaction
//! without what was said in them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use built::pcapng::{Order, Pcapng};
use built::{VIOLATION, VIOLATION_PACKET, broken, found, report_of_files};
use wsblame::decode::{Checksum, Decoder};
use wsblame::driver::{self, Options};
use wsblame::evidence::{Account, Wish};
use wsblame::limits::Limits;
use wsblame::packet::{LinkType, PacketId, RawPacket};
use wsblame::report::model::Report;
use wsblame::source::{Captures, PacketSource as _, Savefile};
use wsblame::time::Timestamp;
use wsblame_fixtures::{Capture, Conversation, Deflater, Frame, Head, Precision, Side};

const WHOLE: Wish = Wish {
    context: None,
    redact: false,
};

const REDACTED: Wish = Wish {
    context: None,
    redact: true,
};

/// A packet as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    time: Timestamp,
    link: LinkType,
    wire_length: u32,
    flags: u32,
    interface: u32,
    bytes: Vec<u8>,
}

/// Evidence, and the report that it was made by.
struct Made {
    report: Report,
    account: Account,
    bytes: Vec<u8>,
}

fn made<P: AsRef<Path>>(paths: &[P], wish: Wish) -> Made {
    let paths: Vec<PathBuf> = paths.iter().map(|it| it.as_ref().to_owned()).collect();
    let (captures, options) = (Captures::gather(&paths), Options::default());
    let report = driver::check_captures(&captures, &options, &mut |_, _| {});
    let mut bytes = Vec::new();
    let account = driver::evidence(&captures, &report, &options, wish, &mut bytes).unwrap();
    Made {
        report,
        account,
        bytes,
    }
}

/// A file with these bytes.
fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn again(evidence: &[u8]) -> Report {
    report_of_files(&[file(evidence).path()])
}

fn opened(bytes: &[u8]) -> Savefile {
    Savefile::from_reader("evidence", 0, std::io::Cursor::new(bytes.to_vec())).unwrap()
}

fn packets(mut savefile: Savefile) -> (Vec<Stored>, Savefile) {
    let mut all = Vec::new();
    while savefile.advance() {
        let packet = savefile.packet().unwrap();
        all.push(Stored {
            time: packet.time,
            link: packet.link,
            wire_length: packet.wire_length,
            flags: packet.reception.flags,
            interface: packet.reception.interface,
            bytes: packet.bytes.to_vec(),
        });
    }
    (all, savefile)
}

/// What a report says of its broken connections, but for the numbers of packets.
fn said(report: &Report) -> Vec<String> {
    let connections = report.connections.iter().filter(|it| it.broken);
    connections
        .map(|it| {
            let verdict = it.verdict.as_ref().unwrap();
            let verdict = (verdict.party, verdict.confidence, verdict.cause);
            let findings: Vec<_> = it
                .findings
                .iter()
                .map(|finding| {
                    let place = (finding.frame, finding.stream_offset, finding.time);
                    let what = (
                        finding.rule,
                        finding.severity,
                        finding.sender,
                        finding.count,
                    );
                    (what, place, &finding.bytes)
                })
                .collect();
            let ends = (it.start, it.end, it.client.port, it.server.port);
            format!("{ends:?} {verdict:?} {:?} {findings:?}", it.frames)
        })
        .collect()
}

/// The findings that frame headers, heads and TCP show, as redaction leaves them.
fn of_frames(report: &Report) -> Vec<String> {
    /// What is found in payload is not found where that is masked.
    const OF_PAYLOAD: [&str; 5] = [
        "invalid-utf8",
        "bad-deflate",
        "deflate-bomb",
        "invalid-close-reason",
        "pong-mismatch",
    ];
    let findings = report.connections.iter().flat_map(|it| &it.findings);
    findings
        .filter(|finding| !OF_PAYLOAD.contains(&finding.rule))
        .map(|finding| {
            let place = (finding.frame, finding.stream_offset, finding.time);
            let what = (
                finding.rule,
                finding.severity,
                finding.sender,
                finding.count,
            );
            format!("{what:?} {place:?}")
        })
        .collect()
}

/// Captures of the fixtures that hold a broken connection.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = Vec::new();
    for kind in ["real", "rules", "causes"] {
        for entry in std::fs::read_dir(folder.join(kind)).unwrap() {
            let inside = std::fs::read_dir(entry.unwrap().path()).unwrap();
            found.extend(inside.map(|it| it.unwrap().path()).filter(|path| {
                let name = path.file_name().unwrap().to_string_lossy();
                name.contains(".pcap")
            }));
        }
    }
    found.sort();
    found
}

#[test]
fn evidence_shows_what_the_captures_showed() {
    let mut seen = 0;
    for path in fixtures() {
        let evidence = made(&[&path], WHOLE);
        let Made {
            report, account, ..
        } = &evidence;
        if report.summary.broken == 0 {
            continue;
        }
        seen += 1;
        let name = path.display();
        assert_eq!(said(report), said(&again(&evidence.bytes)), "{name}");
        assert_eq!(account.connections, report.summary.broken, "{name}");
        assert_eq!(account.left_out, 0, "{name}");
        // Its packets are packets of the capture, in the same order.
        let (original, _) = packets(Savefile::open(&path, 0).unwrap());
        let mut original = original.into_iter();
        let (kept, _) = packets(opened(&evidence.bytes));
        assert_eq!(kept.len() as u64, account.packets);
        for packet in kept {
            let is_same = |it: &Stored| {
                let interface = packet.interface;
                let it = Stored {
                    interface,
                    ..it.clone()
                };
                it == packet
            };
            assert!(original.any(|it| is_same(&it)), "{name}");
        }
    }
    assert!(seen > 100, "{seen}");
}

/// A segment of a packet: its place, its lengths, and what its checksum says.
fn segments(packets: &[Stored]) -> Vec<Option<(u32, usize, Checksum)>> {
    let mut decoder = Decoder::new(&Limits::default());
    (1..)
        .zip(packets)
        .map(|(number, packet)| {
            let raw = RawPacket {
                id: PacketId { input: 0, number },
                time: packet.time,
                link: packet.link,
                wire_length: packet.wire_length,
                reception: wsblame::packet::Reception::default(),
                bytes: &packet.bytes,
            };
            let segment = decoder.decode(&raw).ok()?;
            Some((segment.sequence, segment.payload.len(), segment.checksum()))
        })
        .collect()
}

#[test]
fn redaction_leaves_frames_lengths_and_checksums_as_they_were() {
    for path in fixtures() {
        let (whole, redacted) = (made(&[&path], WHOLE), made(&[&path], REDACTED));
        if whole.report.summary.broken == 0 {
            continue;
        }
        let name = path.display();
        let (before, _) = packets(opened(&whole.bytes));
        let (after, _) = packets(opened(&redacted.bytes));
        assert_eq!(before.len(), after.len(), "{name}");
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.bytes.len(), after.bytes.len(), "{name}");
            assert_eq!(before.wire_length, after.wire_length, "{name}");
            assert_eq!(before.time, after.time, "{name}");
        }
        assert_eq!(segments(&before), segments(&after), "{name}");
        let (before, after) = (again(&whole.bytes), again(&redacted.bytes));
        assert_eq!(of_frames(&before), of_frames(&after), "{name}");
    }
}

/// A conversation in which everything is secret that may be.
fn secrets() -> Capture {
    let request = Head::upgrade()
        .with("Cookie", "session=SECRET-cookie")
        .field("Authorization", "Basic SECRET-login")
        .field("X-Token", "SECRET-token")
        .line("GET /chat?token=SECRET-query HTTP/1.1");
    let response = Head::switching(&request).field("Set-Cookie", "id=SECRET-set");
    let mut conversation = Conversation::new();
    conversation
        .open()
        .upgrade_with(&request, &response)
        .client(Frame::text("SECRET-from-the-client"))
        .server(Frame::text("SECRET-from-the-server"))
        .server(Frame::binary(b"SECRET-binary".repeat(20)))
        .client(Frame::ping("SECRET-ping"))
        .server(Frame::pong("SECRET-ping"));
    let [first, second] = [Frame::text("SECRET-one"), Frame::continuation("SECRET-two")];
    conversation
        .send_cut(Side::Server, first, &[1, 7])
        .retransmit(Side::Server)
        .server(second)
        .send(Side::Client, Frame::close(1002, "SECRET-reason"))
        .send(Side::Server, Frame::close(1002, "SECRET-reason"))
        .end(Side::Server);
    conversation.capture()
}

/// Whether a text stands in the payload of a packet, as it is or under a mask that is known.
fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| {
        // A mask of four bytes repeats itself: what is four bytes apart is changed alike.
        let differs = |at: usize| window[at] ^ text[at];
        (4..text.len()).all(|at| differs(at) == differs(at - 4))
    })
}

#[test]
fn nothing_that_was_said_is_in_redacted_evidence() {
    let capture = file(&secrets().to_pcap(Precision::Microseconds));
    let (whole, redacted) = (
        made(&[capture.path()], WHOLE),
        made(&[capture.path()], REDACTED),
    );
    let original = secrets();
    assert_eq!(whole.account.packets, original.packets.len() as u64);
    let said = [
        "SECRET-from",
        "SECRET-bina",
        "SECRET-ping",
        "SECRET-reas",
        "SECRET-cook",
    ];
    for text in said {
        assert!(holds(&whole.bytes, text.as_bytes()), "{text}");
        assert!(!holds(&redacted.bytes, text.as_bytes()), "{text}");
    }
    assert!(!redacted.bytes.windows(6).any(|it| it == b"SECRET"));
    // What the report shows is there.
    for shown in [
        "GET /chat?xxx",
        "Sec-WebSocket-Key: ",
        "Cookie: xxx",
        "X-Token: xxx",
    ] {
        let found = redacted
            .bytes
            .windows(shown.len())
            .any(|it| it == shown.as_bytes());
        assert!(found, "{shown}");
    }
    assert_eq!(of_frames(&whole.report), of_frames(&again(&redacted.bytes)));
    let rules: BTreeSet<_> = again(&redacted.bytes).connections[0]
        .findings
        .iter()
        .map(|it| it.rule)
        .collect();
    assert!(!rules.contains("invalid-utf8"), "{rules:?}");
    assert!(!rules.contains("tcp-overlap-conflict"), "{rules:?}");
}

#[test]
fn a_page_in_chunks_is_masked_and_what_is_behind_it_is_read() {
    let refusal = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\
        Transfer-Encoding: chunked\r\n\r\nb;q=SECRET\r\nSECRET page\r\n0\r\nX: SECRET\r\n\r\n";
    let mut conversation = Conversation::new();
    conversation
        .open()
        .bytes(Side::Client, Head::upgrade().encode())
        .bytes_cut(Side::Server, refusal, &[90, 100])
        .upgrade()
        .server(Frame::text("SECRET-hello").rsv1())
        .close(1002);
    let capture = file(&conversation.capture().to_pcap(Precision::Microseconds));
    let redacted = made(&[capture.path()], REDACTED);
    assert_eq!(found(&redacted.report, VIOLATION).len(), 1);
    assert!(!redacted.bytes.windows(6).any(|it| it == b"SECRET"));
    let again = again(&redacted.bytes);
    assert_eq!(of_frames(&redacted.report), of_frames(&again));
}

#[test]
fn masked_messages_that_were_compressed_inflate() {
    let mut conversation = Conversation::accepted_with_deflate();
    let mut deflater = Deflater::default();
    for length in [0, 1, 2, 3, 9, 200, 70_000] {
        let text: String = (0..length)
            .map(|at| char::from(b'a' + (at % 23) as u8))
            .collect();
        conversation.server(deflater.compress(Frame::text(text)));
    }
    conversation.client(Frame::text("bye").rsv(2)).close(1002);
    let capture = file(&conversation.capture().to_pcap(Precision::Microseconds));
    let redacted = made(&[capture.path()], REDACTED);
    assert_eq!(redacted.account.connections, 1);
    assert_eq!(said(&redacted.report).len(), 1);
    assert_eq!(
        of_frames(&redacted.report),
        of_frames(&again(&redacted.bytes))
    );
    let again = again(&redacted.bytes);
    assert_eq!(found(&again, "bad-deflate"), []);
    assert_eq!(again.connections[0].messages.server.text, 7);
}

/// The two captures of interfaces with clocks of their own, dealt into one file.
fn two_interfaces(order: Order) -> Vec<u8> {
    let (milli, nano) = ([3], [9]);
    let offset = order.u64(3600);
    let mut pcapng = Pcapng::new(order, &[])
        .interface(1, 0, &[(2, b"lo"), (9, &milli), (14, &offset)])
        .interface(
            1,
            65_535,
            &[(2, b"eth7"), (3, b"uplink\x1b[2J"), (9, &nano)],
        );
    for (number, packet) in (1..).zip(broken().packets) {
        let nanos = u64::try_from(packet.time.as_nanos()).unwrap();
        let (interface, ticks) = match number % 3 {
            0 => (0, nanos / 1_000_000 - 3_600_000),
            _ => (1, nanos + 123),
        };
        let flags = order.u32(if number % 2 == 0 { 2 } else { 1 });
        pcapng = pcapng.packet(interface, ticks, &packet.bytes, &[(2, &flags)]);
    }
    pcapng.bytes
}

#[test]
fn interfaces_are_described_as_they_were() {
    for order in [Order::Little, Order::Big] {
        let capture = two_interfaces(order);
        let evidence = made(&[file(&capture).path()], WHOLE);
        let (before, _) = packets(opened(&capture));
        let (after, savefile) = packets(opened(&evidence.bytes));
        let described = &savefile.input().about.interfaces;
        let name = |it: &Stored| described[it.interface as usize].name.clone().unwrap();
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            assert_eq!((before.time, &before.bytes), (after.time, &after.bytes));
            assert_eq!((before.flags, before.link), (after.flags, after.link));
            let expected = if before.interface == 0 { "lo" } else { "eth7" };
            assert_eq!(name(after), expected);
        }
        // The first packet came from there.
        assert_eq!(
            described[0].description.as_deref(),
            Some("uplink\\u{1b}[2J")
        );
        assert_eq!(
            (described[0].snap_length, described[1].snap_length),
            (Some(65_535), None)
        );
        assert_eq!(
            (described[0].resolution.0, described[1].resolution.0),
            (9, 3)
        );
        assert_eq!(described[1].offset, 3600);
    }
}

#[test]
fn links_clocks_and_compression_make_no_difference() {
    let sll2: Vec<_> = broken()
        .packets
        .into_iter()
        .map(|mut packet| {
            let link = [
                &[8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6][..],
                &packet.bytes[6..12],
                &[0, 0],
            ];
            packet.bytes = [&link.concat()[..], &packet.bytes[14..]].concat();
            packet
        })
        .collect();
    let mut cooked = Pcapng::new(Order::Little, &[]).interface(276, 0, &[]);
    for packet in &sll2 {
        let ticks = u64::try_from(packet.time.as_micros()).unwrap();
        cooked = cooked.packet(0, ticks, &packet.bytes, &[]);
    }
    let nanoseconds = broken().to_pcap(Precision::Nanoseconds);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&nanoseconds).unwrap();
    let compressed = encoder.finish().unwrap();
    for capture in [cooked.bytes, nanoseconds, compressed] {
        for wish in [WHOLE, REDACTED] {
            let capture = file(&capture);
            let evidence = made(&[capture.path()], wish);
            let (before, _) = packets(Savefile::open(capture.path(), 0).unwrap());
            let (after, _) = packets(opened(&evidence.bytes));
            let what = |it: &Stored| (it.time, it.link, it.wire_length, it.bytes.len());
            assert!(before.iter().map(what).eq(after.iter().map(what)));
            assert!(wish.redact || before == after);
            assert_eq!(
                of_frames(&evidence.report),
                of_frames(&again(&evidence.bytes))
            );
        }
    }
}

#[test]
fn several_captures_become_one() {
    let folder = tempfile::tempdir().unwrap();
    let pcap = broken().to_pcap(Precision::Microseconds);
    let dealt = built::sets::Dealt::new(&pcap, folder.path(), &["a.pcap", "b.pcap"], |at| at % 2);
    let evidence = made(&dealt.paths, WHOLE);
    let (packets, savefile) = packets(opened(&evidence.bytes));
    let (original, _) = self::packets(opened(&pcap));
    assert!(
        packets
            .iter()
            .map(|it| &it.bytes)
            .eq(original.iter().map(|it| &it.bytes))
    );
    assert!(packets.is_sorted_by_key(|it| it.time));
    assert_eq!(savefile.input().about.interfaces.len(), 2);
    assert_eq!(said(&evidence.report), said(&again(&evidence.bytes)));
    let from = savefile.input().about.comments.iter().map(|it| &it.text);
    assert_eq!(
        from.filter(|it| it.starts_with("wsblame: from ")).count(),
        2
    );
}

/// The comments of evidence, by packet.
fn comments(evidence: &[u8]) -> Vec<(Option<u64>, String)> {
    let (_, savefile) = packets(opened(evidence));
    let comments = savefile.input().about.comments.iter();
    comments.map(|it| (it.packet, it.text.clone())).collect()
}

#[test]
fn comments_stand_on_their_packets() {
    let mut clean = Conversation::accepted();
    clean
        .client(Frame::text("nothing is wrong here"))
        .close(1000);
    let mut conversation = Conversation::accepted();
    conversation
        .server(Frame::text("Hello").rsv1())
        .client(Frame::close(1002, "no\u{1b}[2J\nwsblame: all is well"))
        .end(Side::Client);
    // Other connections stand before it and beside it.
    let mut capture = Capture::of([&conversation]);
    let others = clean.capture().packets.into_iter().map(|mut packet| {
        // Another port of the client.
        let port = if packet.bytes[34..36] == [0, 80] {
            37
        } else {
            35
        };
        packet.bytes[port] ^= 0xff;
        packet
    });
    let others: Vec<_> = others.collect();
    capture.packets = [others, capture.packets].concat();
    let evidence = made(
        &[file(&capture.to_pcap(Precision::Microseconds)).path()],
        WHOLE,
    );
    let finding = evidence
        .report
        .connections
        .iter()
        .find(|it| it.broken)
        .unwrap();
    let finding = &finding.findings[0];
    let comments = comments(&evidence.bytes);
    let on = |text: &str| {
        let found = comments.iter().find(|(_, it)| it.contains(text));
        found
            .unwrap_or_else(|| panic!("{text}: {comments:#?}"))
            .clone()
    };
    let (packet, text) = on("[rsv-without-extension]");
    assert_eq!(packet, Some(6));
    assert!(finding.packet > 6);
    assert_eq!(
        text,
        format!(
            "wsblame: connection 2, server: {} [rsv-without-extension] (packet {} of the capture)",
            finding.message, finding.packet
        )
    );
    assert_eq!(
        on("client: Close 1002 \"no\\u{1b}[2J\\nwsblame: all is well\"").0,
        Some(7)
    );
    assert_eq!(on("client: FIN").0, Some(8));
    let (section, verdict) = on("wsblame: connection 2, 192.0.2.10:50000 to ");
    assert_eq!(section, None);
    assert!(verdict.contains("server-side"), "{verdict}");
    for (_, text) in &comments {
        assert!(!text.contains(|it: char| it.is_control()), "{text:?}");
    }
}

#[test]
fn only_packets_around_what_was_found_are_kept_where_that_is_wanted() {
    let mut conversation = Conversation::accepted();
    for number in 0..50 {
        conversation.client(Frame::text(format!("message {number}")));
    }
    conversation.server(Frame::text("Hello").rsv1());
    for number in 0..50 {
        conversation.client(Frame::text(format!("message {number}")));
    }
    conversation.close(1002);
    let capture = conversation.capture();
    let path = file(&capture.to_pcap(Precision::Microseconds));
    let wish = |context| Wish {
        context: Some(context),
        redact: false,
    };
    let evidence = made(&[path.path()], wish(2));
    let (kept, _) = packets(opened(&evidence.bytes));
    assert!(kept.len() > 10 && kept.len() < 30, "{}", kept.len());
    let place = |bytes: &[u8]| capture.packets.iter().position(|it| it.bytes == bytes);
    let places: BTreeSet<_> = kept.iter().map(|it| place(&it.bytes).unwrap()).collect();
    let violation = usize::try_from(evidence.report.connections[0].findings[0].packet).unwrap() - 1;
    assert!((violation - 2..=violation + 2).all(|at| places.contains(&at)));
    assert!(!places.contains(&(violation - 3)) && !places.contains(&(violation + 3)));
    let none = made(&[path.path()], wish(0));
    assert!(none.account.packets < evidence.account.packets);
    assert_eq!(found(&again(&evidence.bytes), VIOLATION).len(), 1);
}

#[test]
fn fragments_go_along_and_are_masked() {
    let mut packets = Vec::new();
    for (id, packet) in (1_u16..).zip(broken().packets) {
        let is_long = packet.bytes.len() > 54 + 8;
        if is_long {
            let mut pieces = built::fragment::fragments(&packet, 24, id.into());
            // The last one comes first, and a fragment of something else between them.
            pieces.reverse();
            packets.extend(pieces);
        } else {
            packets.push(packet);
        }
    }
    let of_another = built::fragment::identified(&broken().packets[3], 999);
    let mut stranger = built::fragment::fragments(&of_another, 24, 999);
    stranger.truncate(1);
    packets.splice(4..4, stranger);
    let mut capture = broken();
    let count = packets.len() as u64 - 1;
    let begin = packets[0].time;
    for (at, packet) in (0..).zip(&mut packets) {
        packet.time = begin + std::time::Duration::from_micros(at);
    }
    capture.packets = packets;
    let path = file(&capture.to_pcap(Precision::Microseconds));
    let (whole, redacted) = (made(&[path.path()], WHOLE), made(&[path.path()], REDACTED));
    assert_eq!(found(&whole.report, VIOLATION).len(), 1);
    assert_eq!((whole.account.packets, whole.account.left_out), (count, 0));
    assert_eq!(
        (redacted.account.packets, redacted.account.left_out),
        (count, 0)
    );
    assert_eq!(said(&whole.report), said(&again(&whole.bytes)));
    assert_eq!(of_frames(&whole.report), of_frames(&again(&redacted.bytes)));
    assert!(!holds(&redacted.bytes, b"are you still there"));
}

fn wsblame(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(["check", "--quiet"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_program_says_what_evidence_holds() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("ws.pcap");
    std::fs::write(&capture, broken().to_pcap(Precision::Microseconds)).unwrap();
    let (capture, to) = (
        capture.to_str().unwrap(),
        folder.path().join("evidence.pcapng"),
    );
    let to = to.to_str().unwrap();
    let output = wsblame(&[capture, "--evidence", to]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("it holds payload as it was sent"),
        "{output:?}"
    );
    let plain = std::fs::read(to).unwrap();
    let output = wsblame(&[capture, "--evidence", to, "--redact"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("payload is masked"), "{output:?}");
    assert_ne!(std::fs::read(to).unwrap(), plain);
    let output = wsblame(&[capture, "--evidence", to, "--evidence-context", "0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(std::fs::read(to).unwrap().len() < plain.len());
    // No other file is left.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn evidence_that_cannot_be_written_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (capture, own) = (at("ws.pcap"), at("ws.pcapng"));
    std::fs::write(&capture, broken().to_pcap(Precision::Microseconds)).unwrap();
    std::fs::write(&own, two_interfaces(Order::Little)).unwrap();
    std::fs::create_dir(at("folder.pcapng")).unwrap();
    let before = std::fs::read(&own).unwrap();
    for (arguments, expected) in [
        (&[&capture, &at("no/such.pcapng")][..], "No such file"),
        (&[&capture, &at("folder.pcapng")], "is a directory"),
        (&[&capture, &at("evidence.pcap")], "ends in .pcapng"),
        (&[&own, &own], "is one of the captures"),
        (
            &["-".to_owned(), at("evidence.pcapng")].each_ref(),
            "read twice",
        ),
    ] {
        let output = wsblame(&[arguments[0], "--evidence", arguments[1]]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(stderr(&output).contains(expected), "{output:?}");
        assert_eq!(output.stdout, b"");
    }
    assert_eq!(std::fs::read(&own).unwrap(), before);
    let mut clean = Conversation::accepted();
    clean.client(Frame::text("hello")).close(1000);
    std::fs::write(&capture, clean.capture().to_pcap(Precision::Microseconds)).unwrap();
    let output = wsblame(&[&capture, "--evidence", &at("evidence.pcapng")]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("nothing is broken"), "{output:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn tshark_shows_the_comments() {
    let evidence = made(&[file(&two_interfaces(Order::Big)).path()], REDACTED);
    let path = file(&evidence.bytes);
    let tshark = |arguments: &[&str]| {
        let mut command = Command::new("tshark");
        command.arg("-r").arg(path.path()).args(arguments);
        command.output().ok()
    };
    let fields = ["-T", "fields", "-e", "frame.number", "-e", "frame.comment"];
    let Some(output) = tshark(&fields) else {
        eprintln!("tshark is not installed: whether it shows the comments was not tried");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines.len() as u64, evidence.account.packets);
    let on = lines
        .iter()
        .find(|it| it.contains("[rsv-without-extension]"));
    assert!(
        on.unwrap().starts_with(&format!("{VIOLATION_PACKET}\t")),
        "{shown}"
    );
    let sums = tshark(&["-o", "tcp.check_checksum:TRUE", "-Y", "tcp.checksum.bad"]).unwrap();
    assert_eq!(String::from_utf8_lossy(&sums.stdout), "");
}
