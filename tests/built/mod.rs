//! Captures that the fixtures' builder makes, read from memory or from files.

#![allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "each test uses some of it; what fails here fails the test"
)]

pub(crate) mod blame;
pub(crate) mod damaged;
pub(crate) mod fragment;
pub(crate) mod pcapng;
pub(crate) mod preambles;
pub(crate) mod sets;
pub(crate) mod wrap;

use std::path::{Path, PathBuf};

use wsblame::driver::{Options, check, check_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::Report;
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;
use wsblame_fixtures::{Capture, Conversation, Frame, Packet};

/// The report of these packets, on Ethernet.
pub(crate) fn report(packets: impl IntoIterator<Item = Packet>) -> Report {
    let packet = |packet: Packet| MemoryPacket {
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap(), 6),
        link: LinkType::ETHERNET,
        bytes: packet.bytes,
    };
    let mut source = Packets::new(0, packets.into_iter().map(packet).collect());
    check_packets(&mut source, &Options::default())
}

/// A conversation with one violation, [`VIOLATION`] in packet [`VIOLATION_PACKET`]: what a
/// container, link or tunnel carries in the tests of these.
pub(crate) fn broken() -> Capture {
    let mut conversation = Conversation::accepted();
    conversation
        .client(Frame::text("hello"))
        .server(Frame::text("Hello").rsv1())
        .client(Frame::text("are you still there?"))
        .close(1002);
    Capture::of([&conversation])
}

/// The rule that [`broken`] breaks.
pub(crate) const VIOLATION: &str = "rsv-without-extension";

/// The packet of [`broken`] that breaks it, from 1.
pub(crate) const VIOLATION_PACKET: u64 = 7;

/// Bytes of the Ethernet header that each packet of [`broken`] begins with; IPv4 stands behind it.
pub(crate) const ETHERNET: usize = 14;

/// The packets that `rule` was found in, by input and number, in the order of connections.
pub(crate) fn found(report: &Report, rule: &str) -> Vec<(u32, u64)> {
    let findings = report.connections.iter().flat_map(|it| &it.findings);
    let of_rule = findings.filter(|finding| finding.rule == rule);
    of_rule
        .map(|finding| (finding.input, finding.packet))
        .collect()
}

/// The report of files, as `wsblame check` makes it.
pub(crate) fn report_of_files<P: AsRef<Path>>(paths: &[P]) -> Report {
    let paths: Vec<PathBuf> = paths.iter().map(|it| it.as_ref().to_owned()).collect();
    check(&paths, &Options::default(), &mut |_, _| {})
}
