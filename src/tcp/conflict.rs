//! Two versions of the same bytes of a stream.

use crate::decode::Checksum;
use crate::packet::PacketId;
use crate::place::Place;

/// Bytes of each version that are kept, from the first that differs.
pub(super) const SHOWN: usize = 16;

/// Bytes of a segment that contradicts nobody: it may be a keep-alive probe, which carries a byte of
/// no meaning, stored out of its order.
pub(super) const PROBE: usize = 1;

/// One of two versions of the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The packet that brought it.
    pub packet: PacketId,
    /// What its segment's checksum says.
    pub checksum: Checksum,
    /// The first of its bytes, from the first that differs.
    pub bytes: Vec<u8>,
}

/// Two segments that carry different bytes for the same place of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The first byte that differs, in the segment that was captured later.
    pub place: Place,
    /// What was captured first.
    pub first: Version,
    /// What was captured later.
    pub second: Version,
}

impl Conflict {
    /// The one version that receivers take, where the checksums leave only one.
    #[must_use]
    pub const fn only_valid(&self) -> Option<&Version> {
        match (self.first.checksum, self.second.checksum) {
            (Checksum::Valid, Checksum::Invalid) => Some(&self.first),
            (Checksum::Invalid, Checksum::Valid) => Some(&self.second),
            _ => None,
        }
    }
}
