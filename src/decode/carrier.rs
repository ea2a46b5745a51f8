//! What carries a segment's IP packet over the link that was captured, where that is not the link
//! alone.

/// A tag or tunnel between the link that was captured and the IP packet with the segment. Tags
/// that a switch and its ports use between them are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// A VLAN tag (IEEE 802.1Q, 802.1ad).
    Vlan,
    /// A provider's backbone (IEEE 802.1ah).
    ProviderBackbone,
    /// A stack of MPLS labels.
    Mpls,
    /// A PPPoE session.
    Pppoe,
    /// IP directly in IP.
    IpInIp,
    /// Generic routing encapsulation, PPTP's included.
    Gre,
    /// The mirror of a remote port (ERSPAN).
    Erspan,
    /// Ethernet directly in IP.
    EtherIp,
    /// VXLAN.
    Vxlan,
    /// Geneve.
    Geneve,
    /// The header of a service chain (NSH).
    Service,
    /// A mobile network's tunnel (GTP-U).
    GtpU,
    /// L2TP.
    L2tp,
    /// Teredo.
    Teredo,
    /// The mirror of a router or access point (TZSP).
    Tzsp,
}

impl Carrier {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vlan => "vlan",
            Self::ProviderBackbone => "802.1ah",
            Self::Mpls => "mpls",
            Self::Pppoe => "pppoe",
            Self::IpInIp => "ip-in-ip",
            Self::Gre => "gre",
            Self::Erspan => "erspan",
            Self::EtherIp => "etherip",
            Self::Vxlan => "vxlan",
            Self::Geneve => "geneve",
            Self::Service => "nsh",
            Self::GtpU => "gtp-u",
            Self::L2tp => "l2tp",
            Self::Teredo => "teredo",
            Self::Tzsp => "tzsp",
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
