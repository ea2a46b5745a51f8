//! Where the capture was taken, by the signs that show it and by no others.
//!
//! A TTL that no router took from shows that no router lies between, and no more: a proxy one hop
//! away looks the same.

use crate::side::Side;
use crate::tcp::{Flow, Signs, Way};

/// Where the capture was taken, seen from one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vantage {
    /// The side on whose machine it was taken, and how that shows.
    pub at: Option<(Side, Sign)>,
    /// The side that it was taken nearer to, by the opening of the connection. It shows nothing of
    /// what lies between.
    pub near: Option<Side>,
}

/// How it shows on whose machine a capture was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The capture says which packets that machine sent, and which it received.
    Directions,
    /// Segments that a network card was still to cut and to fill in.
    BeforeTheCard,
}

impl Sign {
    /// As reports name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Directions => "directions",
            Self::BeforeTheCard => "offload",
        }
    }

    /// In words, of the machine of `side`.
    #[must_use]
    pub fn in_words(self, side: Side) -> String {
        match self {
            Self::Directions => format!(
                "the capture was taken on the {side}'s own address: it says that this machine \
                 sent all that the {side} sent"
            ),
            Self::BeforeTheCard => format!(
                "the capture was taken on the {side}'s own address: its segments are larger than \
                 the link carries, their checksums not filled in yet"
            ),
        }
    }
}

/// One end is so many times nearer than the other before it is called near.
const NEARER: u32 = 4;

impl Vantage {
    /// As the segments of a connection show it, whose client sends this way.
    #[must_use]
    pub fn of(flow: &Flow, client: Way) -> Self {
        let (own, others) = (flow.signs(client), flow.signs(client.back()));
        let at_client = sign(own, others).map(|sign| (Side::Client, sign));
        let at_server = sign(others, own).map(|sign| (Side::Server, sign));
        let near = flow.round_trip().and_then(|round_trip| {
            let to_called = round_trip.to_called?;
            let to_caller = round_trip.whole.checked_sub(to_called)?;
            let called = match flow.opener()? {
                opener if opener == client => Side::Server,
                _ => Side::Client,
            };
            if to_called.saturating_mul(NEARER) <= to_caller {
                Some(called)
            } else if to_caller.saturating_mul(NEARER) <= to_called {
                Some(called.peer())
            } else {
                None
            }
        });
        Self {
            at: at_client.xor(at_server),
            near,
        }
    }

    /// Whether it was taken on that side's own machine.
    #[must_use]
    pub fn is_at(&self, side: Side) -> bool {
        self.at.is_some_and(|(at, _)| at == side)
    }
}

/// What shows that the sender of `own` is the capturing machine, and that of `others` is not.
fn sign(own: &Signs, others: &Signs) -> Option<Sign> {
    if own.is_outbound() && others.is_inbound() {
        return Some(Sign::Directions);
    }
    let is_before = own.is_before_the_card() && !own.is_from_a_wire();
    let is_other = others.is_from_a_wire() && !others.is_before_the_card();
    (is_before && is_other).then_some(Sign::BeforeTheCard)
}
