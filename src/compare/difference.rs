//! A difference while it is looked for: what the report will say of it, and what it is a sign of.

use crate::report::model::{Difference, DifferenceKind, Spot};
use crate::side::Side;

use super::leg::Leg;

/// A difference and what it is a sign of.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// What the report says.
    pub(super) difference: Difference,
    /// The cause that an illegal one is a sign of.
    pub(super) cause: &'static str,
    /// It is about the handshake, which comes before everything else.
    pub(super) in_handshake: bool,
}

/// One direction of a pair: who sends, the leg near to that side, and the other one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'p, 'a> {
    pub(super) sender: Side,
    pub(super) near: &'p Leg<'a>,
    pub(super) far: &'p Leg<'a>,
}

impl<'p, 'a> Way<'p, 'a> {
    /// What `sender` sends between these legs.
    pub(super) const fn of(
        sender: Side,
        near_client: &'p Leg<'a>,
        near_server: &'p Leg<'a>,
    ) -> Self {
        let (near, far) = match sender {
            Side::Client => (near_client, near_server),
            Side::Server => (near_server, near_client),
        };
        Self { sender, near, far }
    }

    /// Whoever receives, in words: `the client`.
    pub(super) const fn receiver(&self) -> &'static str {
        match self.sender {
            Side::Client => "the server",
            Side::Server => "the client",
        }
    }

    /// A difference of this direction.
    pub(super) fn found(
        &self,
        kind: DifferenceKind,
        legal: bool,
        near: Option<Spot>,
        far: Option<Spot>,
        message: String,
    ) -> Found {
        let (near_client, near_server) = match self.sender {
            Side::Client => (near, far),
            Side::Server => (far, near),
        };
        Found {
            difference: Difference {
                kind,
                legal,
                sender: Some(self.sender),
                near_client,
                near_server,
                message,
                count: 1,
            },
            cause: "undetermined",
            in_handshake: false,
        }
    }
}

impl Found {
    /// It is a sign of this cause.
    #[must_use]
    pub(super) const fn cause(mut self, cause: &'static str) -> Self {
        self.cause = cause;
        self
    }

    /// It is about the handshake.
    #[must_use]
    pub(super) const fn in_handshake(mut self) -> Self {
        self.in_handshake = true;
        self
    }
}

/// Differences of a pair, those that are the same told once.
#[derive(Debug, Default)]
pub(super) struct Differences {
    found: Vec<Found>,
    more: u64,
}

impl Differences {
    /// Differences of a pair that are listed: whoever has read so many knows.
    const LISTED: usize = 200;

    /// Adds one. Of legal ones of the same kind and in the same words only the first is kept, and
    /// the others counted.
    pub(super) fn add(&mut self, found: Found) {
        let new = &found.difference;
        let same = self.found.iter_mut().find(|old| {
            let old = &old.difference;
            new.legal
                && old.legal
                && old.kind == new.kind
                && old.sender == new.sender
                && old.message == new.message
        });
        if let Some(same) = same {
            same.difference.count += new.count;
        } else if self.found.len() < Self::LISTED {
            self.found.push(found);
        } else {
            self.more += 1;
        }
    }

    /// How many are not listed.
    pub(super) const fn more(&self) -> u64 {
        self.more
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Found> {
        self.found.iter()
    }

    /// The illegal ones.
    pub(super) fn illegal(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| !found.difference.legal)
    }

    /// As the report has them: in the order in which they were met on the leg that `at` reads the
    /// time of.
    pub(super) fn into_list(self, at: impl Fn(&Difference) -> Option<i64>) -> Vec<Difference> {
        let mut found = self.found;
        found.sort_by_key(|found| (!found.in_handshake, at(&found.difference)));
        found.into_iter().map(|found| found.difference).collect()
    }
}
