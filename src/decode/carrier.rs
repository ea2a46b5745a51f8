//! What carries a segment's IP packet over the link that was captured, where that is not the link
//! alone.

/// A tag or tunnel between the link that was captured and the IP packet with the segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// A VLAN tag (IEEE 802.1Q, 802.1ad).
    Vlan,
}

impl Carrier {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vlan => "vlan",
        }
    }
}

/// The carriers of one segment, from below; where there are more, the lowest eight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carriers([Option<Carrier>; 8]);

impl Carriers {
    /// From below.
    pub fn iter(&self) -> impl Iterator<Item = Carrier> {
        self.0.iter().copied().flatten()
    }

    pub(super) fn push(&mut self, carrier: Carrier) {
        if let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some(carrier);
        }
    }
}
