//! Captures that the fixtures' builder makes, read without a file between.

use wsblame::driver::{Options, check_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::Report;
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;
use wsblame_fixtures::Packet;

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
