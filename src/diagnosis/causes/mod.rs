//! The causes, one a file. To add one: write its file, name its module here, and add it to
//! [`ALL`].

use super::cause::Cause;

/// Every cause; of two that fit a case equally well the earlier one is named.
pub static ALL: &[&Cause] = &[];

/// The cause with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Cause> {
    ALL.iter().find(|cause| cause.name == name).copied()
}
