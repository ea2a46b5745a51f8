//! The captures, a line each. It knows what a capture holds and lacks, in plain words.

use super::page::{BAD, DOUBTFUL, FAINT, Line, PLAIN, Page, STRONG};
use super::words::{counted, date_and_time, lasting, listed, untrusted};
use crate::report::model::Input;

/// Says of each capture what was read of it.
pub(super) fn write(page: &mut Page, inputs: &[Input]) {
    for input in inputs {
        page.line(0, line(input));
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
        line = doubt(
            line,
            "ends in the middle of a packet, read up to there".to_owned(),
        );
    }
    if let Some(reason) = reason {
        line = line
            .and(PLAIN, "; ")
            .and(BAD, "damaged behind these packets: ")
            .and(PLAIN, reason);
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
