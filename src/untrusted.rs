//! The one way in which bytes from the wire reach a reader. It knows what a terminal, a log or
//! a ticket may act on, and shows it instead of letting it act.

use std::fmt::{self, Write as _};

/// Bytes from the wire, shown harmlessly and at most [`Untrusted::SHOWN`] characters long.
///
/// Control characters, text direction marks, other invisible characters and bytes that are not
/// UTF-8 are escaped, and so is the backslash: what is shown can be read back without doubt.
#[derive(Clone, Copy, Debug)]
pub struct Untrusted<'a>(pub &'a [u8]);

impl Untrusted<'_> {
    /// Characters shown before the rest is only counted.
    pub const SHOWN: usize = 200;
}

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = Self::SHOWN;
        let mut taken = 0;
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if left == 0 {
                    return write!(f, "… ({} bytes more)", self.0.len() - taken);
                }
                left -= 1;
                taken += character.len_utf8();
                write_character(f, character)?;
            }
            for byte in chunk.invalid() {
                if left == 0 {
                    return write!(f, "… ({} bytes more)", self.0.len() - taken);
                }
                left -= 1;
                taken += 1;
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

fn write_character(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        '\\' => f.write_str("\\\\"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        _ if character.is_control() || is_invisible(character) => {
            write!(f, "\\u{{{:x}}}", u32::from(character))
        }
        _ => f.write_char(character),
    }
}

/// Characters that change how their neighbours are read, or are not seen at all.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        Untrusted(bytes).to_string()
    }

    #[test]
    fn plain_text_is_shown_as_it_is() {
        assert_eq!(
            shown("RSV1 must be clear – naïve 日本".as_bytes()),
            "RSV1 must be clear – naïve 日本"
        );
    }

    #[test]
    fn a_terminal_escape_is_shown_not_sent() {
        assert_eq!(shown(b"\x1b[2J\x07"), "\\u{1b}[2J\\u{7}");
        assert_eq!(shown("\u{9b}31m".as_bytes()), "\\u{9b}31m");
    }

    #[test]
    fn line_ends_and_backslashes_are_escaped() {
        assert_eq!(shown(b"a\r\nb\\n"), "a\\r\\nb\\\\n");
    }

    #[test]
    fn text_direction_marks_are_shown() {
        assert_eq!(shown("a\u{202e}b".as_bytes()), "a\\u{202e}b");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_shown_in_hexadecimal() {
        assert_eq!(shown(b"ok\xff\xc3("), "ok\\xff\\xc3(");
    }

    #[test]
    fn a_long_text_is_cut_and_the_rest_counted() {
        let long = "x".repeat(Untrusted::SHOWN + 5);
        assert!(shown(long.as_bytes()).ends_with("x… (5 bytes more)"));
    }
}
