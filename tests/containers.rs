//! What captures come in: files, compressed or not.

mod built;

use built::{VIOLATION, VIOLATION_PACKET, broken, found, report, report_of_files};
use wsblame_fixtures::Precision;

#[test]
fn the_violation_is_found_in_memory_and_in_a_file() {
    let expected = [(0, VIOLATION_PACKET)];
    assert_eq!(found(&report(broken().packets), VIOLATION), expected);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, broken().to_pcap(Precision::Microseconds)).unwrap();
    assert_eq!(found(&report_of_files(&[file.path()]), VIOLATION), expected);
}
