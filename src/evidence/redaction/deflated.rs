//! What stands for the payload of a compressed frame: as long, and such that it inflates, to nothing
//! that anybody said. A receiver that reads it goes on behind it as it would have.

use super::FILL;

/// The most bytes of a stored block (RFC 1951 section 3.2.4): its data, and the five before it.
const BLOCK: u64 = HEADER + 0xffff;

/// What a stored block has before its data.
const HEADER: u64 = 5;

/// Payloads that are too short for a block and the byte of the one that RFC 7692 section 7.2.1 has
/// cut off: blocks with nothing or little in them, of fixed codes.
const SHORT: [&[u8]; 6] = [
    &[],
    &[0],
    &[0x02, 0],
    &[0x02, 0x08, 0],
    &[0xaa, 0, 0x08, 0],
    &[0x02, 0x08, 0x20, 0, 0],
];

/// The byte at this place of a frame's payload of this length, which is the last of its message.
pub(super) fn byte(at: u64, length: u64, is_last: bool) -> u8 {
    if is_last {
        let short = usize::try_from(length).ok().and_then(|it| SHORT.get(it));
        if let Some(short) = short {
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            return short.get(at).copied().unwrap_or(0);
        }
        if at + 1 == length {
            return 0;
        }
        return stored(at, length - 1);
    }
    stored(at, length)
}

/// The byte at this place of so many that are stored blocks. Fewer than five cannot be one: they
/// inflate to nothing that is right.
fn stored(at: u64, length: u64) -> u8 {
    let rest = length % BLOCK;
    // The last block has room for what it has before its data.
    let first = if length > BLOCK && (1..HEADER).contains(&rest) {
        BLOCK - HEADER
    } else {
        BLOCK
    };
    let (begin, end) = if at < first {
        (0, first.min(length))
    } else {
        let begin = first + (at - first) / BLOCK * BLOCK;
        (begin, (begin + BLOCK).min(length))
    };
    let size = (end - begin).saturating_sub(HEADER);
    let [.., high, low] = size.to_be_bytes();
    match at - begin {
        0 => 0,
        1 => low,
        2 => high,
        3 => !low,
        4 => !high,
        _ => FILL,
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Decompress, FlushDecompress, Status};

    use super::*;

    fn payload(length: u64, is_last: bool) -> Vec<u8> {
        (0..length).map(|at| byte(at, length, is_last)).collect()
    }

    fn inflates(message: &[u8]) -> bool {
        let whole = [message, &[0, 0, 0xff, 0xff]].concat();
        let mut inflater = Decompress::new(false);
        let mut out = vec![0; 1 << 19];
        let status = inflater.decompress(&whole, &mut out, FlushDecompress::Sync);
        let text = out
            .get(..usize::try_from(inflater.total_out()).unwrap())
            .unwrap();
        matches!(status, Ok(Status::Ok | Status::BufError))
            && inflater.total_in() == whole.len() as u64
            && text.iter().all(|byte| *byte == FILL)
    }

    #[test]
    fn frames_of_every_length_inflate() {
        let long = [
            65_535, 65_540, 65_541, 65_542, 65_544, 65_545, 65_546, 65_547, 200_003,
        ];
        for length in (1..300).chain(long) {
            assert!(inflates(&payload(length, true)), "{length}");
        }
    }

    #[test]
    fn fragments_inflate_together() {
        for length in [5, 6, 100, 65_540, 65_541, 65_545] {
            let message = [payload(length, false), payload(7, false), payload(3, true)].concat();
            assert!(inflates(&message), "{length}");
        }
    }
}
