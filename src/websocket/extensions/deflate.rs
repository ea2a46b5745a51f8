//! The parameters of permessage-deflate (RFC 7692 section 7.1): what an element asks for or
//! grants, and what is wrong with how it says so.

use std::borrow::Cow;

use super::grammar::{Parameter, parameters};

/// The name of the extension.
pub const DEFLATE: &str = "permessage-deflate";

/// Base-2 logarithms of the sizes that a window may have.
const WINDOW_BITS: std::ops::RangeInclusive<u8> = 8..=15;

/// Its four parameters.
const SERVER_RESETS: &str = "server_no_context_takeover";
const CLIENT_RESETS: &str = "client_no_context_takeover";
const SERVER_WINDOW: &str = "server_max_window_bits";
const CLIENT_WINDOW: &str = "client_max_window_bits";
const ALL: [&str; 4] = [SERVER_RESETS, CLIENT_RESETS, SERVER_WINDOW, CLIENT_WINDOW];

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The client, in its request.
    InOffer,
    /// The server, in its 101.
    InAnswer,
}

/// What an element asks for, or grants, as far as the other side must keep to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The server's messages do not refer back to earlier ones.
    pub server_resets: bool,
    /// The client's messages do not refer back to earlier ones.
    pub client_resets: bool,
    /// `server_max_window_bits`, where its value is one.
    pub server_window: Option<u8>,
    /// `client_max_window_bits` is named, with a value or without.
    pub names_client_window: bool,
}

impl Terms {
    /// What an element of permessage-deflate says.
    #[must_use]
    pub fn of(element: &[u8]) -> Self {
        let mut terms = Self::default();
        for parameter in parameters(element) {
            terms.server_resets |= parameter.is(SERVER_RESETS);
            terms.client_resets |= parameter.is(CLIENT_RESETS);
            terms.names_client_window |= parameter.is(CLIENT_WINDOW);
            if parameter.is(SERVER_WINDOW) {
                let bits = parameter.value.as_deref().and_then(window_bits);
                terms.server_window = terms.server_window.or(bits);
            }
        }
        terms
    }

    /// Whether an answer with these terms keeps within the offer's window for the server.
    #[must_use]
    pub fn keeps_window_of(&self, offer: &Self) -> bool {
        match (self.server_window, offer.server_window) {
            (Some(granted), Some(asked)) => granted <= asked,
            _ => true,
        }
    }

    /// Whether the offer allows an answer with these terms to limit the client's window.
    #[must_use]
    pub const fn keeps_to_hint_of(&self, offer: &Self) -> bool {
        !self.names_client_window || offer.names_client_window
    }
}

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault<'a> {
    /// permessage-deflate has no such parameter, or this is none at all.
    Unknown(Parameter<'a>),
    /// It stands there twice.
    Repeated(&'static str),
    /// It must have a value.
    WithoutValue(&'static str),
    /// It must have none.
    WithValue(&'static str, Cow<'a, [u8]>),
    /// Its value is not a number from 8 to 15, without zeros before it.
    OutOfRange(&'static str, Cow<'a, [u8]>),
}

/// What is wrong with the parameters of an element of permessage-deflate, in their order.
pub fn faults(element: &[u8], said: Said) -> impl Iterator<Item = Fault<'_>> {
    let mut seen = [false; ALL.len()];
    parameters(element).filter_map(move |parameter| {
        let known = ALL.iter().zip(&mut seen);
        let Some((name, seen)) = known.into_iter().find(|(name, _)| parameter.is(name)) else {
            return Some(Fault::Unknown(parameter));
        };
        if std::mem::replace(seen, true) {
            return Some(Fault::Repeated(name));
        }
        let is_window = matches!(*name, SERVER_WINDOW | CLIENT_WINDOW);
        match parameter.value {
            Some(value) if !is_window => Some(Fault::WithValue(name, value)),
            Some(value) if window_bits(&value).is_none() => Some(Fault::OutOfRange(name, value)),
            None if is_window && !(*name == CLIENT_WINDOW && said == Said::InOffer) => {
                Some(Fault::WithoutValue(name))
            }
            _ => None,
        }
    })
}

/// A window's size: a decimal number without zeros before it (RFC 7692 section 7.1.2).
fn window_bits(value: &[u8]) -> Option<u8> {
    let text = str::from_utf8(value).ok()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let bits = text.parse().ok().filter(|_| plain)?;
    WINDOW_BITS.contains(&bits).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sound(element: &str, said: Said) -> bool {
        faults(element.as_bytes(), said).next().is_none()
    }

    #[test]
    fn what_the_standard_allows_has_no_fault() {
        for parameters in [
            "",
            "; server_no_context_takeover; client_no_context_takeover",
            "; server_max_window_bits=8",
            "; server_max_window_bits=\"15\"",
            "; Client_Max_Window_Bits = 15 ; server_max_window_bits=10",
        ] {
            let element = format!("permessage-deflate{parameters}");
            assert!(is_sound(&element, Said::InOffer), "{element}");
            assert!(is_sound(&element, Said::InAnswer), "{element}");
        }
    }

    #[test]
    fn a_hint_without_value_is_for_offers_only() {
        let element = "permessage-deflate; client_max_window_bits";
        assert!(is_sound(element, Said::InOffer));
        assert!(!is_sound(element, Said::InAnswer));
    }

    #[test]
    fn every_fault_is_named() {
        let element = "permessage-deflate; server_max_window_bits; client_max_window_bits=08; \
            server_no_context_takeover=1; server_no_context_takeover; x=2;";
        let all: Vec<_> = faults(element.as_bytes(), Said::InOffer).collect();
        assert_eq!(all.len(), 6);
        assert_eq!(all[0], Fault::WithoutValue(SERVER_WINDOW));
        assert_eq!(all[1], Fault::OutOfRange(CLIENT_WINDOW, b"08".into()));
        assert_eq!(all[2], Fault::WithValue(SERVER_RESETS, b"1".into()));
        assert_eq!(all[3], Fault::Repeated(SERVER_RESETS));
        assert!(matches!(&all[4], Fault::Unknown(it) if it.is("x")));
        assert!(matches!(&all[5], Fault::Unknown(it) if it.name.is_empty()));
        for value in ["7", "16", "+9", "", "\"\"", "1 0", "256", "-8", "a", "015"] {
            let element = format!("permessage-deflate; server_max_window_bits={value}");
            assert!(!is_sound(&element, Said::InAnswer), "{element}");
        }
    }

    #[test]
    fn terms_fit_an_offer_that_asks_for_less_or_nothing() {
        let terms = |text: &str| Terms::of(format!("permessage-deflate{text}").as_bytes());
        let answer = terms("; server_max_window_bits=12; client_max_window_bits=9");
        assert!(answer.keeps_window_of(&terms("")));
        assert!(answer.keeps_window_of(&terms("; server_max_window_bits=12")));
        assert!(!answer.keeps_window_of(&terms("; server_max_window_bits=11")));
        assert!(answer.keeps_to_hint_of(&terms("; client_max_window_bits")));
        assert!(!answer.keeps_to_hint_of(&terms("; server_max_window_bits=12")));
        assert!(terms("").keeps_to_hint_of(&terms("")));
    }
}
