//! Numbers, times and wire texts in words. It knows how they are written, not what they mean.

pub(super) mod capture;
pub(super) mod comparison;
pub(super) mod connection;
pub(super) mod finding;
pub(super) mod hygiene;
pub(super) mod verdict;

use std::fmt;
use std::time::Duration;

use crate::report::model::{Address, Peer};
use crate::report::names::Names;
use crate::time::Timestamp;
use crate::untrusted::{Shown, Untrusted};

/// The space between a number and its word: a page shows it as a space and breaks no line there.
pub(in crate::report) const NO_BREAK: char = '\u{a0}';

/// A number and what it counts: the plural is the word and an `s`.
pub(in crate::report) fn counted(number: u64, word: &str) -> String {
    if number == 1 {
        format!("1{NO_BREAK}{word}")
    } else {
        format!("{number}{NO_BREAK}{word}s")
    }
}

/// The numbers that are not zero, each with its word, joined; none if all are zero.
pub(in crate::report) fn listed(counts: &[(u64, &str)]) -> Option<String> {
    let words: Vec<_> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number}{NO_BREAK}{word}"))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The first of some things, and how many more there are.
///
/// Nobody reads more, and the wire decides how many there are.
pub(in crate::report) fn first_few<T: fmt::Display>(things: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 6;
    let mut things = things.into_iter();
    let mut words: Vec<_> = things
        .by_ref()
        .take(SHOWN)
        .map(|it| it.to_string())
        .collect();
    match things.count() {
        0 => {}
        more => words.push(format!("and {more} more")),
    }
    words.join(", ")
}

/// A number of bytes, in the largest unit that it has one of.
pub(in crate::report) fn bytes(number: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1000, "kB"),
    ];
    let unit = UNITS.iter().find(|(size, _)| number >= *size);
    unit.map_or_else(
        || counted(number, "byte"),
        |(size, unit)| {
            let tenths = number / (size / 10);
            format!("{}.{}{NO_BREAK}{unit}", tenths / 10, tenths % 10)
        },
    )
}

/// The words at the beginning of a sentence.
pub(super) fn capital(words: &str) -> String {
    let (first, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}", first.to_uppercase())
}

/// A text from the wire, shown harmlessly.
pub(in crate::report) fn untrusted(text: &str) -> String {
    Untrusted(text.as_bytes()).to_string()
}

/// A text from the wire between quotation marks that it cannot end itself.
pub(in crate::report) fn quoted(text: &str) -> String {
    format!("\"{}\"", untrusted(text))
}

/// A text made here, shown harmlessly, but of parts whose length the wire may decide: cut where
/// it would bury the rest of the report.
pub(in crate::report) fn bounded(text: &str) -> String {
    const SHOWN: usize = 1200;
    let mut shown = String::new();
    for character in text.chars() {
        if shown.len() >= SHOWN {
            shown.push('…');
            break;
        }
        shown.push_str(&Shown(character).to_string());
    }
    shown
}

/// An address and port, and the name that the capture has for the address; IPv6 in brackets.
pub(in crate::report) fn peer(peer: &Peer) -> String {
    let name = peer.name.as_deref().map(untrusted);
    let name = name.map_or_else(String::new, |name| format!("{NO_BREAK}({name})"));
    format!("{}{name}", host_and_port(&peer.address, peer.port))
}

/// An address as the wire names it, with its port, if it has one.
pub(in crate::report) fn address(address: &Address) -> String {
    match address.port {
        Some(port) => host_and_port(&address.host, port),
        None if address.host.is_empty() => "a Unix socket without a name".to_owned(),
        None => untrusted(&address.host),
    }
}

fn host_and_port(host: &str, port: u16) -> String {
    let host = untrusted(host);
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Date and time in UTC, without saying so.
pub(in crate::report) fn date_and_time(time: Timestamp) -> String {
    time.to_string().replace('T', " ").replace('Z', "")
}

/// The time from a reference to a moment, with its sign: `+1.200 s`.
pub(in crate::report) fn since(reference: Timestamp, time: Timestamp) -> String {
    let before = reference.since(time);
    // Less than is shown has no direction.
    if time < reference && before >= Duration::from_millis(1) {
        format!("-{}", seconds(before))
    } else {
        format!("+{}", seconds(time.since(reference)))
    }
}

fn seconds(duration: Duration) -> String {
    format!(
        "{}.{:03}{NO_BREAK}s",
        duration.as_secs(),
        duration.subsec_millis()
    )
}

/// A length of time, as coarse as it is long.
pub(in crate::report) fn lasting(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..60 => seconds(duration),
        60..3600 => format!("{}{NO_BREAK}min {}{NO_BREAK}s", whole / 60, whole % 60),
        _ => format!(
            "{}{NO_BREAK}h {}{NO_BREAK}min",
            whole / 3600,
            whole / 60 % 60
        ),
    }
}

/// The packet's number, and its capture where there are several.
pub(in crate::report) fn packet(number: u64, input: u32, names: &Names) -> String {
    match names.short(input) {
        Some(name) => format!("packet{NO_BREAK}{number} of {}", untrusted(name)),
        None => format!("packet{NO_BREAK}{number}"),
    }
}

