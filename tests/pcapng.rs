//! pcapng files: what several interfaces, sections and clocks do to the packets of a connection,
//! and what the file says beside them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::io::Cursor;

use built::pcapng::{COMMENT, Order, Pcapng};
use built::{ETHERNET, VIOLATION, VIOLATION_PACKET, broken, found, report_of_files};
use proptest::prelude::*;
use wsblame::report::model::{Input, Report};
use wsblame::report::{json, text};
use wsblame::source::{PacketSource, Savefile};
use wsblame_fixtures::Packet;

const LINK_ETHERNET: u16 = 1;
const LINK_RAW: u16 = 101;
const LINK_USB: u16 = 189;

const NAME: u16 = 2;
const RESOLUTION: u16 = 9;
const OFFSET: u16 = 14;

fn report(file: &Pcapng) -> Report {
    let on_disk = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(on_disk.path(), &file.bytes).unwrap();
    let report = report_of_files(&[on_disk.path()]);
    assert_eq!(report.inputs[0].error, None);
    assert!(!report.inputs[0].truncated);
    report
}

fn only(report: &Report) -> &Input {
    assert_eq!(report.inputs.len(), 1);
    &report.inputs[0]
}

/// The report as text, in one line without styles.
fn told(report: &Report) -> String {
    let mut out = Vec::new();
    text::write(report, &mut out).unwrap();
    let styled = String::from_utf8(out).unwrap();
    let plain = anstream::adapter::strip_str(&styled).to_string();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn micros(packet: &Packet) -> u64 {
    u64::try_from(packet.time.as_micros()).unwrap()
}

/// The packets, all on the first interface.
fn on_ethernet(file: Pcapng, packets: &[Packet]) -> Pcapng {
    packets.iter().fold(file, |file, packet| {
        file.packet(0, micros(packet), &packet.bytes, &[])
    })
}

fn ethernet(order: Order) -> Pcapng {
    Pcapng::new(order, &[]).interface(LINK_ETHERNET, 0, &[(NAME, b"eth0")])
}

const AT_ITS_PACKET: [(u32, u64); 1] = [(0, VIOLATION_PACKET)];

#[test]
fn interfaces_differ_in_link_type_and_clock() {
    const SECONDS: u64 = 1_000_000_000;
    for order in [Order::Little, Order::Big] {
        let offset = order.u64(SECONDS);
        let file = Pcapng::new(order, &[])
            .interface(LINK_ETHERNET, 65_535, &[(NAME, b"eth0")])
            // Ticks of 2^-30 seconds, counted from 2001.
            .interface(
                LINK_RAW,
                0,
                &[
                    (NAME, b"tun0"),
                    (RESOLUTION, &[0x80 | 30]),
                    (OFFSET, &offset),
                ],
            );
        let packets = broken().packets;
        let file = packets
            .iter()
            .zip(1..)
            .fold(file, |file, (packet, number)| {
                if number % 2 == 0 {
                    return file.packet(0, micros(packet), &packet.bytes, &[]);
                }
                let seconds = packet.time.as_secs() - SECONDS;
                // Rounded up, as it is cut when it is read.
                let part = (u64::from(packet.time.subsec_nanos()) << 30).div_ceil(1_000_000_000);
                let ticks = seconds << 30 | part;
                file.packet(1, ticks, &packet.bytes[ETHERNET..], &[])
            });
        let report = report(&file);
        assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
        let connection = &report.connections[0];
        let first = packets[0].time;
        let lasting = packets[packets.len() - 1].time - first;
        assert_eq!(connection.end.since(connection.start), lasting);
        let interfaces = &only(&report).interfaces;
        let [eth0, tun0] = interfaces.as_slice() else {
            panic!("{interfaces:?}")
        };
        assert_eq!((eth0.link_type.number, eth0.snaplen), (1, Some(65_535)));
        assert_eq!((tun0.link_type.number, tun0.snaplen), (101, None));
        assert_eq!((&*eth0.resolution, &*tun0.resolution), ("10^-6", "2^-30"));
        assert_eq!(eth0.packets + tun0.packets, packets.len() as u64);
        let told = told(&report);
        assert!(told.contains("captured on eth0 ("), "{told}");
    }
}

#[test]
fn a_connection_goes_on_across_sections_of_either_byte_order() {
    const APPLICATION: (u16, &[u8]) = (4, b"dumpcap");
    let packets = broken().packets;
    // The violation is in the third packet of the second section.
    let (before, after) = packets.split_at(4);
    let interface = |file: Pcapng| file.interface(LINK_ETHERNET, 0, &[(NAME, b"eth0")]);
    for (first, second) in [(Order::Little, Order::Big), (Order::Big, Order::Little)] {
        let file = interface(Pcapng::new(first, &[APPLICATION]));
        let file = on_ethernet(file, before).section(second, &[APPLICATION]);
        let file = on_ethernet(interface(file), after);
        let report = report(&file);
        assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
        assert_eq!(report.connections.len(), 1);
        let interfaces = only(&report).interfaces.iter();
        let places: Vec<_> = interfaces
            .map(|it| (it.section, it.number, it.packets))
            .collect();
        assert_eq!(places, [(1, 0, 4), (2, 0, after.len() as u64)]);
        let sections = &only(&report).sections;
        assert_eq!(sections.len(), 2);
        assert_eq!(sections[1].application.as_deref(), Some("dumpcap"));
    }
}

#[test]
fn packets_without_times_are_read() {
    for order in [Order::Little, Order::Big] {
        let packets = broken().packets;
        let file = packets.iter().fold(ethernet(order), |file, packet| {
            file.simple_packet(&packet.bytes)
        });
        let report = report(&file);
        assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
        assert_eq!(only(&report).first_time, None);
        assert_eq!(only(&report).interfaces[0].packets, packets.len() as u64);
    }
}

#[test]
fn obsolete_packets_are_read_and_say_what_was_lost() {
    for order in [Order::Little, Order::Big] {
        let packets = broken().packets;
        let file = packets
            .iter()
            .zip(1..)
            .fold(ethernet(order), |file, (packet, number)| {
                let drops = match number {
                    3 => 4,
                    5 => 1,
                    // Not known.
                    _ => 0xffff,
                };
                file.obsolete_packet(0, drops, micros(packet), &packet.bytes, &[])
            });
        let report = report(&file);
        assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
        let dropped = only(&report).interfaces[0].dropped;
        assert_eq!((dropped.total, dropped.between_packets), (Some(5), Some(5)));
        assert_eq!((dropped.interface, dropped.os), (None, None));
        let told = told(&report);
        assert!(
            told.contains("the capture itself lost 5 packets on eth0"),
            "{told}"
        );
    }
}

#[test]
fn the_captures_own_loss_is_that_of_the_last_statistics() {
    for order in [Order::Little, Order::Big] {
        let counts = |file: Pcapng, received: u64, interface: u64, os: u64| {
            let (received, interface) = (order.u64(received), order.u64(interface));
            file.statistics(0, &[(4, &received), (5, &interface), (7, &order.u64(os))])
        };
        let packets = broken().packets;
        let (before, after) = packets.split_at(3);
        let file = on_ethernet(ethernet(order), before);
        let file = counts(file, 100, 2, 20);
        let (next, after) = after.split_first().unwrap();
        // Part of what the statistics count.
        let drops = order.u64(9);
        let file = file.packet(0, micros(next), &next.bytes, &[(4, &drops)]);
        let file = counts(on_ethernet(file, after), 9000, 12, 500);
        let report = report(&file);
        assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
        let interface = &only(&report).interfaces[0];
        assert_eq!(interface.received, Some(9000));
        assert_eq!(interface.dropped.total, Some(512));
        assert_eq!(interface.dropped.between_packets, Some(9));
        let told = told(&report);
        let expected =
            "the capture itself lost 512 packets on eth0 (operating system 500, interface 12)";
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn names_of_the_file_stand_beside_addresses() {
    for order in [Order::Little, Order::Big] {
        let packets = broken().packets;
        // Source and destination of the first packet: the client and the server.
        let address = |at: usize| packets[0].bytes[ETHERNET + at..ETHERNET + at + 4].to_vec();
        let server = [address(16), b"api-1.internal\0api.internal\0".to_vec()].concat();
        let other = [address(16), b"api-2.internal\0".to_vec()].concat();
        let file = on_ethernet(ethernet(order), &packets)
            .names(&[(1, &server)])
            .names(&[(1, &other)]);
        let report = report(&file);
        assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
        let connection = &report.connections[0];
        assert_eq!(connection.client.name, None);
        assert_eq!(connection.server.name.as_deref(), Some("api-1.internal"));
        let told = told(&report);
        let server = format!(
            "{}:{} (api-1.internal)",
            connection.server.address, connection.server.port
        );
        assert!(told.contains(&server), "{told}");
    }
}

#[test]
fn comments_and_directions_are_those_of_their_packets() {
    for order in [Order::Little, Order::Big] {
        let packets = broken().packets;
        let client = packets[0].bytes[ETHERNET + 12..ETHERNET + 16].to_vec();
        let file = ethernet(order);
        let file = packets
            .iter()
            .zip(1..)
            .fold(file, |file, (packet, number)| {
                let is_sent = packet.bytes[ETHERNET + 12..ETHERNET + 16] == client;
                let flags = order.u32(if is_sent { 2 } else { 1 });
                let comment: (u16, &[u8]) = (COMMENT, b"here the client\x1b[2J hangs");
                let options = match number {
                    VIOLATION_PACKET => vec![comment, (2, &flags)],
                    _ => vec![(2, flags.as_slice())],
                };
                file.packet(0, micros(packet), &packet.bytes, &options)
            });
        let report = report(&file);
        assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
        let input = only(&report);
        let (inbound, outbound) = (input.interfaces[0].inbound, input.interfaces[0].outbound);
        assert_eq!(inbound + outbound, packets.len() as u64);
        assert!(inbound > 0 && outbound > inbound, "{inbound} {outbound}");
        assert_eq!(input.comments.len(), 1);
        assert_eq!(input.comments[0].packet, Some(VIOLATION_PACKET));
        let told = told(&report);
        let expected =
            format!(r#"comment on packet {VIOLATION_PACKET}: "here the client\u{{1b}}[2J hangs""#);
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn packets_are_numbered_as_wireshark_numbers_them() {
    for order in [Order::Little, Order::Big] {
        let packets = broken().packets;
        let (before, after) = packets.split_at(2);
        let private = order.u32(32_473).to_vec();
        let file = on_ethernet(ethernet(order), before)
            // Custom blocks, to be copied and not, and an entry of a journal.
            .block(0xbad, private.clone(), &[])
            .block(0x4000_0bad, private, &[])
            .block(9, b"__REALTIME_TIMESTAMP=1\n".to_vec(), &[])
            // Neither of these is numbered.
            .block(0x77, vec![0; 40], &[])
            .tls_key_log(b"CLIENT_RANDOM 00 11\n")
            .statistics(0, &[])
            .names(&[]);
        let report = report(&on_ethernet(file, after));
        assert_eq!(found(&report, VIOLATION), [(0, VIOLATION_PACKET + 3)]);
    }
}

#[test]
fn a_link_type_that_is_not_known_names_its_interface() {
    let packets = broken().packets;
    let file = Pcapng::new(Order::Little, &[])
        .interface(LINK_USB, 0, &[(NAME, b"usbmon1")])
        .interface(LINK_ETHERNET, 0, &[(NAME, b"eth0")])
        .packet(0, 0, &[0; 60], &[]);
    let file = packets.iter().fold(file, |file, packet| {
        file.packet(1, micros(packet), &packet.bytes, &[])
    });
    let report = report(&file);
    assert_eq!(found(&report, VIOLATION), [(0, VIOLATION_PACKET + 1)]);
    let readable = only(&report)
        .interfaces
        .iter()
        .map(|it| it.link_type.readable);
    assert_eq!(readable.collect::<Vec<_>>(), [false, true]);
    let told = told(&report);
    let expected = "link type 189, USB_LINUX, cannot be read: 1 packet of usbmon1";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn secrets_are_kept_and_never_shown() {
    let lines = b"CLIENT_RANDOM 5ec2e7 a11ce\n";
    let file = on_ethernet(ethernet(Order::Big).tls_key_log(lines), &broken().packets);
    let report = report(&file);
    assert_eq!(found(&report, VIOLATION), AT_ITS_PACKET);
    assert_eq!(only(&report).tls_key_log_bytes, lines.len() as u64);
    let told = told(&report);
    let expected = format!("holds TLS session secrets ({} bytes)", lines.len());
    assert!(told.contains(&expected), "{told}");
    let mut shown = Vec::new();
    json::write(&report, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap() + &told;
    assert!(!shown.contains("5ec2e7"), "{shown}");

    let mut savefile = Savefile::from_reader("secrets", 0, Cursor::new(file.bytes)).unwrap();
    while savefile.advance() {}
    assert_eq!(savefile.input().about.secrets.key_log(), lines);
    assert!(!format!("{savefile:?}").contains("5ec2e7"));
}

#[test]
fn a_file_of_dumpcap_describes_its_interfaces() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/real/two-interfaces/capture.pcapng"
    );
    let report = report_of_files(&[file]);
    let input = only(&report);
    let application = input.sections[0].application.as_deref().unwrap();
    assert!(application.starts_with("Dumpcap"), "{application}");
    let described: Vec<_> = input
        .interfaces
        .iter()
        .map(|it| {
            (
                it.name.as_deref().unwrap(),
                it.link_type.number,
                &*it.resolution,
            )
        })
        .collect();
    assert_eq!(described, [("uplink", 1, "10^-9"), ("any", 113, "10^-9")]);
    for interface in &input.interfaces {
        assert_eq!(interface.received, Some(interface.packets));
        assert_eq!(interface.dropped.total, Some(0));
        let filter = interface.filter.as_deref().unwrap();
        assert!(filter.starts_with("tcp and "), "{filter}");
    }
}

/// A file with every kind of block.
fn of_all_blocks(order: Order) -> Vec<u8> {
    let all: [(u16, &[u8]); 4] = [(2, b"a"), (3, b"b"), (9, &[6]), (COMMENT, b"c")];
    let counts = order.u64(3);
    Pcapng::new(order, &all)
        .interface(LINK_ETHERNET, 96, &all)
        .packet(
            0,
            1,
            b"packet",
            &[(2, &order.u32(1)), (4, &counts), (COMMENT, b"c")],
        )
        .simple_packet(b"simple")
        .obsolete_packet(0, 1, 2, b"obsolete", &[(COMMENT, b"c")])
        .statistics(0, &[(2, &counts), (5, &counts)])
        .names(&[(1, b"\x0a\0\0\x01name\0")])
        .tls_key_log(b"CLIENT_RANDOM 00 11\n")
        .block(0xbad, vec![0; 8], &[])
        .section(order, &all)
        .interface(LINK_RAW, 0, &[])
        .packet(0, 1, b"packet", &[])
        .bytes
}

#[test]
fn sections_of_either_byte_order_describe_in_theirs() {
    let file = [of_all_blocks(Order::Little), of_all_blocks(Order::Big)].concat();
    let mut savefile = Savefile::from_reader("mixed", 0, Cursor::new(file)).unwrap();
    while savefile.advance() {}
    let input = savefile.input();
    assert_eq!(input.ending.as_ref().unwrap().as_str(), "complete");
    let about = &input.about;
    assert_eq!(about.sections.len(), 4);
    // The simple packet counts as well, and the custom block as a packet.
    let told: Vec<_> = about
        .interfaces
        .iter()
        .map(|it| (it.section, it.snap_length, it.read.packets, it.lost()))
        .collect();
    let described = |section| (section, Some(96), 3, Some(3));
    let bare = |section| (section, None, 1, None);
    assert_eq!(told, [described(1), bare(2), described(3), bare(4)]);
    let comments: Vec<_> = about.comments.iter().map(|it| it.packet).collect();
    let expected = [
        [None, None, Some(1), Some(3), None],
        [None, None, Some(6), Some(8), None],
    ];
    assert_eq!(comments, expected.concat());
    assert_eq!(about.names.len(), 1);
    assert_eq!(
        about.secrets.key_log().len(),
        2 * "CLIENT_RANDOM 00 11\n".len()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever bytes are damaged: the file is read to some end, every packet that is lent has
    /// an interface, and nothing is counted twice.
    #[test]
    fn damaged_files_are_read_to_an_end(
        is_big in any::<bool>(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let order = if is_big { Order::Big } else { Order::Little };
        let mut bytes = of_all_blocks(order);
        for (at, value) in damages {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let Ok(mut savefile) = Savefile::from_reader("damaged", 0, Cursor::new(bytes)) else {
            return Ok(());
        };
        let mut packets = 0;
        while savefile.advance() {
            let interface = savefile.packet().unwrap().reception.interface;
            let known = savefile.input().about.interfaces.len();
            prop_assert!(usize::try_from(interface).unwrap() < known);
            packets += 1;
        }
        let input = savefile.input();
        prop_assert!(input.ending.is_some());
        let counted: u64 = input.about.interfaces.iter().map(|it| it.read.packets).sum();
        prop_assert_eq!(counted, packets);
        prop_assert_eq!(input.packets - input.foreign - input.withheld, packets);
    }

    /// Options say nothing about a packet's bytes: with any bytes in their place it is the same.
    #[test]
    fn options_of_any_bytes_change_no_packet(options in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut body = [0_u32, 0, 7, 8, 8].map(u32::to_le_bytes).concat();
        body.extend(b"8 bytes!");
        body.extend(options);
        let file = Pcapng::new(Order::Little, &[])
            .interface(LINK_RAW, 0, &[])
            .block(6, body, &[])
            .packet(0, 8, b"next", &[]);
        let mut savefile = Savefile::from_reader("options", 0, Cursor::new(file.bytes)).unwrap();
        let mut packets = Vec::new();
        while savefile.advance() {
            packets.push(savefile.packet().unwrap().bytes.to_vec());
        }
        prop_assert_eq!(packets, [b"8 bytes!".to_vec(), b"next".to_vec()]);
    }
}
