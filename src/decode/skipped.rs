//! Why a packet gives no segment. It knows the reasons, not how often each one met.

use std::fmt;

/// Why a packet gave no TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skipped {
    /// The packets of this link type cannot be read.
    LinkTypeUnknown,
    /// The packet carries something else than IP, such as ARP, or IP in an encapsulation that
    /// cannot be read.
    NotIp,
    /// The IP packet carries something else than TCP.
    NotTcp,
    /// A fragment of an IP packet whose other fragments were not captured, or not in time.
    IpFragment,
    /// A fragment of an IP packet whose fragments contradict each other: which of them the
    /// receiver took, if any, is not known.
    FragmentConflict,
    /// The capture cut the packet before the end of its headers (the fixed 20 bytes, of TCP).
    HeadersCut,
    /// A header contradicts itself, or the packet was too short for it on the wire already.
    Malformed,
    /// What the packet carries is encrypted: Wi-Fi, MACsec, IPsec.
    Encrypted,
    /// The packet has more headers than any real one.
    NestedTooDeep,
}

impl Skipped {
    /// Every reason, in the order of their declaration.
    pub const ALL: [Self; 9] = [
        Self::LinkTypeUnknown,
        Self::NotIp,
        Self::NotTcp,
        Self::IpFragment,
        Self::FragmentConflict,
        Self::HeadersCut,
        Self::Malformed,
        Self::Encrypted,
        Self::NestedTooDeep,
    ];

    /// The reason's name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LinkTypeUnknown => "link-type-unknown",
            Self::NotIp => "not-ip",
            Self::NotTcp => "not-tcp",
            Self::IpFragment => "ip-fragment",
            Self::FragmentConflict => "fragment-conflict",
            Self::HeadersCut => "headers-cut",
            Self::Malformed => "malformed",
            Self::Encrypted => "encrypted",
            Self::NestedTooDeep => "nested-too-deep",
        }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Skipped;

    #[test]
    fn every_reason_is_listed_at_its_own_place() {
        for (place, reason) in Skipped::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place, "{reason}");
        }
        // A new variant without an entry in the list makes its own place lie outside of it.
        assert_eq!(Skipped::NestedTooDeep as usize + 1, Skipped::ALL.len());
    }

    #[test]
    fn names_are_unlike_each_other() {
        let mut names = Skipped::ALL.map(Skipped::as_str);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
