//! The same violation on every link that captures are made on.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use built::wrap::{
    self, BRIDGED, Inner, Wrap, broken_v6, cooked, cooked2, ethernet, label, nflog, pflog, pktap,
    ppp, ppp_framed, ppp_short, pppoe, report_wrapped, snap, tag, vlan, wireless,
};
use built::{VIOLATION, VIOLATION_PACKET, broken, found};

fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn frame_with(tag_type: u16, inner: Inner<'_>, tag_bytes: &[u8]) -> Vec<u8> {
    let tagged = tag(tag_bytes, inner.ether_type(), inner.ip());
    bytes(&[&inner.frame()[..12], &tag_type.to_be_bytes(), &tagged])
}

fn labelled(inner: Inner<'_>, labels: &[u32]) -> Vec<u8> {
    let mut packet = inner.ip().to_vec();
    for (place, number) in labels.iter().rev().enumerate() {
        packet = label(*number, place == 0, &packet);
    }
    ethernet(0x8847, &packet)
}

const LINKS: &[(&str, u32, Wrap)] = &[
    ("null", 0, |it| bytes(&[&[it.family(), 0, 0, 0], it.ip()])),
    ("ethernet", 1, |it| it.frame().to_vec()),
    ("vlan", 1, |it| frame_with(0x8100, it, &[0, 7])),
    ("vlan-8021ad", 1, |it| frame_with(0x88a8, it, &[0, 7])),
    ("vlan-9100", 1, |it| frame_with(0x9100, it, &[0, 7])),
    ("vlan-9200", 1, |it| frame_with(0x9200, it, &[0, 7])),
    ("vlan-thrice", 1, |it| {
        let inner = vlan(it.ether_type(), it.ip());
        ethernet(0x88a8, &vlan(0x8100, &vlan(0x8100, &inner)))
    }),
    ("snap", 1, |it| {
        let llc = snap(it.ether_type(), it.ip());
        ethernet(u16::try_from(llc.len()).unwrap(), &llc)
    }),
    ("vn-tag", 1, |it| frame_with(0x8926, it, &[0, 1, 0, 2])),
    ("8021br", 1, |it| frame_with(0x893f, it, &[0; 6])),
    ("cisco-metadata", 1, |it| {
        frame_with(0x8909, it, &[1, 1, 0, 1, 0, 9])
    }),
    ("8021ah", 1, |it| {
        let tagged = bytes(&[&[0, 0, 0, 42], it.frame()]);
        ethernet(0x88a8, &tag(&[0, 7], 0x88e7, &tagged))
    }),
    ("mpls", 1, |it| labelled(it, &[100])),
    ("mpls-stack", 1, |it| labelled(it, &[100, 16, 7])),
    ("mpls-explicit-null", 1, |it| {
        labelled(it, &[100, if it.is_v6() { 2 } else { 0 }])
    }),
    ("mpls-in-vlan", 1, |it| {
        ethernet(0x8100, &vlan(0x8847, &label(100, true, it.ip())))
    }),
    ("pseudowire", 1, |it| {
        let word = bytes(&[&[0; 4], it.frame()]);
        ethernet(0x8847, &label(100, true, &word))
    }),
    ("pseudowire-without-control-word", 1, |it| {
        ethernet(0x8847, &label(100, true, it.frame()))
    }),
    ("pppoe", 1, |it| ethernet(0x8864, &pppoe(&ppp(it)))),
    ("pppoe-in-vlan", 1, |it| {
        ethernet(0x8100, &vlan(0x8864, &pppoe(&ppp(it))))
    }),
    ("nsh", 1, |it| ethernet(0x894f, &wrap::nsh(3, it.frame()))),
    ("bridged", 1, |it| ethernet(BRIDGED, it.frame())),
    ("ppp", 9, ppp_framed),
    ("ppp-without-framing", 9, ppp),
    ("ppp-short", 9, ppp_short),
    ("raw-12", 12, |it| it.ip().to_vec()),
    ("raw-14", 14, |it| it.ip().to_vec()),
    ("ppp-hdlc", 50, ppp_framed),
    ("ppp-hdlc-cisco", 50, |it| {
        tag(&[0x0f, 0], it.ether_type(), it.ip())
    }),
    ("ppp-ether", 51, |it| pppoe(&ppp(it))),
    ("raw", 101, |it| it.ip().to_vec()),
    ("c-hdlc", 104, |it| {
        tag(&[0x8f, 0], it.ether_type(), it.ip())
    }),
    ("wifi", 105, |it| wireless(0, &[], it)),
    ("wifi-qos", 105, |it| wireless(0x80, &[0, 0], it)),
    ("loop", 108, |it| {
        let family = if it.is_v6() { 24 } else { 2 };
        bytes(&[&[0, 0, 0, family], it.ip()])
    }),
    ("enc", 109, |it| {
        let family = if it.is_v6() { 24 } else { 2 };
        let header = [0, 0, 0, family, 0, 0, 0x12, 0x34, 0, 0, 0, 0];
        bytes(&[&header, it.ip()])
    }),
    ("sll", 113, |it| cooked(1, it.ether_type(), it.ip())),
    ("sll-of-a-tunnel", 113, |it| {
        cooked(778, it.ether_type(), it.ip())
    }),
    ("sll-vlan", 113, |it| {
        cooked(1, 0x8100, &vlan(it.ether_type(), it.ip()))
    }),
    ("sll-802-2", 113, |it| {
        cooked(1, 4, &snap(it.ether_type(), it.ip()))
    }),
    ("pflog", 117, pflog),
    ("prism", 119, |it| {
        let mut header = vec![0x44, 0, 0, 0, 144, 0, 0, 0];
        header.extend(b"wlan0");
        header.resize(144, 0);
        bytes(&[&header, &wireless(0, &[], it)])
    }),
    ("radiotap", 127, |it| {
        let header = [0, 0, 9, 0, 2, 0, 0, 0, 0];
        bytes(&[&header, &wireless(0x80, &[0, 0], it)])
    }),
    ("avs", 163, |it| {
        let mut header = vec![0x80, 0x21, 0x10, 1, 0, 0, 0, 64];
        header.resize(64, 0);
        bytes(&[&header, &wireless(0, &[], it)])
    }),
    ("ppp-pppd", 166, |it| bytes(&[&[1, 3], &ppp(it)])),
    ("ppi", 192, |it| {
        bytes(&[&[0, 0, 8, 0, 105, 0, 0, 0], &wireless(0, &[], it)])
    }),
    ("ppp-with-dir", 204, |it| bytes(&[&[0], &ppp_framed(it)])),
    ("c-hdlc-with-dir", 205, |it| {
        bytes(&[&[1], &tag(&[0x0f, 0], it.ether_type(), it.ip())])
    }),
    ("ipnet", 226, |it| {
        let mut header = vec![1, if it.is_v6() { 26 } else { 2 }, 0, 4];
        header.extend(u32::try_from(it.ip().len()).unwrap().to_be_bytes());
        header.resize(24, 0);
        bytes(&[&header, it.ip()])
    }),
    ("nflog-little-endian", 239, |it| nflog(u16::to_le_bytes, it)),
    ("nflog-big-endian", 239, |it| nflog(u16::to_be_bytes, it)),
    ("pktap", 258, |it| pktap(1, it.frame())),
    ("pktap-raw", 258, |it| pktap(12, it.ip())),
    ("sll2", 276, |it| cooked2(1, it.ether_type(), it.ip())),
    ("switch-brcm", 281, |it| {
        let (addresses, rest) = it.frame().split_at(12);
        bytes(&[addresses, &[0, 0, 0, 3], rest])
    }),
    ("switch-brcm-prepended", 282, |it| {
        bytes(&[&[0, 0, 0, 3], it.frame()])
    }),
    ("switch-dsa", 284, |it| {
        let (addresses, rest) = it.frame().split_at(12);
        bytes(&[addresses, &[0xc0, 0x18, 0, 0], rest])
    }),
    ("switch-edsa", 285, |it| {
        frame_with(0xdada, it, &[0, 0, 0xc0, 0x18, 0, 0])
    }),
];

