//! What a report says of connections that were not chosen. It counts them, and knows which words
//! tell somebody who chose none what there was to choose from.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::model::{Connection, Report, Selection, Unchosen};
use crate::choice::{path_of, without_port};
use crate::untrusted::Untrusted;

/// Different hosts, and different paths, that are counted.
const COUNTED: usize = 1024;

/// Different hosts, and different paths, that a report names.
const NAMED: usize = 16;

/// Characters of a host or path that are kept.
const CHARACTERS: usize = 200;

impl Unchosen {
    /// Counts a connection whose request has this Host field and this target.
    pub fn note(&mut self, host: Option<&str>, target: Option<&str>) {
        self.connections += 1;
        count(&mut self.hosts, host.map(without_port));
        count(&mut self.paths, target.map(path_of));
    }

    /// Keeps the most frequent names; of equally frequent ones those that come first.
    pub fn shorten(&mut self) {
        for names in [&mut self.hosts, &mut self.paths] {
            let mut all: Vec<_> = std::mem::take(names).into_iter().collect();
            all.sort_by_key(|(_, number)| Reverse(*number));
            names.extend(all.into_iter().take(NAMED));
        }
    }
}

fn count(names: &mut BTreeMap<String, u64>, name: Option<&str>) {
    let Some(name) = name else { return };
    let name: String = name.chars().take(CHARACTERS).collect();
    if names.len() < COUNTED || names.contains_key(&name) {
        *names.entry(name).or_default() += 1;
    }
}

/// Leaves in a report the connections that are chosen, and counts the others.
pub fn keep(report: &mut Report, is_chosen: impl Fn(&Connection) -> bool) {
    let Report {
        connections,
        summary,
        ..
    } = report;
    connections.retain(|connection| {
        let chosen = is_chosen(connection);
        if !chosen {
            let handshake = &connection.handshake;
            let (host, target) = (handshake.host.as_deref(), handshake.target.as_deref());
            summary.unchosen.note(host, target);
        }
        chosen
    });
    summary.unchosen.shorten();
    summary.count(connections);
}

/// The options that chose packets and connections, as a command line has them; `None` where
/// nothing was left out.
#[must_use]
pub fn options(selection: &Selection) -> Option<String> {
    let mut options = Vec::new();
    let mut option = |name: &str, value: String| {
        if !value.is_empty() {
            options.push(format!("--{name} {}", word(&value)));
        }
    };
    option("filter", selection.filter.clone().unwrap_or_default());
    option("host", selection.host.join(","));
    option("port", selection.port.join(","));
    for path in &selection.path {
        option("path", path.clone());
    }
    option("since", selection.since.clone().unwrap_or_default());
    option("until", selection.until.clone().unwrap_or_default());
    option("connection", selection.connection.join(","));
    (!options.is_empty()).then(|| options.join(" "))
}

/// A word of a command line.
fn word(text: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_.,:/+[]".contains(character);
    if text.chars().all(is_plain) {
        text.to_owned()
    } else if text.contains('\'') {
        format!("\"{text}\"")
    } else {
        format!("'{text}'")
    }
}

/// Why nothing is reported of what was read, where that is for what was asked for.
#[must_use]
pub fn nothing(report: &Report) -> Option<String> {
    let options = options(&report.selection)?;
    let Unchosen {
        connections,
        hosts,
        paths,
    } = &report.summary.unchosen;
    let selection = &report.selection;
    let left_out = report
        .inputs
        .iter()
        .map(|input| input.filtered)
        .sum::<u64>();
    let mut text = match connections {
        // It would be the same without a choice.
        0 if left_out == 0 => return None,
        0 => {
            let packets = report.inputs.iter().map(|input| input.packets).sum::<u64>();
            format!(
                "no WebSocket connection is left by {options}; of {packets} packets that were \
                 read {left_out} are left out"
            )
        }
        1 => format!("the only WebSocket connection does not match {options}"),
        _ => format!("none of {connections} WebSocket connections matches {options}"),
    };
    for (asked, what, names) in [
        (&selection.path, "paths", paths),
        (&selection.host, "hosts", hosts),
    ] {
        if asked.is_empty() || *connections == 0 {
            continue;
        }
        let listed: Vec<_> = names
            .iter()
            .map(|(name, number)| format!("{} ({number})", Untrusted(name.as_bytes())))
            .collect();
        match listed.as_slice() {
            [] => text.push_str(&format!("; no {what} were seen")),
            listed => text.push_str(&format!("; {what} seen: {}", listed.join(", "))),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn asked(selection: Selection) -> Report {
        let mut report = sample::report(vec![sample::input("ws.pcap")], Vec::new());
        report.selection = selection;
        report
    }

    fn paths(paths: &[&str]) -> Selection {
        Selection {
            path: paths.iter().map(|path| (*path).to_owned()).collect(),
            ..Selection::default()
        }
    }

    #[test]
    fn what_was_asked_can_be_asked_again() {
        let selection = Selection {
            filter: Some("tcp port 80".to_owned()),
            port: vec!["80".to_owned(), "8000-8010".to_owned()],
            ..paths(&["/a*", "/b"])
        };
        let options = options(&selection).unwrap();
        assert_eq!(
            options,
            "--filter 'tcp port 80' --port 80,8000-8010 --path '/a*' --path /b"
        );
        assert_eq!(super::options(&Selection::default()), None);
    }

    #[test]
    fn whoever_chose_nothing_learns_what_there_is() {
        let mut report = asked(paths(&["/ws"]));
        for (path, times) in [("/feed?x", 2), ("/chat", 10), ("/\u{1b}[2J", 1)] {
            for _ in 0..times {
                report.summary.unchosen.note(Some("a.test:80"), Some(path));
            }
        }
        assert_eq!(
            nothing(&report).unwrap(),
            "none of 13 WebSocket connections matches --path /ws; \
             paths seen: /\\u{1b}[2J (1), /chat (10), /feed (2)"
        );
        report.selection.host = vec!["b.test".to_owned()];
        let said = nothing(&report).unwrap();
        assert!(said.ends_with("; hosts seen: a.test (13)"), "{said}");
    }

    #[test]
    fn names_are_bounded_in_length_and_number() {
        let mut unchosen = Unchosen::default();
        for number in 0..3000 {
            let path = format!("/{number:04}{}", "x".repeat(9999));
            unchosen.note(None, Some(&path));
        }
        unchosen.note(None, Some("/0007"));
        unchosen.note(None, Some("/0009"));
        assert_eq!(unchosen.paths.len(), COUNTED);
        unchosen.shorten();
        assert_eq!(unchosen.connections, 3002);
        assert_eq!(unchosen.paths.len(), NAMED);
        assert!(unchosen.paths.keys().all(|path| path.len() <= CHARACTERS));
    }

    #[test]
    fn those_that_are_left_are_counted_again() {
        let mut report = sample::report(
            vec![sample::input("ws.pcap")],
            (1..=3).map(sample::runbook_connection).collect(),
        );
        let findings = report.summary.findings;
        keep(&mut report, |connection| connection.id == 2);
        assert_eq!(report.summary.connections, 1);
        assert_eq!(report.summary.broken, 1);
        assert_eq!(report.summary.findings.error * 3, findings.error);
        assert_eq!(report.summary.unchosen.connections, 2);
        assert_eq!(report.connections[0].id, 2);
    }
}
