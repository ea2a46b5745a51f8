//! What the fuzz targets share: how an input of the fuzzer is read, how streams and captures are
//! made of it, and what must hold of every report.

pub mod input;
pub mod report;
pub mod stream;
pub mod traffic;

use wsblame::limits::Limits;

/// Bounds small enough for an input of a few kilobytes to meet each of them.
pub fn small_limits() -> Limits {
    Limits {
        connections: 3,
        waiting_bytes: 600,
        waiting_segments: 6,
        waiting_bytes_total: 900,
        reordering_packets: 4,
        head_bytes: 1 << 10,
        pipelined_requests: 4,
        early_bytes: 512,
        search_bytes: 512,
        search_bytes_total: 4 << 10,
        recognition_bytes: 2 << 10,
        ..Limits::default()
    }
}
