//! The same violation inside the tunnels that captures are made outside of.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use built::wrap::{
    BRIDGED, GRE, IPV4, IPV6, Inner, UDP, Wrap, broken_v6, erspan_ii, erspan_iii, ethernet, geneve,
    gre, gtp_u, ipv4, ipv6, l2tp, l2tp_full, label, nsh, ppp, ppp_framed, pppoe, report_on,
    report_wrapped, to_port, to_port_v6, tzsp, udp, vlan, vxlan, vxlan_gpe, wireless,
};
use built::{VIOLATION, VIOLATION_PACKET, broken, found};
use wsblame_fixtures::{Capture, Conversation, Frame};

const ETHERNET: u32 = 1;

fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn in_gre(flags: u16, protocol: u16, fields: &[u8], payload: &[u8]) -> Vec<u8> {
    ethernet(IPV4, &ipv4(GRE, &gre(flags, protocol, fields, payload)))
}

/// PPTP (RFC 2637 section 4.1): length, call and sequence number.
fn pptp(acknowledgement: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let flags = if acknowledgement.is_empty() {
        0x3001
    } else {
        0x3081
    };
    let fields = bytes(&[&length, &[0, 9], &[0, 0, 0, 1], acknowledgement]);
    in_gre(flags, 0x880b, &fields, payload)
}

fn vlan_in_vxlan_in_vlan(it: Inner<'_>) -> Vec<u8> {
    let (addresses, _) = it.frame().split_at(12);
    let tagged = bytes(&[addresses, &[0x81, 0], &vlan(it.ether_type(), it.ip())]);
    let packet = ipv4(UDP, &udp(50_000, 4789, &vxlan(&tagged)));
    ethernet(0x8100, &vlan(IPV4, &packet))
}

