//! Extensions (RFC 6455 section 9): the elements of Sec-WebSocket-Extensions as they stood on
//! the wire, and what was agreed.

mod deflate;
mod grammar;

pub use deflate::{DEFLATE, Fault, Said, Terms, faults};
pub use grammar::{Parameter, is_token, parameters};

use crate::side::Side;

/// The elements of comma-separated header field values, several fields counting as one list
/// (RFC 9110 section 5.3); a comma inside a quoted string separates nothing. Empty elements are
/// left out.
pub fn elements<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
    values
        .into_iter()
        .flat_map(|value| grammar::split(value, b','))
        .map(<[u8]>::trim_ascii)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The extension that an element names, without its parameters.
#[must_use]
pub fn name(element: &[u8]) -> &[u8] {
    let end = element.iter().position(|byte| *byte == b';');
    element
        .get(..end.unwrap_or(element.len()))
        .unwrap_or_default()
        .trim_ascii()
}

/// Whether an element names permessage-deflate.
#[must_use]
pub fn is_deflate(element: &[u8]) -> bool {
    name(element).eq_ignore_ascii_case(DEFLATE.as_bytes())
}

/// Which extensions the 101 in this capture names, as far as rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    seen: bool,
    deflate: bool,
    unknown: bool,
    client_resets: bool,
    server_resets: bool,
}

impl Agreement {
    /// No 101 is in the capture: anything may have been agreed.
    pub const UNSEEN: Self = Self {
        seen: false,
        deflate: false,
        unknown: false,
        client_resets: false,
        server_resets: false,
    };

    /// What the elements of the 101's Sec-WebSocket-Extensions agree to.
    #[must_use]
    pub fn of_elements(elements: &[&[u8]]) -> Self {
        let deflate = |element: &&[u8]| is_deflate(element);
        let ours = elements.iter().filter(|element| deflate(element));
        let terms: Vec<Terms> = ours.map(|element| Terms::of(element)).collect();
        Self {
            seen: true,
            deflate: elements.iter().any(deflate),
            unknown: !elements.iter().all(deflate),
            client_resets: terms.iter().any(|terms| terms.client_resets),
            server_resets: terms.iter().any(|terms| terms.server_resets),
        }
    }

    /// Whether the capture lacks the 101.
    #[must_use]
    pub const fn is_unseen(&self) -> bool {
        !self.seen
    }

    /// Whether permessage-deflate (RFC 7692) was agreed.
    #[must_use]
    pub const fn has_deflate(&self) -> bool {
        self.deflate
    }

    /// Whether an extension was agreed that may define anything.
    #[must_use]
    pub const fn has_unknown(&self) -> bool {
        self.unknown
    }

    /// Whether what a side compresses may refer back to its earlier messages, for all that is
    /// known (RFC 7692 section 7.1.1).
    #[must_use]
    pub const fn keeps_context(&self, side: Side) -> bool {
        match side {
            Side::Client => !self.client_resets,
            Side::Server => !self.server_resets,
        }
    }

    /// Whether a message may begin with RSV1, for all that is known.
    #[must_use]
    pub const fn allows_rsv1(&self) -> bool {
        !self.seen || self.deflate || self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_fields_are_one_list() {
        let values: [&[u8]; 2] = [b"permessage-deflate; a=\"1,2\" , x", b", y;z"];
        let all = elements(values);
        assert_eq!(all, [&b"permessage-deflate; a=\"1,2\""[..], b"x", b"y;z"]);
        assert_eq!(name(all[0]), b"permessage-deflate");
    }

    #[test]
    fn what_was_agreed_is_known_from_the_answer_alone() {
        let deflate = Agreement::of_elements(&[b"Permessage-Deflate; server_max_window_bits=10"]);
        assert!(deflate.has_deflate() && !deflate.has_unknown() && !deflate.is_unseen());
        assert!(!Agreement::of_elements(&[]).allows_rsv1());
        assert!(Agreement::of_elements(&[b"x-bzip"]).has_unknown());
        assert!(Agreement::UNSEEN.allows_rsv1());
    }

    #[test]
    fn each_side_keeps_its_context_unless_the_answer_names_its_flag() {
        let plain = Agreement::of_elements(&[b"permessage-deflate"]);
        assert!(plain.keeps_context(Side::Client) && plain.keeps_context(Side::Server));
        let server = Agreement::of_elements(&[b"permessage-deflate ; Server_No_Context_Takeover"]);
        assert!(server.keeps_context(Side::Client) && !server.keeps_context(Side::Server));
        let client = Agreement::of_elements(&[
            b"permessage-deflate; server_max_window_bits=10; client_no_context_takeover",
        ]);
        assert!(!client.keeps_context(Side::Client) && client.keeps_context(Side::Server));
        let other = Agreement::of_elements(&[b"x; server_no_context_takeover"]);
        assert!(other.keeps_context(Side::Server));
        assert!(Agreement::UNSEEN.keeps_context(Side::Server));
    }
}
