//! Nothing that is known fits.

use crate::diagnosis::cause::needs_both_legs;
use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::{Cause, Remedy};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "undetermined",
    parties: "nobody",
    summary: "no known cause fits what is wrong",
    shown_by: "findings that no cause explains",
    remedy: Remedy {
        change: "Read the findings: each says what is wrong with which bytes, and `wsblame rules` \
        what is usually behind it.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on both sides of whatever stands between client and server, and run \
        `wsblame compare`.",
    suspect: needs_both_legs,
};