const TUNNELS: &[(&str, Wrap)] = &[
    ("ip-in-ipv4", |it| {
        ethernet(IPV4, &ipv4(it.ip_number(), it.ip()))
    }),
    ("ip-in-ipv6", |it| {
        ethernet(IPV6, &ipv6(it.ip_number(), it.ip()))
    }),
    ("ip-in-ipv6-with-options", |it| {
        // Destination options with the limit of encapsulation (RFC 2473 section 5.1).
        let options = [it.ip_number(), 0, 4, 1, 4, 1, 0, 0];
        ethernet(IPV6, &ipv6(60, &bytes(&[&options, it.ip()])))
    }),
    ("gre", |it| in_gre(0, it.ether_type(), &[], it.ip())),
    ("gre-v6", |it| {
        ethernet(IPV6, &ipv6(GRE, &gre(0, it.ether_type(), &[], it.ip())))
    }),
    ("gre-checksum-key-sequence", |it| {
        in_gre(0xb000, it.ether_type(), &[0; 12], it.ip())
    }),
    ("gre-key", |it| {
        in_gre(0x2000, it.ether_type(), &[0; 4], it.ip())
    }),
    ("gre-bridged", |it| {
        in_gre(0x2000, BRIDGED, &[0, 0, 42, 0], it.frame())
    }),
    ("gre-mpls", |it| {
        in_gre(0, 0x8847, &[], &label(100, true, it.ip()))
    }),
    ("gre-nsh", |it| in_gre(0, 0x894f, &[], &nsh(3, it.frame()))),
    ("pptp", |it| pptp(&[], &ppp_framed(it))),
    ("pptp-acknowledging", |it| pptp(&[0, 0, 0, 1], &ppp(it))),
    ("erspan-i", |it| in_gre(0, 0x88be, &[], it.frame())),
    ("erspan-ii", |it| {
        in_gre(0x1000, 0x88be, &[0; 4], &erspan_ii(it.frame()))
    }),
    ("erspan-iii", |it| {
        in_gre(0x1000, 0x22eb, &[0; 4], &erspan_iii(&[], it.frame()))
    }),
    ("erspan-iii-platform", |it| {
        let mirrored = erspan_iii(&[0; 8], it.frame());
        in_gre(0x1000, 0x22eb, &[0; 4], &mirrored)
    }),
    ("etherip", |it| {
        ethernet(IPV4, &ipv4(97, &bytes(&[&[0x30, 0], it.frame()])))
    }),
    ("mpls-in-ip", |it| {
        ethernet(IPV4, &ipv4(137, &label(100, true, it.ip())))
    }),
    ("segment-routing", |it| {
        // One segment, the last (RFC 8754 section 2), and a frame (RFC 8986 section 4.9).
        let routing = bytes(&[&[143, 2, 4, 0, 0, 0, 0, 0], &[0xfc; 16]]);
        ethernet(IPV6, &ipv6(43, &bytes(&[&routing, it.frame()])))
    }),
    ("vxlan", |it| to_port(4789, &vxlan(it.frame()))),
    ("vxlan-v6", |it| to_port_v6(4789, &vxlan(it.frame()))),
    ("vxlan-8472", |it| to_port(8472, &vxlan(it.frame()))),
    ("vxlan-gpe-ip", |it| {
        let protocol = if it.is_v6() { 2 } else { 1 };
        to_port(4790, &vxlan_gpe(protocol, it.ip()))
    }),
    ("vxlan-gpe-frame", |it| {
        to_port(4790, &vxlan_gpe(3, it.frame()))
    }),
    ("vxlan-gpe-nsh", |it| {
        to_port(4790, &vxlan_gpe(4, &nsh(3, it.frame())))
    }),
    ("geneve", |it| {
        to_port(6081, &geneve(&[], BRIDGED, it.frame()))
    }),
    ("geneve-v6-options", |it| {
        let options = [1, 2, 3, 1, 0, 0, 0, 0];
        to_port_v6(6081, &geneve(&options, it.ether_type(), it.ip()))
    }),
    ("gtp-u", |it| to_port(2152, &gtp_u(0, &[], it.ip()))),
    ("gtp-u-sequence", |it| {
        to_port(2152, &gtp_u(2, &[0, 1, 0, 0], it.ip()))
    }),
    ("gtp-u-extensions", |it| {
        // The container of 5G's sessions, a long PDCP number, and no more.
        let optional = [0, 0, 0, 0x85, 1, 0, 9, 0x82, 2, 0, 0, 0, 0, 0, 0, 0];
        to_port_v6(2152, &gtp_u(4, &optional, it.ip()))
    }),
    ("l2tp", |it| to_port(1701, &l2tp(&ppp_framed(it)))),
    ("l2tp-full", |it| to_port(1701, &l2tp_full(&ppp(it)))),
    ("l2tp-from-its-port", |it| {
        let payload = udp(1701, 50_000, &l2tp(&ppp_framed(it)));
        ethernet(IPV4, &ipv4(UDP, &payload))
    }),
    ("mpls-in-udp", |it| {
        to_port(6635, &label(100, true, it.ip()))
    }),
    ("tzsp", |it| to_port(37008, &tzsp(1, it.frame()))),
    ("tzsp-wifi", |it| {
        to_port(37008, &tzsp(18, &wireless(0, &[], it)))
    }),
    ("vlan-in-vxlan-in-vlan", vlan_in_vxlan_in_vlan),
    ("gre-over-ipv6-over-pppoe", |it| {
        let packet = ipv6(GRE, &gre(0, it.ether_type(), &[], it.ip()));
        ethernet(0x8864, &pppoe(&bytes(&[&[0, 0x57], &packet])))
    }),
    ("vxlan-in-erspan", |it| {
        let mirrored = to_port(4789, &vxlan(it.frame()));
        in_gre(0x1000, 0x88be, &[0; 4], &erspan_ii(&mirrored))
    }),
];

/// Teredo carries IPv6 alone, and a cache is sent IPv4 alone.
const OF_ONE_VERSION: &[(&str, bool, Wrap)] = &[
    ("teredo", true, |it| to_port(3544, it.ip())),
    ("teredo-indications", true, |it| {
        let authentication = [0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0];
        let origin = [0, 0, 0xff, 0xf0, 0x34, 0xff, 0x8e, 0xfd];
        to_port(3544, &bytes(&[&authentication, &origin, it.ip()]))
    }),
    ("wccp", false, |it| in_gre(0, 0x883e, &[], it.ip())),
    ("wccp-2", false, |it| in_gre(0, 0x883e, &[0; 4], it.ip())),
];

fn finds(name: &str, capture: Capture, wrap: Wrap) {
    let report = report_wrapped(ETHERNET, capture.packets, wrap);
    let skipped = &report.inputs[0].skipped;
    let expected = [(0, VIOLATION_PACKET)];
    assert_eq!(found(&report, VIOLATION), expected, "{name} {skipped:?}");
    assert!(skipped.is_empty(), "{name} {skipped:?}");
    assert_eq!(report.connections.len(), 1, "{name}");
}

