//! How to see a connection in Wireshark: display filters. What of the wire stands in one is an
//! address that was read as one, or it does not stand there.

use std::net::IpAddr;

use serde::Serialize;

use crate::report::model::{Connection, Finding, Report};

/// A filter, and what it shows.
#[derive(Serialize)]
pub(super) struct Look {
    shows: String,
    text: String,
}

/// The filters for a connection and its worst finding.
pub(super) fn view(report: &Report, connection: &Connection, worst: Option<&Finding>) -> Vec<Look> {
    let conversation = conversation(connection);
    let several = report.inputs.len() > 1;
    let mut looks = vec![
        Look {
            shows: "the whole connection".to_owned(),
            text: conversation.clone(),
        },
        Look {
            shows: "its WebSocket frames and its handshake".to_owned(),
            text: format!("({conversation}) && (websocket || http)"),
        },
    ];
    if let Some(finding) = worst {
        looks.push(Look {
            shows: format!("the packet of {}", finding.rule),
            text: format!("frame.number == {}", finding.packet),
        });
        let name = report
            .inputs
            .get(usize::try_from(finding.input).unwrap_or(0));
        let name = name.map_or("", |input| input.name.as_str());
        looks.push(Look {
            shows: match several {
                true => "the same in a terminal, of the capture that holds it".to_owned(),
                false => "the same in a terminal".to_owned(),
            },
            text: format!(
                "tshark -r {} -Y 'frame.number == {}' -V -x",
                word(name),
                finding.packet
            ),
        });
    }
    looks
}

fn conversation(connection: &Connection) -> String {
    let ends = [&connection.client, &connection.server];
    let addresses = ends.map(|end| match end.address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some(format!("ip.addr == {address}")),
        Ok(IpAddr::V6(address)) => Some(format!("ipv6.addr == {address}")),
        Err(_) => None,
    });
    let ports = ends.map(|end| Some(format!("tcp.port == {}", end.port)));
    let terms = addresses.into_iter().chain(ports).flatten();
    terms.collect::<Vec<_>>().join(" && ")
}

/// A file's name as a shell takes it; a placeholder where it is not one to copy.
fn word(name: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+,:@".contains(it);
    let safe = |it: char| plain(it) || it == ' ' || it.is_alphanumeric();
    if name.is_empty() || name.starts_with('-') || !name.chars().all(safe) {
        "CAPTURE".to_owned()
    } else if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{name}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_filter_holds_addresses_only() {
        let mut connection = sample::connection(1);
        let filter = conversation(&connection);
        assert_eq!(
            filter,
            "ip.addr == 10.0.0.5 && ip.addr == 10.0.0.9 && tcp.port == 51234 && tcp.port == 8001"
        );
        connection.client.address = "x || frame".to_owned();
        connection.server.address = "2001:db8::1".to_owned();
        let filter = conversation(&connection);
        assert_eq!(
            filter,
            "ipv6.addr == 2001:db8::1 && tcp.port == 51234 && tcp.port == 8001"
        );
    }

    #[test]
    fn a_name_is_one_word_of_a_shell_or_none() {
        assert_eq!(word("a/b.pcap"), "a/b.pcap");
        assert_eq!(word("a b.pcap"), "'a b.pcap'");
        for hostile in ["", "-", "-x", "a'b", "$(id)", "a\nb", "a;b"] {
            assert_eq!(word(hostile), "CAPTURE", "{hostile}");
        }
    }
}
