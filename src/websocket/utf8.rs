//! UTF-8 that comes in pieces (RFC 3629), held to the first byte that cannot be right any more.

use simdutf8::compat::from_utf8;

/// The longest character, in bytes.
const LONGEST: usize = 4;

/// Text that comes in pieces. How it is cut changes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8 {
    /// A character of which only the beginning has come.
    begun: [u8; LONGEST],
    /// Bytes of it.
    length: usize,
    /// Bytes before it.
    passed: u64,
}

impl Utf8 {
    /// Takes the next piece. The error is the place in the text of the first byte with which it
    /// cannot be UTF-8 any more, whatever follows; nothing may be pushed behind it.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), u64> {
        while self.length > 0 {
            let Some((next, rest)) = bytes.split_first() else {
                return Ok(());
            };
            self.finish_begun(*next)?;
            bytes = rest;
        }
        let Err(error) = from_utf8(bytes) else {
            self.passed += bytes.len() as u64;
            return Ok(());
        };
        let (_, rest) = bytes
            .split_at_checked(error.valid_up_to())
            .unwrap_or_default();
        self.passed += error.valid_up_to() as u64;
        match error.error_len() {
            None => {
                for (place, byte) in self.begun.iter_mut().zip(rest) {
                    *place = *byte;
                }
                self.length = rest.len();
                Ok(())
            }
            Some(length) => {
                // A byte that begins a character is wrong only by what follows it.
                let begins = matches!(rest, [0xc2..=0xf4, ..]);
                Err(self.passed + if begins { length as u64 } else { 0 })
            }
        }
    }

    /// Goes on with a character that was begun.
    fn finish_begun(&mut self, next: u8) -> Result<(), u64> {
        let at = self.passed + self.length as u64;
        let Some(place) = self.begun.get_mut(self.length) else {
            return Err(at);
        };
        *place = next;
        self.length += 1;
        let begun = self.begun.get(..self.length).unwrap_or_default();
        match str::from_utf8(begun) {
            Ok(_) => {
                self.passed += self.length as u64;
                self.length = 0;
                Ok(())
            }
            Err(error) if error.error_len().is_none() => Ok(()),
            Err(_) => Err(at),
        }
    }

    /// Nothing follows. The error is the place of the last byte, if it does not end a character.
    pub const fn end(&self) -> Result<(), u64> {
        match self.length {
            0 => Ok(()),
            length => Err(self.passed + length as u64 - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(pieces: &[&[u8]]) -> Result<(), u64> {
        let mut text = Utf8::default();
        pieces.iter().try_for_each(|piece| text.push(piece))?;
        text.end()
    }

    #[test]
    fn the_first_byte_that_cannot_be_right_is_named() {
        let bad: [(&[u8], u64); 12] = [
            (b"\xff", 0),
            (b"ab\xc0\x80", 2),
            (b"\xf5\x80\x80\x80", 0),
            (b"\x80", 0),
            (b"\xed\xa0\x80", 1),
            (b"\xe0\x80\x80", 1),
            (b"\xf4\x90\x80\x80", 1),
            (b"\xf0\x8f\xbf\xbf", 1),
            (b"\xe2\x82A", 2),
            (b"\xf0\x9f\x98A", 3),
            // Cut off: there is no byte after the last one.
            (b"a\xe2\x82", 2),
            (b"\xc3", 0),
        ];
        for (bytes, at) in bad {
            assert_eq!(check(&[bytes]), Err(at), "{bytes:x?}");
        }
        for prefix in [&b"\xed\xa0"[..], b"\xe0\x80", b"\xf4\x90", b"\xf5", b"\xc0"] {
            assert!(Utf8::default().push(prefix).is_err(), "{prefix:x?}");
        }
        for prefix in [&b"\xed"[..], b"\xe0", b"\xf4", b"\xf0\x9f\x98"] {
            assert!(Utf8::default().push(prefix).is_ok(), "{prefix:x?}");
        }
    }

    /// Bytes of which many are nearly text.
    fn nearly_text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => "\\PC{0,20}".prop_map(String::into_bytes),
            1 => prop::collection::vec(any::<u8>(), 0..3),
            1 => prop::sample::select(vec![0xc3_u8, 0xe2, 0xed, 0xa0, 0xf0, 0xf4, 0x90, 0x80])
                .prop_map(|byte| vec![byte]),
        ];
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn it_says_what_the_standard_library_says(
            bytes in nearly_text(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&bytes[from..cut]);
                from = cut;
            }
            pieces.push(&bytes[from..]);
            // The shortest beginning that no continuation can mend.
            let mended = |end: usize| match str::from_utf8(&bytes[..end]) {
                Ok(_) => true,
                Err(error) => error.error_len().is_none(),
            };
            let bad = (1..=bytes.len()).find(|end| !mended(*end)).map(|end| end as u64 - 1);
            let cut_off = bad.is_none() && str::from_utf8(&bytes).is_err();
            let expected = bad.or(cut_off.then(|| bytes.len() as u64 - 1));
            prop_assert_eq!(check(&pieces).err(), expected);
        }
    }
}