#[test]
fn the_violation_is_found_in_every_tunnel() {
    for (name, wrap) in TUNNELS {
        finds(name, broken(), *wrap);
        finds(name, broken_v6(), *wrap);
    }
    for (name, is_v6, wrap) in OF_ONE_VERSION {
        let capture = if *is_v6 { broken_v6() } else { broken() };
        finds(name, capture, *wrap);
    }
}

#[test]
fn what_is_nested_deeper_than_any_real_packet_is_counted() {
    let capture = broken();
    let count = u64::try_from(capture.packets.len()).unwrap();
    let nested = |it: Inner<'_>| {
        let mut packet = it.ip().to_vec();
        for _ in 0..40 {
            packet = ipv4(4, &packet);
        }
        ethernet(IPV4, &packet)
    };
    let report = report_wrapped(ETHERNET, capture.packets, nested);
    assert!(report.connections.is_empty());
    let skipped = &report.inputs[0].skipped;
    assert_eq!(skipped.get("nested-too-deep"), Some(&count), "{skipped:?}");
}

#[test]
fn udp_that_is_no_tunnel_is_udp() {
    // Ports of tunnels, taken by chance.
    for port in [1701, 2152, 3544, 4789, 4790, 6081, 6635, 8472, 37008] {
        for payload in [&b"hello, is anybody there?"[..], &[0; 60], &[0xff; 60], b""] {
            let report = report_wrapped(ETHERNET, broken().packets, |_| to_port(port, payload));
            let skipped: Vec<_> = report.inputs[0].skipped.keys().copied().collect();
            assert_eq!(skipped, ["not-tcp"], "{port} {payload:?}");
        }
    }
}

#[test]
fn report_says_what_carries_a_connection() {
    let layers = |wrap: Wrap| {
        let report = report_wrapped(ETHERNET, broken().packets, wrap);
        report.connections[0].layers.clone()
    };
    let plain = ["tcp", "http/1.1"];
    assert_eq!(layers(|it| it.frame().to_vec()), plain);
    let carried = ["vlan", "vxlan", "vlan", "tcp", "http/1.1"];
    assert_eq!(layers(vlan_in_vxlan_in_vlan), carried);
}

/// The same packets outside of a tunnel and, one router further, inside of it.
fn mirrored(capture: &Capture, inside: impl Fn(usize) -> bool) -> Capture {
    let mut twice = Capture::default();
    for (index, packet) in capture.packets.iter().enumerate() {
        twice.packets.push(packet.clone());
        if inside(index) {
            let one = Capture {
                packets: vec![packet.clone()],
            };
            twice
                .packets
                .extend(one.doubled_behind_router(1).packets.pop());
        }
    }
    twice
}

#[test]
fn connection_captured_in_and_out_of_a_tunnel_is_one_with_one_hand() {
    let clean = {
        let mut conversation = Conversation::accepted();
        for _ in 0..10 {
            conversation
                .client(Frame::text("to and"))
                .server(Frame::text("fro"));
        }
        conversation.close(1000);
        Capture::of([&conversation])
    };
    let tunnels: [Wrap; 3] = [
        |it| to_port(4789, &vxlan(it.frame())),
        |it| in_gre(0, it.ether_type(), &[], it.ip()),
        |it| ethernet(IPV4, &ipv4(4, it.ip())),
    ];
    let total = clean.packets.len();
    for tunnel in tunnels {
        // All of it, its end alone, and a few packets in between.
        for (name, first, last) in [
            ("all", 0, total),
            ("end", total - 6, total),
            ("few", 12, 15),
        ] {
            let is_inside = |index: usize| (first..last).contains(&index);
            let twice = mirrored(&clean, is_inside);
            // A copy stands behind its packet: every second one within the range.
            let is_copy = |index: usize| {
                index > first && index < first + 2 * (last - first) && (index - first) % 2 == 1
            };
            let report = report_on(ETHERNET, twice.packets, |index, inner| {
                if is_copy(index) {
                    tunnel(inner)
                } else {
                    inner.frame().to_vec()
                }
            });
            assert_eq!(report.connections.len(), 1, "{name}");
            let connection = &report.connections[0];
            assert!(
                connection.findings.is_empty(),
                "{name} {:?}",
                connection.findings
            );
            assert_eq!(connection.frames.client.text, 10, "{name}");
        }
    }
}
