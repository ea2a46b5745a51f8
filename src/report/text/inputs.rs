//! The captures, a line each. It knows what a capture holds and lacks, in plain words.

use super::interfaces;
use super::page::{BAD, DOUBTFUL, FAINT, Line, PLAIN, Page, STRONG};
use super::words::{counted, date_and_time, lasting, listed, untrusted};
use crate::report::model::Input;

/// Says of each capture what was read of it.
pub(super) fn write(page: &mut Page, inputs: &[Input]) {
    for input in inputs {
        page.line(0, line(input));
        interfaces::write(page, input);
    }
}

fn line(input: &Input) -> Line {
    let name = Line::default().and(STRONG, untrusted(&input.name));
    let reason = input.error.as_deref();
    if let (Some(reason), None) = (reason, input.format) {
        return name
            .and(PLAIN, ": ")
            .and(BAD, "not read: ")
            .and(PLAIN, reason);
    }
    let mut line = name.and(
        PLAIN,
        format!(": {}{}", counted(input.packets, "packet"), span(input)),
    );
    if let Some(skipped) = skipped(input) {
        line = line.and(FAINT, format!("; {skipped}"));
    }
    if input.cut_packets > 0 {
        let cut = counted(input.cut_packets, "packet");
        line = doubt(line, format!("{cut} cut short by the capture (snaplen)"));
    }
    if input.truncated {
        let end = match input.damage.last() {
            Some(damage) if !damage.resumed => &damage.reason,
            _ => "the middle of a packet",
        };
        line = doubt(line, format!("ends in {end}, read up to there"));
    }
    if let Some(reason) = reason {
        line = line.and(PLAIN, "; ");
        // Damage says itself where it is, and that reading went on.
        line = match reason.strip_prefix("damaged ") {
            Some(place) => line.and(BAD, "damaged ").and(PLAIN, place),
            None => line
                .and(BAD, "damaged behind these packets: ")
                .and(PLAIN, reason),
        };
    }
    line
}

fn doubt(line: Line, text: String) -> Line {
    line.and(PLAIN, "; ").and(DOUBTFUL, text)
}

/// How long it is, and since when.
fn span(input: &Input) -> String {
    let (Some(first), Some(last)) = (input.first_time, input.last_time) else {
        return String::new();
    };
    let lasting = lasting(last.since(first));
    format!(" in {lasting} from {} UTC", date_and_time(first))
}

fn skipped(input: &Input) -> Option<String> {
    let reasons: Vec<_> = input
        .skipped
        .iter()
        .map(|(reason, number)| (*number, *reason))
        .collect();
    let total = reasons.iter().map(|(number, _)| number).sum();
    let listed = listed(&reasons)?;
    Some(format!("{} skipped ({listed})", counted(total, "packet")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Damage;
    use crate::report::sample;

    fn shown(input: Input) -> String {
        let mut page = Page::default();
        write(&mut page, &[input]);
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    #[test]
    fn a_whole_capture_is_one_line_and_its_skipped_packets() {
        let mut input = sample::input("ws.pcap");
        input.skipped.insert("not-ip", 3);
        input.skipped.insert("not-tcp", 12);
        insta::assert_snapshot!(shown(input), @r"
        ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; 15 packets
          skipped (3 not-ip, 12 not-tcp)
        ");
    }

    #[test]
    fn what_a_capture_lacks_is_said() {
        let mut input = sample::input("ws.pcap");
        input.cut_packets = 1;
        input.truncated = true;
        insta::assert_snapshot!(shown(input), @r"
        ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; 1 packet
          cut short by the capture (snaplen); ends in the middle of a packet, read up to
          there
        ");
    }

    #[test]
    fn zeros_at_the_end_are_no_packet() {
        let mut input = sample::input("ws.pcap");
        input.truncated = true;
        input.damage = vec![Damage {
            offset: 100_000,
            length: 8192,
            after_packet: 212,
            next_packet: None,
            resumed: false,
            reason: "8192 bytes of zeros".to_owned(),
        }];
        insta::assert_snapshot!(shown(input), @r"
        ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; ends in
          8192 bytes of zeros, read up to there
        ");
    }

    #[test]
    fn damage_in_the_middle_says_where_reading_went_on() {
        let mut input = sample::input("ws.pcap");
        input.error = Some(
            "damaged at byte 123456, after packet 78: 1048576 bytes of zeros; went on at byte \
             1172032 with packet 79"
                .to_owned(),
        );
        insta::assert_snapshot!(shown(input), @r"
        ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; damaged at
          byte 123456, after packet 78: 1048576 bytes of zeros; went on at byte 1172032
          with packet 79
        ");
    }

    #[test]
    fn a_capture_that_cannot_be_read_says_why() {
        let input = Input {
            name: "notes.txt".to_owned(),
            error: Some("not a capture file".to_owned()),
            ..Input::default()
        };
        insta::assert_snapshot!(shown(input), @"notes.txt: not read: not a capture file");
    }

    #[test]
    fn a_damaged_capture_says_what_was_read() {
        let mut input = sample::input("ws.pcap");
        input.error = Some("packet 213 claims 3735928559 bytes".to_owned());
        insta::assert_snapshot!(shown(input), @r"
        ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; damaged
          behind these packets: packet 213 claims 3735928559 bytes
        ");
    }
}
