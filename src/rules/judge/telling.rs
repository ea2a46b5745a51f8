//! A finding in words, before it is a finding.

use crate::place::Place;
use crate::rules::{Cause, Excerpt, Label};

use super::ForeignBytes;

/// Payload bytes that a finding may show.
pub const SHOWN_PAYLOAD: usize = 16;

/// A finding in words.
#[derive(Debug)]
pub struct Telling {
    /// Where it stands.
    pub place: Place,
    /// What was seen and what is allowed.
    pub message: String,
    /// The bytes that show it.
    pub excerpt: Excerpt,
    /// The finding that explains it.
    pub because_of: Option<Cause>,
}

impl Telling {
    /// A finding without bytes to show.
    #[must_use]
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            message: message.into(),
            excerpt: Excerpt::default(),
            because_of: None,
        }
    }

    /// Bytes to show.
    #[must_use]
    pub fn showing(mut self, bytes: Vec<u8>) -> Self {
        self.excerpt.bytes = bytes;
        self
    }

    /// The bytes that break the rule.
    #[must_use]
    pub fn offending(self, range: std::ops::Range<usize>, text: impl Into<String>) -> Self {
        self.label(range, text.into(), true)
    }

    /// Bytes worth explaining.
    #[must_use]
    pub fn context(self, range: std::ops::Range<usize>, text: impl Into<String>) -> Self {
        self.label(range, text.into(), false)
    }

    /// The finding that explains it.
    #[must_use]
    pub const fn because_of(mut self, cause: Option<Cause>) -> Self {
        self.because_of = cause;
        self
    }

    /// The beginning of something foreign.
    #[must_use]
    pub fn showing_foreign(self, foreign: &ForeignBytes<'_>, label: &str) -> Self {
        let bytes: Vec<u8> = foreign.bytes.iter().take(SHOWN_PAYLOAD).copied().collect();
        let end = bytes.len();
        self.showing(bytes).offending(0..end, label)
    }

    fn label(mut self, range: std::ops::Range<usize>, text: String, offending: bool) -> Self {
        let range = range.start..range.end.min(self.excerpt.bytes.len());
        if !range.is_empty() {
            self.excerpt.labels.push(Label {
                range,
                text,
                offending,
            });
        }
        self
    }
}
