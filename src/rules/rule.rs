//! What a rule is. A rule's name, severity, explanation and check stand together in one
//! declaration, from which lists, explanations and reports are made.

use crate::rules::Severity;

use super::judge::Judge;

/// The tables of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One frame's header (RFC 6455 section 5).
    Frames,
    /// A whole message (RFC 6455 sections 5.6 and 8.1, RFC 7692).
    Messages,
    /// How the connection ends (RFC 6455 section 7).
    Closing,
    /// The opening handshake (RFC 6455 section 4, RFC 7692 section 7).
    Handshake,
    /// The byte stream under the frames.
    Stream,
}

impl Table {
    /// All tables, in the catalogue's order.
    pub const ALL: [Self; 5] = [
        Self::Frames,
        Self::Messages,
        Self::Closing,
        Self::Handshake,
        Self::Stream,
    ];

    /// Its heading.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Frames => "Frames",
            Self::Messages => "Messages",
            Self::Closing => "Closing",
            Self::Handshake => "Handshake",
            Self::Stream => "Stream",
        }
    }
}

/// The declaration of one rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, kebab-case; it reads after "found".
    pub name: &'static str,
    /// Where it stands in the catalogue.
    pub table: Table,
    /// How serious it is, unless its check says otherwise for a case.
    pub severity: Severity,
    /// Where the requirement is written.
    pub reference: &'static str,
    /// When it fires, in one line.
    pub summary: &'static str,
    /// What it means that it fired.
    pub meaning: &'static str,
    /// Why that breaks connections.
    pub harm: &'static str,
    /// What real software says when it meets it: `library: text`, as the text stands in its log
    /// or error.
    pub says: &'static [&'static str],
    /// What usually is behind it, the commonest first.
    pub causes: &'static [&'static str],
    /// What to change.
    pub fix: &'static str,
    /// The check.
    pub judge: Judge,
}

impl Rule {
    /// Whether a finding of this rule with this severity makes a connection a broken one:
    /// errors do, and warnings about how it began or ended, or about who speaks on it.
    #[must_use]
    pub fn breaks(&self, severity: Severity) -> bool {
        match severity {
            Severity::Error => true,
            Severity::Warning => {
                matches!(
                    self.table,
                    Table::Closing | Table::Handshake | Table::Stream
                )
            }
            Severity::Info => false,
        }
    }
}
