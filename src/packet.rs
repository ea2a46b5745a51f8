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
    /// PPP, with or without the HDLC-like framing of RFC 1662.
    pub const PPP: Self = Self(9);
    /// Raw IP, as some BSDs number it in files (`DLT_RAW` there).
    pub const RAW_BSD: Self = Self(12);
    /// Raw IP, as OpenBSD numbers it.
    pub const RAW_OPENBSD: Self = Self(14);
    /// PPP in HDLC-like framing, or Cisco's HDLC: the first byte tells them apart.
    pub const PPP_HDLC: Self = Self(50);
    /// A PPPoE session without its Ethernet header.
    pub const PPP_ETHER: Self = Self(51);
    /// Raw IP: the version stands in the first four bits.
    pub const RAW: Self = Self(101);
    /// Cisco's HDLC.
    pub const C_HDLC: Self = Self(104);
    /// IEEE 802.11.
    pub const IEEE802_11: Self = Self(105);
    /// OpenBSD loopback: a 4-byte address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// The BSDs' `enc` interface: packets before and after IPsec.
    pub const ENC: Self = Self(109);
    /// Linux "cooked" capture, 16-byte header (`tcpdump -i any`).
    pub const LINUX_SLL: Self = Self(113);
    /// The log of the BSDs' packet filter.
    pub const PFLOG: Self = Self(117);
    /// IEEE 802.11 behind a Prism or AVS header.
    pub const IEEE802_11_PRISM: Self = Self(119);
    /// IEEE 802.11 behind a radiotap header.
    pub const IEEE802_11_RADIO: Self = Self(127);
    /// IEEE 802.11 behind an AVS header.
    pub const IEEE802_11_AVS: Self = Self(163);
    /// PPP of Linux' pppd: one byte for the direction in place of the address field.
    pub const PPP_PPPD: Self = Self(166);
    /// Per-packet information, and behind it a link type of its own.
    pub const PPI: Self = Self(192);
    /// PPP behind one byte for the direction.
    pub const PPP_WITH_DIR: Self = Self(204);
    /// Cisco's HDLC behind one byte for the direction.
    pub const C_HDLC_WITH_DIR: Self = Self(205);
    /// Solaris' `ipnet` devices.
    pub const IPNET: Self = Self(226);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// The log of Linux' netfilter.
    pub const NFLOG: Self = Self(239);
    /// macOS' `pktap` devices: a header, and behind it a link type of its own.
    pub const PKTAP: Self = Self(258);
    /// Linux "cooked" capture v2, 20-byte header.
    pub const LINUX_SLL2: Self = Self(276);
    /// Ethernet between a host and a Broadcom switch: a tag behind the addresses.
    pub const DSA_TAG_BRCM: Self = Self(281);
    /// The same, with the tag in front.
    pub const DSA_TAG_BRCM_PREPEND: Self = Self(282);
    /// Ethernet between a host and a Marvell switch: a tag behind the addresses.
    pub const DSA_TAG_DSA: Self = Self(284);
    /// The same, with an ether type in front of the tag.
    pub const DSA_TAG_EDSA: Self = Self(285);

    /// The name that tcpdump gives it, and what it means where the name does not say it: of those
    /// that people meet, readable or not.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NULL (BSD loopback)",
            1 => "EN10MB (Ethernet)",
            3 => "AX25 (amateur radio)",
            6 => "IEEE802_5 (Token Ring)",
            7 => "ARCNET_BSD",
            8 => "SLIP",
            9 => "PPP",
            10 => "FDDI",
            12 | 14 | 101 => "RAW (raw IP)",
            50 => "PPP_HDLC",
            51 => "PPP_ETHER (PPPoE)",
            100 => "ATM_RFC1483",
            104 => "C_HDLC (Cisco HDLC)",
            105 => "IEEE802_11 (Wi-Fi)",
            107 => "FRELAY (Frame Relay)",
            108 => "LOOP (OpenBSD loopback)",
            109 => "ENC (BSD IPsec)",
            113 => "LINUX_SLL (Linux cooked)",
            114 => "LTALK (Apple LocalTalk)",
            117 => "PFLOG (BSD packet filter log)",
            119 => "IEEE802_11_PRISM (Wi-Fi with Prism header)",
            122 => "IP_OVER_FC (Fibre Channel)",
            123 => "SUNATM",
            127 => "IEEE802_11_RADIO (Wi-Fi with radiotap header)",
            129 => "ARCNET_LINUX",
            138 => "APPLE_IP_OVER_IEEE1394 (FireWire)",
            139 => "MTP2_WITH_PHDR (SS7)",
            140 => "MTP2 (SS7)",
            141 => "MTP3 (SS7)",
            142 => "SCCP (SS7)",
            143 => "DOCSIS (cable modem)",
            144 => "LINUX_IRDA (infrared)",
            147..=162 => "USER0 to USER15 (private use)",
            163 => "IEEE802_11_AVS (Wi-Fi with AVS header)",
            165 => "BACNET_MS_TP",
            166 => "PPP_PPPD",
            169 => "GPRS_LLC",
            177 => "LINUX_LAPD (ISDN)",
            182 => "MFR (Multilink Frame Relay)",
            187 => "BLUETOOTH_HCI_H4",
            189 => "USB_LINUX",
            192 => "PPI (per-packet information)",
            195 => "IEEE802_15_4_WITHFCS (Zigbee, Thread)",
            196 => "SITA",
            197 => "ERF (Endace)",
            201 => "BLUETOOTH_HCI_H4_WITH_PHDR",
            202 => "AX25_KISS (amateur radio)",
            203 => "LAPD (ISDN)",
            204 => "PPP_WITH_DIR",
            205 => "C_HDLC_WITH_DIR (Cisco HDLC)",
            206 => "FRELAY_WITH_DIR (Frame Relay)",
            209 => "IPMB_LINUX",
            215 => "IEEE802_15_4_NONASK_PHY",
            220 => "USB_LINUX_MMAPPED",
            224 => "FC_2 (Fibre Channel)",
            225 => "FC_2_WITH_FRAME_DELIMS (Fibre Channel)",
            226 => "IPNET (Solaris)",
            227 => "CAN_SOCKETCAN",
            228 => "IPV4 (raw IPv4)",
            229 => "IPV6 (raw IPv6)",
            230 => "IEEE802_15_4_NOFCS (Zigbee, Thread)",
            231 => "DBUS",
            235 => "DVB_CI",
            236 => "MUX27010",
            239 => "NFLOG (Linux netfilter log)",
            240 => "NETANALYZER (Hilscher)",
            241 => "NETANALYZER_TRANSPARENT (Hilscher)",
            242 => "IPOIB (IP over InfiniBand)",
            243 => "MPEG_2_TS",
            245 => "NFC_LLCP",
            247 => "INFINIBAND",
            248 => "SCTP",
            249 => "USBPCAP",
            250 => "RTAC_SERIAL",
            251 => "BLUETOOTH_LE_LL",
            252 => "WIRESHARK_UPPER_PDU (exported PDUs)",
            253 => "NETLINK",
            254 => "BLUETOOTH_LINUX_MONITOR",
            255 => "BLUETOOTH_BREDR_BB",
            256 => "BLUETOOTH_LE_LL_WITH_PHDR",
            257 => "PROFIBUS_DL",
            258 => "PKTAP (macOS)",
            259 => "EPON",
            264 => "ISO_14443 (RFID)",
            266 => "USB_DARWIN",
            268 => "SDLC",
            270 => "LORATAP",
            271 => "VSOCK (virtual machine sockets)",
            272 => "NORDIC_BLE",
            273 => "DOCSIS31_XRA31 (cable modem)",
            274 => "ETHERNET_MPACKET",
            275 => "DISPLAYPORT_AUX",
            276 => "LINUX_SLL2 (Linux cooked v2)",
            280 => "VPP_DISPATCH",
            281 => "DSA_TAG_BRCM (switch port)",
            282 => "DSA_TAG_BRCM_PREPEND (switch port)",
            283 => "IEEE802_15_4_TAP (Zigbee, Thread)",
            284 => "DSA_TAG_DSA (switch port)",
            285 => "DSA_TAG_EDSA (switch port)",
            288 => "USB_2_0",
            289 => "ATSC_ALP",
            290 => "ETW (Windows events)",
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
    /// The flags that both are read from, as pcapng has them (`epb_flags`); 0 where there are none.
    pub flags: u32,
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
