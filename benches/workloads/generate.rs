//! Writes a capture of one of the workloads that the benchmarks measure with, as large as wanted,
//! to measure the whole program:
//!
//! ```sh
//! cargo run --release --example workload chat 300 chat.pcap
//! time wsblame check chat.pcap
//! ```

#[path = "mod.rs"]
mod workloads;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use workloads::Workload;
use wsblame_fixtures::Precision;

/// Bytes of the header of a pcap file, which only the first batch brings.
const FILE_HEADER: usize = 24;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, megabytes, file] = arguments.as_slice() else {
        return fail("usage: workload NAME MEGABYTES FILE");
    };
    let known = Workload::ALL
        .into_iter()
        .find(|known| known.to_string() == *name);
    let (Some(workload), Ok(megabytes)) = (known, megabytes.parse::<usize>()) else {
        return fail("the workloads are chat, bulk, conns and mixed; the size is in MB");
    };
    match write(workload, megabytes * 1_000_000, file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{file}: {error}")),
    }
}

fn write(workload: Workload, bytes: usize, file: &str) -> io::Result<()> {
    let mut out = BufWriter::new(File::create_new(file)?);
    let mut written = 0;
    for number in 0.. {
        if written >= bytes {
            break;
        }
        let batch = workload.batch(number).to_pcap(Precision::Microseconds);
        let skipped = if number == 0 { 0 } else { FILE_HEADER };
        let batch = batch.get(skipped..).unwrap_or_default();
        out.write_all(batch)?;
        written += batch.len();
    }
    out.flush()
}

fn fail(reason: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{reason}");
    ExitCode::FAILURE
}
