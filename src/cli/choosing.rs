//! What chooses packets and connections, for every command that reads captures.

use super::args::CHOOSE;
use crate::choice::{Choice, Host, Named, Path, Ports, When};
use crate::driver::{self, Options};
use crate::packet::PacketId;
use crate::source::{Captures, Expression, Stop};

#[derive(Debug, clap::Args)]
#[command(next_help_heading = CHOOSE)]
pub(super) struct Choosing {
    /// Only packets that pass a filter of tcpdump
    ///
    /// As 'tcp port 80 and host 10.0.0.5'; the language is that of
    /// pcap-filter(7). A filter sees packets as they were captured: from
    /// outside of tunnels, with the captured length for len, and without
    /// ports in all fragments but the first. Host names in it are looked
    /// up. --host and --port see the TCP connection itself.
    #[arg(long, value_name = "EXPRESSION", verbatim_doc_comment)]
    filter: Option<Expression>,
    /// Only connections of these addresses or names
    ///
    /// An address as 10.0.0.5, a network as 10.0.0.0/8, or what the Host
    /// field of the handshake says, as api.example.com or '*.example.com';
    /// repeatable.
    #[arg(
        long,
        value_name = "HOST,..",
        value_delimiter = ',',
        verbatim_doc_comment
    )]
    host: Vec<Host>,
    /// Only connections with these ports
    ///
    /// Of either end, as 80,8000-8010; repeatable.
    #[arg(long, value_name = "PORT,..", value_delimiter = ',')]
    port: Vec<Ports>,
    /// Only connections to these paths
    ///
    /// Of the request, without its query, as /chat or '/ws/*': * stands for
    /// any characters, / among them; repeatable.
    #[arg(long, value_name = "PATH", verbatim_doc_comment)]
    path: Vec<Path>,
    /// Only connections with a packet then or later
    ///
    /// A moment as 2026-03-01T10:00:05Z or, in UTC, '2026-03-01
    /// 10:00:05.25'; 10:00 on the day of the first packet (UTC); or +5m30s
    /// after the first packet of all captures. What these connections did
    /// before is read all the same, so that their handshakes are known;
    /// `frames` and `messages` show only the lines from then on.
    #[arg(long, value_name = "TIME", verbatim_doc_comment)]
    since: Option<When>,
    /// Only packets up to then: the captures end there
    ///
    /// The time is as for --since.
    #[arg(long, value_name = "TIME")]
    until: Option<When>,
    /// Only these connections: by id or client
    ///
    /// The id is the one that `check` gives with the same filter,
    /// addresses, ports and --until; for it `frames` and `messages` read
    /// the captures twice. A client is as 10.0.0.5:51234 or
    /// [2001:db8::1]:51234; repeatable.
    #[arg(
        long,
        value_name = "ID|CLIENT",
        value_delimiter = ',',
        verbatim_doc_comment
    )]
    connection: Vec<Named>,
}

impl Choosing {
    pub(super) fn choice(&self) -> Choice {
        Choice {
            filter: self.filter.clone(),
            hosts: self.host.clone(),
            ports: self.port.clone(),
            paths: self.path.clone(),
            since: self.since,
            until: self.until,
            connections: self.connection.clone(),
        }
    }
}

/// Finds the connections that are named by their ids: these are known at the end of captures, and
/// whoever shows what is read as it is read needs them before.
pub(super) fn find_ids(
    choice: &mut Choice,
    captures: &Captures,
    stop: &Stop,
) -> Result<(), String> {
    let options = Options {
        choice: choice.of_packets(),
        stop: stop.clone(),
        ..Options::default()
    };
    let report = driver::check_captures(captures, &options, &mut |_, _| {});
    if stop.is_requested() {
        return Err("stopped by the user before it was found".to_owned());
    }
    for named in &mut choice.connections {
        let Named::Id { id, first_packet } = named else {
            continue;
        };
        let connection = report.connections.iter().find(|it| it.id == *id);
        let Some(connection) = connection else {
            return Err(format!(
                "no connection {id}; there are {} (wsblame check --format json lists them)",
                report.connections.len()
            ));
        };
        *first_packet = Some(PacketId {
            input: connection.input,
            number: connection.first_packet,
        });
    }
    Ok(())
}
