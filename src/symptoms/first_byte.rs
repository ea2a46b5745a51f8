//! Foreign bytes read as a frame's first byte: which bits a receiver then complains of, and which
//! bytes may have been behind such bits.

/// The bits of a first byte, as RFC 6455 section 5.2 has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// The last frame of its message.
    pub fin: bool,
    /// RSV1, RSV2 and RSV3.
    pub reserved: [bool; 3],
    /// The opcode.
    pub opcode: u8,
}

impl From<u8> for Bits {
    fn from(byte: u8) -> Self {
        Self {
            fin: byte & 0x80 != 0,
            reserved: [0x40, 0x20, 0x10].map(|bit| byte & bit != 0),
            opcode: byte & 0x0f,
        }
    }
}

impl Bits {
    /// Whether Chrome calls a frame that begins so an invalid header before it looks at the
    /// reserved bits: it is a control frame of a known kind without FIN.
    #[must_use]
    pub const fn is_invalid_header_in_chrome(self) -> bool {
        !self.fin && matches!(self.opcode, 8..=10)
    }
}

/// What often begins with a byte, the likeliest first.
const BEGINNINGS: [(u8, u8, &str); 16] = [
    (b'H', b'H', "\"HTTP/1.1 ...\", an HTTP response"),
    (b'G', b'G', "\"GET \", a second HTTP request"),
    (
        b'P',
        b'P',
        "POST, PUT, \"PRI * HTTP/2.0\" or \"PROXY TCP4\"",
    ),
    (
        b'<',
        b'<',
        "a page or padding, as \"<html\", \"<!DOCTYPE\" or \"<!--\"",
    ),
    (b'0', b'9', "a digit, as in the chunk sizes of HTTP"),
    (b'{', b'{', "JSON without a frame"),
    (b'[', b'[', "a JSON array or a log line"),
    (b'"', b'"', "a JSON text without a frame"),
    (b'\r', b'\r', "CR LF, a line end left over from HTTP"),
    (b'\n', b'\n', "a line end"),
    (b' ', b' ', "a space"),
    (0x14, 0x17, "a TLS record"),
    (b'B', b'B', "\"Bad Gateway\" and the like"),
    (b'A', b'Z', "a capital letter"),
    (b'a', b'o', "a small letter, a to o"),
    (b'p', b'z', "a small letter, p to z"),
];

/// What often begins with this byte; `None` where nothing known does.
#[must_use]
pub fn beginning(byte: u8) -> Option<&'static str> {
    BEGINNINGS
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&byte))
        .map(|(_, _, what)| *what)
}

/// What may have begun where a receiver names these reserved bits, in words: the bytes that have
/// them, and what often begins so. `in_chrome` leaves out what Chrome has another text for.
#[must_use]
pub fn with_reserved(reserved: [bool; 3], in_chrome: bool) -> String {
    let fits = |byte: &u8| {
        let bits = Bits::from(*byte);
        bits.reserved == reserved && !(in_chrome && bits.is_invalid_header_in_chrome())
    };
    let range = reserved
        .iter()
        .zip([0x40_u8, 0x20, 0x10])
        .filter(|(is_set, _)| **is_set)
        .map(|(_, bit)| bit)
        .sum::<u8>();
    let mut words = Vec::new();
    if reserved == [true, false, false] {
        words.push("c1 or c2 (FIN=1): a compressed message".to_owned());
    }
    words.extend(beginnings((0..0x80).filter(fits)));
    let mut told = format!(
        "a first byte from {range:02x} to {:02x} (FIN=0: text has that) or from {:02x} to {:02x} \
         (FIN=1: a frame)",
        range + 0x0f,
        range | 0x80,
        (range | 0x80) + 0x0f
    );
    if !words.is_empty() {
        told = format!("{told}; likely {}", words.join("; "));
    }
    if in_chrome {
        told.push_str(
            ". Not with 8, 9 or a as its second digit and FIN=0 (as the H of \"HTTP\"): for these \
             Chrome says \"Invalid frame header\"",
        );
    }
    told
}

/// What may have begun where a receiver names this opcode, FIN and reserved bits being open.
#[must_use]
pub fn with_opcode(opcode: u8) -> String {
    let fits = |byte: &u8| Bits::from(*byte).opcode == opcode;
    let words = beginnings((0..0x80).filter(fits));
    let bytes = format!("a first byte that ends in {opcode:x}");
    if words.is_empty() {
        bytes
    } else {
        format!("{bytes}: {}", words.join("; "))
    }
}

