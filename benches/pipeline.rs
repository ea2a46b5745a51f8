//! A whole check, from packets in memory to the report.

mod workloads;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use workloads::Workload;
use wsblame::driver::{Options, check_packets};
use wsblame::packet::LinkType;
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;

fn main() {
    divan::main();
}

#[divan::bench(args = Workload::ALL, sample_count = 20)]
fn check(bencher: Bencher<'_, '_>, workload: Workload) {
    let packets = packets(workload);
    let bytes: usize = packets.iter().map(|packet| packet.bytes.len()).sum();
    bencher
        .counter(ItemsCount::new(packets.len()))
        .counter(BytesCount::new(bytes))
        .with_inputs(|| Packets::new(0, packets.clone()))
        .bench_local_refs(|source| check_packets(source, &Options::default()));
}

fn packets(workload: Workload) -> Vec<MemoryPacket> {
    let packets = workload.batch(0).packets.into_iter();
    let packets = packets.map(|packet| MemoryPacket {
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap_or(0), 6),
        link: LinkType::ETHERNET,
        bytes: packet.bytes,
    });
    packets.collect()
}
