//! What a cause is. A cause's name, words, remedy and check stand together in one declaration, as
//! a rule's do.

use crate::report::model::Snippet;

use super::case::Case;
use super::suspicion::Suspicion;

/// The declaration of one cause.
#[derive(Debug)]
pub struct Cause {
    /// Its name, kebab-case; it stands in reports and tickets.
    pub name: &'static str,
    /// Whom it points at, in words.
    pub parties: &'static str,
    /// What happened, in one line.
    pub summary: &'static str,
    /// What must be seen for it to be named.
    pub shown_by: &'static str,
    /// What to change.
    pub remedy: Remedy,
    /// Where to capture next where it is not certain.
    pub settle: &'static str,
    /// The check: whether one capture of a broken connection speaks for it.
    pub suspect: fn(&Case<'_>) -> Option<Suspicion>,
}

/// What to change, for the person who must act.
#[derive(Debug)]
pub struct Remedy {
    /// What, and where.
    pub change: &'static str,
    /// The same in the words of products and libraries, the commonest first.
    pub snippets: &'static [Snippet],
    /// A command that shows whether it helped; empty where no command can.
    pub confirm: &'static str,
}

/// The check of causes that one capture cannot show: only the difference between two does.
pub(super) const fn needs_both_legs(_: &Case<'_>) -> Option<Suspicion> {
    None
}

/// The check of causes that only many connections together show.
pub(super) const fn needs_many(_: &Case<'_>) -> Option<Suspicion> {
    None
}
