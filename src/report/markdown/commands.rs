//! How to see the same in Wireshark and tshark. It knows their display filters, and how a shell
//! reads the name of a file.

use std::net::IpAddr;

use super::document::{Document, Level};
use super::escape::Inline;
use crate::report::model::{Connection, Input};
use crate::report::names::Names;
use crate::report::words::untrusted;
use crate::untrusted::Shown;

/// A connection, the packet of it that shows what is wrong, and the captures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'r> {
    pub(super) connection: &'r Connection,
    pub(super) packet: u64,
    /// The index of its input.
    pub(super) input: u32,
    pub(super) inputs: &'r [Input],
    pub(super) names: &'r Names,
}

/// Tells what to type for each of these.
pub(super) fn write(document: &mut Document, subjects: &[Subject<'_>], level: Level) {
    let told = subjects
        .iter()
        .filter_map(|it| Some((it, filter(it.connection)?)));
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return;
    }
    let heading = Inline::text("See it in Wireshark and tshark");
    document.heading(level, &heading);
    for (subject, filter) in told {
        commands(document, *subject, &filter);
    }
}

fn commands(document: &mut Document, subject: Subject<'_>, filter: &str) {
    let Subject {
        connection,
        packet,
        input,
        inputs,
        names,
    } = subject;
    let packet_filter = format!("{filter} && frame.number == {packet}");
    let file = names.short(input).map(untrusted);
    let file = file.map_or_else(String::new, |name| format!(" for {name}"));
    document.paragraph(&Inline::text(&format!(
        "Display filters of Wireshark{file}: first the packet that shows it, then the whole \
         connection."
    )));
    document.code("text", &packet_filter);
    document.code("text", filter);
    document.paragraph(&Inline::text("The same in a terminal:"));
    let mut commands = vec![format!(
        "tshark -r {} -Y {} -O http,websocket -x",
        file_of(inputs, input),
        quoted(&packet_filter)
    )];
    for input in inputs_of(connection) {
        let file = file_of(inputs, input);
        commands.push(format!("tshark -r {file} -Y {}", quoted(filter)));
    }
    document.code("sh", &commands.join("\n"));
    notes(document, subject);
}

/// What keeps these commands from showing what they should.
fn notes(document: &mut Document, subject: Subject<'_>) {
    let read = |input| input_of(subject.inputs, input);
    if inputs_of(subject.connection).any(|it| read(it).is_some_and(|it| it.name == "-")) {
        let text = "The capture came through a pipe: put the name of its file, if there is one, \
                    in the place of capture.pcap.";
        document.paragraph(&Inline::text(text));
    }
    if read(subject.input).is_some_and(|it| it.damaged_places > 0) {
        let text = "The file is damaged: behind that place Wireshark may number packets otherwise.";
        document.paragraph(&Inline::text(text));
    }
}

/// The captures that a connection is known to be in.
fn inputs_of(connection: &Connection) -> impl Iterator<Item = u32> {
    let findings = connection.findings.iter().map(|it| it.input);
    let mut inputs: Vec<_> = [connection.input, connection.last_input]
        .into_iter()
        .chain(findings)
        .collect();
    inputs.sort_unstable();
    inputs.dedup();
    inputs.into_iter()
}

fn input_of(inputs: &[Input], input: u32) -> Option<&Input> {
    inputs.get(usize::try_from(input).ok()?)
}

/// A display filter for the connection; none where its ends are no addresses.
fn filter(connection: &Connection) -> Option<String> {
    let (client, server) = (&connection.client, &connection.server);
    let addresses = [client, server].map(|peer| peer.address.parse::<IpAddr>().ok());
    let [Some(from), Some(to)] = addresses else {
        return None;
    };
    let field = if from.is_ipv4() { "ip" } else { "ipv6" };
    Some(format!(
        "{field}.addr == {from} && {field}.addr == {to} && tcp.port == {} && tcp.port == {}",
        client.port, server.port
    ))
}

/// The name of a capture as a shell takes it.
fn file_of(inputs: &[Input], input: u32) -> String {
    match input_of(inputs, input).map(|it| it.name.as_str()) {
        None | Some("-") => "capture.pcap".to_owned(),
        // It is no option.
        Some(name) if name.starts_with('-') => quoted(&format!("./{name}")),
        Some(name) => quoted(name),
    }
}

/// A word that a shell acts on nothing in.
fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "/._-+,:@%".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if word.chars().all(|it| Shown(it).is_harmless()) {
        return format!("'{}'", word.replace('\'', "'\\''"));
    }
    // In this kind of quotation, of bash, zsh and ksh, what would not be seen can be written.
    let mut quoted = "$'".to_owned();
    for character in word.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            harmless if Shown(harmless).is_harmless() => quoted.push(harmless),
            other => {
                let mut bytes = [0; 4];
                let bytes = other.encode_utf8(&mut bytes).bytes();
                quoted.extend(bytes.map(|byte| format!("\\x{byte:02x}")));
            }
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_filter_names_both_ends() {
        let mut connection = sample::connection(1);
        assert_eq!(
            filter(&connection).unwrap(),
            "ip.addr == 10.0.0.5 && ip.addr == 10.0.0.9 && tcp.port == 51234 && tcp.port == 8001"
        );
        for peer in [&mut connection.client, &mut connection.server] {
            peer.address = "2001:db8::1".to_owned();
        }
        let six = filter(&connection).unwrap();
        assert!(
            six.starts_with("ipv6.addr == 2001:db8::1 && ipv6.addr"),
            "{six}"
        );
        connection.client.address = "' || true".to_owned();
        assert_eq!(filter(&connection), None);
    }

    #[test]
    fn no_name_of_a_file_is_more_than_a_word() {
        for (name, expected) in [
            ("caps/ws.pcap", "caps/ws.pcap"),
            ("my ws.pcap", "'my ws.pcap'"),
            ("$(reboot).pcap", "'$(reboot).pcap'"),
            ("it's.pcap", "'it'\\''s.pcap'"),
            ("a\nb'\u{1b}\\", "$'a\\x0ab\\'\\x1b\\\\'"),
            ("-e.pcap", "./-e.pcap"),
            ("-", "capture.pcap"),
        ] {
            assert_eq!(file_of(&[sample::input(name)], 0), expected);
        }
    }
}