/// What often begins with these bytes, each thing once, and with which of them.
fn beginnings(bytes: impl Iterator<Item = u8>) -> Vec<String> {
    /// More are no help.
    const NAMED: usize = 5;
    let mut found: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut ranked: Vec<(usize, u8)> = bytes
        .filter_map(|byte| {
            let rank = BEGINNINGS
                .iter()
                .position(|(first, last, _)| (*first..=*last).contains(&byte))?;
            Some((rank, byte))
        })
        .collect();
    ranked.sort_unstable();
    for (_, byte) in ranked {
        let Some(what) = beginning(byte) else {
            continue;
        };
        match found.iter_mut().find(|(known, _)| *known == what) {
            Some((_, bytes)) => bytes.push(byte),
            None => found.push((what, vec![byte])),
        }
    }
    found
        .into_iter()
        .take(NAMED)
        .map(|(what, bytes)| match bytes.as_slice() {
            [byte] => format!("{byte:02x} ({what})"),
            [first, .., last] => format!("{first:02x} to {last:02x} ({what})"),
            [] => what.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(byte: u8) -> (u8, u8, u8, u8, u8) {
        let bits = Bits::from(byte);
        let [one, two, three] = bits.reserved.map(u8::from);
        (u8::from(bits.fin), one, two, three, bits.opcode)
    }

    #[test]
    fn the_first_bytes_of_foreign_protocols_have_these_bits() {
        for (byte, expected) in [
            (b'H', (0, 1, 0, 0, 8)),
            (b'G', (0, 1, 0, 0, 7)),
            (b'P', (0, 1, 0, 1, 0)),
            (b'<', (0, 0, 1, 1, 12)),
            (b'5', (0, 0, 1, 1, 5)),
            (b'{', (0, 1, 1, 1, 11)),
            (b'[', (0, 1, 0, 1, 11)),
            (b'e', (0, 1, 1, 0, 5)),
            (b'u', (0, 1, 1, 1, 5)),
            (b'\r', (0, 0, 0, 0, 13)),
            (0x16, (0, 0, 0, 1, 6)),
            (b'B', (0, 1, 0, 0, 2)),
            (0xc1, (1, 1, 0, 0, 1)),
        ] {
            assert_eq!(bits(byte), expected, "{byte:#04x}");
        }
    }

    #[test]
    fn chrome_has_another_name_for_some_first_bytes() {
        for byte in *b"89:HIJXYZhijxyz" {
            assert!(
                Bits::from(byte).is_invalid_header_in_chrome(),
                "{byte:#04x}"
            );
        }
        for byte in [b'<', b'G', b'P', b'{', 0x88, 0xc1] {
            assert!(
                !Bits::from(byte).is_invalid_header_in_chrome(),
                "{byte:#04x}"
            );
        }
    }

    #[test]
    fn reserved_bits_lead_to_what_begins_so() {
        let html = with_reserved([false, true, true], true);
        assert!(
            html.contains("3c (a page") && html.contains("30 to 37 (a digit"),
            "{html}"
        );
        let json = with_reserved([true, true, true], true);
        assert!(
            json.contains("7b (JSON") && json.contains("70 to 77 (a small"),
            "{json}"
        );
        let compressed = with_reserved([true, false, false], true);
        assert!(compressed.contains("c1 or c2") && compressed.contains("47 (\"GET \""));
        assert!(!compressed.contains("48 ("), "{compressed}");
        assert!(with_reserved([true, false, false], false).contains("48 (\"HTTP/1.1"));
        assert!(with_reserved([false, false, true], true).contains("14 to 17 (a TLS record)"));
        assert!(with_reserved([true, false, true], true).contains("PROXY"));
    }

    #[test]
    fn opcodes_lead_to_what_begins_so() {
        assert!(
            with_opcode(7).contains("47 (\"GET \""),
            "{}",
            with_opcode(7)
        );
        assert!(with_opcode(13).contains("0d (CR LF"));
        assert!(with_opcode(12).contains("3c (a page"));
        assert!(with_opcode(11).contains("7b (JSON"));
    }
}
