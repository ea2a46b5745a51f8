//! A whole check of a capture file, from its bytes to the report as text and JSON.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wsblame::analyzer::Exposure;
use wsblame::driver::{Options, check};

/// The file that the driver opens: one for each process of the fuzzer.
static CAPTURE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let directory = if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    };
    directory.join(format!("wsblame-fuzz-{}.pcap", std::process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*CAPTURE, bytes).unwrap();
    let options = Options {
        limits: wsblame_fuzz::small_limits(),
        exposure: Exposure { headers: true },
        ..Options::default()
    };
    let report = |times: usize| {
        let paths = vec![CAPTURE.clone(); times];
        check(&paths, &options, &mut |_, _| {})
    };
    let known = wsblame_fuzz::report::check(&report(1));
    assert_eq!(known, wsblame_fuzz::report::to_json(&report(1)));
    // Every packet twice, from two inputs.
    wsblame_fuzz::report::check(&report(2));
});
