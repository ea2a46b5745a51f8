//! Reading that somebody ends early: the report is that of what was read.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::ops::ControlFlow;

use built::{VIOLATION, VIOLATION_PACKET, broken, found};
use tempfile::NamedTempFile;
use wsblame::analyzer::watch::Sight;
use wsblame::driver::{Options, check, watch};
use wsblame::source::{Captures, Ending, PacketSource as _, Savefile, Stop};
use wsblame_fixtures::Precision;

fn file() -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(&file, broken().to_pcap(Precision::Microseconds)).unwrap();
    file
}

#[test]
fn a_file_is_read_no_further_than_the_packet_that_was_lent() {
    let file = file();
    let stop = Stop::default();
    let mut savefile = Savefile::open_until(&stop, file.path(), 0).unwrap();
    for _ in 0..3 {
        assert!(savefile.advance());
    }
    stop.request();
    assert_eq!(savefile.packet().unwrap().id.number, 3);
    assert!(!savefile.advance());
    assert!(savefile.packet().is_none());
    assert_eq!(savefile.input().packets, 3);
    assert_eq!(savefile.input().ending, Some(Ending::Stopped));
}

#[test]
fn a_wish_that_was_there_before_leaves_nothing_to_report() {
    let file = file();
    let options = Options::default();
    options.stop.request();
    let report = check(&[file.path().to_owned()], &options, &mut |_, _| {});
    let input = report.inputs.first().unwrap();
    assert!(input.stopped);
    assert_eq!(
        (input.packets, &input.error, input.format),
        (0, &None, Some("pcap"))
    );
    assert_eq!(report.connections.len(), 0);
}

#[test]
fn packets_of_several_files_are_analysed_as_far_as_they_were_read() {
    // The second is a copy: its packets are the same, at the same times.
    let files = [file(), file()];
    let paths = files.each_ref().map(|it| it.path().to_owned());
    let options = Options::default();
    let sight = Sight {
        frame_bytes: 0,
        message_bytes: None,
    };
    let mut seen = 0;
    let mut show = |_| {
        seen += 1;
        // The handshake, in the fifth packet of one file or the other.
        options.stop.request();
        ControlFlow::Continue(())
    };
    let captures = Captures::gather(&paths);
    let report = watch(&captures, &options, sight, &mut show, &mut |_, _| {});
    assert!(seen >= 1);
    for input in &report.inputs {
        assert!(input.stopped);
        // What was next when the wish came is still analysed.
        assert!((5..=6).contains(&input.packets), "{}", input.packets);
    }
}

#[test]
fn without_a_wish_everything_is_read() {
    let file = file();
    let report = check(
        &[file.path().to_owned()],
        &Options::default(),
        &mut |_, _| {},
    );
    assert!(!report.inputs.first().unwrap().stopped);
    assert_eq!(found(&report, VIOLATION), [(0, VIOLATION_PACKET)]);
}
