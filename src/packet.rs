//! What a capture holds before anything is decoded: a packet's bytes, time and place.

use std::fmt;

use crate::time::Timestamp;

/// Names one packet of the analysis.
///
/// Its order is the order in which the packets were read, which breaks ties between equal times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketId {
    /// Index of the capture among the inputs, from 0.
    pub input: u32,
    /// Number of the packet within its input, from 1, as Wireshark's `frame.number`.
    pub number: u64,
}

impl PacketId {
    /// The packet in words that stand in a message about the packet `here`: `packet 7`, or
    /// `packet 7 of input 2` where that is in another input.
    #[must_use]
    pub const fn seen_from(self, here: Self) -> SeenFrom {
        SeenFrom {
            number: self.number,
            input: if self.input == here.input {
                None
            } else {
                Some(self.input)
            },
        }
    }
}

/// A packet in words: [`PacketId::seen_from`].
#[derive(Clone, Copy, Debug)]
pub struct SeenFrom {
    number: u64,
    /// Where the words do not stand in the same input.
    input: Option<u32>,
}

impl fmt::Display for SeenFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "packet {}", self.number)?;
        self.input
            .map_or(Ok(()), |input| write!(f, " of input {input}"))
    }
}

/// A link type as the capture names it (the `LINKTYPE_` registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD loopback: a 4-byte address family in the capturing host's byte order.
    pub const NULL: Self = Self(0);
    /// Ethernet II and IEEE 802.3.
    pub const ETHERNET: Self = Self(1);
    /// Raw IP, as some BSDs number it in files (`DLT_RAW` there).
    pub const RAW_BSD: Self = Self(12);
    /// Raw IP, as OpenBSD numbers it.
    pub const RAW_OPENBSD: Self = Self(14);
    /// Raw IP: the version stands in the first four bits.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: a 4-byte address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux "cooked" capture, 16-byte header (`tcpdump -i any`).
    pub const LINUX_SLL: Self = Self(113);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux "cooked" capture v2, 20-byte header.
    pub const LINUX_SLL2: Self = Self(276);

    /// The registry's name, where the link type is one that captures of IP traffic are likely
    /// to have, readable or not.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NULL (BSD loopback)",
            1 => "EN10MB (Ethernet)",
            6 => "IEEE802_5 (Token Ring)",
            9 => "PPP",
            10 => "FDDI",
            12 | 14 | 101 => "RAW (raw IP)",
            50 => "PPP_HDLC",
            51 => "PPP_ETHER (PPPoE)",
            104 => "C_HDLC (Cisco PPP)",
            105 => "IEEE802_11 (Wi-Fi)",
            107 => "FRELAY (Frame Relay)",
            108 => "LOOP (OpenBSD loopback)",
            113 => "LINUX_SLL (Linux cooked)",
            119 => "IEEE802_11_PRISM (Wi-Fi with Prism header)",
            127 => "IEEE802_11_RADIO (Wi-Fi with radiotap header)",
            147..=162 => "USER0 to USER15 (private use)",
            163 => "IEEE802_11_AVS (Wi-Fi with AVS header)",
            166 => "PPP_PPPD",
            189 => "USB_LINUX",
            192 => "PPI",
            201 => "BLUETOOTH_HCI_H4_WITH_PHDR",
            204 => "PPP_WITH_DIR",
            220 => "USB_LINUX_MMAPPED",
            226 => "IPNET (Solaris)",
            228 => "IPV4 (raw IPv4)",
            229 => "IPV6 (raw IPv6)",
            231 => "DBUS",
            239 => "NFLOG",
            249 => "USBPCAP",
            252 => "WIRESHARK_UPPER_PDU (exported PDUs)",
            253 => "NETLINK",
            258 => "PKTAP (macOS)",
            274 => "ETHERNET_MPACKET",
            276 => "LINUX_SLL2 (Linux cooked v2)",
            _ => return None,
        })
    }
}

/// `127, IEEE802_11_RADIO (Wi-Fi with radiotap header)`, or the number alone.
impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.name().map_or(Ok(()), |name| write!(f, ", {name}"))
    }
}

/// Which way a packet went, as seen from the capturing host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The host received it.
    Inbound,
    /// The host sent it.
    Outbound,
}

/// What a file says of a packet's arrival at the capturing interface.
///
/// The default is what a source without interfaces has: the first one, and nothing known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reception {
    /// Index among the interfaces of the input
    /// ([`About::interfaces`](crate::source::About::interfaces)), from 0.
    pub interface: u32,
    /// Which way it went, where the file says so.
    pub direction: Option<Direction>,
    /// The network card found an error in its frame, such as a wrong check sequence.
    pub link_error: bool,
}

/// A packet as its source lends it, until the source is asked for the next one.
#[derive(Clone, Copy, Debug)]
pub struct RawPacket<'p> {
    /// Which packet this is.
    pub id: PacketId,
    /// When it was captured.
    pub time: Timestamp,
    /// How its bytes begin.
    pub link: LinkType,
    /// Its length on the wire, in bytes; more than `bytes.len()` where the capture cut it.
    pub wire_length: u32,
    /// Where and how it arrived.
    pub reception: Reception,
    /// The bytes that the capture holds.
    pub bytes: &'p [u8],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_of_another_input_names_it() {
        let packet = |input, number| PacketId { input, number };
        let seen = |from| packet(2, 7).seen_from(from).to_string();
        assert_eq!(seen(packet(2, 9)), "packet 7");
        assert_eq!(seen(packet(0, 9)), "packet 7 of input 2");
    }
}