/// A text made here that may name inputs by their index ([`SeenFrom`]), with their names.
///
/// Between quotation marks stands what the wire said, and that stays as it is.
///
/// [`SeenFrom`]: crate::packet::SeenFrom
pub(in crate::report) fn with_names(text: &str, names: &Names) -> String {
    const MENTION: &str = " of input ";
    let mut named = String::new();
    let mut rest = text;
    let mut is_quoted = false;
    while let Some(next) = rest.find(['"', '\\', ' ']) {
        let (before, from) = rest.split_at(next);
        named.push_str(before);
        let digits = from.strip_prefix(MENTION).filter(|_| !is_quoted).map(|it| {
            let length = it.bytes().take_while(u8::is_ascii_digit).count();
            it.split_at(length)
        });
        let name =
            digits.and_then(|(digits, after)| Some((names.short(digits.parse().ok()?)?, after)));
        if let Some((name, after)) = name {
            named.push_str(" of ");
            named.push_str(&untrusted(name));
            rest = after;
            continue;
        }
        is_quoted ^= from.starts_with('"');
        // What is escaped ends no quotation.
        let taken = if from.starts_with('\\') { 2 } else { 1 };
        let taken = from
            .char_indices()
            .nth(taken)
            .map_or(from.len(), |(at, _)| at);
        let (character, after) = from.split_at(taken);
        named.push_str(character);
        rest = after;
    }
    named.push_str(rest);
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::at;

    fn spaced(text: String) -> String {
        text.replace(NO_BREAK, " ")
    }

    #[test]
    fn numbers_agree_with_their_words() {
        assert_eq!(spaced(counted(0, "packet")), "0 packets");
        assert_eq!(spaced(counted(1, "packet")), "1 packet");
        assert_eq!(
            listed(&[(0, "text"), (2, "close")]).map(spaced).as_deref(),
            Some("2 close")
        );
        assert_eq!(listed(&[(0, "text")]), None);
        assert_eq!(first_few(1..=8), "1, 2, 3, 4, 5, 6, and 2 more");
    }

    #[test]
    fn bytes_are_told_in_a_fitting_unit() {
        for (number, told) in [
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (48_213, "48.2 kB"),
            (1_999_999_999, "1.9 GB"),
            (u64::MAX, "18446744.0 TB"),
        ] {
            assert_eq!(spaced(bytes(number)), told);
        }
    }

    #[test]
    fn a_quotation_ends_where_it_ends() {
        assert_eq!(quoted("a\" \\ b"), "\"a\\\" \\\\ b\"");
    }

    #[test]
    fn a_text_beyond_all_bounds_is_cut() {
        assert_eq!(bounded("as it is"), "as it is");
        assert_eq!(bounded(&"x".repeat(5000)).chars().count(), 1201);
        assert_eq!(bounded(&"\0".repeat(5000)), "\\u{0}".repeat(240) + "…");
    }

    #[test]
    fn times_are_utc_and_relative_ones_have_a_sign() {
        assert_eq!(date_and_time(at(1)), "2026-03-01 10:00:00.000001");
        assert_eq!(spaced(since(at(12_000), at(1_212_000))), "+1.200 s");
        assert_eq!(spaced(since(at(12_000), at(0))), "-0.012 s");
        assert_eq!(spaced(lasting(Duration::from_secs(61))), "1 min 1 s");
        assert_eq!(spaced(lasting(Duration::from_secs(7260))), "2 h 1 min");
    }

    #[test]
    fn a_packet_names_its_capture_only_among_several() {
        let names = Names::new(["a.pcap", "b.pcap"]);
        assert_eq!(spaced(packet(7, 1, &names)), "packet 7 of b.pcap");
        assert_eq!(spaced(packet(7, 0, &Names::new(["a.pcap"]))), "packet 7");
    }

    #[test]
    fn inputs_in_a_text_get_their_names_outside_of_quotations() {
        let names = Names::new(["a.pcap", "d/b.pcap"]);
        let named = |text| with_names(text, &names);
        assert_eq!(
            named("packet 7 of input 1, \"packet 7 of input 1\", packet 7 of input 0"),
            "packet 7 of b.pcap, \"packet 7 of input 1\", packet 7 of a.pcap"
        );
        for unchanged in [
            "packet 7 of input 2",
            "packet 7 of input ",
            "packet 7 of input x",
            "\"\\\" of input 1",
            "\\é of input\\",
        ] {
            assert_eq!(named(unchanged), unchanged);
        }
    }

    #[test]
    fn ipv6_addresses_stand_in_brackets() {
        let peer_of = |address: &str| Peer {
            address: address.to_owned(),
            name: None,
            port: 80,
        };
        assert_eq!(peer(&peer_of("::1")), "[::1]:80");
        assert_eq!(peer(&peer_of("10.0.0.1")), "10.0.0.1:80");
    }

    #[test]
    fn a_name_from_the_capture_stands_behind_its_address() {
        let named = Peer {
            address: "::1".to_owned(),
            name: Some("api-1.internal\u{1b}[2J".to_owned()),
            port: 80,
        };
        assert_eq!(spaced(peer(&named)), "[::1]:80 (api-1.internal\\u{1b}[2J)");
    }
}