#[test]
fn the_violation_is_found_on_every_link() {
    for (name, link, wrap) in LINKS {
        for (version, capture) in [("v4", broken()), ("v6", broken_v6())] {
            let report = report_wrapped(*link, capture.packets, wrap);
            let skipped = &report.inputs[0].skipped;
            assert_eq!(
                found(&report, VIOLATION),
                [(0, VIOLATION_PACKET)],
                "{name} {version} {skipped:?}"
            );
            assert!(skipped.is_empty(), "{name} {version} {skipped:?}");
            assert_eq!(report.connections.len(), 1, "{name} {version}");
        }
    }
}

#[test]
fn ip_of_one_version_has_links_of_its_own() {
    for (link, capture) in [(228, broken()), (229, broken_v6())] {
        let report = report_wrapped(link, capture.packets, |it| it.ip().to_vec());
        assert_eq!(found(&report, VIOLATION), [(0, VIOLATION_PACKET)]);
    }
}

#[test]
fn link_that_cannot_be_read_is_counted_by_its_reason() {
    let capture = broken();
    let count = u64::try_from(capture.packets.len()).unwrap();
    let report = report_wrapped(189, capture.packets, |it| it.frame().to_vec());
    assert!(report.connections.is_empty());
    assert_eq!(
        report.inputs[0].skipped.get("link-type-unknown"),
        Some(&count)
    );
}
