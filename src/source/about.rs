//! What a capture says beside its packets: who captured, on which interfaces, how addresses are
//! called, what users noted, and secrets to decrypt with. It keeps the beginning of each and
//! counts the rest, since files come from anyone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::net::IpAddr;

use super::interface::{Interface, Statistics};
use crate::packet::Reception;

/// What a capture says beside its packets.
///
/// A pcap file has one interface and nothing else. Texts are at most [`Self::LONGEST_TEXT`]
/// characters long, end in `…` where they were cut, and are not to be trusted.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The sections of a pcapng file, at most [`Self::MOST_SECTIONS`].
    pub sections: Vec<Section>,
    /// The interfaces of all sections, at most [`Self::MOST_INTERFACES`], at the places that
    /// [`Reception::interface`] names.
    pub interfaces: Vec<Interface>,
    /// What users noted, in the order of the file, at most [`Self::MOST_COMMENTS`].
    pub comments: Vec<Comment>,
    /// How addresses are called, at most [`Self::MOST_NAMES`]; of several names the first.
    pub names: BTreeMap<IpAddr, String>,
    /// Secrets of TLS sessions, for a reader that can decrypt.
    pub secrets: Secrets,
    /// What was left out.
    pub left_out: LeftOut,
}

/// A section of a pcapng file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The hardware that captured.
    pub hardware: Option<String>,
    /// Its operating system.
    pub os: Option<String>,
    /// The program that wrote the section.
    pub application: Option<String>,
}

/// What a user noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// [`PacketId::number`](crate::packet::PacketId::number) of the packet that it is about;
    /// `None` if it is about a section or an interface.
    pub packet: Option<u64>,
    /// Its text.
    pub text: String,
}

/// How many of each lie beyond the bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Sections.
    pub sections: u64,
    /// Interfaces; their packets are read all the same.
    pub interfaces: u64,
    /// Comments.
    pub comments: u64,
    /// Addresses with a name. One that is named again counts again.
    pub names: u64,
    /// Bytes of secrets.
    pub secret_bytes: u64,
    /// Blocks of statistics, names or secrets that are longer than is read.
    pub long_blocks: u64,
}

impl About {
    /// The most sections that are kept. A file that was put together of more is rare, and
    /// nobody reads a list of them.
    pub const MOST_SECTIONS: usize = 1024;

    /// The most interfaces that are kept, for the same reason; machines with hundreds of them
    /// (one for each container) exist.
    pub const MOST_INTERFACES: usize = 1024;

    /// The most comments that are kept: users write them by hand.
    pub const MOST_COMMENTS: usize = 32;

    /// The most names that are kept. Wireshark writes those of all addresses that it resolved.
    pub const MOST_NAMES: usize = 4096;

    /// The most bytes of secrets that are kept, some 5,000 sessions.
    pub const MOST_SECRET_BYTES: usize = 1 << 20;

    /// Characters that are kept of a text.
    pub const LONGEST_TEXT: usize = 200;

    /// The sum of what was lost at all interfaces ([`Interface::lost`]); `None` where the file
    /// does not say.
    #[must_use]
    pub fn lost(&self) -> Option<u64> {
        let losses = self.interfaces.iter().filter_map(Interface::lost);
        losses.reduce(u64::saturating_add)
    }

    /// Notes the next section.
    pub(super) fn add_section(&mut self, section: Section) {
        if self.sections.len() < Self::MOST_SECTIONS {
            self.sections.push(section);
        } else {
            self.left_out.sections += 1;
        }
    }

    /// Notes the next interface.
    pub(super) fn add_interface(&mut self, interface: Interface) {
        if self.interfaces.len() < Self::MOST_INTERFACES {
            self.interfaces.push(interface);
        } else {
            self.left_out.interfaces += 1;
        }
    }

    /// Counts a packet for its interface.
    pub(super) fn count(&mut self, reception: Reception) {
        if let Some(interface) = self.interface(reception.interface) {
            interface.read.count(reception);
        }
    }

    /// Notes what was counted at the interface with this index so far.
    pub(super) fn update_statistics(&mut self, index: u32, statistics: Statistics) {
        if let Some(interface) = self.interface(index) {
            interface.statistics.update(statistics);
        }
    }

    /// Notes that so many packets were lost between two of the interface with this index.
    pub(super) fn add_lost(&mut self, index: u32, packets: u64) {
        if let Some(interface) = self.interface(index) {
            let before = interface.lost_between.unwrap_or(0);
            interface.lost_between = Some(before.saturating_add(packets));
        }
    }

    fn interface(&mut self, index: u32) -> Option<&mut Interface> {
        self.interfaces.get_mut(usize::try_from(index).ok()?)
    }

    /// Notes a comment, on a packet or not.
    pub(super) fn add_comment(&mut self, packet: Option<u64>, comment: &[u8]) {
        let Some(text) = text(comment) else { return };
        if self.comments.len() < Self::MOST_COMMENTS {
            self.comments.push(Comment { packet, text });
        } else {
            self.left_out.comments += 1;
        }
    }

