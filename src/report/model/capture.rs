//! What captures say beside their packets, as values of the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::{self, Word};

/// Who captured a section of a pcapng file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// The hardware that captured.
    pub hardware: Option<String>,
    /// Its operating system.
    pub os: Option<String>,
    /// The program that wrote the section.
    pub application: Option<String>,
}

/// An interface that packets were captured on. What the file does not say is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interface {
    /// The section that describes it, from 1, as Wireshark's `frame.section_number`.
    pub section: u32,
    /// Its number in that section, from 0, as Wireshark's `frame.interface_id`.
    pub number: u32,
    /// Its name, such as `eth0`.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The hardware.
    pub hardware: Option<String>,
    /// The operating system of the machine that it is in.
    pub os: Option<String>,
    /// The filter that was captured with.
    pub filter: Option<String>,
    /// How its packets begin.
    pub link_type: LinkType,
    /// Bytes kept of a packet at most; null for all.
    pub snaplen: Option<u32>,
    /// The tick of its clock in seconds: `10^-6`, `2^-20`.
    pub resolution: String,
    /// Packets of it that were read.
    pub packets: u64,
    /// Those of them that the capturing host received, where the file says so.
    pub inbound: u64,
    /// Those of them that it sent, where the file says so.
    pub outbound: u64,
    /// Those of them in whose frames the network card found an error.
    pub link_errors: u64,
    /// Packets that it received while the capture ran (`isb_ifrecv`).
    pub received: Option<u64>,
    /// Packets that passed the filter (`isb_filteraccept`).
    pub accepted: Option<u64>,
    /// Packets handed to the program that captured (`isb_usrdeliv`).
    pub delivered: Option<u64>,
    /// Packets that the capture lost.
    pub dropped: Dropped,
}

/// A link type (the `LINKTYPE_` registry).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkType {
    /// Its number.
    pub number: u32,
    /// Its name; null for one that captures of IP traffic are not likely to have.
    #[serde(deserialize_with = "word::maybe")]
    pub name: Option<Word>,
    /// Whether packets that begin so can be read.
    pub readable: bool,
}

/// Packets that a capture lost at an interface. What the file does not say is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dropped {
    /// All of them: the sum of the next two, or else `between_packets`.
    pub total: Option<u64>,
    /// Those that count as the interface's (`isb_ifdrop`). Some programs have those of the
    /// operating system in it.
    pub interface: Option<u64>,
    /// Those that count as the operating system's (`isb_osdrop`).
    pub os: Option<u64>,
    /// Those that packets tell of (`epb_dropcount`): a part of the total.
    pub between_packets: Option<u64>,
}

/// What a user noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comment {
    /// The packet that it is about; null if it is about a section or an interface.
    pub packet: Option<u64>,
    /// Its text.
    pub text: String,
}
