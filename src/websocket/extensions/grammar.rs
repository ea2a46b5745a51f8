//! The grammar of Sec-WebSocket-Extensions (RFC 6455 section 9.1, RFC 9110 section 5.6).

use std::borrow::Cow;

/// What stands between two separators, where a quoted string hides none.
pub(super) fn split(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |byte| {
        let separates = *byte == separator && !quoted;
        (quoted, escaped) = match *byte {
            _ if escaped => (quoted, false),
            b'\\' if quoted => (quoted, true),
            b'"' => (!quoted, false),
            _ => (quoted, false),
        };
        separates
    })
}

/// Whether it is a token (RFC 9110 section 5.6.2).
#[must_use]
pub fn is_token(bytes: &[u8]) -> bool {
    let is_token_byte =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_token_byte)
}

/// One parameter of an extension, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its value, taken out of its quotation marks; `None` where there is no `=`.
    pub value: Option<Cow<'a, [u8]>>,
}

impl<'a> Parameter<'a> {
    fn parse(text: &'a [u8]) -> Self {
        let text = text.trim_ascii();
        let Some(at) = text.iter().position(|byte| *byte == b'=') else {
            return Self {
                name: text,
                value: None,
            };
        };
        let name = text.get(..at).unwrap_or_default().trim_ascii();
        let value = text.get(at + 1..).unwrap_or_default().trim_ascii();
        Self {
            name,
            value: Some(unquoted(value)),
        }
    }

    /// Whether its name is this one, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Whether name and value are tokens, as they must be.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        is_token(self.name) && self.value.as_deref().is_none_or(is_token)
    }
}

/// A value without its quotation marks and escapes; as it is where it is not quoted to its end.
fn unquoted(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = value
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
    else {
        return Cow::Borrowed(value);
    };
    if !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => plain.extend(bytes.next()),
            other => plain.push(*other),
        }
    }
    Cow::Owned(plain)
}

/// The parameters of an element, in their order; empty ones are kept.
pub fn parameters(element: &[u8]) -> impl Iterator<Item = Parameter<'_>> {
    split(element, b';').skip(1).map(Parameter::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_out_of_their_quotation_marks() {
        let element = br#"x; a ; b = 1;c="1\0;,"; d=; e="1"2"#;
        let all: Vec<_> = parameters(element).collect();
        let value = |at: usize| all[at].value.as_deref();
        assert_eq!(all.len(), 5);
        assert!(all[0].is("A") && value(0).is_none());
        assert_eq!(value(1), Some(&b"1"[..]));
        assert_eq!(value(2), Some(&b"10;,"[..]));
        assert_eq!(value(3), Some(&b""[..]));
        assert_eq!(value(4), Some(&b"\"1\"2"[..]));
        let sound: Vec<bool> = all.iter().map(Parameter::is_well_formed).collect();
        assert_eq!(sound, [true, true, false, false, false]);
    }

    #[test]
    fn a_semicolon_without_a_parameter_is_a_parameter_without_a_name() {
        let all: Vec<_> = parameters(b"x;").collect();
        assert_eq!(all.len(), 1);
        assert!(!all[0].is_well_formed());
        assert_eq!(parameters(b"x").count(), 0);
    }
}
