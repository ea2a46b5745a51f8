//! The options of a TCP header (RFC 9293 section 3.1, RFC 7323). It knows where they stand; what
//! they say about who sent them is not its business.

use std::fmt;

const END: u8 = 0;
const NOP: u8 = 1;
const MAXIMUM_SEGMENT_SIZE: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const SACK: u8 = 5;
const TIMESTAMPS: u8 = 8;

/// Which options a header has, in their order: the kinds alone, up to eight of them, four bits
/// each from the lowest on. Every host writes them its own way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Layout(u32);

impl Layout {
    /// What stands for a kind that is not told from others.
    const OTHER: u32 = 15;

    const fn with(self, kind: u8) -> Self {
        let code = match kind {
            NOP | MAXIMUM_SEGMENT_SIZE | WINDOW_SCALE | SACK_PERMITTED | SACK | TIMESTAMPS => {
                kind as u32
            }
            _ => Self::OTHER,
        };
        let used = 32 - self.0.leading_zeros() / 4 * 4;
        if used < 32 {
            Self(self.0 | code << used)
        } else {
            // More than eight: no two of those are told apart.
            Self(u32::MAX)
        }
    }

    fn codes(self) -> impl Iterator<Item = u32> {
        (0..8)
            .map(move |index| self.0 >> (4 * index) & 0xf)
            .take_while(|code| *code != 0)
    }

    /// Whether a host that has these options in one segment of an open connection has them in
    /// all: SACK blocks and most of the rarer options come and go.
    #[must_use]
    pub fn is_lasting(self) -> bool {
        self.codes()
            .all(|code| code == u32::from(NOP) || code == u32::from(TIMESTAMPS))
    }
}

/// `NOP NOP TS`; `none`.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("none");
        }
        for (index, code) in self.codes().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(match u8::try_from(code).unwrap_or_default() {
                NOP => "NOP",
                MAXIMUM_SEGMENT_SIZE => "MSS",
                WINDOW_SCALE => "WS",
                SACK_PERMITTED => "SACK-permitted",
                SACK => "SACK",
                TIMESTAMPS => "TS",
                _ => "other",
            })?;
        }
        Ok(())
    }
}

/// What the options of a header say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Their kinds in order.
    pub layout: Layout,
    /// The sender's clock (TSval) and the echo of the receiver's (TSecr).
    pub timestamps: Option<(u32, u32)>,
    /// By how many bits the windows of this sender are to be shifted; stands on a SYN only.
    pub window_scale: Option<u8>,
}

impl Options {
    /// Reads the bytes behind the fixed header. What does not hold together ends the reading.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut options = Self::default();
        // What nearly every segment of nearly every host has: none, or this.
        if let [NOP, NOP, TIMESTAMPS, 10, values @ ..] = bytes
            && let Some(timestamps) = timestamps(values)
            && values.len() == 8
        {
            options.layout = Layout(0x811);
            options.timestamps = Some(timestamps);
            return options;
        }
        let mut rest = bytes;
        while let [kind, more @ ..] = rest {
            match *kind {
                END => break,
                NOP => {
                    options.layout = options.layout.with(NOP);
                    rest = more;
                    continue;
                }
                _ => {}
            }
            let Some((value, after)) = more.split_first().and_then(|(length, more)| {
                let length = usize::from(*length).checked_sub(2)?;
                more.split_at_checked(length)
            }) else {
                break;
            };
            options.layout = options.layout.with(*kind);
            match (*kind, value) {
                (WINDOW_SCALE, [scale]) => options.window_scale = Some(*scale),
                (TIMESTAMPS, value) => options.timestamps = timestamps(value),
                _ => {}
            }
            rest = after;
        }
        options
    }
}

fn timestamps(value: &[u8]) -> Option<(u32, u32)> {
    let (own, rest) = value.split_first_chunk()?;
    let echo = rest.first_chunk()?;
    Some((u32::from_be_bytes(*own), u32::from_be_bytes(*echo)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn layouts_are_told_apart_by_kind_and_order() {
        let syn = [
            2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9, 1, 3, 3, 10,
        ];
        let options = Options::read(&syn);
        assert_eq!(options.layout.to_string(), "MSS SACK-permitted TS NOP WS");
        assert_eq!(options.timestamps, Some((7, 9)));
        assert_eq!(options.window_scale, Some(10));
        assert!(!options.layout.is_lasting());

        let data = [1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9];
        let usual = Options::read(&data);
        assert_eq!(usual.layout.to_string(), "NOP NOP TS");
        assert_eq!(usual.timestamps, Some((7, 9)));
        assert!(usual.layout.is_lasting());
        let turned = Options::read(&[8, 10, 0, 0, 0, 7, 0, 0, 0, 9, 1, 1]);
        assert_eq!(turned.layout.to_string(), "TS NOP NOP");
        assert_ne!(turned.layout, usual.layout);
        assert_eq!(Options::read(&[]).layout.to_string(), "none");
    }

    #[test]
    fn many_options_do_not_overflow() {
        assert_eq!(Options::read(&[1; 40]).layout, Layout(u32::MAX));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..44)) {
            let options = Options::read(&bytes);
            let _ = options.layout.to_string();
        }

        /// The way that most segments take gives what the long way gives.
        #[test]
        fn the_short_way_is_the_long_way(own: u32, echo: u32) {
            let [own, echo] = [own.to_be_bytes(), echo.to_be_bytes()];
            let short = [&[1, 1, 8, 10][..], &own, &echo].concat();
            let long = [&short[..], &[0]].concat();
            prop_assert_eq!(Options::read(&short), Options::read(&long));
        }
    }
}
