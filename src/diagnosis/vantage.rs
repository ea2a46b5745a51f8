//! Where the capture was taken, by the signs that show it and by no others.

use crate::side::Side;

/// Where the capture was taken, seen from one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vantage {
    /// The side on whose machine it was taken, where a sign shows it, and which sign that is.
    pub at: Option<(Side, &'static str)>,
}

impl Vantage {
    /// Whether it was taken on that side's own machine.
    #[must_use]
    pub fn is_at(&self, side: Side) -> bool {
        self.at.is_some_and(|(at, _)| at == side)
    }
}
