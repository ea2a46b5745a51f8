//! The one way in which bytes from the wire reach a reader. It knows what a terminal, a log or
//! a ticket may act on, and shows it instead of letting it act.

use std::fmt::{self, Write as _};

/// Bytes from the wire, shown harmlessly and at most [`Untrusted::SHOWN`] characters long.
///
/// Control characters, text direction marks, other invisible characters and bytes that are not
/// UTF-8 are escaped, and so are the backslash and the quotation mark: what is shown can be read
/// back without doubt, and ends no quotation that it stands in.
#[derive(Clone, Copy, Debug)]
pub struct Untrusted<'a>(pub &'a [u8]);

impl Untrusted<'_> {
    /// Characters shown, escapes counted as long as they are, before the rest is only counted.
    pub const SHOWN: usize = 200;
}

impl<'a> Untrusted<'a> {
    /// What is shown, piece by piece, and how many bytes each piece is.
    fn pieces(self) -> impl Iterator<Item = (usize, Piece)> + 'a {
        self.0.utf8_chunks().flat_map(|chunk| {
            let text = chunk.valid().chars().map(|character| {
                let piece = match character {
                    '\\' | '"' => Piece::Escaped(character),
                    other => Piece::Character(Shown(other)),
                };
                (character.len_utf8(), piece)
            });
            text.chain(chunk.invalid().iter().map(|&byte| (1, Piece::Byte(byte))))
        })
    }
}

impl Untrusted<'_> {
    /// As much of its beginning as fits into so many characters, and how many bytes that is.
    #[must_use]
    pub fn beginning(self, characters: usize) -> (String, usize) {
        let (mut shown, mut taken, mut left) = (String::new(), 0, characters);
        for (bytes, piece) in self.pieces() {
            let Some(after) = left.checked_sub(piece.width()) else {
                break;
            };
            left = after;
            taken += bytes;
            // Writing to a string cannot fail.
            let _ = write!(shown, "{piece}");
        }
        (shown, taken)
    }
}

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = Self::SHOWN;
        let mut taken = 0;
        for (bytes, piece) in self.pieces() {
            let Some(after) = left.checked_sub(piece.width()) else {
                return write!(f, "… ({} bytes more)", self.0.len() - taken);
            };
            left = after;
            taken += bytes;
            piece.fmt(f)?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
enum Piece {
    Character(Shown),
    /// Shown with a backslash before it.
    Escaped(char),
    Byte(u8),
}

impl Piece {
    fn width(self) -> usize {
        match self {
            Self::Character(shown) => shown.width(),
            Self::Escaped(_) => 2,
            Self::Byte(_) => 4,
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(shown) => shown.fmt(f),
            Self::Escaped(character) => write!(f, "\\{character}"),
            Self::Byte(byte) => write!(f, "\\x{byte:02x}"),
        }
    }
}

/// One character, escaped where a reader would not see it or a terminal would act on it.
///
/// For text that was escaped at its source already: it leaves the backslash alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown(pub(crate) char);

impl Shown {
    /// Whether it is shown as it is.
    pub(crate) fn is_harmless(self) -> bool {
        !self.0.is_control() && !is_invisible(self.0)
    }

    /// Characters that it is shown as.
    fn width(self) -> usize {
        match self.0 {
            _ if self.is_harmless() => 1,
            '\n' | '\r' | '\t' => 2,
            other => 4 + (u32::from(other).max(1).ilog2() / 4 + 1) as usize,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            harmless if self.is_harmless() => f.write_char(harmless),
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            '\t' => f.write_str("\\t"),
            other => write!(f, "\\u{{{:x}}}", u32::from(other)),
        }
    }
}

/// Characters that change how their neighbours are read, or are not seen at all.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
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
    fn a_quotation_mark_cannot_end_the_quotation_it_stands_in() {
        assert_eq!(shown(b"x\"): it \\\""), "x\\\"): it \\\\\\\"");
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

    #[test]
    fn a_beginning_fits_and_says_how_much_it_is() {
        let text = "a\u{1b}é\"";
        assert_eq!(Untrusted(text.as_bytes()).beginning(6), ("a".to_owned(), 1));
        let (shown, taken) = Untrusted(text.as_bytes()).beginning(8);
        assert_eq!((shown.as_str(), taken), ("a\\u{1b}é", 4));
        assert_eq!(Untrusted(text.as_bytes()).beginning(80).1, text.len());
    }

    #[test]
    fn escapes_count_as_long_as_they_are() {
        for hostile in ["\u{1b}", "\u{202e}", "\u{e0041}", "\0", "\n", "\\", "\""] {
            let shown = shown(hostile.repeat(5000).as_bytes());
            let (text, rest) = shown.split_once("… (").unwrap();
            assert!(text.len() <= Untrusted::SHOWN, "{text}");
            assert!(text.len() + 16 > Untrusted::SHOWN, "{text}");
            assert!(rest.ends_with(" bytes more)"));
        }
        assert!(shown(&[0xff; 300]).ends_with("\\xff… (250 bytes more)"));
    }

    #[test]
    fn a_character_is_as_wide_as_it_is_shown() {
        for character in "a\\\n\0\u{f}\u{10}\u{7f}\u{9b}\u{200b}\u{1d173}\u{e0001}é".chars() {
            let shown = Shown(character);
            assert_eq!(shown.width(), shown.to_string().chars().count());
        }
    }
}
