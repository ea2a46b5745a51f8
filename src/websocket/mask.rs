//! Masking (RFC 6455 section 5.3).

/// Unmasks `payload` in place, its first byte being byte `offset` of the frame's payload.
pub fn unmask(payload: &mut [u8], key: [u8; 4], offset: u64) {
    let [a, b, c, d] = key;
    let turned = match offset % 4 {
        0 => [a, b, c, d],
        1 => [b, c, d, a],
        2 => [c, d, a, b],
        _ => [d, a, b, c],
    };
    let [a, b, c, d] = turned;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(turned.into_iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_in_two_parts_unmasks_as_one() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        // The example of RFC 6455 section 5.7.
        let masked = [0x7f, 0x9f, 0x4d, 0x51, 0x58];
        for cut in 0..=masked.len() {
            let (mut head, mut tail) = (masked[..cut].to_vec(), masked[cut..].to_vec());
            unmask(&mut head, key, 0);
            unmask(&mut tail, key, cut as u64);
            assert_eq!([head, tail].concat(), b"Hello");
        }
    }

    #[test]
    fn words_and_bytes_take_the_same_key() {
        let key = [1, 2, 3, 4];
        for length in 0..40 {
            for offset in 0..5 {
                let mut bytes = vec![0; length];
                unmask(&mut bytes, key, offset as u64);
                let expected: Vec<u8> = (offset..offset + length).map(|at| key[at % 4]).collect();
                assert_eq!(bytes, expected);
            }
        }
    }
}
