//! What captures say beside their packets, from the source's values to the report's.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::decode;
use crate::report::model;
use crate::source::{About, Interface, LeftOut, Statistics};

/// Puts what a capture says of itself into its part of the report. Secrets are counted alone.
#[cold] // Once an input: in the loop over packets it would be in the way.
pub(super) fn describe(input: &mut model::Input, about: &About) {
    let section = |it: &crate::source::Section| model::Section {
        hardware: it.hardware.clone(),
        os: it.os.clone(),
        application: it.application.clone(),
    };
    input.sections = about.sections.iter().map(section).collect();
    input.interfaces = about.interfaces.iter().map(interface).collect();
    let comment = |it: &crate::source::Comment| model::Comment {
        packet: it.packet,
        text: it.text.clone(),
    };
    input.comments = about.comments.iter().map(comment).collect();
    input.tls_key_log_bytes = about.secrets.key_log().len() as u64;
    input.left_out = left_out(about.left_out);
}

fn interface(interface: &Interface) -> model::Interface {
    let Statistics {
        received,
        interface_drops,
        accepted,
        system_drops,
        delivered,
    } = interface.statistics;
    model::Interface {
        section: interface.section,
        number: interface.number,
        name: interface.name.clone(),
        description: interface.description.clone(),
        hardware: interface.hardware.clone(),
        os: interface.os.clone(),
        filter: interface.filter.clone(),
        link_type: model::LinkType {
            number: interface.link.0,
            name: interface.link.name(),
            readable: decode::is_readable(interface.link),
        },
        snaplen: interface.snap_length,
        resolution: interface.resolution.to_string(),
        packets: interface.read.packets,
        inbound: interface.read.inbound,
        outbound: interface.read.outbound,
        link_errors: interface.read.link_errors,
        received,
        accepted,
        delivered,
        dropped: model::Dropped {
            total: interface.lost(),
            interface: interface_drops,
            os: system_drops,
            between_packets: interface.lost_between,
        },
    }
}

/// What was left out, by name.
fn left_out(left_out: LeftOut) -> BTreeMap<&'static str, u64> {
    let LeftOut {
        sections,
        interfaces,
        comments,
        names,
        secret_bytes,
        long_blocks,
    } = left_out;
    let counts = [
        ("sections", sections),
        ("interfaces", interfaces),
        ("comments", comments),
        ("names", names),
        ("key-log-bytes", secret_bytes),
        ("long-blocks", long_blocks),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// Gives an end of a connection the name that a capture has for its address.
pub(super) fn name(peer: &mut model::Peer, names: &BTreeMap<IpAddr, String>) {
    if !names.is_empty()
        && let Ok(address) = peer.address.parse()
    {
        peer.name = names.get(&address).cloned();
    }
}
