//! The captures: a line each, or one for many. It knows what a capture holds and lacks, in plain
//! words.

use super::interfaces;
use super::page::{BAD, DOUBTFUL, FAINT, Line, PLAIN, Page, STRONG};
use super::words::{
    NO_BREAK, bytes, counted, date_and_time, first_few, lasting, listed, untrusted,
};
use crate::report::model::{Fragments, Input, PassedOver};

/// Captures that have a line each. Of more, as a rotation leaves behind, the sum says what a
/// reader wants to know.
const A_LINE_EACH: usize = 8;

/// Captures that have a line because they are not whole, beside the sum of many.
const NOT_WHOLE: usize = 8;

/// Says of the captures what was read of them, and which files were not read.
pub(super) fn write(page: &mut Page, inputs: &[Input], passed_over: &PassedOver) {
    if inputs.len() <= A_LINE_EACH {
        for input in inputs {
            page.line(0, line(input));
            interfaces::write(page, input);
        }
    } else {
        write_many(page, inputs);
    }
    let PassedOver {
        not_captures,
        repeated,
    } = passed_over;
    let files = match not_captures.len() {
        1 => "1 file that is no capture".to_owned(),
        many => format!("{many} files that are no captures"),
    };
    for (text, names) in [
        (format!("passed over {files}"), not_captures),
        ("named more than once, read once".to_owned(), repeated),
    ] {
        if !names.is_empty() {
            let names = first_few(names.iter().map(|name| untrusted(name)));
            page.line(0, Line::default().and(FAINT, format!("{text}: {names}")));
        }
    }
}

/// The sum of what could be read, then the captures that are not whole.
fn write_many(page: &mut Page, inputs: &[Input]) {
    let read: Vec<_> = inputs.iter().filter(|it| it.format.is_some()).collect();
    if !read.is_empty() {
        let sum = sum(&read);
        let captures = counted(read.len() as u64, "capture");
        let mut line = Line::default().and(STRONG, captures);
        if !sum.name.is_empty() {
            line = line.and(PLAIN, format!(", {}", untrusted(&sum.name)));
        }
        page.line(0, told(line, &sum, &format!(" ({})", bytes(sum.bytes))));
        interfaces::write_unreadable(page, &read);
    }
    let mut not_whole = inputs
        .iter()
        .filter(|it| it.truncated || it.error.is_some() || it.filter_error.is_some());
    for input in not_whole.by_ref().take(NOT_WHOLE) {
        page.line(0, line(input));
    }
    match not_whole.count() {
        0 => {}
        more => page.line(
            0,
            format!("and {more} more that are not whole (all of them: --format json)"),
        ),
    }
}

/// What captures hold together, as if they were one; what some of them lack is not in it.
fn sum(inputs: &[&Input]) -> Input {
    let names: Vec<_> = inputs.iter().map(|input| input.name.as_str()).collect();
    let mut sum = Input {
        name: pattern(&names),
        first_time: inputs.iter().filter_map(|input| input.first_time).min(),
        last_time: inputs.iter().filter_map(|input| input.last_time).max(),
        ..Input::default()
    };
    for input in inputs {
        sum.packets += input.packets;
        sum.bytes = sum.bytes.saturating_add(input.bytes);
        sum.cut_packets += input.cut_packets;
        sum.filtered += input.filtered;
        sum.stopped |= input.stopped;
        sum.fragments.packets += input.fragments.packets;
        sum.fragments.datagrams += input.fragments.datagrams;
        for (reason, number) in &input.skipped {
            *sum.skipped.entry(reason).or_default() += number;
        }
    }
    sum
}

/// What names have in common, with an asterisk for what they have not; empty if that is nothing.
fn pattern(names: &[&str]) -> String {
    let mut begin = names.first().copied().unwrap_or("").chars();
    for name in names {
        while !name.starts_with(begin.as_str()) {
            begin.next_back();
        }
    }
    let begin = begin.as_str();
    let rests = names.iter().filter_map(|name| name.strip_prefix(begin));
    let mut end = rests.clone().next().unwrap_or("").chars();
    for rest in rests {
        while !rest.ends_with(end.as_str()) {
            end.next();
        }
    }
    // Numbers that count the files are theirs, even where they begin alike.
    let begin = begin.trim_end_matches(|it: char| it.is_ascii_digit());
    let end = end.as_str();
    let end = end.trim_start_matches(|it: char| it.is_ascii_digit());
    if begin.is_empty() && end.is_empty() {
        return String::new();
    }
    format!("{begin}*{end}")
}

