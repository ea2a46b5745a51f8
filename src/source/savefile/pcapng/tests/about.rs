//! What blocks say beside packets.

use std::net::IpAddr;

use super::{RESOLUTION, file};
use crate::packet::{Direction, LinkType, Reception};
use crate::source::samples::{
    self, Big, Little, Order, block, enhanced, enhanced_with, interface, open, options, read,
    secrets, statistics,
};
use crate::source::{
    About, Comment, Ending, Interface, PacketSource, Resolution, Savefile, Section, Statistics,
    Tally,
};

const COMMENT: u16 = 1;
const FLAGS: u16 = 2;
const DROPS: u16 = 4;

const TLS_KEY_LOG: u32 = 0x544c_534b;

fn about(order: Order, blocks: &[Vec<u8>]) -> (usize, About) {
    let (packets, savefile) = read(&file(order, blocks));
    let input = savefile.input();
    assert_eq!(input.ending, Some(Ending::Complete));
    (packets.len(), input.about.clone())
}

/// What is said of the arrival of each packet.
fn receptions(bytes: &[u8]) -> (Vec<Reception>, Savefile) {
    let mut savefile = open(bytes).unwrap();
    let mut receptions = Vec::new();
    while savefile.advance() {
        receptions.push(savefile.packet().unwrap().reception);
    }
    (receptions, savefile)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn interfaces_are_described() {
    for order in [Little, Big] {
        let described = interface(
            order,
            113,
            96,
            &[
                (2, b"any\0"),
                (3, "Überall".as_bytes()),
                (RESOLUTION, &[9]),
                (11, b"\0tcp port 8001"),
                (12, b"Linux 6.1"),
                (15, b"virtio"),
                (COMMENT, b"behind the balancer"),
            ],
        );
        let program = interface(order, 1, 0, &[(11, b"\x01\x28\0\0\0")]);
        let blocks = [
            described,
            enhanced(order, 0, 1, b"a"),
            program,
            enhanced(order, 1, 1, b"b"),
            enhanced(order, 0, 1, b"c"),
        ];
        let (_, about) = about(order, &blocks);
        let [any, other] = about.interfaces.as_slice() else {
            panic!("{about:?}")
        };
        assert_eq!((any.section, any.number), (1, 0));
        assert_eq!(any.name, some("any"));
        assert_eq!(any.description, some("Überall"));
        assert_eq!(any.filter, some("tcp port 8001"));
        assert_eq!(any.os, some("Linux 6.1"));
        assert_eq!(any.hardware, some("virtio"));
        assert_eq!(any.link, LinkType::LINUX_SLL);
        assert_eq!(any.snap_length, Some(96));
        assert_eq!(any.resolution, Resolution::NANOSECONDS);
        assert_eq!(any.read.packets, 2);
        assert_eq!(any.lost(), None);
        assert_eq!((other.number, other.read.packets), (1, 1));
        assert_eq!((other.snap_length, &other.filter), (None, &None));
        assert_eq!(other.resolution, Resolution::MICROSECONDS);
        let comment = Comment {
            packet: None,
            text: "behind the balancer".to_owned(),
        };
        assert_eq!(about.comments, [comment]);
    }
}

#[test]
fn sections_number_their_interfaces_anew() {
    let section_of = |order: Order, application: &[u8], comment: &[u8]| {
        let mut body = order.u32(0x1a2b_3c4d).to_vec();
        body.extend([order.u16(1), order.u16(0)].concat());
        body.extend([0xff; 8]);
        let all = [(2, b"x86".as_slice()), (3, b"Linux"), (4, application)];
        body.extend(options(order, &all));
        body.extend(options(order, &[(COMMENT, comment)]));
        block(order, 0x0a0d_0d0a, &body)
    };
    let name = |order, name: &[u8]| interface(order, 1, 0, &[(2, name)]);
    let bytes = [
        section_of(Little, b"tcpdump", b"before"),
        name(Little, b"eth0"),
        name(Little, b"eth1"),
        enhanced(Little, 1, 1, b"a"),
        section_of(Big, b"dumpcap", b"after"),
        name(Big, b"eth2"),
        enhanced(Big, 0, 2, b"b"),
        statistics(Big, 0, &[(7, &Big.u64(5))]),
    ]
    .concat();
    let (receptions, savefile) = receptions(&bytes);
    let indexes: Vec<u32> = receptions.iter().map(|it| it.interface).collect();
    assert_eq!(indexes, [1, 2]);
    let about = &savefile.input().about;
    let place = |it: &Interface| (it.section, it.number, it.name.clone(), it.read.packets);
    assert_eq!(
        about.interfaces.iter().map(place).collect::<Vec<_>>(),
        [
            (1, 0, some("eth0"), 0),
            (1, 1, some("eth1"), 1),
            (2, 0, some("eth2"), 1),
        ]
    );
    assert_eq!(about.interfaces[2].lost(), Some(5));
    assert_eq!(about.lost(), Some(5));
    let section = |application| Section {
        hardware: some("x86"),
        os: some("Linux"),
        application: some(application),
    };
    assert_eq!(about.sections, [section("tcpdump"), section("dumpcap")]);
    let comments: Vec<&str> = about.comments.iter().map(|it| &*it.text).collect();
    assert_eq!(comments, ["before", "after"]);
}

#[test]
fn the_last_statistics_of_an_interface_hold() {
    for order in [Little, Big] {
        let first = [
            (4, order.u64(90).to_vec()),
            (5, order.u64(3).to_vec()),
            (6, order.u64(80).to_vec()),
        ];
        let last = [
            (4, order.u64(190).to_vec()),
            (5, order.u64(12).to_vec()),
            (7, order.u64(500).to_vec()),
            (8, order.u64(u64::MAX).to_vec()),
        ];
        let statistics = |options: &[(u16, Vec<u8>)]| {
            let options: Vec<(u16, &[u8])> =
                options.iter().map(|(code, it)| (*code, &**it)).collect();
            statistics(order, 0, &options)
        };
        let blocks = [
            interface(order, 1, 0, &[]),
            statistics(&first),
            // Lost between packets: part of the total.
            enhanced_with(order, 0, 1, b"a", &[(DROPS, &order.u64(7))]),
            statistics(&last),
            // Of an interface that is not there.
            samples::statistics(order, 1, &[(5, &order.u64(9))]),
        ];
        let (_, about) = about(order, &blocks);
        let interface = &about.interfaces[0];
        let expected = Statistics {
            received: Some(190),
            interface_drops: Some(12),
            accepted: Some(80),
            system_drops: Some(500),
            delivered: None,
        };
        assert_eq!(interface.statistics, expected, "{order:?}");
        assert_eq!(interface.lost_between, Some(7));
        assert_eq!(interface.lost(), Some(512));
    }
}

#[test]
fn packets_say_what_was_lost_before_them() {
    for order in [Little, Big] {
        // An obsolete Packet Block has 16 bits for it, and a value for not knowing.
        let obsolete = |drops: u16, options: &[(u16, &[u8])]| {
            let mut body = [order.u16(0), order.u16(drops)].concat();
            body.extend(order.words(&[0, 9, 3, 3]));
            body.extend(b"old\0");
            body.extend(samples::options(order, options));
            block(order, 2, &body)
        };
        let blocks = [
            interface(order, 1, 0, &[]),
            interface(order, 1, 0, &[]),
            interface(order, 1, 0, &[]),
            enhanced_with(order, 0, 1, b"a", &[(DROPS, &order.u64(7))]),
            obsolete(0xffff, &[]),
            obsolete(2, &[(DROPS, &order.u64(1000))]),
            enhanced_with(order, 1, 1, b"a", &[(DROPS, b"short")]),
            enhanced_with(order, 2, 1, b"a", &[(DROPS, &order.u64(u64::MAX))]),
            enhanced_with(order, 2, 1, b"a", &[(DROPS, &order.u64(1))]),
        ];
        let (packets, about) = about(order, &blocks);
        assert_eq!(packets, 6);
        let lost: Vec<_> = about.interfaces.iter().map(Interface::lost).collect();
        assert_eq!(lost, [Some(9), None, Some(u64::MAX)], "{order:?}");
    }
}

#[test]
fn flags_tell_the_direction_and_errors_of_the_link() {
    for order in [Little, Big] {
        let flagged =
            |flags: u32| enhanced_with(order, 0, 1, b"abc", &[(FLAGS, &order.u32(flags))]);
        let mut old = [order.u16(0), order.u16(0xffff)].concat();
        old.extend(order.words(&[0, 9, 4, 4]));
        old.extend(b"old!");
        old.extend(options(order, &[(FLAGS, &order.u32(0b10))]));
        let blocks = [
            interface(order, 1, 0, &[]),
            enhanced(order, 0, 1, b"abc"),
            flagged(0b1_0001),
            flagged(0b10 | 1 << 24),
            // Neither, and an inverted check sequence of four bytes.
            flagged(0b11 | 4 << 5),
            block(order, 2, &old),
        ];
        let (receptions, savefile) = receptions(&file(order, &blocks));
        let told: Vec<_> = receptions
            .iter()
            .map(|it| (it.direction, it.link_error))
            .collect();
        let expected = [
            (None, false),
            (Some(Direction::Inbound), false),
            (Some(Direction::Outbound), true),
            (None, false),
            (Some(Direction::Outbound), false),
        ];
        assert_eq!(told, expected, "{order:?}");
        let counted = Tally {
            packets: 5,
            inbound: 1,
            outbound: 2,
            link_errors: 1,
        };
        assert_eq!(savefile.input().about.interfaces[0].read, counted);
    }
}

#[test]
fn comments_name_the_packet_that_wireshark_numbers() {
    let two: [(u16, &[u8]); 3] = [(COMMENT, b"one"), (COMMENT, b"two"), (0, b"")];
    let blocks = [
        interface(Little, 1, 0, &[]),
        block(Little, 0xbad, b"numbered as a packet"),
        enhanced_with(Little, 0, 1, b"a", &two),
        enhanced_with(
            Little,
            0,
            1,
            b"b",
            &[(0, b""), (COMMENT, b"behind the end")],
        ),
        enhanced_with(Little, 0, 1, b"c", &[(COMMENT, b"three")]),
    ];
    let (_, about) = about(Little, &blocks);
    let comments: Vec<_> = about
        .comments
        .iter()
        .map(|it| (it.packet, &*it.text))
        .collect();
    let expected = [(Some(2), "one"), (Some(2), "two"), (Some(4), "three")];
    assert_eq!(comments, expected);
}

#[test]
fn options_that_do_not_fit_leave_the_packet_as_it_is() {
    for length in [13, 0xffff] {
        let mut body = Big.words(&[0, 0, 1, 3, 3]);
        body.extend(b"abc\0");
        body.extend(options(Big, &[(FLAGS, &Big.u32(1))]));
        body.extend([Big.u16(COMMENT), Big.u16(length)].concat());
        body.extend(b"twelve bytes");
        let blocks = [interface(Big, 1, 0, &[]), block(Big, 6, &body)];
        let (receptions, savefile) = receptions(&file(Big, &blocks));
        assert_eq!(receptions.len(), 1);
        assert_eq!(receptions[0].direction, Some(Direction::Inbound));
        assert_eq!(savefile.input().about.comments, []);
        assert_eq!(savefile.input().ending, Some(Ending::Complete));
    }
}

#[test]
fn names_of_addresses_are_kept() {
    for order in [Little, Big] {
        let v6: IpAddr = "2001:db8::9".parse().unwrap();
        let named = |address: &[u8], names: &[u8]| [address, names].concat();
        let first = named(&[10, 0, 0, 9], b"api-1.internal\0api.internal\0");
        let records: [(u16, &[u8]); 6] = [
            (1, &first),
            // An address of six bytes, and one that is cut.
            (3, b"\x02\0\0\0\0\x01cable\0"),
            (1, &[10, 0]),
            (
                2,
                &named(
                    &"2001:db8::9"
                        .parse::<std::net::Ipv6Addr>()
                        .unwrap()
                        .octets(),
                    b"six",
                ),
            ),
            (0, b""),
            // The options of the block: the name of a resolver.
            (2, b"\x0a\0\0\x01resolver.internal"),
        ];
        let again = named(&[10, 0, 0, 9], b"api-2.internal\0");
        let blocks = [
            block(order, 4, &options(order, &records)),
            block(order, 4, &options(order, &[(1, &again)])),
        ];
        let (_, about) = about(order, &blocks);
        let names: Vec<_> = about
            .names
            .iter()
            .map(|(it, name)| (*it, &**name))
            .collect();
        let expected = [(IpAddr::from([10, 0, 0, 9]), "api-1.internal"), (v6, "six")];
        assert_eq!(names, expected, "{order:?}");
    }
}

#[test]
fn secrets_are_kept_for_tls_alone() {
    for order in [Little, Big] {
        let mut short = secrets(order, TLS_KEY_LOG, b"CLIENT_RANDOM");
        // One byte more than the block has room for.
        short[12..16].copy_from_slice(&order.u32(17));
        let blocks = [
            secrets(order, TLS_KEY_LOG, b"CLIENT_RANDOM a b\n"),
            secrets(order, 0x5747_4b4c, b"WireGuard's"),
            short,
            secrets(order, TLS_KEY_LOG, b"CLIENT_RANDOM c d"),
        ];
        let (_, about) = about(order, &blocks);
        let expected = b"CLIENT_RANDOM a b\nCLIENT_RANDOM c d\n";
        assert_eq!(about.secrets.key_log(), expected, "{order:?}");
        assert!(!format!("{about:?}").contains("RANDOM"));
    }
}

#[test]
fn secrets_beyond_the_bound_are_counted() {
    let long = vec![b'x'; About::MOST_SECRET_BYTES / 2];
    let blocks = vec![secrets(Little, TLS_KEY_LOG, &long); 3];
    let (_, about) = about(Little, &blocks);
    // Each with a line end.
    assert_eq!(about.secrets.key_log().len(), long.len() + 1);
    assert_eq!(about.left_out.secret_bytes, 2 * long.len() as u64);
}

#[test]
fn descriptions_longer_than_is_read_are_passed_over() {
    let long = vec![0; 1 << 20];
    let mut blocks = vec![interface(Little, 1, 0, &[])];
    blocks.extend([4, 5, 10, 77].map(|kind| block(Little, kind, &long)));
    blocks.push(enhanced(Little, 0, 1, b"behind"));
    let (packets, about) = about(Little, &blocks);
    assert_eq!(packets, 1);
    assert_eq!(about.left_out.long_blocks, 3);
}

#[test]
fn packets_of_interfaces_beyond_the_bound_are_read() {
    let number = About::MOST_INTERFACES + 3;
    let mut blocks = vec![interface(Little, 1, 0, &[]); number];
    let last = u32::try_from(number - 1).unwrap();
    blocks.push(enhanced_with(Little, last, 1, b"a", &[(DROPS, &[1; 8])]));
    blocks.push(statistics(Little, last, &[(5, &[1; 8])]));
    let (receptions, savefile) = receptions(&file(Little, &blocks));
    assert_eq!(receptions[0].interface, last);
    let about = &savefile.input().about;
    assert_eq!(about.interfaces.len(), About::MOST_INTERFACES);
    assert_eq!(about.left_out.interfaces, 3);
    assert_eq!(about.lost(), None);
}

#[test]
fn a_capture_longer_than_its_snap_length_is_believed() {
    let blocks = [
        interface(Little, 1, 2, &[]),
        enhanced(Little, 0, 1, b"abcd"),
    ];
    let (packets, _) = read(&file(Little, &blocks));
    assert!(packets[0].ends_with(r#": 4 "abcd""#), "{packets:?}");
}