    /// Notes how an address is called.
    pub(super) fn add_name(&mut self, address: IpAddr, name: &[u8]) {
        let is_full = self.names.len() >= Self::MOST_NAMES;
        match (self.names.entry(address), text(name)) {
            (Entry::Vacant(_), Some(_)) if is_full => self.left_out.names += 1,
            (Entry::Vacant(place), Some(name)) => drop(place.insert(name)),
            _ => {}
        }
    }

    /// Notes lines of a TLS key log, if there is room for all of them.
    pub(super) fn add_secrets(&mut self, lines: &[u8]) {
        if !self.secrets.add(lines) {
            self.left_out.secret_bytes += lines.len() as u64;
        }
    }
}

/// Secrets of TLS sessions, in the format of a key log file (`SSLKEYLOGFILE`).
///
/// What shows this value shows how many bytes there are, and never which.
#[derive(Clone, Default)]
pub struct Secrets {
    key_log: Vec<u8>,
}

impl Secrets {
    /// The lines of the key log, those of several blocks one behind the other.
    #[must_use]
    pub fn key_log(&self) -> &[u8] {
        &self.key_log
    }

    /// Keeps a block's lines if there is room for all of them; whether there was.
    pub(super) fn add(&mut self, lines: &[u8]) -> bool {
        // A last line need not have an end.
        let end: &[u8] = match lines.last() {
            Some(b'\n') | None => b"",
            Some(_) => b"\n",
        };
        let length = self.key_log.len() + lines.len() + end.len();
        let fits = length <= About::MOST_SECRET_BYTES;
        if fits {
            self.key_log.extend_from_slice(lines);
            self.key_log.extend_from_slice(end);
        }
        fits
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} bytes)", self.key_log.len())
    }
}

/// A text of the file, cut if it is long; `None` if there is none.
///
/// Such texts end where their length says, but some writers end them with a zero as well.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let last = bytes.iter().rposition(|byte| *byte != 0)?;
    // No character has more than four bytes.
    let text = bytes.get(..=last)?;
    let beginning = text.get(..4 * (About::LONGEST_TEXT + 1)).unwrap_or(text);
    let text = String::from_utf8_lossy(beginning);
    match text.char_indices().nth(About::LONGEST_TEXT) {
        None => Some(text.into_owned()),
        Some(_) => {
            let kept = text.chars().take(About::LONGEST_TEXT - 1);
            Some(kept.chain(['…']).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_their_zeros_and_are_cut_between_characters() {
        assert_eq!(text(b"eth0\0\0").as_deref(), Some("eth0"));
        assert_eq!(text(b"\0"), None);
        assert_eq!(text(b""), None);
        assert_eq!(text(b"a\xffb").as_deref(), Some("a\u{fffd}b"));
        let fits = "é".repeat(About::LONGEST_TEXT);
        assert_eq!(text(fits.as_bytes()), Some(fits.clone()));
        let cut = text((fits + "é").as_bytes()).unwrap();
        assert_eq!(cut.chars().count(), About::LONGEST_TEXT);
        assert!(cut.ends_with("é…"));
        let long = "\u{10348}".repeat(20_000);
        assert_eq!(
            text(long.as_bytes()).unwrap().chars().count(),
            About::LONGEST_TEXT
        );
    }

    #[test]
    fn the_first_name_of_an_address_holds() {
        let mut about = About::default();
        let address = IpAddr::from([10, 0, 0, 9]);
        about.add_name(address, b"");
        about.add_name(address, b"api-1.internal");
        about.add_name(address, b"api-2.internal");
        assert_eq!(about.names[&address], "api-1.internal");
        assert_eq!(about.left_out, LeftOut::default());
    }

    #[test]
    fn what_lies_beyond_the_bounds_is_counted() {
        let mut about = About::default();
        for number in 0..5000_u32 {
            about.add_name(IpAddr::from(number.to_be_bytes()), b"name");
            about.add_comment(None, b"comment");
            about.add_section(Section::default());
        }
        assert_eq!(about.names.len(), About::MOST_NAMES);
        assert_eq!(about.comments.len(), About::MOST_COMMENTS);
        assert_eq!(about.sections.len(), About::MOST_SECTIONS);
        assert_eq!(about.left_out.names, 5000 - 4096);
        assert_eq!(about.left_out.comments, 5000 - 32);
        assert_eq!(about.left_out.sections, 5000 - 1024);
        // A name that is there is not left out.
        about.add_name(IpAddr::from([0, 0, 0, 1]), b"other");
        assert_eq!(about.left_out.names, 5000 - 4096);
    }

    #[test]
    fn secrets_are_lines_and_never_shown() {
        let mut secrets = Secrets::default();
        assert!(secrets.add(b"CLIENT_RANDOM 01 02"));
        assert!(secrets.add(b"CLIENT_RANDOM 03 04\n"));
        assert!(secrets.add(b""));
        assert_eq!(
            secrets.key_log(),
            b"CLIENT_RANDOM 01 02\nCLIENT_RANDOM 03 04\n"
        );
        assert_eq!(format!("{secrets:?}"), "Secrets(40 bytes)");
        assert!(!secrets.add(&vec![b'x'; About::MOST_SECRET_BYTES]));
        assert_eq!(secrets.key_log().len(), 40);
    }
}