/// A capture and what was read of it.
pub(in crate::report) fn line(input: &Input) -> Line {
    let name = Line::default().and(STRONG, untrusted(&input.name));
    if let (Some(reason), None) = (&input.error, input.format) {
        return name
            .and(PLAIN, ": ")
            .and(BAD, "not read: ")
            .and(PLAIN, reason);
    }
    told(name, input, "")
}

/// What was read of a capture, behind its name; `size` stands behind the number of packets.
fn told(name: Line, input: &Input, size: &str) -> Line {
    let packets = counted(input.packets, "packet");
    let mut line = name.and(PLAIN, format!(": {packets}{size}{}", span(input)));
    if input.fragments.datagrams > 0 {
        line = line.and(FAINT, format!("; {}", fragments(input)));
    }
    if let Some(skipped) = skipped(input) {
        line = line.and(FAINT, format!("; {skipped}"));
    }
    if input.filtered > 0 {
        let filtered = counted(input.filtered, "packet");
        line = line.and(FAINT, format!("; {filtered} not chosen"));
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
    if input.stopped {
        let last = input.packets;
        line = doubt(
            line,
            format!("stopped by the user after packet{NO_BREAK}{last}"),
        );
    }
    if let Some(reason) = &input.error {
        line = line.and(PLAIN, "; ");
        // Damage says itself where it is, and that reading went on.
        line = match reason.strip_prefix("damaged ") {
            Some(place) => line.and(BAD, "damaged ").and(PLAIN, place),
            None => line
                .and(BAD, "damaged behind these packets: ")
                .and(PLAIN, reason),
        };
    }
    if let Some(reason) = &input.filter_error {
        line = line
            .and(PLAIN, "; ")
            .and(BAD, "not all of it analysed: ")
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

/// How many packets hold parts of one that was put together, and how many they made.
fn fragments(input: &Input) -> String {
    let Fragments { packets, datagrams } = input.fragments;
    let (packets, whole) = (
        counted(packets, "IP fragment"),
        counted(datagrams, "packet"),
    );
    format!("{packets} put together into {whole}")
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
    use crate::report::model::{Damage, Interface, LinkType};
    use crate::report::sample;

    fn shown(input: Input) -> String {
        let mut page = Page::default();
        write(&mut page, &[input], &PassedOver::default());
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
    fn fragments_are_counted_as_what_they_made() {
        let mut input = sample::input("ws.pcap");
        input.fragments = Fragments {
            packets: 12,
            datagrams: 6,
        };
        input.skipped.insert("ip-fragment", 1);
        insta::assert_snapshot!(shown(input), @r"
        ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; 12 IP
          fragments put together into 6 packets; 1 packet skipped (1 ip-fragment)
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
    fn a_capture_that_was_stopped_says_behind_which_packet() {
        let mut input = sample::input("-");
        input.stopped = true;
        insta::assert_snapshot!(shown(input), @r"
        -: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; stopped by the
          user after packet 212
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

    fn shown_all(inputs: &[Input], passed_over: &PassedOver) -> String {
        let mut page = Page::default();
        write(&mut page, inputs, passed_over);
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    #[test]
    fn many_captures_are_one_line_and_those_that_are_not_whole() {
        let name = |number: usize| format!("/var/caps/ws.pcap{number}");
        let mut inputs: Vec<_> = (0..200).map(|it| sample::input(&name(it))).collect();
        for (number, input) in inputs.iter_mut().enumerate() {
            input.first_time = Some(sample::at(10_000_000 * i64::try_from(number).unwrap()));
            input.last_time = input.first_time;
        }
        inputs[3].skipped.insert("not-ip", 3);
        inputs[5].skipped.insert("not-ip", 2);
        inputs[199].truncated = true;
        inputs.push(Input {
            name: name(200),
            error: Some("permission denied".to_owned()),
            ..Input::default()
        });
        insta::assert_snapshot!(shown_all(&inputs, &PassedOver::default()), @r"
        200 captures, /var/caps/ws.pcap*: 42400 packets (9.6 MB) in 33 min 10 s from
          2026-03-01 10:00:00.000000 UTC; 5 packets skipped (5 not-ip)
        /var/caps/ws.pcap199: 212 packets in 0.000 s from 2026-03-01 10:33:10.000000
          UTC; ends in the middle of a packet, read up to there
        /var/caps/ws.pcap200: not read: permission denied
        ");
    }

    #[test]
    fn of_captures_that_are_not_whole_a_few_have_a_line() {
        let inputs = (0..30).map(|_| Input {
            truncated: true,
            ..sample::input("ws.pcap")
        });
        let inputs: Vec<_> = inputs.collect();
        let text = shown_all(&inputs, &PassedOver::default());
        assert_eq!(text.matches("ws.pcap: ").count(), NOT_WHOLE);
        assert!(text.contains("and 22 more that are not whole"), "{text}");
    }

    #[test]
    fn of_many_captures_nothing_is_hidden_that_one_would_say() {
        let name = |number: u32| format!("ws.pcap{number}");
        let mut inputs: Vec<_> = (0..20).map(|it| sample::input(&name(it))).collect();
        let interface = |number: u32, packets: u64| Interface {
            packets,
            link_type: LinkType {
                number,
                name: (number == 189).then_some("USB_LINUX"),
                readable: number == 1,
            },
            ..Interface::default()
        };
        inputs[0].interfaces = vec![interface(1, 212)];
        for input in &mut inputs[2..10] {
            input.interfaces = vec![interface(189, 200), interface(189, 12)];
        }
        inputs[10].interfaces = vec![interface(4000, 1)];
        inputs[3].filtered = 2;
        inputs[4].filtered = 3;
        inputs[5].filter_error = Some("packet 1: no such link".to_owned());
        inputs[19].stopped = true;
        insta::assert_snapshot!(shown_all(&inputs, &PassedOver::default()), @r"
        20 captures, ws.pcap*: 4240 packets (964.2 kB) in 9.119 s from 2026-03-01
          10:00:00.000001 UTC; 5 packets not chosen; stopped by the user after
          packet 4240
          link type 189, USB_LINUX, cannot be read: 1696 packets of ws.pcap2, ws.pcap3,
            ws.pcap4, ws.pcap5, ws.pcap6, ws.pcap7, and 2 more
          link type 4000 cannot be read: 1 packet of ws.pcap10
        ws.pcap5: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; not all of
          it analysed: packet 1: no such link
        ");
    }

    #[test]
    fn files_that_are_no_inputs_are_named() {
        let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let passed_over = PassedOver {
            not_captures: names(&["caps/notes.txt", "caps/a\u{1b}[31m"]),
            repeated: names(&["ws.pcap"]),
        };
        insta::assert_snapshot!(shown_all(&[sample::input("ws.pcap")], &passed_over), @r"
        ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC
        passed over 2 files that are no captures: caps/notes.txt, caps/a\u{1b}[31m
        named more than once, read once: ws.pcap
        ");
        let passed_over = PassedOver {
            not_captures: names(&["caps/notes.txt"]),
            repeated: Vec::new(),
        };
        let text = shown_all(&[], &passed_over);
        assert_eq!(
            text,
            "passed over 1 file that is no capture: caps/notes.txt\n"
        );
    }

    #[test]
    fn a_pattern_is_what_names_have_in_common() {
        for (names, expected) in [
            (
                &["a/ws.pcap", "a/ws.pcap1", "a/ws.pcap12"][..],
                "a/ws.pcap*",
            ),
            (&["ws_00001_10.pcap", "ws_00002_19.pcap"], "ws_*.pcap"),
            (&["x1y", "x11y"], "x*y"),
            (&["aa", "aaa", "a"], "a*"),
            (&["é.pcap", "è.pcap"], "*.pcap"),
            (&["one", "another"], ""),
            (&["same", "same"], "same*"),
            (&[], ""),
        ] {
            assert_eq!(pattern(names), expected);
        }
    }
}
